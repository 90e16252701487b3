"""The documents that figures and names stand in."""

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import IsNull

from aidtracker.ground import partial_dates
from aidtracker.ground.batches import held
from aidtracker.ground.columns import PlainColumn, WordsField
from aidtracker.ground.constraints import once, row_check, unfilled
from aidtracker.ground.features import Paged
from aidtracker.ground.partial_dates import PartialDateField, partial_date_check
from aidtracker.ground.records import MaintainerField, RecordQuerySet
from aidtracker.ground.relations import optional_key_to
from aidtracker.ground.scope import may, readable
from aidtracker.ground.search import SearchTextField
from aidtracker.review.meaning import Meaning, reason_of_change

SCHEMES = ("http://", "https://", "ftp://", "ftps://")


class WebAddressField(PlainColumn, models.URLField):
    """A web address; one typed without a scheme is taken as https.

    What no form or import takes, such as a script, but stands in the database, leads nowhere.
    """

    def from_db_value(self, value, expression, connection):
        is_address = value is None or value.lower().startswith(SCHEMES)
        return value if is_address else ""

    def formfield(self, **kwargs):
        return super().formfield(assume_scheme="https", **kwargs)


# What makes a document public: the rows that stand in one; the apps above add them at the start.
SHOWN_WITH: list[Callable[[models.OuterRef], models.QuerySet]] = []


@dataclass(frozen=True)
class Moved:
    """What became of the figures of a document when it got a text, its first or another."""

    found: int = 0
    lost: int = 0

    def plus(self, found: int, lost: int) -> "Moved":
        return Moved(self.found + found, self.lost + lost)


# Who keeps places in texts: compares them with a first text, moves them when it is replaced (the
# source with its new text, the old one, the reason, what was moved before).
FOLLOW_TEXT: list[Callable[["Source", str, str, Moved], Moved]] = []
FIRST_TEXT = "载入全文，核对数字的位置"


SHORT_NAME = 12
PIECES_OF_TITLES = re.compile(r"[—：:，,。！？\s]+")


class SourceQuerySet(RecordQuerySet):
    def without_text(self):
        """Rows for lists: a document's full text can be long and is not needed there."""
        return self.defer("text")

    def open_to(self, user: Any) -> Self:
        """Those whose whole text a member of the staff reads, whatever the public sees of it."""
        return readable(self, user) if user and may(user, "view", Source) else self.none()


class Source(Paged, Meaning):
    """文献: a newspaper or web article, a report, or public knowledge outside any one document."""

    KEY = ("code",)
    CAN_BE_MERGED = True
    PAGE = ("code",)
    OWNERS = ("maintainer",)
    IS_SHARED = False
    KEPT_BESIDE = ("sha256",)
    SHOWN = (
        *("code", "title", "short_title", "kind", "publisher", "author", "url"),
        *("published_on", "is_date_inferred", "shown_text", "copied_from", "file_name", "note"),
    )
    SEARCHED_IN = ("search_text",)

    class Kind(models.TextChoices):
        NEWSPAPER = "newspaper", "报纸"
        WEB = "web", "网页"
        REPORT = "report", "内部报表"
        PUBLIC = "public", "公开资料"

    class Shown(models.TextChoices):
        NOTHING = "nothing", "不显示"
        SENTENCE = "sentence", "数字所在的句子"
        WHOLE = "whole", "全文"

    # Identification
    code = models.SlugField(
        "编号", max_length=60, unique=True, help_text="文件名（不含扩展名）或自定的短名，不再改动"
    )
    title = models.CharField("标题", max_length=200)
    short_title = models.CharField(
        "简称", max_length=12, blank=True, help_text="表格里用的短名，8至12字；留空取标题中的一段"
    )
    kind = models.CharField("类型", max_length=12, choices=Kind)
    publisher = models.CharField("来源", max_length=120, blank=True)
    author = models.CharField("作者", max_length=120, blank=True)
    url = WebAddressField("网址", max_length=500, blank=True)
    copied_from = optional_key_to(
        "self",
        "转自",
        "copies",
        help_text="转载或摘编自哪份文献（同一篇通稿、同一份公报）；数有几个独立来源时只算一个",
    )

    # Dates
    published_on = PartialDateField("发布日期", is_past=True)
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
    shown_text = models.CharField(
        "公开显示的原文",
        max_length=12,
        choices=Shown,
        blank=True,
        help_text="留空：公开文献显示每个数字所在的句子，内部报表不显示；工作人员总能看到全文",
    )

    # Provenance
    note = WordsField("备注", blank=True)
    maintainer = MaintainerField(help_text="内部报表属于哪个指挥部；公开文献留空")
    correction_reason = reason_of_change()
    search_text = SearchTextField("检索文字")

    # of its text, while it is stored
    text_reason = ""  # why another text takes the place of its own
    text_before: str | None = None  # the text that another one takes the place of; empty: none
    moved = Moved()  # what became of its figures

    is_open = False  # whether a member of the staff is shown it, who may read it

    objects = SourceQuerySet.as_manager()

    class Meta(Meaning.Meta):
        verbose_name = verbose_name_plural = "文献"
        indexes = (
            unfilled("source_without_date", "", "published_on"),
            unfilled("source_without_text", "", "text"),
        )
        ordering = ("code",)
        constraints = (
            row_check(
                "source_sha256_form",
                Q(sha256="") | Q(sha256__glob="[0-9a-f]" * 64),
                "SHA-256 是 64 位小写十六进制数。",
            ),
            row_check("source_not_its_own_copy", ~Q(copied_from=F("id")), "文献不能转自自己。"),
            once("source_text_once", "已有同一全文的文献。", "sha256", condition=~Q(sha256="")),
            partial_date_check("source", "published_on"),
        )

    def __str__(self):
        return self.title

    def clean(self) -> None:
        self.check_kinds([self])
        self.check_copies([self])
        self.check_texts([self])

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        super().before_storing(rows)
        cls.check_kinds(rows)
        cls.check_copies(rows)
        cls.check_texts(rows)
        for row, text in cls.with_former_texts(rows, held(cls._base_manager.all())):
            row.text_before = text

    @classmethod
    def after_storing(cls, rows: Sequence[Self]) -> None:
        """A replaced text is kept as a version; what stands in the text follows it."""
        super().after_storing(rows)
        for row in rows:
            old, row.text_before = row.text_before, None
            if old is not None:
                row.follow_text(old)

    @classmethod
    def check_kinds(cls, rows: Sequence[Self]) -> None:
        """What an internal report says becomes public because somebody says how much of it does,
        not because it is called something else."""
        open_now = [row.pk for row in rows if row.kind != cls.Kind.REPORT and not row.shown_text]
        internal = cls._base_manager.filter(pk__in=[pk for pk in open_now if pk])
        for row in internal.filter(kind=cls.Kind.REPORT).exclude(sha256="").defer("text")[:1]:
            words = (
                f"《{row.title}》一直是内部报表；改了类型，请选择公开显示多少原文（可选不显示）。"
            )
            raise ValidationError({"shown_text": words})

    @classmethod
    def check_copies(cls, rows: Sequence[Self]) -> None:
        """A copy names the document that was first, not another copy; so one step leads there."""
        copies = [row for row in rows if row.copied_from_id]
        if not copies:
            return
        named = cls._base_manager.filter(pk__in={row.copied_from_id for row in copies})
        for first in named.exclude(copied_from=None).select_related("copied_from").defer("text"):
            words = f"《{first}》本身转自《{first.copied_from}》，请填《{first.copied_from}》。"
            raise ValidationError({"copied_from": words})
        own = cls._base_manager.filter(copied_from__in=[row.pk for row in copies if row.pk])
        for copy in own.select_related("copied_from").defer("text")[:1]:
            words = f"《{copy}》转自这份文献，它不能再转自别的；请先改《{copy}》的“转自”。"
            raise ValidationError({"copied_from": words})

    @classmethod
    def merge_obstacles(cls, kept: Any, gone: Any) -> Iterator[str]:
        """Places in one text are none in another; a text that no history keeps would be lost."""
        if gone.has_text and not kept.has_text:
            yield "要并入的一条有全文、留下的没有：请留下有全文的那一条。"
        elif gone.sha256 and kept.sha256 and gone.sha256 != kept.sha256:
            yield "两份文献的全文不同，标出的位置对不上，不能合并。"
        elif gone.sha256 and not kept.sha256:
            yield "要并入的一条登记了全文的校验值：请留下那一条。"

    @property
    def short_name(self) -> str:
        """What tables call it: at most 12 characters, as named or of its title."""
        if self.short_title or len(self.title) <= SHORT_NAME:
            return self.short_title or self.title
        pieces = PIECES_OF_TITLES.split(self.title)
        fitting = [one for one in pieces if len(one) <= SHORT_NAME]
        longest = max(fitting, key=len, default="")
        if len(longest) >= SHORT_NAME // 2:
            return longest
        return f"{self.title[: SHORT_NAME - 1]}…"

    @property
    def cited(self) -> str:
        """With what is known of it, for a sentence: 《…》（某报，2020年1月19日）."""
        known = (self.publisher, self.published_on and partial_dates.in_chinese(self.published_on))
        where = "，".join(part for part in known if part)
        return f"《{self.title}》（{where}）" if where else f"《{self.title}》"

    @classmethod
    def check_texts(cls, rows: Sequence[Self]) -> None:
        """The checksum of a text that is here is that of no other; another text has a reason."""
        for row, old in cls.with_former_texts(rows, cls._base_manager.all()):
            if (old or row.sha256) and row.sha256 != checksum(row.text):
                words = f"《{row.title}》的全文已载入，校验值随全文而定；要换全文，请上传新的全文。"
                raise ValidationError({"sha256": words})
            if old not in ("", row.text) and not row.text_reason:
                words = f"《{row.title}》已有全文；要换成另一份，请写明“替换全文的理由”。"
                raise ValidationError({"text": words})

    @staticmethod
    def with_former_texts(
        rows: Sequence[Self], stored: models.QuerySet
    ) -> Iterator[tuple[Self, str]]:
        """Those about to get a text, another text or another checksum of it, with the text that is
        stored of them so far."""
        given = {row.pk: row for row in rows if row.pk}
        known = {row.sha256 for row in given.values()} - {""}
        stored = stored.filter(pk__in=given).exclude(~Q(text="") & Q(sha256__in=known))
        for number, sha256, text in stored.values_list("pk", "sha256", "text"):
            row = given[number]
            is_read = "text" not in row.get_deferred_fields()
            is_new = is_read and row.text not in ("", text)
            if is_new or (text and row.sha256 != sha256):
                yield row, text

    @property
    def origin_id(self) -> int:
        """The document that first said what it says: itself, if it is no copy."""
        return self.copied_from_id or self.pk

    @classmethod
    def shows_condition(cls, prefix, *shown):
        """Which documents show the public so much of their text: one of `shown`."""
        rule = Q(**{f"{prefix}shown_text__in": shown})
        by_kind = Q(**{f"{prefix}kind": cls.Kind.REPORT})
        if cls.Shown.SENTENCE in shown:
            rule |= Q(**{f"{prefix}shown_text": ""}) & ~by_kind
        return rule

    @classmethod
    def shared_condition(cls, prefix):
        """A public document is everybody's: each headquarters records its own figures from it."""
        return ~Q(**{f"{prefix}kind": cls.Kind.REPORT})

    @classmethod
    def public_condition(cls, prefix):
        """A document is public as soon as something public stands in it; what is commonly known and
        stands in no one document is, where it is kept for the whole country."""
        own = models.OuterRef(f"{prefix}pk")
        rule = Q(**{f"{prefix}kind": cls.Kind.PUBLIC, f"{prefix}maintainer": None})
        for standing_in in SHOWN_WITH:
            # One, if any, by an index: of EXISTS the database reads all figures at once instead.
            first = models.Subquery(standing_in(own).order_by().values("pk")[:1])
            rule |= Q(IsNull(first, False))
        return rule

    @property
    def search_names(self):
        return [self.title, self.code, self.publisher, self.author]

    @property
    def slug(self):
        return self.code

    @property
    def is_document(self):
        """Whether it is one document that a figure can be looked up in."""
        return self.kind != self.Kind.PUBLIC

    @property
    def has_text(self):
        return bool(self.text)

    @property
    def shows(self):
        """How much of its text the public sees: what was chosen, else what its kind says."""
        default = self.Shown.NOTHING if self.kind == self.Kind.REPORT else self.Shown.SENTENCE
        return self.Shown(self.shown_text or default)

    @property
    def shows_reader(self) -> Shown:
        """How much of its text it shows to who asks for it."""
        return self.Shown.WHOLE if self.is_open else self.shows

    def accept_text(self, content: str | bytes, reason: str = "") -> None:
        """Take the document's text, from its words or its file's bytes as UTF-8.

        Offsets count characters of it, line ends as they are, so nothing is normalised; a byte
        order mark is no character. Another text than the one on record is taken only for a
        `reason`. Saving the row compares or moves the figures. Raises ValidationError.
        """
        try:
            text = content if isinstance(content, str) else content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError("全文文件须为 UTF-8 编码的纯文本。") from error
        digest = checksum(text)
        is_another = bool(self.sha256) and digest != self.sha256
        if is_another and reason and not self.text:
            raise ValidationError(
                f"《{self.title}》登记的全文没有载入，不知道数字原来在哪里，不能替换；"
                "请先载入登记的全文，再换成新的。"
            )
        if is_another and not reason:
            raise ValidationError(
                f"这份文件与《{self.title}》登记的全文不一致（SHA-256 不同），没有采用。"
                "请上传登记时的原文件，不要改动空格或换行；"
                "如果登记的全文有错或有了新版，请写明“替换全文的理由”。"
            )
        self.text, self.sha256, self.text_reason = text, digest, reason

    def follow_text(self, old: str) -> None:
        """Keep a replaced text as a version; let figures and skipped phrases be looked for in the
        new one by those who record them (`FOLLOW_TEXT`)."""
        reason = self.text_reason[:200] or FIRST_TEXT
        if old:
            old_sum = checksum(old)
            TextVersion.objects.create(source=self, sha256=old_sum, text=old, reason=reason)
        self.moved = Moved()
        for follow in FOLLOW_TEXT:
            self.moved = follow(self, old, reason, self.moved)

    def replace_text(self, content: str, reason: str) -> Moved:
        """Put another text in the place of the one on record; what came of its figures."""
        self.accept_text(content, reason)
        self.save()
        return self.moved


class TextVersion(models.Model):
    """全文旧版: a text of a document before another one was put in its place, and why it was."""

    source = models.ForeignKey(Source, models.CASCADE, related_name="text_versions")
    sha256 = models.CharField("全文 SHA-256", max_length=64, blank=True)
    text = models.TextField("全文", blank=True)
    reason = models.CharField("替换的理由", max_length=200)
    replaced_at = models.DateTimeField("替换时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "全文旧版"
        ordering = ("-replaced_at", "-pk")

    def __str__(self):
        return f"{self.source}（{self.replaced_at:%Y-%m-%d} 前）"


def checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def cited():
    """Prefetch for the public sources of many rows, without their long texts."""
    return models.Prefetch("sources", queryset=Source.objects.published().without_text())
