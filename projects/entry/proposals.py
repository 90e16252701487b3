"""Series, metrics and subjects that may be meant by a figure: what its document says before it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.db.models import BooleanField, Case, Func, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Left, Length, StrIndex

from aidtracker.ground.scope import readable, scope_of
from aidtracker.ground.search import BEGINNING, IS_NAMED_OTHERWISE, beginnings_in
from programs.models import Source
from projects.entry.document import latest_first
from projects.models import Metric, ScopeEntry, Series
from projects.models.metrics import SUBJECTS
from projects.reading import figures

REACH = 300  # characters before a figure in which names are looked for
AROUND = 40  # characters on both sides of it that are compared with a metric's name
MOST = 12
SAME_SUBJECT = 0.4  # what the subject of the document's last figure adds to a series' score
USED_HERE = 0.2  # what it adds, at most, to have been used for the latest figures of the document
LAST_SUBJECT = 0.8  # how near a subject used here is, if it is not named nearer
LATELY = 30  # of these figures
# What a series is ranked by.
ROW = ("pk", "slug", "name", "metric_id", *(f"{kind}_id" for kind in SUBJECTS))
FOUND = (*ROW, "closeness")
# The best metrics mostly have series enough; these are looked at first.
PORTIONS = ((0, 4), (4, 16), (16, None))


@dataclass(frozen=True)
class Option:
    """A row to choose: the value that a field takes, its number, and a remark beside it."""

    value: str
    pk: int
    note: str = ""


@dataclass(frozen=True)
class Place:
    """A figure being entered by a user: its document, where it stands, and as what it is read.

    `last` is the series of the figure entered last, where that is known.
    """

    user: Any
    source: Source
    start: int
    end: int
    printed: str = ""
    last: Series | None = None

    @cached_property
    def figure(self):
        """What the printed figure says; None if it cannot be read, which fits any metric."""
        try:
            return figures.parse(self.printed)
        except figures.FigureError:
            return None

    @cached_property
    def before(self):
        return self.source.text[max(0, self.start - REACH) : self.start]

    @cached_property
    def around(self):
        return self.before[-AROUND:] + self.source.text[self.end : self.end + AROUND]

    def nearness(self, name: str, aliases: Iterable[str]) -> float:
        """From 0, not named before the figure, to 1, named right before it."""
        found = [one for one in (name, *aliases) if one and one in self.before]
        last = max((self.before.rfind(one) + len(one) for one in found), default=0)
        return last / len(self.before) if found else 0

    def likeness(self, metric):
        """The share of the pairs of characters in a metric's name that stand around the figure."""
        pairs = {metric.name[at : at + 2] for at in range(len(metric.name) - 1)}
        return sum(pair in self.around for pair in pairs) / max(1, len(pairs))

    def metric_score(self, metric: Metric) -> float:
        """How well a metric fits the words: by its name and its unit."""
        fits = self.figure is not None and metric.unit == self.figure.unit
        return max(self.nearness(metric.name, metric.aliases), self.likeness(metric)) + fits / 4

    @cached_property
    def used(self) -> list[dict[str, Any]]:
        """The series of the latest figures of the document, the last one first."""
        if self.last is not None:
            return [{name: getattr(self.last, name) for name in ROW}]
        own = latest_first(readable(self.source.observations.all(), self.user))
        if not scope_of(self.user).reads_all:
            own = own.filter(series__in=readable(Series.objects.all(), self.user))
        numbers = list(own.values_list("series", flat=True)[:LATELY])
        rows = {row["pk"]: row for row in Series.objects.filter(pk__in=numbers).values(*ROW)}
        return [rows[number] for number in numbers]

    def fits(self, metric):
        return self.figure is None or self.figure.fits(metric.unit)


class Ranking:
    """Finds the series that fit a place best, without reading the others.

    A series scores by its metric, and by those of its subjects that are named before the figure or
    that the last figure was about. Only series of such subjects can do better than their metric.
    """

    def __init__(self, place: Place, words: str) -> None:
        self.place = place
        self.words = words
        self.rows = readable(Series.objects.best_for(words), place.user)
        metrics = Metric.objects.order_by("pk").only("name", "aliases", "unit")
        found = [metric for metric in metrics if words or place.fits(metric)]
        self.units = {one.pk: one.unit for one in found}
        self.metrics = {one.pk: (not place.fits(one), -place.metric_score(one)) for one in found}
        self.last, *_ = place.used or (None,)
        self.uses = Counter(row["pk"] for row in place.used)
        self.same = set(subject_numbers(self.last)) if self.last else set()
        self.near = named_before(place)

    def best(self) -> list[dict[str, Any]]:
        """The best series: closest to the words, else the last one used if it is among them."""
        of_metrics = self.of_words() if self.words else self.of_metrics()
        ways = (self.of_subjects(), of_metrics)
        found = {row["pk"]: row for rows in ways for row in rows}
        return sorted(found.values(), key=self.order)[:MOST]

    def order(self, row: dict[str, Any]) -> tuple:
        does_not_fit, metric_score = self.metrics[row["metric_id"]]
        subjects = subject_numbers(row)
        near = [self.near.get(subject, 0) for subject in subjects]
        score = -metric_score + sum(near) / len(near)
        score += SAME_SUBJECT * bool(self.same.intersection(subjects))
        score += USED_HERE * self.uses[row["pk"]] / max(1, self.uses.total())
        return row["closeness"], does_not_fit, not self.is_last(row), -score, row["slug"]

    def is_last(self, row: dict[str, Any]) -> bool:
        return self.last is not None and row["pk"] == self.last["pk"]

    def note(self, row: dict[str, Any]) -> str:
        """What to know of a series before it is chosen."""
        does_not_fit, _ = self.metrics[row["metric_id"]]
        parts = [f"单位：{self.units[row['metric_id']]}"]
        parts += ["单位不符"] if does_not_fit else []
        parts += ["上一条用的"] if self.is_last(row) else []
        return "；".join(parts)

    def of_words(self) -> Iterable[dict[str, Any]]:
        """The series closest to the words that were typed, of those the best by their metrics."""
        *groups, _ = self.groups() or [[]]
        places = [When(metric__in=group, then=at) for at, group in enumerate(groups)]
        # Where all are equally good there is nothing to order by: PostgreSQL takes a number for a
        # column's place.
        score = Case(*places, default=len(groups), output_field=IntegerField())
        by_score = [score] if places else []
        return self.rows.order_by("closeness", *by_score, "slug").values(*FOUND)[:MOST]

    def of_subjects(self) -> Iterable[dict[str, Any]]:
        """The series that are used here, and those of subjects that were named or that the last
        figure was about."""
        rule = Q(pk__in=list(self.uses))
        wanted = self.same | self.near.keys()
        for kind in {kind for kind, _ in wanted}:
            rule |= Q(**{f"{kind}__in": [pk for one, pk in wanted if one == kind]})
        found = self.rows.filter(rule).order_by().values(*FOUND)
        return [row for row in found if row["metric_id"] in self.metrics]

    def of_metrics(self) -> Iterable[dict[str, Any]]:
        """The first series by their metrics alone."""
        groups, found = self.groups(), list[dict[str, Any]]()
        for start, end in PORTIONS:
            if len(found) < MOST:
                found += self.first_of(groups[start:end])
        return found

    def groups(self) -> list[list[int]]:
        """The metrics that are equally good, the best first."""
        ranked = sorted(self.metrics.items(), key=by_score)
        return [[pk for pk, _ in group] for _, group in groupby(ranked, key=by_score)]

    def first_of(self, groups: list[list[int]]) -> Iterable[dict[str, Any]]:
        """The first series of some groups of metrics, group after group."""
        places = [When(metric__in=group, then=at) for at, group in enumerate(groups)]
        if not places:
            return []
        rows = self.rows.filter(metric__in=[pk for group in groups for pk in group])
        return rows.order_by(Case(*places), "slug").values(*FOUND)[:MOST]


def by_score(item: tuple[int, tuple]) -> tuple:
    """What a metric is ranked by."""
    return item[1]


def subject_numbers(row: dict[str, Any]) -> list[tuple[str, int]]:
    """The subjects of a series: (kind, number)."""
    return [(kind, row[f"{kind}_id"]) for kind in SUBJECTS if row[f"{kind}_id"]]


class AnyNamed(Func):
    """Whether a text holds any of a list of names."""

    output_field = BooleanField()
    arg_joiner = ") AS one(name) WHERE one.name <> '' AND strpos("
    template = "EXISTS (SELECT 1 FROM jsonb_array_elements_text(%(expressions)s, one.name) > 0)"

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            arg_joiner=") AS one WHERE one.value <> '' AND instr(",
            template="EXISTS (SELECT 1 FROM json_each(%(expressions)s, one.value) > 0)",
            **context,
        )


def named_before(place: Place) -> dict[tuple[str, int], float]:
    """How near before a figure the things are named that are named there: {(kind, number): …}."""
    if not place.before:
        return {}
    text = Value(place.before, output_field=TextField())
    # Of very many names: first what is cheap to ask, or is found by an index (`search`).
    by_beginning = Q(begins__among=beginnings_in(place.before)) & Q(at__gt=0)
    otherwise = IS_NAMED_OTHERWISE & (Q(at__gt=0) | Q(is_called=True))
    found = [
        subject_field(kind)
        .related_model.objects.order_by()
        .alias(begins=Left("name", BEGINNING), length=Length("name"))
        .alias(at=StrIndex(text, "name"), is_called=AnyNamed("aliases", text))
        .filter(by_beginning | otherwise)
        .annotate(subject=Value(kind))
        .values_list("subject", "pk", "name", "aliases")
        for kind in SUBJECTS
    ]
    rows = found[0].union(*found[1:], all=True)
    return {(kind, pk): place.nearness(name, aliases) for kind, pk, name, aliases in rows}


def series_options(place: Place, words: str = "") -> list[Option]:
    """Series by name, or, without words, those whose unit fits: the last used one first."""
    ranking = Ranking(place, words)
    return [Option(row["name"], row["pk"], ranking.note(row)) for row in ranking.best()]


def metric_options(place, words=""):
    """Metrics by name; of equally close ones those that the words around and the figure's unit
    speak for, or that are used here, first."""
    found = readable(Metric.objects.best_for(words), place.user)
    rows = list(found.only("name", "aliases", "unit"))
    uses = Counter(row["metric_id"] for row in place.used)

    def order(row: Any) -> tuple:
        score = place.metric_score(row) + USED_HERE * uses[row.pk] / max(1, uses.total())
        return row.closeness, not place.fits(row), -score

    rows.sort(key=order)
    return [Option(row.name, row.pk, f"单位：{row.unit}") for row in rows[:MOST]]


def scope_options(place, words=""):
    """Entries of the list of scopes; without words those named around the figure first."""
    rows = list(ScopeEntry.objects.best_for(words))
    if not words:
        rows.sort(key=lambda row: not any(one in place.around for one in (row.name, *row.aliases)))
    return [Option(row.name, row.pk, scope_note(row)) for row in rows[:MOST]]


def scope_note(row):
    """What an entry does to what is counted: 比主体宽；兵团."""
    return "；".join(filter(None, (row.get_effect_display(), row.aspect)))


def subject_options(place, words=""):
    """Things of any kind by name, as `kind：name`; without words those named before the figure and
    those used here: the last one first, unless another is named close by."""
    near = named_before(place)
    for row in reversed(place.used):
        near |= {one: max(near.get(one, 0), LAST_SUBJECT) for one in subject_numbers(row)}
    label, separator, name = words.partition("：")
    found = []
    for kind in SUBJECTS:
        is_named = separator and label == subject_label(kind)
        rows = subject_rows(kind, place.user).only("name", "aliases")
        rows = rows.best_for(name if is_named else words)
        named = [pk for one, pk in near if one == kind]
        found += [(kind, row) for row in rows[:MOST]] if words else []
        found += [(kind, row) for row in rows.filter(pk__in=named)] if named else []
    last = place.used[0] if place.used else {}

    def order(item: tuple[str, Any]) -> tuple:
        kind, row = item
        is_last = last.get(f"{kind}_id") == row.pk
        return row.closeness, -near.get((kind, row.pk), 0), not is_last, len(row.name)

    rows = sorted(dict.fromkeys(found), key=order)[:MOST]
    return [Option(subject_name(kind, row), row.pk) for kind, row in rows]


def subject_name(kind, row):
    """How a subject is named in a form: 地区：阿克苏市."""
    return f"{subject_label(kind)}：{row.name}"


def subject_field(kind) -> Any:
    return Series._meta.get_field(kind)


def subject_label(kind):
    return subject_field(kind).verbose_name


def subject_rows(kind, user):
    """All things of one kind that a user's series can be about."""
    return readable(subject_field(kind).related_model.objects.all(), user)
