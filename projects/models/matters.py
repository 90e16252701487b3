"""What somebody raised and a headquarters has to settle: readers' reports, what firms run into."""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import row_check
from aidtracker.ground.datasets import by_label, dataset_model
from aidtracker.ground.records import KeyedModel, KeyedQuerySet, MaintainerField
from aidtracker.ground.relations import optional_key_to
from projects.models.enterprises import Enterprise
from projects.models.sites import Site

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
        is_over = ~Q(state__in=OPEN) | Q(raised_on__lt=last)
        return self.filter(is_over).exclude(contact="").update(contact="")

    def late(self, today: date) -> Self:
        """Those that should be settled by now and are not."""
        return self.filter(state__in=OPEN, due_on__lt=today)

    def released(self) -> Self:
        """Those that the public sees, besides the counts of all."""
        return self.filter(is_released=True)


OPEN = ("received", "under_way")
# What may become of what readers report, and of what else is raised.
OF_ERRORS, OF_OTHERS = ("corrected", "declined"), ("settled", "unsettled")


class Matter(KeyedModel):
    """问题与报错: who raised what about which row or firm, who deals with it, what came of it.

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
        FREIGHT = "freight", "物流"
        PLATFORM = "platform", "平台规则"
        FINANCE = "finance", "融资"
        LABOUR = "labour", "用工"
        ENERGY = "energy", "用地用能"
        POLICY = "policy", "政策落实"
        OTHER = "other", "其他"

    class State(models.TextChoices):
        RECEIVED = "received", "收到"
        UNDER_WAY = "under_way", "办理中"
        SETTLED = "settled", "已解决"
        UNSETTLED = "unsettled", "未能解决"
        CORRECTED = "corrected", "已更正"
        DECLINED = "declined", "不改"

    # Identification
    number = models.CharField("回执号", max_length=20, unique=True, default=new_number)
    kind = models.CharField("类型", max_length=16, choices=Kind, default=Kind.ERROR)
    raised_on = models.DateField("提出日期", default=timezone.localdate)
    raised_by = models.CharField(
        "提出方",
        max_length=120,
        blank=True,
        db_default="",
        help_text="单位或场合，如“电商企业座谈会”；不写个人姓名",
    )

    # Row
    page = models.CharField("所说的网页", max_length=300, blank=True)
    dataset = models.CharField("数据集", max_length=40, blank=True)
    row_id = models.BigIntegerField("记录编号", null=True, blank=True)
    row_key = models.CharField("记录", max_length=400, blank=True)

    enterprise = optional_key_to(Enterprise, "涉及企业", "matters")
    site = optional_key_to(Site, "涉及场所", "matters")

    # Matter
    message = WordsField("事由", max_length=2000)
    basis = WordsField("依据", max_length=500, blank=True)
    contact = models.CharField(
        "联系方式", max_length=100, blank=True, help_text="答复后即删除，最迟 90 天"
    )

    # Answer
    headquarters = MaintainerField(
        "处理单位", related_name="matters", help_text="留空的由全国数据管理员处理"
    )
    handler = models.CharField(
        "经办", max_length=120, blank=True, db_default="", help_text="哪个处室或岗位在办"
    )
    due_on = models.DateField("期限", null=True, blank=True)
    steps = WordsField(
        "办理经过",
        max_length=4000,
        blank=True,
        db_default="",
        help_text="一行一步，前面写日期：2026-05-03 约物流公司协商运价",
    )
    state = models.CharField("处理", max_length=12, choices=State, default=State.RECEIVED)
    answer = WordsField(
        "答复",
        max_length=2000,
        blank=True,
        help_text="报错的读者凭回执号看到；不改的、未能解决的写明理由",
    )
    answered_on = models.DateField("答复日期", null=True, blank=True)
    is_released = models.BooleanField(
        "公开这一件",
        default=False,
        db_default=False,
        help_text="办结后，事由和答复列在公开的“问题办理”；不勾的只计入件数",
    )

    objects = MatterQuerySet.as_manager()

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "问题与报错"
        ordering = ("-raised_on", "number")
        indexes = (models.Index(fields=("state", "headquarters"), name="matter_queue"),)
        constraints = (
            row_check("matter_says_something", ~Q(message=""), "请写明事由。"),
            row_check("matter_answered", Q(state__in=OPEN) | ~Q(answer=""), "办结时，请写下答复。"),
            row_check(
                "matter_due_after_raised",
                Q(due_on=None) | Q(due_on__gte=models.F("raised_on")),
                "期限不能早于提出日期。",
            ),
            row_check(
                "matter_ends_as_its_kind",
                Q(kind="error", state__in=(*OPEN, *OF_ERRORS))
                | (~Q(kind="error") & Q(state__in=(*OPEN, *OF_OTHERS))),
                "读者报错办结为“已更正”或“不改”，其他问题办结为“已解决”或“未能解决”。",
            ),
            row_check(
                "matter_released_when_settled",
                Q(is_released=False) | (~Q(kind="error") & ~Q(state__in=OPEN)),
                "公开的只能是已经办结的问题；读者报错不公开。",
            ),
        )

    def __str__(self) -> str:
        about = self.row_key or self.page or self.enterprise or self.site
        return f"{about or self.raised_by or '本站'}：{self.message[:20]}"

    def clean(self) -> None:
        super().clean()
        if self.raised_on and self.raised_on > timezone.localdate():
            raise ValidationError({"raised_on": "这一天还没有到，请核对日期。"})

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        """Once answered, nobody needs to know who asked."""
        for row in rows:
            is_open = row.state in OPEN
            row.answered_on = None if is_open else row.answered_on or timezone.localdate()
            row.contact = row.contact if is_open else ""

    @property
    def overdue_words(self) -> str:
        """已过期 20 天; empty while there is time, and once it is settled."""
        today = timezone.localdate()
        if self.state not in OPEN or self.due_on is None or self.due_on >= today:
            return ""
        return f"已过期 {(today - self.due_on).days} 天"

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
