"""Amounts of a ledger added up, in 万元, and the explanations that pages open."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, QuerySet, Sum, Window
from django.urls import reverse

from aidtracker.templatetags.formatting import yi

SHOWN_ROWS = 100


@dataclass(frozen=True)
class Line:
    """One line of an explanation: what it is, its amount or the reason, its page."""

    name: str
    words: str
    url: str


@dataclass(frozen=True)
class Explanation:
    """What `includes/total.html` prints: the amount and how it came about, or why there is none.

    `unshown` is how many more rows a long ledger has than stand in `parts` and `exclusions`.
    """

    amount: str
    formula: str
    parts: tuple[Line, ...] = ()
    exclusions: tuple[Line, ...] = ()
    reasons: tuple[str, ...] = ()
    unshown: int = 0


@dataclass(frozen=True)
class LedgerSum:
    """One amount of a ledger added up, in 万元, and the rows it comes from.

    `amount` is None where no row knows it; `known` and `unknown` count rows.
    """

    label: str
    amount: Decimal | None
    known: int
    unknown: int
    rows: QuerySet
    field: str

    @property
    def words(self):
        """The sum; where amounts are unknown, it never looks like that of all rows."""
        return partly(self.amount, self.known, self.unknown)

    @property
    def formula(self):
        """12 项合计，另有 3 项金额未知，未计入。"""
        if not self.known:
            return f"{self.unknown} 项的金额都未知，没有相加。" if self.unknown else "没有记录。"
        rest = f"，另有 {self.unknown} 项金额未知，未计入" if self.unknown else ""
        return f"“{self.label}”{self.known} 项合计{rest}。"

    def explained_by(self, rows):
        """The explanation with those of its rows that are at hand: no query."""
        known = [row for row in rows if getattr(row, self.field) is not None]
        known.sort(key=lambda row: -getattr(row, self.field))
        parts = tuple(map(self._line, known))
        blanks = tuple(self._line(row) for row in rows if getattr(row, self.field) is None)
        unshown = self.known + self.unknown - len(rows)
        return Explanation(self.words, self.formula, parts, blanks, reasons=(), unshown=unshown)

    def _line(self, row):
        amount = getattr(row, self.field)
        words = "金额未知" if amount is None else yi(amount)
        return Line(str(row), words, row.get_absolute_url())


def partly(amount, known, unknown):
    """已知 2 项：2000万元；另 50 项没有给出金额; the sum alone where all rows give theirs."""
    if not known and unknown:
        return f"{unknown} 项{'都' if unknown > 1 else ''}没有给出金额"
    if not unknown:
        return yi(amount)
    return f"已知 {known} 项：{yi(amount)}；另 {unknown} 项没有给出金额"


def with_sums(queryset, names):
    """Rows that each carry the sums of all rows of the queryset, whichever slice is read."""
    found = {f"{name}_sum": Window(Sum(name)) for name in names}
    found |= {f"{name}_known": Window(Count(name)) for name in names}
    return queryset.annotate(row_count=Window(Count("pk")), **found)


def sums_of(rows, queryset, names):
    """The `LedgerSum` of each amount from rows read through `with_sums`; no query."""
    return [ledger_sum(rows[0] if rows else None, queryset, name) for name in names]


def ledger_sum(row, queryset, name):
    known = getattr(row, f"{name}_known", 0)
    return LedgerSum(
        label=queryset.model._meta.get_field(name).verbose_name,
        amount=getattr(row, f"{name}_sum", None),
        known=known,
        unknown=getattr(row, "row_count", 0) - known,
        rows=queryset,
        field=name,
    )


def explained_totals(queryset, names):
    """(label, `Explanation`) of each amount over the queryset, some of its rows named: one query.

    The rows named are those with the largest first amount, at most `SHOWN_ROWS`.
    """
    largest = F(names[0]).desc(nulls_last=True)
    plain = queryset.select_related(None).prefetch_related(None).only("name", "slug", *names)
    rows = list(with_sums(plain, names).order_by(largest, "pk")[:SHOWN_ROWS])
    return [(one.label, one.explained_by(rows)) for one in sums_of(rows, queryset, names)]


def explained_by_headquarters(model, several, name):
    """(label, `Explanation`) of an amount over the ledgers of several headquarters; no query.

    A row of a ledger belongs to one headquarters, so that their sums may be added.
    """
    meta = model._meta
    parts, blanks, total, given, missing = [], [], Decimal(0), 0, 0
    for headquarters in several:
        url = f"{reverse(f'{meta.model_name}-list')}?headquarters={headquarters.slug}"
        count = getattr(headquarters, f"{meta.model_name}_count") or 0
        known = getattr(headquarters, f"{meta.model_name}_{name}_known") or 0
        given, missing = given + known, missing + count - known
        if known:
            amount = getattr(headquarters, f"{meta.model_name}_{name}_sum")
            total += amount
            parts.append(Line(f"{headquarters}（{known} 项）", yi(amount), url))
        if count > known:
            words = f"{count - known} 项金额未知"
            blanks.append(Line(str(headquarters), words, url))
    label = f"{meta.verbose_name}{meta.get_field(name).verbose_name}"
    formula = sum_of_headquarters(parts, total)
    words = partly(total if parts else None, given, missing)
    return label, Explanation(words, formula, tuple(parts), tuple(blanks))


def sum_of_headquarters(parts, total):
    if not parts:
        return "各指挥部台账的这一金额都未知，没有相加。"
    if len(parts) == 1:
        return f"只有一个指挥部的台账有这一金额：{yi(total)}，没有相加。"
    added = "＋".join(line.words for line in parts)
    return f"每个项目只记在一个指挥部的台账里，可以相加：{added}＝{yi(total)}。"
