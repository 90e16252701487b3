"""What can be put side by side: donors, headquarters, places, programmes, metrics, years."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.http import QueryDict

from aidtracker.ground.inner_queries import Answers, Fixed
from aidtracker.pages.paging import kept
from programs.models import Headquarters, Pairing, Program, Region, Source
from programs.views.aid_map import aid_map
from programs.views.flows import COUNTED
from projects.models import Investment, Metric, Observation, Project, Series
from projects.models.metrics import SUBJECTS
from projects.models.scope_entries import SCOPES

MOST_CHOICES = 200
DONOR_ALONE = "donor alone"  # the key of figures about a donor and no headquarters
PLACES = (Region.Level.PREFECTURE, Region.Level.DIVISION, Region.Level.COUNTY)


@dataclass(frozen=True)
class Choice:
    """One of the things that may be chosen: its key in the address, its name, its page."""

    key: str
    name: str
    url: str = ""


@dataclass(frozen=True)
class Kind:
    """A kind of thing to compare: `rule` finds the series about some things, `columns` say in which
    columns of a series, read with its figures, the thing is named."""

    code: str
    label: str
    model: type[Any]
    lead: str
    choices: Callable[[], QuerySet]
    rule: Callable[[Sequence[Any]], Q]
    columns: tuple[str, ...]

    def keys_of(self, thing: Any) -> list[tuple[str, int]]:
        """By which keys the figures about a thing are known; see `keys_in`."""
        found = [(name, thing.pk) for name in self.columns]
        return [*found, (DONOR_ALONE, thing.donor_id)] if self.is_of_headquarters else found

    def keys_in(self, figure: dict[str, Any]) -> list[tuple[str, int]]:
        """The keys of a figure, as it is read here: what its series names in which column."""
        found = [(name, figure[f"series__{name}"]) for name in self.columns]
        if self.is_of_headquarters and figure["series__headquarters"] is None:
            found.append((DONOR_ALONE, figure["series__region"]))
        return found

    @property
    def is_of_headquarters(self) -> bool:
        return self.model is Headquarters

    def offered(self) -> list[Choice]:
        """What the form offers, read once for each edition."""
        return kept(f"compare {self.code}", lambda: [*map(choice, self.choices()[:MOST_CHOICES])])

    def picked(self, keys: Iterable[str]) -> list[Any]:
        """The things of some keys, in the order of the address."""
        wanted = list(dict.fromkeys(keys))
        rows = self.model.objects.published().filter(slug__in=wanted)
        found = {row.slug: row for row in rows}
        return [found[key] for key in wanted if key in found]


def choice(row: Any) -> Choice:
    return Choice(row.slug, str(row), row.get_absolute_url())


def donors() -> QuerySet:
    """The donors of the picture of who aids whom."""
    known = [donor.place.pk for donor in aid_map().donors]
    return Region.objects.filter(pk__in=known).order_by("code")


def sent_by(places: Sequence[Region]) -> QuerySet:
    """The headquarters that some places send."""
    return Headquarters.objects.filter(donor__in=places)


def places() -> QuerySet:
    """The places in Xinjiang that somebody aids, and those that hold them."""
    aided = Q(pairings_received__isnull=False) | Q(children__pairings_received__isnull=False)
    rows = Region.objects.current().filter(aided, level__in=PLACES)
    return Region.objects.filter(pk__in=rows.values("pk")).order_by("code")


def programs() -> QuerySet:
    """Programmes with figures."""
    series = Series.objects.published().filter(program=OuterRef("pk"))
    return Program.objects.published().filter(Exists(series)).order_by("slug")


def metrics() -> QuerySet:
    """Metrics, those of most series first."""
    return Metric.objects.annotate(many=Count("series_set")).order_by("-many", "slug")


KINDS = {
    kind.code: kind
    for kind in (
        Kind(
            "donors",
            "支援省市",
            Region,
            "各支援省市及其指挥部的数字；记录了多少，也写在表里。",
            donors,
            lambda several: Q(region__in=several) | Q(headquarters__inside=Fixed(sent_by(several))),
            ("region", "headquarters__donor"),
        ),
        Kind(
            "headquarters",
            "指挥部",
            Headquarters,
            "各援疆指挥部的数字，包括文献直接说它的支援方的。",
            lambda: Headquarters.objects.order_by("slug"),
            lambda several: (
                Q(headquarters__in=several)
                | Q(headquarters=None, region__in=[one.donor_id for one in several])
            ),
            ("headquarters",),
        ),
        Kind(
            "regions",
            "受援地",
            Region,
            "地州、县市和兵团师市的数字，只数直接说它的。",
            places,
            lambda several: Q(region__in=several),
            ("region",),
        ),
        Kind(
            "programs",
            "工程",
            Program,
            "各工程、各版本的数字。",
            programs,
            lambda several: Q(program__in=several),
            ("program",),
        ),
        Kind(
            "metrics",
            "指标",
            Metric,
            "同一主体的几个指标并列；不同的指标不相减。",
            metrics,
            lambda several: Q(metric__in=several),
            ("metric",),
        ),
    )
}
PERIODS = "periods"
# Of which kinds something is found to be like without being asked for, and how much of it.
READY = ("headquarters", "regions", "programs")
MOST_READY, MOST_PICKED = 6, 8
MONEY = "元"
# Things of which years are compared.
ABOUT = ("headquarters", "regions", "programs", "donors")
MOST_READ = 1_200
READ = (
    *("pk", "nature", "accumulation", "price_basis", "rank"),
    *("period_start", "period_end", "as_of"),
    *("series", "series__scope_note", "series__metric", "series__metric__unit"),
    *(f"series__{name}" for name in SCOPES),
    *(f"series__{name}__effect" for name in SCOPES),
    "series__headquarters__donor",
    *(f"series__{name}" for name in SUBJECTS),
)


def series_about(kind: Kind, things: Iterable[Any]) -> QuerySet:
    """The series about any of some things."""
    return Series.objects.filter(kind.rule([*things])).order_by()


def figures_about(series: QuerySet) -> list[dict[str, Any]]:
    """What tells the public figures of some series apart, as far as they stand in documents and
    are in use: one query, of so many at most."""
    rows = Observation.objects.published().in_documents().filter(series__inside=Fixed(series))
    rows = rows.exclude(rank=Observation.Rank.DEPRECATED).order_by()
    return list(rows.values(*READ)[:MOST_READ])


def metrics_of(series: QuerySet) -> list[Metric]:
    """The metrics of which some series have public figures."""
    measured = Answers(series.published().with_figures().values("metric"))
    rows = Metric.objects.filter(pk__inside=measured).only("name", "slug").order_by("slug")
    return list(rows[:MOST_CHOICES])


@dataclass(frozen=True)
class Ready:
    """A metric that several things of a kind have, found without being asked for."""

    code: str
    slug: str
    metric: str
    keys: tuple[str, ...]
    count: int

    @property
    def query(self) -> QueryDict:
        found = QueryDict(mutable=True)
        found["of"], found["metric"] = self.code, self.slug
        found.setlist("pick", self.keys)
        return found

    @property
    def words(self) -> str:
        return f"{self.metric}：{self.count} 个{KINDS[self.code].label}"


def ready() -> list[Ready]:
    """What most things of a kind have a figure of, by itself and as a whole; read once for each
    edition."""
    return kept("compare ready", lambda: [*islice(find_ready(), MOST_READY)])


def find_ready() -> Iterator[Ready]:
    found: list[tuple[Kind, Metric, list[str]]] = []
    for kind in (KINDS[code] for code in READY):
        name = kind.columns[0]
        whole = dict.fromkeys((*SCOPES, *(one for one in SUBJECTS if one != name)))
        rows = Series.objects.published().filter(**whole, **{f"{name}__isnull": False})
        rows = (rows.filter(region__level__in=PLACES) if kind.model is Region else rows).order_by()
        counts = rows.values("metric").annotate(many=Count(name, distinct=True)).filter(many__gt=1)
        metrics = [metric for metric, _ in counts.order_by("-many").values_list("metric", "many")]
        if metrics:
            known = rows.with_figures().filter(metric__in=metrics[:MOST_READY])
            found += [(kind, *one) for one in things_of_metrics(known, name)]
    found.sort(key=lambda one: (-len(one[2]), one[1].unit != MONEY, one[1].slug))
    for kind, metric, keys in found:
        if len(keys) > 1:
            yield Ready(kind.code, metric.slug, metric.name, tuple(keys[:MOST_PICKED]), len(keys))


def things_of_metrics(series: QuerySet, name: str) -> Iterator[tuple[Metric, list[str]]]:
    """Each metric of some series with the keys of what they are about, in their order."""
    columns = ("metric", "metric__slug", "metric__name", "metric__unit")
    found: dict[tuple[Any, ...], set[str]] = {}
    for *metric, key in series.values_list(*columns, f"{name}__slug")[:MOST_READ]:
        found.setdefault(tuple(metric), set()).add(key)
    for (pk, slug, label, unit), keys in found.items():
        yield Metric(pk=pk, slug=slug, name=label, unit=unit), sorted(keys)


def documents() -> int:
    """How many public documents there are in which a figure could stand."""
    kinds = Source.Kind
    rows = Source.objects.published().exclude(kind=kinds.PUBLIC).order_by()
    return kept("compare documents", rows.count)


def measured(kind: Kind) -> list[Choice]:
    """The things of most series, of which years may be compared; read once for each edition."""

    def find() -> list[Choice]:
        name = kind.columns[0]
        rows = Series.objects.published().filter(**{f"{name}__isnull": False}).order_by()
        counts = rows.values(name).annotate(many=Count("pk")).order_by("-many", name)
        keys = [pk for pk, _ in counts.values_list(name, "many")[:MOST_READY]]
        things = kind.model.objects.published().in_bulk(keys)
        return [choice(things[pk]) for pk in keys if pk in things]

    return kept(f"compare measured {kind.code}", find)


def records(kind: Kind, things: Sequence[Any]) -> list[tuple[str, dict[int, int]]]:
    """How many records of each kind there are of some donors or headquarters, by their numbers."""
    found = []
    for label, model, name in RECORDS.get(kind.code, ()):
        rows = model.objects.published().filter(**{f"{name}__in": [one.pk for one in things]})
        if model is Pairing:  # as the picture of who aids whom counts them
            rows = rows.filter(valid_to="", recipient__level__in=COUNTED)
        counts = rows.order_by().values(name).annotate(many=Count("pk"))
        found.append((label, dict(counts.values_list(name, "many"))))
    return found


RECORDS = {
    "donors": (
        ("结对的县市、师市、团场", Pairing, "donor"),
        ("指挥部", Headquarters, "donor"),
        ("援疆项目", Project, "headquarters__donor"),
        ("招商项目", Investment, "headquarters__donor"),
    ),
    "headquarters": (
        ("结对的县市、师市、团场", Pairing, "headquarters"),
        ("援疆项目", Project, "headquarters"),
        ("招商项目", Investment, "headquarters"),
    ),
}
