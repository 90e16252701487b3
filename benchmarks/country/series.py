"""What is measured in the synthetic country, of whom, and how each series goes over the years.

Series come in dozens, and so do their figures: a dozen has 144, from one figure of a small thing
to 33 years of a total with the growth that documents print beside it. Numbers from 1, but for
`place`, which is the place of a series in its dozen, and `at`, that of a figure in its series.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Any

from aidtracker.ground.months import following
from benchmarks.country import names
from benchmarks.country.chance import Chance
from benchmarks.country.filling import Filling
from benchmarks.country.places import Places
from benchmarks.country.sizes import Sizes
from programs.models.programs import Sector
from projects.models import Metric, Series

FIGURES = (1, 2, 3, 4, 6, 10, 16, 12, 12, 12, 33, 33)
DOZEN, OF_DOZEN = len(FIGURES), sum(FIGURES)
STARTS = (0, *accumulate(FIGURES))
PLACES = [place for place, many in enumerate(FIGURES) for _ in range(many)]
TWICE = (5, 6)  # each time is stated by two documents
WHOLE, PARTS = 7, {8: ("线上", 0.6), 9: ("线下", 0.4)}
TOTAL, GROWTH = 10, 11
# The subjects of twenty dozens.
KINDS = (
    *("project",) * 6,
    *("enterprise",) * 3,
    *("outlet",) * 2,
    *("site",) * 2,
    *("region",) * 2,
    *("headquarters",) * 2,
    "investment",
    "program",
    "activity",
)
NAMES = {
    "project": names.project,
    "enterprise": names.enterprise,
    "outlet": names.outlet,
    "site": names.site,
    "investment": names.investment,
    "program": names.program,
    "activity": names.activity,
}
# Of what names.MEASURED measures; a typical size as a power of ten.
UNITS = ("吨", "元", "亩", "人", "吨", "元", "件", "户")
SIZES = (3, 6, 3, 2, 3, 7, 3, 2)
LAST_YEAR = 2025
FIRST_MONTH = date(2024, 1, 1)
# Kinds of chance.
BASE, WAVE, ERROR = 20, 21, 22


@dataclass(frozen=True)
class Measure:
    """What a metric measures."""

    unit: str
    kind: str
    accumulation: str
    power: int

    @property
    def is_point(self) -> bool:
        return self.accumulation == "point"


def measure(metric: int) -> Measure:
    """The last of each ten is the growth of the one before, which is an amount of a year."""
    if metric % 10 == 0:
        return Measure("%", "ratio", "rate", 0)
    what = metric // len(names.PRODUCTS) % len(names.MEASURED)
    unit, power = UNITS[what], SIZES[what]
    kinds = (("stock", "point"), ("flow", "period"), ("flow", "cumulative"))
    kind, accumulation = kinds[1 if metric % 10 == 9 else metric % 3]
    return Measure(unit, kind, accumulation, power)


@dataclass(frozen=True)
class Scope:
    """What one series is about."""

    metric: int
    kind: str
    subject: int
    note: str = ""


@dataclass(frozen=True)
class Window:
    """The time a figure speaks of, and how its document says so."""

    start: date
    end: date
    words: str


class Measured:
    """The metrics and series of a country, and the true value of each at each time."""

    def __init__(self, sizes: Sizes, places: Places, chance: Chance) -> None:
        self.sizes, self.places, self.chance = sizes, places, chance
        self.counts = {
            "region": places.regions,
            "headquarters": sizes.headquarters,
            "project": sizes.projects,
            "enterprise": sizes.enterprises,
            "outlet": sizes.outlets,
            "site": sizes.sites,
            "investment": sizes.investments,
            "program": sizes.programs,
            "activity": sizes.activities,
        }

    @property
    def series(self) -> int:
        """How many series the figures need."""
        dozens, rest = divmod(self.sizes.observations, OF_DOZEN)
        return dozens * DOZEN + (PLACES[rest - 1] + 1 if rest else 0)

    def fillings(self) -> Iterator[Filling]:
        given = (
            *("name", "unit", "kind", "sector", "definition"),
            *("formula", "numerator_id"),
        )
        yield Filling(Metric, given, self.metric_rows())
        given = (
            *("name", "metric_id", "scope_note", "part_of_id", "has_complete_parts"),
            *(f"{kind}_id" for kind in self.counts),
        )
        yield Filling(Series, given, self.series_rows())

    def metric_rows(self) -> Iterator[tuple[Any, ...]]:
        sectors = list(Sector)
        for number in range(1, self.sizes.metrics + 1):
            is_growth = number % 10 == 0
            measured = measure(number)
            sector = sectors[(number - is_growth) % len(sectors)]
            formula = ("growth", number - 1) if is_growth else ("", None)
            words = "示例口径：按报送单位的统计计算。"
            yield names.metric(number), measured.unit, measured.kind, sector, words, *formula

    def series_rows(self) -> Iterator[tuple[Any, ...]]:
        for number in range(1, self.series + 1):
            scope, place = self.scope(number), (number - 1) % DOZEN
            whole = number - place + WHOLE if place in PARTS else None
            subjects = [scope.subject if kind == scope.kind else None for kind in self.counts]
            yield self.name(scope), scope.metric, scope.note, whole, place == WHOLE, *subjects

    def name(self, scope: Scope) -> str:
        """As a series names itself."""
        note = f"（{scope.note}）" if scope.note else ""
        return f"{self.subject_name(scope)} {names.metric(scope.metric)}{note}"

    def subject_name(self, scope: Scope) -> str:
        if scope.kind == "region":
            return self.places.region_name(scope.subject)
        if scope.kind == "headquarters":
            return self.places.headquarters_name(scope.subject)
        return NAMES[scope.kind](scope.subject)

    def scope(self, number: int) -> Scope:
        """What a series is about: no two share metric, subject and note."""
        dozen, place = divmod(number - 1, DOZEN)
        kind = KINDS[dozen % len(KINDS)]
        count = self.counts[kind]
        # How many dozens are about this kind of subject before this one.
        before = dozen // len(KINDS) * KINDS.count(kind) + KINDS[: dozen % len(KINDS)].count(kind)
        if place in (TOTAL, GROWTH):
            of_ten = (before // count + before) % (self.sizes.metrics // 10)
            metric = of_ten * 10 + (9 if place == TOTAL else 10)
            return Scope(metric, kind, before % count + 1)
        note = PARTS[place][0] if place in PARTS else ""
        pair = before * DOZEN + (WHOLE if place in PARTS else place)
        usual = (pair // count + pair % count) % (self.sizes.metrics // 10 * 8)
        return Scope(usual // 8 * 10 + usual % 8 + 1, kind, pair % count + 1, note)

    def base(self, number: int) -> float:
        """The true value of a series at its first time."""
        power = measure(self.scope(number).metric).power
        return 10 ** (power + 2 * self.chance.share(BASE, number))

    def value(self, number: int, at: int) -> float:
        """The true value of a series at its `at`-th time; it grows by five to nine per cent."""
        wave = self.chance.share(WAVE, number * 64 + at) - 0.5
        return self.base(number) * 1.07**at * (1 + 0.02 * wave)

    def stated(self, number: int, at: int) -> float:
        """What a document states of it; now and then that is wrong."""
        place = (number - 1) % DOZEN
        if place == GROWTH:
            last, now = (self.value(number - 1, one) for one in (at - 1, at))
            return (now / last - 1) * 100 + (5 if self.is_wrong(20, number, at) else 0)
        if place in PARTS:
            return self.value(number - place + WHOLE, at) * PARTS[place][1]
        if place in TWICE:
            wrong = 1.25 if at % 2 and self.is_wrong(8, number, at) else 1.0
            return self.value(number, at // 2) * wrong
        return self.value(number, at)

    def is_wrong(self, once_in: int, number: int, at: int) -> bool:
        return self.chance.below(once_in, ERROR, number * 64 + at) == 0

    def window(self, number: int, at: int) -> Window:
        """The time of a figure: years up to the last one, or months in half of the dozens."""
        dozen, place = divmod(number - 1, DOZEN)
        time = at // 2 if place in TWICE else at
        if place < WHOLE and dozen % 2:
            return month_window(time)
        return year_window(time, FIGURES[place] // (2 if place in TWICE else 1))


@lru_cache
def year_window(at: int, of: int) -> Window:
    year = LAST_YEAR - of + 1 + at
    return Window(date(year, 1, 1), date(year, 12, 31), f"{year}年")


@lru_cache
def month_window(at: int) -> Window:
    month = date(FIRST_MONTH.year + at // 12, at % 12 + 1, 1)
    end = following(month) - timedelta(days=1)
    return Window(month, end, f"{month.year}年{month.month}月")
