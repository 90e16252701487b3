"""An uploaded file on its way into the record, kept where every process of the site finds it."""

from datetime import timedelta
from uuid import uuid4

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

MAX_AGE = timedelta(days=1)
# Whoever stores a file says so every few seconds; after so long without a word it has died.
SILENCE = timedelta(minutes=2)
NOTHING_DECIDED = models.Value({}, models.JSONField())


class State(models.TextChoices):
    """How far an upload has come."""

    WAITING = "waiting", "等候确认"
    QUEUED = "queued", "排队等候"
    RUNNING = "running", "正在导入"
    STORED = "stored", "已导入"
    REFUSED = "refused", "没有导入"
    CANCELLED = "cancelled", "已取消"


class OvertakenError(Exception):
    """An upload was cancelled, or taken over by another process, while this one stored it."""


class UploadQuerySet(models.QuerySet):
    """Uploads, whose bytes are read only where they are asked for."""

    def purge(self) -> None:
        """Delete what nobody confirmed within a day, and what was done before."""
        self.filter(created_at__lt=timezone.now() - MAX_AGE).delete()


class Upload(models.Model):
    """导入文件: an uploaded file with what its uploader saw and decided, and what became of it.

    Its end is written in the transaction of its rows: it says 已导入, or none is there.
    """

    # Its random number is all that leads to it.
    id = models.UUIDField("编号", primary_key=True, default=uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="用户", related_name="+"
    )
    address = models.GenericIPAddressField("来自", null=True)
    created_at = models.DateTimeField("上传时间", default=timezone.now, db_index=True)

    # What was uploaded
    model = models.CharField("数据", max_length=100)
    file_name = models.CharField("文件名", max_length=255)
    content = models.BinaryField("内容")
    sheet = models.TextField("工作表", blank=True)

    # What the person saw of it, and decided (`reading.decisions`)
    # An earlier program that still runs stores files, too, and knows nothing of decisions.
    decisions = models.JSONField("决定", default=dict, db_default=NOTHING_DECIDED)
    fingerprint = models.CharField("预览", max_length=64, blank=True)
    rows = models.PositiveIntegerField("行数", default=0)
    reason = models.TextField("理由", blank=True)

    # What becomes of it
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    claim = models.UUIDField("处理者", null=True)
    seen_at = models.DateTimeField("最近消息", default=timezone.now)
    step = models.CharField("步骤", max_length=20, blank=True)
    done = models.PositiveIntegerField("已处理", default=0)
    result = models.JSONField("结果", default=dict)

    objects = UploadQuerySet.as_manager()

    class Meta:
        app_label = "aidtracker"
        verbose_name = "导入文件"
        verbose_name_plural = "导入文件"
        ordering = ("-created_at",)
        default_permissions = ()

    def __str__(self) -> str:
        return self.file_name

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def is_abandoned(self) -> bool:
        """Whether its process said nothing for so long that it has died."""
        return self.state == State.RUNNING and self.seen_at < timezone.now() - SILENCE

    def move(self, *states: str, to: str, **values: object) -> bool:
        """Bring an upload from one of the states to another, unless somebody was quicker."""
        rows = type(self).objects.filter(pk=self.pk, state__in=states)
        if State.RUNNING in states and self.claim:
            rows = rows.filter(claim=self.claim)
        found = rows.update(state=to, seen_at=timezone.now(), **values)
        if found:
            for name, value in (values | {"state": to}).items():
                setattr(self, name, value)
        return bool(found)

    def take(self, *states: str) -> bool:
        """Claim an upload in one of these states for this process: of two at once one gets it."""
        return self.move(*states, to=State.RUNNING, claim=uuid4(), result={}, step="", done=0)

    def end(self, state: str, **result: object) -> None:
        """Say what became of a claimed upload. Raises OvertakenError if it is claimed no more."""
        kept = {} if state == State.REFUSED else {"content": b""}
        if not self.move(State.RUNNING, to=state, result=result, **kept):
            raise OvertakenError


class RememberedColumns(models.Model):
    """列的对应: which columns the headings of a kind of file mean, as one headquarters decided.

    `owner` is the headquarters of who decided, or the account that works for none or several.
    """

    owner = models.CharField("谁的", max_length=40)
    model = models.CharField("数据", max_length=100)
    shape = models.CharField("列名", max_length=64)
    decisions = models.JSONField("决定", default=dict)
    decided_at = models.DateTimeField("决定时间", auto_now=True)

    class Meta:
        app_label = "aidtracker"
        verbose_name = "列的对应"
        verbose_name_plural = "列的对应"
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "model", "shape"), name="remembered_columns_once"
            ),
        )

    def __str__(self) -> str:
        return self.model
