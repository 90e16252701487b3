"""The documents that figures and names stand in."""

import hashlib
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from aidtracker.ground.columns import PlainColumn
from aidtracker.ground.constraints import once, row_check
from aidtracker.ground.features import Paged
from aidtracker.ground.partial_dates import PartialDateField, partial_date_check
from aidtracker.ground.records import KeyedModel, MaintainerField, RecordQuerySet
from aidtracker.ground.search import SearchTextField


class WebAddressField(PlainColumn, models.URLField):
    """A web address; one typed without a scheme is taken as https."""

    def formfield(self, **kwargs):
        return super().formfield(assume_scheme="https", **kwargs)


# What makes an internal report public: questions for the numbers of sources, which the apps above
# add when they start.
SHOWN_WITH: list[Callable[[], models.QuerySet]] = []


class SourceQuerySet(RecordQuerySet):
    def without_text(self):
        """Rows for lists: a document's full text can be long and is not needed there."""
        return self.defer("text")


class Source(Paged, KeyedModel):
    """文献: a newspaper or web article, a report, or public knowledge outside any one document."""

    KEY = ("code",)
    PAGE = ("code",)
    OWNERS = ("maintainer",)
    IS_SHARED = False
    KEPT_BESIDE = ("sha256",)
    SEARCHED_IN = ("search_text",)

    class Kind(models.TextChoices):
        NEWSPAPER = "newspaper", "报纸"
        WEB = "web", "网页"
        REPORT = "report", "内部报表"
        PUBLIC = "public", "公开资料"

    # Identification
    code = models.SlugField(
        "编号", max_length=60, unique=True, help_text="文件名（不含扩展名）或自定的短名，不再改动"
    )
    title = models.CharField("标题", max_length=200)
    kind = models.CharField("类型", max_length=12, choices=Kind)
    publisher = models.CharField("来源", max_length=120, blank=True)
    author = models.CharField("作者", max_length=120, blank=True)
    url = WebAddressField("网址", max_length=500, blank=True)

    # Dates
    published_on = PartialDateField("发布日期")
    is_date_inferred = models.BooleanField(
        "日期系推断", default=False, help_text="文献未印日期，由内容或网页推断"
    )

    # Text
    file_name = models.CharField("文件名", max_length=200, blank=True)
    sha256 = models.CharField(
        "全文 SHA-256", max_length=64, blank=True, help_text="全文 UTF-8 字节的校验值"
    )
    text = models.TextField(
        "全文", blank=True, serialize=False, help_text="不随数据分发；上传时须与校验值一致"
    )

    # Provenance
    note = models.TextField("备注", blank=True)
    maintainer = MaintainerField(help_text="内部报表属于哪个指挥部；公开文献留空")
    search_text = SearchTextField("检索文字")

    objects = SourceQuerySet.as_manager()

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "文献"
        ordering = ("code",)
        constraints = (
            row_check(
                "source_sha256_form",
                Q(sha256="") | Q(sha256__glob="[0-9a-f]" * 64),
                "SHA-256 是 64 位小写十六进制数。",
            ),
            once("source_text_once", "已有同一全文的文献。", "sha256", condition=~Q(sha256="")),
            partial_date_check("source", "published_on"),
        )

    def __str__(self):
        return self.title

    @classmethod
    def public_condition(cls, prefix):
        """An internal report is public as soon as something public stands in it."""
        rule = ~Q(**{f"{prefix}kind": cls.Kind.REPORT})
        for numbers in SHOWN_WITH:
            rule |= Q(**{f"{prefix}pk__in": numbers()})
        return rule

    @property
    def search_names(self):
        return [self.title, self.code, self.publisher, self.author]

    @property
    def slug(self):
        return self.code

    @property
    def has_text(self):
        return bool(self.text)

    def accept_text(self, content):
        """Take the document's text from its file's bytes, if they are the document that was cited.

        Offsets count characters of the file as UTF-8, line ends as they are, so nothing is
        normalised. Raises ValidationError if the bytes are not UTF-8 or not this document.
        """
        digest = hashlib.sha256(content).hexdigest()
        if self.sha256 and digest != self.sha256:
            raise ValidationError(
                f"这份文件与《{self.title}》登记的全文不一致（SHA-256 不同），没有采用。"
                "请上传登记时的原文件，不要改动空格或换行。"
            )
        try:
            self.text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise ValidationError("全文文件须为 UTF-8 编码的纯文本。") from error
        self.sha256 = digest


def cited():
    """Prefetch for the public sources of many rows, without their long texts."""
    return models.Prefetch("sources", queryset=Source.objects.published().without_text())
