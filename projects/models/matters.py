"""What somebody raised about the record and a person has to answer: readers' reports of errors."""

import secrets
from collections.abc import Sequence
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from aidtracker.ground.constraints import row_check
from aidtracker.ground.datasets import by_label, dataset_model
from aidtracker.ground.records import KeyedModel, KeyedQuerySet, MaintainerField

# Without characters that are read as others; three groups of four are 59 bits.
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBER_LENGTH = 12
GROUP = 4
# How long a contact that nobody answered is kept.
CONTACT_DAYS = 90


def new_number() -> str:
    """A receipt that nobody can guess: it is all that its page asks for."""
    letters = "".join(secrets.choice(LETTERS) for _ in range(NUMBER_LENGTH))
    return "-".join(letters[at : at + GROUP] for at in range(0, NUMBER_LENGTH, GROUP))


class MatterQuerySet(KeyedQuerySet):
    def forget_contacts(self) -> int:
        """Delete the contacts that are not needed or too old; how many there were."""
        last = timezone.localdate() - timedelta(days=CONTACT_DAYS)
        is_over = ~Q(state=Matter.State.RECEIVED) | Q(raised_on__lt=last)
        return self.filter(is_over).exclude(contact="").update(contact="")


class Matter(KeyedModel):
    """报错: what a reader says is wrong with a row, who deals with it, and what became of it.

    The contact stands neither in histories nor in files, so that it is gone once it is deleted.
    """

    KEY = ("number",)
    OWNERS = ("headquarters",)
    IS_SHARED = False
    IS_INTERNAL = True
    DERIVED = ("answered_on",)
    SEARCHED_IN = ("number", "row_key", "message", "answer")

    class Kind(models.TextChoices):
        ERROR = "error", "读者报错"

    class State(models.TextChoices):
        RECEIVED = "received", "收到"
        CORRECTED = "corrected", "已更正"
        DECLINED = "declined", "不改"

    # Identification
    number = models.CharField("回执号", max_length=20, unique=True, default=new_number)
    kind = models.CharField("类型", max_length=16, choices=Kind, default=Kind.ERROR)
    raised_on = models.DateField("提出日期", default=timezone.localdate)

    # Row
    page = models.CharField("所说的网页", max_length=300, blank=True)
    dataset = models.CharField("数据集", max_length=40, blank=True)
    row_id = models.BigIntegerField("记录编号", null=True, blank=True)
    row_key = models.CharField("记录", max_length=400, blank=True)

    # Matter
    message = models.TextField("哪里不对", max_length=2000)
    basis = models.TextField("依据", max_length=500, blank=True)
    contact = models.CharField(
        "联系方式", max_length=100, blank=True, help_text="答复后即删除，最迟 90 天"
    )

    # Answer
    headquarters = MaintainerField(
        "处理单位", related_name="matters", help_text="留空的由全国数据管理员处理"
    )
    state = models.CharField("处理", max_length=12, choices=State, default=State.RECEIVED)
    answer = models.TextField(
        "答复", max_length=2000, blank=True, help_text="报错的读者凭回执号看到；不改的写明理由"
    )
    answered_on = models.DateField("答复日期", null=True, blank=True)

    objects = MatterQuerySet.as_manager()

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "读者报错"
        ordering = ("-raised_on", "number")
        indexes = (models.Index(fields=("state", "headquarters"), name="matter_queue"),)
        constraints = (
            row_check("matter_says_something", ~Q(message=""), "请写明哪里不对。"),
            row_check(
                "matter_answered", Q(state="received") | ~Q(answer=""), "处理报错时，请写下答复。"
            ),
        )

    def __str__(self) -> str:
        return f"{self.row_key or self.page or '本站'}：{self.message[:20]}"

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        """Once answered, nobody needs to know who asked."""
        for row in rows:
            is_open = row.state == cls.State.RECEIVED
            row.answered_on = None if is_open else row.answered_on or timezone.localdate()
            row.contact = row.contact if is_open else ""

    @property
    def about(self) -> KeyedModel | None:
        """The row that it is about, if the public may see it now."""
        if self.dataset not in {one.name for one in by_label().values()} or not self.row_id:
            return None
        return dataset_model(self.dataset).objects.published().filter(pk=self.row_id).first()

    @property
    def kind_of_row(self) -> str:
        """What it is about, in general: also of a row that is public no more."""
        known = {one.name for one in by_label().values()}
        return str(dataset_model(self.dataset)._meta.verbose_name) if self.dataset in known else ""
