"""Sums that explain themselves, and that refuse what must not be added."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce

from aidtracker.templatetags.formatting import UNKNOWN, names, period, split_figure
from projects.amounts.ledger_sums import Explanation, Line
from projects.models import Observation
from projects.reading.intervals import Interval
from projects.reading.scales import scale_for
from projects.sums.additivity import Addends, Reason, reasons_against, span_words
from projects.sums.claims import said_once, statement

TEMPLATE = "includes/total.html"
SHOWN_REASONS = 6


@dataclass(frozen=True)
class Exclusion:
    """An observation that is not counted in, and why."""

    observation: Observation
    reason: str


@dataclass(frozen=True)
class Sum:
    """An amount in `unit`, the metric's base unit, within bounds; None: unknown or unbounded.

    `value_high` is set where a part is a range such as 1—2万. The bounds hold what the printed
    words of every part allow, its printed precision too.
    """

    value: Decimal | None
    value_high: Decimal | None
    lower: Decimal | None
    upper: Decimal | None
    unit: str

    @property
    def words(self):
        """不低于80亿元; 135万人次（134—136万人次）; 4—5万元; 192个; — for nothing."""
        if self.value is None:
            return UNKNOWN
        scale = scale_for(self.value, self.unit)
        if self.upper is None:
            return f"不低于{scale.amount(self.value if self.lower is None else self.lower)}"
        high = self.value if self.value_high is None else self.value_high
        words = scale.amount(high) if high == self.value else scale.span(self.value, high)
        if self.lower is None or (self.lower, self.upper) == (self.value, high):
            return words
        return f"{words}（{scale.span(self.lower, self.upper)}）"


@dataclass(frozen=True)
class Total(Sum):
    """A sum of observations: from what, by which formula (Chinese), and what was left out."""

    parts: tuple[Observation, ...]
    formula: str
    excluded: tuple[Exclusion, ...]

    can_add = True

    def explain(self):
        return Explanation(
            self.words, self.formula, part_lines(self.parts), exclusion_lines(self.excluded)
        )


@dataclass(frozen=True)
class Refusal:
    """Figures that must not be added, and every reason why."""

    reasons: tuple[Reason, ...]
    parts: tuple[Observation, ...]
    excluded: tuple[Exclusion, ...] = ()

    can_add = False
    words = "不相加"

    def __str__(self):
        return f"不能相加：{'；'.join(reason.words for reason in self.reasons)}。"

    def explain(self):
        reasons = [reason.words for reason in self.reasons]
        if len(reasons) > SHOWN_REASONS:
            reasons = [*reasons[:SHOWN_REASONS], f"另有 {len(reasons) - SHOWN_REASONS} 处"]
        return Explanation(
            self.words,
            "这些数不能相加。",
            part_lines(self.parts),
            exclusion_lines(self.excluded),
            tuple(reasons),
        )


def total(observations: Iterable[Observation]) -> Total | Refusal:
    """The sum of the figures, or a `Refusal` that says in Chinese why they must not be added.

    Figures without a value, not approved or out of use are left out and named, never taken as 0.
    Rows should come from `with_subjects()`; what their subjects stand in costs a query a step.
    """
    rows = sorted(observations, key=lambda row: (row.moment is None, row.moment or row.number))
    known = [row for row in rows if not exclusion(row)]
    parts = tuple(said_once(known))
    left_out = [row for row in rows if row not in parts]
    excluded = tuple(
        Exclusion(row, exclusion(row) or repeated_words(row, parts)) for row in left_out
    )
    addends = Addends(parts)
    if reasons := reasons_against(addends):
        return Refusal(reasons, parts, excluded)
    amount = added(parts)
    return Total(**vars(amount), parts=parts, formula=formula(addends, amount), excluded=excluded)


def exclusion(observation):
    """Why a figure is not counted in; empty if it is."""
    if observation.status != Observation.Status.PUBLISHED:
        return f"{observation.get_status_display()}，还不是公开的数字"
    if observation.rank == Observation.Rank.DEPRECATED:
        return f"不再采用：{observation.rank_reason}"
    return "没有给出具体的数" if observation.value is None else ""


def repeated_words(row, parts):
    """Why a figure that others say, too, is not counted again."""
    first = next(one for one in parts if statement(one) == statement(row))
    copied = row.source.copied_from_id and row.source.origin_id == first.source.origin_id
    return f"{'转自' if copied else '所说同于'}《{first.source.title}》，只算一次"


def added(parts):
    """The sum as an `Sum`; a bound that one part lacks, the sum lacks too."""
    if not parts:
        return Sum(None, None, None, None, "")
    highs = [part.value if part.value_high is None else part.value_high for part in parts]
    bounds = reduce(Interval.__add__, (part.interval for part in parts))
    return Sum(
        value=sum(part.value for part in parts),
        value_high=None if all(part.value_high is None for part in parts) else sum(highs),
        lower=bounds.lower,
        upper=bounds.upper,
        unit=parts[0].unit,
    )


def formula(addends, amount):
    """75万人次＋60万人次＝135万人次, and what makes the figures fit to be added."""
    if not addends.rows:
        return "没有可以相加的数。"
    printed = "＋".join(printed_words(part) for part in addends.rows)
    if len(addends.rows) == 1:
        return f"只有一个数：{printed}，没有相加。"
    remarks = [*basis(addends), *part_remarks(addends), *time_remarks(addends)]
    return f"{printed}＝{amount.words}；{'；'.join(remarks)}。"


def printed_words(observation):
    """The figure as printed, without the spaces some documents set inside it."""
    parts = split_figure(observation.printed)
    return f"{parts.hedge}{parts.number}{parts.unit}"


def basis(addends):
    """Why these may be added: separate subjects, successive periods, or both."""
    line = addends.lines[0]
    remarks = []
    if len(addends.lines) > 1:
        grounds = "；".join(addends.grounds)
        remarks.append(f"{len(addends.lines)} 个主体互不重叠（{grounds}）")
    if len(line) == 1:
        return [*remarks, f"期间同为{span_words(line[0])}"]
    kind = line[0].get_accumulation_display()
    windows = names(span_words(row) for row in line)
    return [*remarks, f"{len(line)} 段{kind}前后相接、互不重叠（{windows}），可以相加"]


def part_remarks(addends):
    """Whether parts of one whole are all there."""
    wholes = {row.series.part_of_id: row.series.part_of for row in addends.rows}
    if len(wholes) != 1 or None in wholes or len(addends.lines) == 1:
        return []
    (whole,) = wholes.values()
    missing = set(whole.parts.values_list("pk", flat=True)) - {r.series_id for r in addends.rows}
    if missing:
        return [f"还缺“{whole}”的 {len(missing)} 个部分，合计不是整体"]
    if not whole.has_complete_parts:
        return [f"“{whole}”的各部分不一定齐全，合计不一定是整体"]
    return [f"“{whole}”的各部分齐全，合计即整体"]


def time_remarks(addends):
    """How many of the periods are inferred, and of the numbers provisional."""
    inferred = sum(row.is_period_inferred for row in addends.rows)
    first = Observation.ObsStatus.PROVISIONAL
    provisional = sum(row.obs_status == first for row in addends.rows)
    remarks = {inferred: "的期间系推断", provisional: "是初步数"}
    return [f"其中 {count} 项{words}" for count, words in remarks.items() if count]


def part_lines(parts):
    return tuple(
        Line(f"{part.series}（{period(part)}）", printed_words(part), part.get_absolute_url())
        for part in parts
    )


def exclusion_lines(excluded):
    rows = ((one.observation, one.reason) for one in excluded)
    return tuple(
        Line(f"{row.series}：{printed_words(row)}", reason, row.get_absolute_url())
        for row, reason in rows
    )
