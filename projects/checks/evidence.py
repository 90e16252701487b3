"""What the checks look at: approved figures and what stands around them, as plain records.

Nothing here reads the database (`loading` does), so that a check is a pure function.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import chain

from django.utils.functional import cached_property

from projects.reading.bounds import allowed, loosely

Thing = tuple[str, int]  # a subject: its kind and number, ("region", 7)
PROVISIONAL = re.compile("初步(?:数|核算|统计|汇总)|快报")
REVISED = re.compile("修订[后数]|最终核实|普查后")
CONSTANT_PRICES = re.compile("可比价|不变价|扣除价格|实际增[长速]")
HIDDEN = "未公开的序列"  # what a missing part is called whose subject is not public
WHOLE_PREFIX = "占"  # a share's scope note may name its whole: 占阿克苏地区


@dataclass(frozen=True, eq=False)
class MetricFacts:
    """What is counted, and the formula of a derived metric."""

    pk: int
    name: str
    unit: str
    kind: str
    sector: str
    formula: str = ""
    numerator: int | None = None
    denominator: int | None = None
    base: str = "last_year"
    ledger_field: str = ""
    counted_rows: str = ""
    not_above: int | None = None


@dataclass(frozen=True)
class Entry:
    """One way in which what is counted differs from the whole of a subject: 含兵团, 线上."""

    pk: int
    name: str
    effect: str = "other"
    aspect: str = ""
    within: int | None = None


@dataclass(frozen=True)
class Scope:
    """How what a series counts differs from its subjects: entries of the list, and other words.

    `told_by`: the aspects by which it is told apart from others, those among its words, too.
    """

    entries: frozenset[Entry] = frozenset()
    note: str = ""
    told_by: frozenset[str] = field(default=frozenset(), compare=False)

    def __bool__(self) -> bool:
        return bool(self.entries or self.note)

    def __str__(self) -> str:
        names = [one.name for one in sorted(self.entries, key=lambda one: one.name)]
        return "，".join(filter(None, (*names, self.note)))

    @property
    def whole_name(self) -> str:
        """What a share is said to be a share of: 占阿克苏地区; empty if that is not said."""
        return self.note.removeprefix(WHOLE_PREFIX) if self.note.startswith(WHOLE_PREFIX) else ""

    @property
    def of_whole(self) -> "Scope":
        """The scope without the words that say what it is a share of."""
        return replace(self, note="") if self.whole_name else self

    def is_apart_from(self, other: "Scope") -> bool:
        """Whether nothing is in both: what differs is told apart in one way."""
        return self.told_by == other.told_by and not self.overlaps(other)

    def overlaps(self, other: "Scope") -> bool:
        """Whether an entry of one holds one of the other, or may do."""
        numbers = {one.pk for one in (*self.entries, *other.entries)}
        differing = self.entries ^ other.entries
        return any(not one.aspect or one.within in numbers for one in differing)

    def is_inside(self, other: "Scope") -> bool:
        """Whether all that it counts is counted by the other, as the list of entries has it."""
        if self.note != other.note:
            return False
        own, theirs = self.entries - other.entries, other.entries - self.entries
        if len(own) == len(theirs) == 1:
            return next(iter(own)).within == next(iter(theirs)).pk
        if own and not theirs:
            return [one.effect for one in own] == ["part"]
        return not own and [one.effect for one in theirs] == ["wider"]


@dataclass(eq=False)
class SeriesFacts:
    """A metric of a subject and scope; its name is known once it is known that all may see it."""

    pk: int
    metric: MetricFacts
    subjects: frozenset[Thing]
    scope: Scope = Scope()
    part_of: int | None = None
    has_complete_parts: bool = False
    slug: str = ""
    parts_ground: str = ""
    name: str = HIDDEN

    @property
    def has_disjoint_parts(self):
        """Whether somebody wrote down why its parts do not overlap."""
        return bool(self.parts_ground)

    @property
    def is_additive(self):
        """Whether a part of it cannot be greater than the whole."""
        return self.metric.kind in ("stock", "flow")

    @property
    def identity(self):
        """What no two series have in common."""
        return self.metric.pk, self.subjects, self.scope


# Nobody changes one; frozen, each of so many would take three times as long to make.
@dataclass(eq=False)
class Figure:
    """An approved observation."""

    pk: int
    key: str
    source: str
    series: SeriesFacts
    printed: str
    qualifier: str
    nature: str
    accumulation: str
    value: Decimal | None = None
    value_high: Decimal | None = None
    lower: Decimal | None = None
    upper: Decimal | None = None
    period_start: date | None = None
    period_end: date | None = None
    as_of: date | None = None
    period_text: str = ""
    rank: str = "normal"
    note: str = ""
    obs_status: str = ""
    price_basis: str = ""
    copied_from: str | None = None
    is_period_inferred: bool = False

    @property
    def metric(self):
        return self.series.metric

    @property
    def unit(self):
        return self.metric.unit

    @property
    def origin(self):
        """The document that said it first: what several papers print of one release is one word."""
        return self.copied_from or self.source

    @property
    def statement(self):
        """What is said, and by which document first."""
        time = (*self.window, self.accumulation, self.period_text if self.time is None else "")
        standing = (self.nature, self.obs_status, self.price_basis, self.rank == "deprecated")
        return self.origin, self.series.pk, self.interval, self.qualifier, time, standing

    @cached_property
    def interval(self):
        """What the printed words allow."""
        return allowed(self.lower, self.upper, self.metric.unit, self.metric.kind == "ratio")

    @cached_property
    def loose(self):
        """What the printed words may stand for at most, as newspapers write."""
        return loosely(self.interval, self.value, self.qualifier)

    @cached_property
    def is_provisional(self):
        """Whether a later figure is expected to differ from it: 初步核算, 快报."""
        return self.obs_status == "provisional" or bool(PROVISIONAL.search(self.note))

    @cached_property
    def is_revised(self):
        """Whether it took the place of what was said before: 修订数, 最终核实数."""
        return self.obs_status == "revised" or bool(REVISED.search(self.note))

    @property
    def is_broken(self):
        """Whether from its time on something else is counted than before."""
        return self.obs_status == "break"

    @property
    def broken_since(self):
        """The first day on which something else is counted than before, where it says so."""
        first = self.period_start if self.accumulation == "period" else None
        return (first or self.moment) if self.is_broken else None

    @cached_property
    def is_at_constant_prices(self):
        """Whether prices of another time were taken, by what is recorded or said of it."""
        if self.price_basis:
            return self.price_basis == "comparable"
        said = (self.note, self.period_text, self.series.name)
        return any(CONSTANT_PRICES.search(words) for words in said)

    @cached_property
    def moment(self):
        """The last day it speaks of."""
        if self.accumulation in ("point", "cumulative"):
            return self.as_of or self.period_end
        return self.period_end or self.as_of

    @cached_property
    def window(self):
        """First and last day it speaks of; a figure for a point in time has no first day."""
        return (None if self.accumulation == "point" else self.period_start), self.moment

    @cached_property
    def time(self):
        """The window, or None where it cannot be told whether another figure has the same."""
        start, end = self.window
        if end is None or (start is None and self.accumulation == "period"):
            return None
        return start, end


def without_copies(figures):
    """Figures in their order, but for those of documents that only repeat what they were copied
    from: what several papers print of one release is one word, however it is compared."""
    if not any(figure.copied_from for figure in figures):
        return figures
    said, kept = set(), set()
    for figure in sorted(figures, key=lambda figure: figure.copied_from is not None):
        key = figure.statement
        if figure.copied_from is None or key not in said:
            said.add(key)
            kept.add(figure.pk)
    return [figure for figure in figures if figure.pk in kept]


@dataclass(frozen=True)
class LedgerRow:
    """A row of a ledger that a printed count may count, with the days on which it may lie."""

    record: str
    words: str
    things: frozenset[Thing]
    earliest: date | None = None
    latest: date | None = None


@dataclass(frozen=True)
class AmountRow:
    """A row of a ledger that names a figure as where an amount was taken from.

    `record` is `dataset:slug`, `key` tells it from all others; `amounts` are by column, as the
    ledger keeps them.
    """

    record: str
    key: str
    words: str
    amounts: dict[str, Decimal]
    labels: dict[str, str]


@dataclass(frozen=True)
class Step:
    """A date that one record gives for a step of a thing: 启用 of a park, 签订 of an agreement.

    `thing` and `record` are `dataset:slug`, `name` is what happened, `words` where it is said.
    """

    thing: str
    step: str
    name: str
    words: str
    record: str
    text: str
    earliest: date
    latest: date


@dataclass
class Evidence:
    """Everything the checks of some series may use: those series, and those they are read with.

    `above`: for each thing those it stands in, and whether wholly. `ledger`: amounts of ledgers in
    the metric's base unit by thing and field. `rows`: what the counts of a metric count.
    `amount_rows`: the rows of ledgers that name a figure, by its number.
    """

    figures: list[Figure]
    series: dict[int, SeriesFacts]
    metrics: dict[int, MetricFacts]
    names: dict[Thing, str] = field(default_factory=dict)
    aliases: dict[Thing, frozenset[str]] = field(default_factory=dict)
    above: dict[Thing, dict[Thing, bool]] = field(default_factory=dict)
    parents: dict[Thing, Thing] = field(default_factory=dict)
    ledger: dict[tuple[Thing, str], Decimal] = field(default_factory=dict)
    ledger_names: dict[Thing, str] = field(default_factory=dict)
    rows: dict[int, tuple[str, list[LedgerRow]]] = field(default_factory=dict)
    amount_rows: dict[int, list[AmountRow]] = field(default_factory=dict)

    @cached_property
    def of_series(self):
        """The figures of each series."""
        found = defaultdict(list)
        for figure in self.figures:
            found[figure.series.pk].append(figure)
        return found

    @cached_property
    def statements(self):
        """The figures of each series but for those that only repeat what they were copied from."""
        return {pk: without_copies(figures) for pk, figures in self.of_series.items()}

    def records_of(self, series):
        """All figures of a series, in reading order."""
        return self.of_series.get(series.pk, ())

    def figures_of(self, series):
        """The figures of a series in reading order, each release once that papers print."""
        return self.statements.get(series.pk, ())

    def used_of(self, series):
        """The figures of a series that say something and are in use: a later one took the place of
        the others, which contradict nothing."""
        return self._used.get(series.pk, ())

    @cached_property
    def _used(self):
        found = defaultdict(list)
        for figure in chain.from_iterable(self.statements.values()):
            if figure.rank != "deprecated" and figure.interval.is_known:
                found[figure.series.pk].append(figure)
        return found

    def breaks_of(self, series):
        """The days since which something else is counted in a series than before."""
        return self._breaks.get(series.pk, ())

    @cached_property
    def _breaks(self):
        found = defaultdict(list)
        for figure in chain.from_iterable(self.statements.values()):
            if figure.broken_since and figure.rank != "deprecated":
                found[figure.series.pk].append(figure.broken_since)
        return found

    @cached_property
    def by_end(self):
        """The figures of a series and nature by the days on which they may be said to end."""
        found = defaultdict(list)
        for figure in chain.from_iterable(self.statements.values()):
            for end in {figure.as_of, figure.period_end} - {None}:
                found[figure.series.pk, figure.nature, end].append(figure)
        return found

    @cached_property
    def parts(self):
        """The series that are parts of each series."""
        found = defaultdict(list)
        for series in self.series.values():
            if series.part_of:
                found[series.part_of].append(series)
        return found

    @cached_property
    def alike(self):
        """The series of each metric and scope."""
        found = defaultdict(list)
        for series in self.series.values():
            found[series.metric.pk, series.scope].append(series)
        return found

    @cached_property
    def _by_scope(self):
        return {one.identity: one for one in self.series.values()}

    def series_of(self, metric, subjects, scope):
        """The series of a metric (its number) about just these subjects and scope, or None."""
        return self._by_scope.get((metric, frozenset(subjects), scope))

    @cached_property
    def of_any_scope(self):
        """The series of each metric (its number) and subjects, whatever their scope."""
        found = defaultdict(list)
        for series in self.series.values():
            found[series.metric.pk, series.subjects].append(series)
        return found

    def subject_words(self, subjects):
        """What a series is about, in the words of series names."""
        return "·".join(self.names.get(thing, "") for thing in sorted(subjects, reverse=True))
