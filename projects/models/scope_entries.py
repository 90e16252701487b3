"""In which ways what is counted differs from the whole of a subject: a short list, edited as data.

A series points at the entries that hold; what no entry says stands beside them in words.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Self

from django.db import models
from django.db.models import F, Q

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import BrokenRuleError, once, row_check
from aidtracker.ground.records import MaintainerField, NameListField
from aidtracker.ground.relations import optional_key_to
from aidtracker.ground.search import SearchTextField
from aidtracker.review.meaning import Meaning, reason_of_change

# How a series names its entries.
SCOPES = ("first_scope", "second_scope", "third_scope")
BETWEEN = "，"
SEPARATORS = re.compile("[，,；;]")
# Wordings that say the same: 包括兵团, 含兵团数 and 含兵团; 只算线上 and 线上.
SPELLINGS = (
    (re.compile(r"[\s“”\"'（）()]"), ""),
    (re.compile("^(?:不包括|不包含|不计入|不计|未含|除去)"), "不含"),
    (re.compile("^(?:包括|包含|含有|涵盖|计入|连同|加上|算上)"), "含"),
    (re.compile("^含?(.+?)(?:的?数据?)?(?:也|都)?(?:计算)?在内$"), r"含\1"),
    (re.compile("^(?:仅限|只限|仅含|只含|只算|[仅只]统计|仅|只)"), ""),
    (re.compile("(?:的?数据|的?数|口径)+$"), ""),
)


def spelled(words: str) -> str:
    """Words without what may be said otherwise: two that are spelled alike mean the same."""
    words = unicodedata.normalize("NFKC", words)
    for pattern, plain in SPELLINGS:
        words = pattern.sub(plain, words)
    return words


class ScopeEntry(Meaning):
    """范围条目: one way in which a count differs from the whole of its subject: 含兵团, 线上."""

    KEY = ("code",)
    OWNERS = ("maintainer",)
    SHOWN = ("code", "name", "aliases", "effect", "aspect", "within")
    SEARCHED_IN = ("search_text",)

    class Effect(models.TextChoices):
        WIDER = "wider", "比主体宽"
        PART = "part", "主体的一部分"
        OTHER = "other", "另一种数法"

    # Identification
    code = models.SlugField("编号", max_length=60, unique=True)
    name = models.CharField("名称", max_length=60, help_text="如：含兵团、线上、旗舰店")
    aliases = NameListField(
        "其他说法",
        help_text="同一个意思的其他写法，每行一个；“包括、包含”与“含”、“仅”字和“数”字不必另写",
    )

    # Meaning
    effect = models.CharField(
        "作用", max_length=8, choices=Effect, help_text="写上它，所数的比主体宽，还是窄"
    )
    aspect = models.CharField(
        "方面",
        max_length=20,
        blank=True,
        help_text="按什么来分，如：渠道；同一方面的各条互相排斥，一个序列只取一条",
    )
    within = optional_key_to(
        "self", "属于", "narrower", help_text="包含它的那一条：含第一师属于含兵团"
    )

    # Provenance
    note = WordsField("备注", blank=True)
    maintainer = MaintainerField()
    correction_reason = reason_of_change()
    search_text = SearchTextField("检索文字")

    class Meta(Meaning.Meta):
        verbose_name = verbose_name_plural = "范围条目"
        ordering = ("code",)
        constraints = (
            once("scope_entry_name_once", "已有同名的范围条目。", "name"),
            row_check(
                "scope_entry_effect_known",
                Q(effect__in=("wider", "part", "other")),
                "请选择范围条目的作用。",
            ),
            row_check(
                "scope_entry_not_within_itself",
                Q(within=None) | ~Q(within=F("id")),
                "范围条目不能属于自己。",
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def search_names(self) -> list[str]:
        return [self.name, *self.aliases]

    @property
    def spellings(self) -> set[str]:
        """All that it is called, spelled alike."""
        return {spelled(words) for words in (self.name, *self.aliases)} - {""}

    def clean(self) -> None:
        self.before_storing_names([self])

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        super().before_storing(rows)
        cls.before_storing_names(rows)

    @classmethod
    def before_storing_names(cls, rows: Sequence[Self]) -> None:
        """No wording leads to two entries."""
        known = {one.pk: one for one in cls._base_manager.all()}
        for row in rows:
            others = [one for pk, one in known.items() if pk != row.pk]
            row.refuse_what_is_taken([*others, *(one for one in rows if one is not row)])

    def refuse_what_is_taken(self, others: Iterable["ScopeEntry"]) -> None:
        for other in others:
            if found := self.spellings & other.spellings:
                name = "name" if spelled(self.name) in found else "aliases"
                words = f"“{min(found)}”已是范围条目“{other}”的说法。"
                raise BrokenRuleError(words, name)


def is_narrowed(note: str, effects: Iterable[str | None]) -> bool:
    """Whether a scope is a part of its subject, or counts in another way, by its note and by what
    its entries do: 仅苹果, 线上; not 含兵团."""
    return bool(note) or any(effect not in (None, ScopeEntry.Effect.WIDER) for effect in effects)


class ScopeList:
    """All entries, read once for some series."""

    def __init__(self) -> None:
        rows = list(ScopeEntry.objects.select_related(None).order_by("code"))
        self.by_number = {row.pk: row for row in rows}
        self.by_spelling = {words: row for row in rows for words in row.spellings}

    def named_in(self, note: str) -> tuple[list[ScopeEntry], str]:
        """The entries that a note or parts of it name, and what is left of it."""
        is_one = spelled(note) in self.by_spelling
        parts = [note] if is_one else SEPARATORS.split(note)
        found = [(part.strip(), self.by_spelling.get(spelled(part))) for part in parts]
        named = [entry for _, entry in found if entry]
        if not named:
            return [], note
        return named, BETWEEN.join(part for part, entry in found if part and not entry)

    def spelled_in(self, note: str) -> list[ScopeEntry]:
        """The entries whose words stand anywhere in a note: 电商平台店铺 speaks of the channel."""
        words = spelled(note) if note else ""
        found = {row.pk: row for one, row in self.by_spelling.items() if one in words}
        return list(found.values())


def settle(series: Iterable[Any]) -> None:
    """Let series point at the entries that hold, each once and in one order.

    What their notes say in the words of an entry is the entry. ValidationError in Chinese if they
    are too many, or exclude each other.
    """
    wanted = [row for row in series if row.scope_note or row.second_scope_id or row.third_scope_id]
    known = ScopeList() if wanted else None
    for row in wanted:
        named, row.scope_note = known.named_in(row.scope_note)
        numbers = dict.fromkeys([*row.scope_numbers, *(entry.pk for entry in named)])
        chosen = sorted((known.by_number[pk] for pk in numbers), key=lambda entry: entry.code)
        refuse_together(chosen)
        for name, entry in zip(SCOPES, [*chosen, None, None, None], strict=False):
            if getattr(row, f"{name}_id") != (entry and entry.pk):
                setattr(row, name, entry)


def refuse_together(chosen: list[ScopeEntry]) -> None:
    """Entries that cannot all hold of one series."""
    if len(chosen) > len(SCOPES):
        names = BETWEEN.join(map(str, chosen))
        words = f"一个序列最多写 {len(SCOPES)} 条范围，这里有：{names}。"
        raise BrokenRuleError(words, *SCOPES, "scope_note")
    aspects: dict[str, ScopeEntry] = {}
    for entry in chosen:
        if entry.aspect and (other := aspects.get(entry.aspect)):
            words = f"“{other}”和“{entry}”同是“{entry.aspect}”方面的，互相排斥，只能取一条。"
            raise BrokenRuleError(words, *SCOPES, "scope_note")
        aspects[entry.aspect] = entry
