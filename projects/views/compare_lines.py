"""What is compared, as the address says it: columns of things, and lines of like figures.

What tells the figures apart is read first; then only those that are shown, by their numbers.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import Any, Self

from django.db.models import QuerySet
from django.http import QueryDict

from aidtracker.pages.listing import LONGEST_VALUE, UNPRINTABLE
from aidtracker.trail.conflicts import row_number
from projects.models import Metric, Observation, Series
from projects.models.metrics import SUBJECTS
from projects.models.scope_entries import SCOPES, is_narrowed
from projects.views.compare_kinds import (
    ABOUT,
    KINDS,
    MOST_READ,
    PERIODS,
    Choice,
    Kind,
    documents,
    figures_about,
    metrics_of,
    series_about,
)

FEWEST, MOST = 2, 19
NO_SERIES = Series.objects.none()
MOST_CELLS = 200
FEWEST_ROWS, MOST_ROWS = 8, 30
LATEST_YEARS = 6
YEARS = range(1997, 2101)
Read = dict[str, Any]  # of a figure, what tells it apart
Key = tuple[Any, ...]
Cells = list[Read | None]  # of each thing the figure on a line
Likeness = Callable[[Read], Key]


@dataclass(frozen=True)
class Column:
    """One of the things side by side, and by which keys figures about it are known."""

    key: str
    name: str
    url: str
    keys: tuple[Key, ...]


@dataclass(frozen=True)
class Line:
    """Like figures side by side; None where the documents have none."""

    figures: tuple[Observation | None, ...]

    @property
    def known(self) -> list[Observation]:
        return [one for one in self.figures if one]

    @property
    def first(self) -> Observation:
        return self.known[0]

    @property
    def has_one_scope(self) -> bool:
        return len({one.series.scope_words for one in self.known}) == 1

    @property
    def has_one_subject(self) -> bool:
        return len({tuple(map(str, one.series.subjects)) for one in self.known}) == 1


class Asked:
    """What the address asks for, as far as it can be understood; the rest is told."""

    def __init__(self, raw: QueryDict) -> None:
        self.notices: list[str] = []
        self.of = self.one(raw, "of") or "donors"
        if self.of not in (*KINDS, PERIODS):
            self.notices.append("没有这一种比较，显示的是支援省市。")
            self.of = "donors"
        self.about = self.one(raw, "about")
        self.metric = self.one(raw, "metric")
        self.download = self.one(raw, "download")
        picks = [value.strip() for value in raw.getlist("pick") if self.is_clean(value)]
        self.picks = list(dict.fromkeys(filter(None, picks)))
        if len(self.picks) > MOST:
            self.notices.append(f"最多比较 {MOST} 个，只取了前 {MOST} 个。")
            self.picks = self.picks[:MOST]

    def one(self, raw: QueryDict, name: str) -> str:
        value = raw.get(name, "").strip()
        return value if self.is_clean(value) else ""

    def is_clean(self, value: str) -> bool:
        is_bad = len(value) > LONGEST_VALUE or bool(UNPRINTABLE.search(value))
        if is_bad:
            self.notices.append("地址中有不能识别的内容，已忽略。")
        return not is_bad


class Comparison:
    """What is asked for, read and put in columns and lines."""

    def __init__(self, asked: Asked) -> None:
        self.asked, self.notices = asked, asked.notices

    @classmethod
    def of(cls, kind: str, things: Sequence[Any]) -> Self:
        """A comparison of things that are at hand."""
        found = cls(Asked(QueryDict(f"of={kind}")))
        found.things = list(things)
        return found

    @cached_property
    def things(self) -> list[Any]:
        """What is compared; all donors, unless some are named."""
        kind = KINDS.get(self.asked.of)
        if kind is None:
            return []
        picks = self.asked.picks
        if not picks and kind.code == "donors":
            picks = [one.key for one in self.offered][:MOST]
        found = kind.picked(picks)
        if len(found) < len(picks):
            self.notices.append("有的所选没有记录或已改名，没有列出。")
        return found

    @cached_property
    def offered(self) -> list[Choice]:
        """What there is to choose from; years follow from what is known."""
        return KINDS[self.asked.of].offered() if self.asked.of in KINDS else []

    @cached_property
    def missing(self) -> str:
        """What is said where there is no figure: 7 份文献里没有这个数."""
        count = documents()
        return f"{count} 份文献里没有这个数" if count else "没有这个数"

    @cached_property
    def subject(self) -> tuple[Kind, Any] | None:
        """Of which thing years are compared: `headquarters:zhejiang`."""
        code, _, key = self.asked.about.partition(":")
        found = KINDS[code].picked([key]) if code in ABOUT and key else []
        if self.asked.about and not found:
            self.notices.append("没有找到要比较的主体。")
        return (KINDS[code], found[0]) if found else None

    @cached_property
    def series(self) -> QuerySet:
        """The series about what is compared; none of fewer than two things."""
        if self.asked.of == PERIODS:
            return series_about(self.subject[0], [self.subject[1]]) if self.subject else NO_SERIES
        is_enough = len(self.things) >= FEWEST
        return series_about(KINDS[self.asked.of], self.things) if is_enough else NO_SERIES

    @cached_property
    def read(self) -> list[Read]:
        if self.series is NO_SERIES:
            return []
        series = self.series
        if self.metric:
            series = series.filter(metric=self.metric)
        rows = figures_about(series)
        if len(rows) == MOST_READ:
            advice = "请少选几个。" if self.metric else "请选一个指标。"
            self.notices.append(f"数字太多，只比较了其中 {MOST_READ} 个；{advice}")
        return rows

    @cached_property
    def metric(self) -> Metric | None:
        """The one that is asked for."""
        wanted = self.asked.metric
        return next((one for one in self.metrics if one.slug == wanted), None) if wanted else None

    @cached_property
    def columns(self) -> list[Column]:
        if self.asked.of == PERIODS:
            return [year_column(year) for year in self.years]
        kind = KINDS[self.asked.of]
        return [thing_column(kind, thing) for thing in self.things]

    @cached_property
    def known_years(self) -> list[int]:
        return sorted({when.year for row in self.read if (when := moment(row))}, reverse=True)

    @cached_property
    def years(self) -> list[int]:
        """The years that are asked for, or the latest of which anything is known."""
        asked = [year for pick in self.asked.picks if (year := row_number(pick)) in YEARS]
        return sorted(asked or self.known_years[:LATEST_YEARS])

    @cached_property
    def placed(self) -> list[Read]:
        """What was read, each figure with the columns in which it stands; none without any."""
        rows = [row | {"places": self.places_of(row)} for row in self.read]
        return [row for row in rows if row["places"]]

    @cached_property
    def metrics(self) -> list[Metric]:
        """The metrics to choose one of."""
        is_chosen = self.series is NO_SERIES or self.asked.of == "metrics"
        return [] if is_chosen else metrics_of(self.series)

    @cached_property
    def lines(self) -> list[Line]:
        """Lines of like figures, those that most things have first."""
        several = in_turn(sorted(self.lines_read, key=order_of_line))
        shown = several[: self.most_rows]
        if len(several) > len(shown):
            rest = len(several) - len(shown)
            self.notices.append(f"还有 {rest} 行没有列出；选一个指标可以看到。")
        keys = {cell["pk"] for cells in shown for cell in cells if cell}
        rows = Observation.objects.with_subjects().filter(pk__among=[*keys])
        figures = {row.pk: row for row in rows}
        return [Line(tuple(cell and figures.get(cell["pk"]) for cell in cells)) for cells in shown]

    @property
    def lines_read(self) -> list[Cells]:
        """What is most alike stands on a line of its own; of the rest, what at least is of one
        metric, nature and way of accumulating; what only one has, by itself."""
        rows = self.placed
        found: list[Cells] = []
        for likeness in self.likenesses:
            done: set[int] = set()
            for group in grouped(rows, likeness):
                cells = self.cells(group)
                if sum(map(bool, cells)) >= FEWEST:
                    found.append(cells)
                    is_last = likeness is self.likenesses[-1]
                    done |= {row["pk"] for row in (filter(None, cells) if is_last else group)}
            rows = [row for row in rows if row["pk"] not in done]
        alone = (self.cells(group) for group in grouped(rows, self.likenesses[0]))
        return [*found, *(cells for cells in alone if any(cells))]

    @cached_property
    def likenesses(self) -> tuple[Likeness, ...]:
        """What figures on one line have in common, the narrowest first."""
        if self.asked.of == "metrics":
            return (lambda row: (*subjects(row), *scope(row)), subjects)
        if self.asked.of == PERIODS:
            return (lambda row: (*scoped(row), *subjects(row)), scoped, meaning)
        return scoped, meaning

    @property
    def most_rows(self) -> int:
        return max(FEWEST_ROWS, min(MOST_ROWS, MOST_CELLS // max(len(self.columns), 1)))

    @cached_property
    def places(self) -> dict[Key, list[int]]:
        """In which columns the figures of a key stand."""
        found: dict[Key, list[int]] = {}
        for at, column in enumerate(self.columns):
            for key in column.keys:
                found.setdefault(key, []).append(at)
        return found

    def places_of(self, row: Read) -> set[int]:
        """The columns in which a figure stands."""
        if self.asked.of == PERIODS:
            when = moment(row)
            keys: Sequence[Key] = [("year", when.year)] if when else []
        else:
            keys = KINDS[self.asked.of].keys_in(row)
        return {at for key in keys for at in self.places.get(key, ())}

    def cells(self, rows: list[Read]) -> Cells:
        """Of each thing the figure to show: of the time that most have, else its best."""
        held: list[list[Read]] = [[] for _ in self.columns]
        for row in rows:
            for at in row["places"]:
                held[at].append(row)
        common = common_time(held) if sum(map(bool, held)) >= FEWEST else None
        return [best(found, common) for found in held]


def grouped(rows: Iterable[Read], likeness: Likeness) -> list[list[Read]]:
    groups: dict[Key, list[Read]] = {}
    for row in rows:
        groups.setdefault(likeness(row), []).append(row)
    return list(groups.values())


def meaning(row: Read) -> Key:
    return row["series__metric"], row["nature"], row["accumulation"], row["price_basis"]


def scoped(row: Read) -> Key:
    return (*meaning(row), *scope(row))


def scope(row: Read) -> Key:
    return tuple(row[f"series__{name}"] for name in (*SCOPES, "scope_note"))


def effects(row: Read) -> Key:
    return tuple(row[f"series__{name}__effect"] for name in SCOPES)


def subjects(row: Read) -> Key:
    return tuple(row[f"series__{name}"] for name in SUBJECTS)


def year_column(year: int) -> Column:
    return Column(str(year), f"{year}年", "", (("year", year),))


def thing_column(kind: Kind, thing: Any) -> Column:
    return Column(thing.slug, str(thing), thing.get_absolute_url(), tuple(kind.keys_of(thing)))


def moment(row: Read) -> date | None:
    return row["as_of"] or row["period_end"] or row["period_start"]


def time(row: Read) -> Key:
    return row["period_start"], row["period_end"], row["as_of"]


def common_time(held: list[list[Read]]) -> Key | None:
    """The time of which most things have a figure, the latest of several; None if no two have."""
    times = Counter(one for rows in held for one in {time(row) for row in rows if moment(row)})
    latest = {time(row): moment(row) for rows in held for row in rows}
    found = max(times, key=lambda one: (times[one], latest[one]), default=None)
    return found if found and times[found] >= FEWEST else None


def best(rows: list[Read], common: Key | None) -> Read | None:
    """The figure to show of one thing: of the common time, about no more than the thing itself."""

    def order(row: Read) -> Key:
        width = sum(row[f"series__{name}"] is not None for name in SUBJECTS)
        when = moment(row)
        return (
            common is None or time(row) != common,
            row["rank"] != Observation.Rank.PREFERRED,
            width,
            is_narrowed(row["series__scope_note"], effects(row)),
            -(when.toordinal() if when else 0),
            row["pk"],
        )

    return min(rows, key=order, default=None)


def in_turn(lines: list[Cells]) -> list[Cells]:
    """Of lines in order, those that only one thing has at the end: the first of each, then on."""
    alone: Counter[int] = Counter()
    turns = []
    for cells in lines:
        held = [at for at, cell in enumerate(cells) if cell]
        turns.append(alone[held[0]] if len(held) < FEWEST else -1)
        alone[held[0]] += len(held) < FEWEST
    return [cells for _, cells in sorted(zip(turns, lines, strict=True), key=itemgetter(0))]


def order_of_line(cells: Cells) -> Key:
    """Lines that most things have first; of them those with a figure that is preferred, then money
    before the rest, wholes before what is narrower."""
    known = [cell for cell in cells if cell]
    first = known[0]
    is_preferred = any(cell["rank"] == Observation.Rank.PREFERRED for cell in known)
    is_money = first["series__metric__unit"] == "元"
    narrow = any(scope(first))
    order = not is_preferred, not is_money, narrow
    return -len(known), *order, first["series__metric"], first["pk"]
