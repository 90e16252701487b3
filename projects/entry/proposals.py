"""Series, metrics and subjects that may be meant by a figure: what its document says before it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from aidtracker.ground.scope import readable
from programs.models import Source
from projects.models import Metric, Series
from projects.models.metrics import SUBJECTS
from projects.reading import figures

REACH = 300  # characters before a figure in which names are looked for
AROUND = 40  # characters on both sides of it that are compared with a metric's name
MOST = 12
SAME_SUBJECT = 0.4  # what the subject of the document's last figure adds to a series' score
NAMES = [
    *("name", "slug", "metric__name", "metric__aliases", "metric__unit"),
    *(f"{subject}__{field}" for subject in SUBJECTS for field in ("name", "aliases")),
]


@dataclass(frozen=True)
class Option:
    """A row to choose: the value that a field takes, its number, and a remark beside it."""

    value: str
    pk: int
    note: str = ""


@dataclass(frozen=True)
class Place:
    """A figure being entered by a user: its document, where it stands, and as what it is read."""

    user: Any
    source: Source
    start: int
    end: int
    printed: str = ""

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

    def nearness(self, row):
        """From 0, not named before the figure, to 1, named right before it."""
        found = [name for name in (row.name, *row.aliases) if name and name in self.before]
        last = max((self.before.rfind(name) + len(name) for name in found), default=0)
        return last / len(self.before) if found else 0

    def likeness(self, metric):
        """The share of the pairs of characters in a metric's name that stand around the figure."""
        pairs = {metric.name[at : at + 2] for at in range(len(metric.name) - 1)}
        return sum(pair in self.around for pair in pairs) / max(1, len(pairs))

    def metric_score(self, metric):
        fits = self.figure is not None and metric.unit == self.figure.unit
        return max(self.nearness(metric), self.likeness(metric)) + fits / 4

    def score(self, series):
        """How well a series fits the words: its metric's name, its unit, its subjects' names."""
        near = [self.nearness(subject) for subject in series.subjects]
        return self.metric_score(series.metric) + sum(near) / len(near)

    def fits(self, metric):
        return self.figure is None or self.figure.fits(metric.unit)


def series_options(place, words=""):
    """Series by name, or, without words, those whose unit fits: the last used one first."""
    series = readable(Series.objects.with_subjects().only(*NAMES), place.user)
    own = readable(place.source.observations.all(), place.user)
    last = series.filter(observations__in=own).order_by("-observations__pk").first()
    rows = list(series.search(words))
    if not words:
        rows = [row for row in rows if place.fits(row.metric)]
    same = set(last.subjects) if last else set()

    def order(row):
        score = place.score(row) + SAME_SUBJECT * bool(same & {*row.subjects})
        return row != last, not place.fits(row.metric), -score

    found = sorted(rows, key=order)[:MOST]
    return [Option(row.name, row.pk, _series_note(row, place, last)) for row in found]


def _series_note(row, place, last):
    parts = [f"单位：{row.metric.unit}"]
    if not place.fits(row.metric):
        parts.append("单位不符")
    if row == last:
        parts.append("上一条用的")
    return "；".join(parts)


def metric_options(place, words=""):
    """Metrics by name, those whose unit fits and whose name stands near the figure first."""
    rows = list(readable(Metric.objects.search(words), place.user).only("name", "aliases", "unit"))
    rows.sort(key=lambda row: (not place.fits(row), -place.metric_score(row)))
    return [Option(row.name, row.pk, f"单位：{row.unit}") for row in rows[:MOST]]


def subject_options(place, words=""):
    """Things of any kind by name, as `kind：name`; without words those named before the figure."""
    found = []
    label, separator, name = words.partition("：")
    for kind in SUBJECTS:
        is_named = separator and label == subject_label(kind)
        rows = (
            subject_rows(kind, place.user)
            .search(name if is_named else words)
            .only("name", "aliases")
        )
        found += [(place.nearness(row), kind, row) for row in rows]
    if not words:
        found = [item for item in found if item[0]]
    found.sort(key=lambda item: (-item[0], item[2].name != words, len(item[2].name)))
    return [Option(subject_name(kind, row), row.pk) for _, kind, row in found[:MOST]]


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
