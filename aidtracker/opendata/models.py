"""The files that are kept for who takes them along, and the frozen editions that can be cited."""

from django.core.files.storage import Storage, storages
from django.db import models
from django.utils import timezone

STORAGE = "opendata"


def storage() -> Storage:
    return storages[STORAGE]


class KeptFile(models.Model):
    """数据文件: a whole dataset as a file, made once for each state of the record.

    `version` says of which state, by which program. A row is written when its file is whole.
    """

    version = models.CharField("状态", max_length=64)
    name = models.CharField("文件名", max_length=100)
    size = models.PositiveBigIntegerField("大小")
    sha256 = models.CharField("SHA-256", max_length=64)
    place = models.CharField("位置", max_length=200)
    made_at = models.DateTimeField("生成时间", default=timezone.now)

    class Meta:
        app_label = "aidtracker"
        verbose_name = verbose_name_plural = "数据文件"
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=("version", "name"), name="kept_file_once"),)

    def __str__(self) -> str:
        return self.name


class Release(models.Model):
    """数据版本: all public data as they were on a day, under a number that can be cited.

    `files` are {name: {size, sha256, place}}, `changes` {dataset: {rows, added, changed, removed}}
    against the release before. What was frozen is never written again; one that must not be handed
    out any more says why, and keeps its number.
    """

    number = models.CharField("版本号", max_length=20, unique=True)
    made_at = models.DateTimeField("冻结时间", default=timezone.now, db_index=True)
    edition = models.CharField("数据状态", max_length=64)
    previous = models.CharField("上一版", max_length=20, blank=True)
    files = models.JSONField("文件", default=dict)
    changes = models.JSONField("变动", default=dict)
    withdrawn_at = models.DateTimeField("停止提供", null=True)
    withdrawn_why = models.TextField("停止提供的原因", blank=True)

    class Meta:
        app_label = "aidtracker"
        verbose_name = verbose_name_plural = "数据版本"
        ordering = ("-made_at",)
        default_permissions = ()

    def __str__(self) -> str:
        return self.number
