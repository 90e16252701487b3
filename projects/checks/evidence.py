"""What the checks look at: approved figures and what stands around them, as plain records.

Nothing here reads the database (`loading` does), so that a check is a pure function.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.utils.functional import cached_property

from projects.reading.bounds import allowed, loosely

Thing = tuple[str, int]  # a subject: its kind and number, ("region", 7)
PROVISIONAL = re.compile("初步(?:数|核算|统计|汇总)|快报")
DIMENSIONS = {"渠道": re.compile("线上|线下|网上|电商|直播"), "兵团": re.compile("兵团|师")}
CONSTANT_PRICES = re.compile("可比价|不变价|扣除价格|实际增[长速]")
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


@dataclass(frozen=True, eq=False)
class SeriesFacts:
    """A metric of a subject and scope."""

    pk: int
    name: str
    metric: MetricFacts
    subjects: frozenset[Thing]
    scope: str = ""
    part_of: int | None = None
    has_complete_parts: bool = False
    slug: str = ""
    parts_ground: str = ""

    @property
    def has_disjoint_parts(self):
        """Whether somebody wrote down why its parts do not overlap."""
        return bool(self.parts_ground)

    @property
    def dimension(self):
        """By what a scope is told apart from others of its kind: 线上 and 线下 by the channel."""
        return next((kind for kind, words in DIMENSIONS.items() if words.search(self.scope)), "")

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

    def figures_of(self, series):
        """The figures of a series, in reading order."""
        return self.of_series.get(series.pk, ())

    def used_of(self, series):
        """The figures of a series that say something and are in use: a later one took the place of
        the others, which contradict nothing."""
        return self._used.get(series.pk, ())

    @cached_property
    def _used(self):
        found = defaultdict(list)
        for figure in self.figures:
            if figure.rank != "deprecated" and figure.interval.is_known:
                found[figure.series.pk].append(figure)
        return found

    @cached_property
    def by_end(self):
        """The figures of a series and nature by the days on which they may be said to end."""
        found = defaultdict(list)
        for figure in self.figures:
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

    def subject_words(self, subjects):
        """What a series is about, in the words of series names."""
        return "·".join(self.names.get(thing, "") for thing in sorted(subjects, reverse=True))
