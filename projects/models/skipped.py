"""The numeric phrases of documents that are left out on purpose."""

from django.db import models
from django.db.models import F, Q

from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.records import KeyedModel, KeyedQuerySet, MaintainerField
from aidtracker.ground.relations import key_to
from programs.models import Source


class SkippedPhraseQuerySet(KeyedQuerySet):
    def in_reading_order(self):
        return self.order_by("source__code", "start")


class SkippedPhrase(KeyedModel):
    """A numeric phrase of a document that is deliberately not recorded, and why."""

    KEY = ("source__code", "start")
    OWNERS = ("maintainer",)
    SEEN_WITH = ("source",)
    PUBLIC_WITH = ("source",)
    SEARCHED_IN = ("note",)
    SEARCHED_WITH = ("source",)

    class Reason(models.TextChoices):
        PRIVATE = "private", "个人情况"
        RHETORIC = "rhetoric", "修辞，不是计量"
        PERIOD = "period", "时间长短的说法"
        REPEATED = "repeated", "同一文献重复出现"
        RULE = "rule", "规则或名称中的数字"
        OTHER = "other", "其他"

    source = key_to(Source, "文献", "skipped_phrases")
    start = models.PositiveIntegerField("起", help_text="在全文中的起始字符位置（从 0 数）")
    end = models.PositiveIntegerField("止", help_text="末字符之后的位置")
    reason = models.CharField("原因", max_length=12, choices=Reason)
    note = models.CharField("说明", max_length=200, blank=True)
    maintainer = MaintainerField("填报单位")

    objects = SkippedPhraseQuerySet.as_manager()

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "略过的数字"
        ordering = ("source", "start")
        constraints = (
            once("skipped_phrase_once", "这一位置已登记为略过。", "source", "start"),
            row_check("skipped_phrase_place", Q(start__lt=F("end")), "起须小于止。"),
        )

    def __str__(self):
        return f"{self.source.code} {self.start}—{self.end}"

    @property
    def place_in_words(self):
        return f"第 {self.start + 1}—{self.end} 字"
