"""Which published figures a text is written from: those of its subject and time, never all.

Of each donor, programme and place only the first so many are read, in the order in which pages show
them: a text of a thousand figures is read by nobody.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import zip_longest
from typing import Any

from django.db.models import Count, Q, QuerySet, Window

from aidtracker.ground.inner_queries import Fixed
from aidtracker.ground.publication import PUBLISHED
from programs.models import Headquarters, Region
from projects.models import Observation, Series
from projects.models.briefings import Briefing
from projects.models.figure_queries import MOMENT, ObservationQuerySet

EACH = "各支援省市"
XINJIANG = "650000"
COUNTRY = "100000"
OF_THE_WHOLE = 60  # figures of all donors together
OF_A_DONOR = 24  # of each, where a text is about all
OF_PLACES = 60
OF_A_SUBJECT = 160  # where a text is about one
READ = 4  # times as many are looked at as are taken
DOCUMENTS = 40  # from which examples of places are taken
# What a series is about that belongs to a headquarters.
OWNED = ("headquarters", "project", "investment", "outlet", "program")


@dataclass(frozen=True)
class Part:
    """Some figures that are told together, and how many more there were."""

    title: str
    figures: list[Observation]
    left_out: int = 0
    of: str = ""  # the subject that goes without saying
    under: str = ""  # the heading that several parts have in common
    remark: str = ""  # stands behind it


@dataclass
class Donors:
    """Which donor stands for whom: a city that has a headquarters of its own, for itself."""

    headquarters: dict[int, Headquarters] = field(default_factory=dict)
    regions: dict[int, Region] = field(default_factory=dict)

    @classmethod
    def read(cls) -> "Donors":
        """Two queries."""
        bodies = Headquarters.objects.select_related("donor__parent")
        given = Region.objects.filter(pairings_given__isnull=False).distinct()
        return cls(
            {one.pk: one for one in bodies},
            {one.pk: one for one in given.select_related("parent")},
        )

    @cached_property
    def on_their_own(self) -> set[int]:
        """The donors of headquarters that stand under no other."""
        return {one.donor_id for one in self.headquarters.values() if one.parent_id is None}

    def of_headquarters(self, number: int | None) -> Region | None:
        found = self.headquarters.get(number) if number else None
        while found is not None and found.parent_id in self.headquarters:
            found = self.headquarters[found.parent_id]
        return self.of_region(found.donor) if found else None

    def of_region(self, region: Region | None) -> Region | None:
        """The donor that a place is, or whose city it is; None for a place that aids nobody."""
        if region is None or (region.pk not in self.regions and region.pk not in self.on_their_own):
            return None
        if region.pk in self.on_their_own or region.level == Region.Level.PROVINCE:
            return region
        return region.parent or region

    def of_figure(self, row: Observation) -> Region | None:
        """Whose aid a figure tells of, as far as its series says."""
        series = row.series
        for name in OWNED:
            thing = getattr(series, name)
            number = thing and (thing.pk if name == "headquarters" else thing.headquarters_id)
            if found := self.of_headquarters(number):
                return found
        return self.of_region(series.region)

    @cached_property
    def numbers(self) -> dict[int, tuple[set[int], set[int]]]:
        """Of each donor the numbers of its headquarters and of the places that it is."""
        found: dict[int, tuple[set[int], set[int]]] = {}
        for number in self.headquarters:
            if donor := self.of_headquarters(number):
                found.setdefault(donor.pk, (set(), set()))[0].add(number)
        bodies = (one.donor for one in self.headquarters.values())
        for region in {one.pk: one for one in (*self.regions.values(), *bodies)}.values():
            if donor := self.of_region(region):
                found.setdefault(donor.pk, (set(), set()))[1].add(region.pk)
        return found

    @cached_property
    def in_order(self) -> list[Region]:
        known = {one.pk: one for one in self.regions.values()}
        known |= {one.donor_id: one.donor for one in self.headquarters.values()}
        return sorted((known[pk] for pk in self.numbers if pk in known), key=lambda one: one.code)


def series_of(headquarters: Iterable[int], regions: Iterable[int]) -> QuerySet:
    """Series about some headquarters, what they run, and places that aid: found by index."""
    bodies, places = list(headquarters), list(regions)
    keys = [Series.objects.filter(region__in=places)]
    for name in OWNED:
        path = name if name == "headquarters" else f"{name}__headquarters"
        keys.append(Series.objects.filter(**{f"{path}__in": bodies}))
    first, *others = (rows.order_by().values("pk") for rows in keys)
    return Series.objects.filter(pk__inside=Fixed(first.union(*others)))


def figures_in(briefing: Briefing, rows: Any = None) -> ObservationQuerySet:
    """The public figures of a text's time that stand in documents; of some series, or of all."""
    found = Observation.objects.published().in_documents().in_use()
    if rows is not None:
        found = found.filter(series__inside=Fixed(rows))
    if briefing.starts_in or briefing.ends_in:
        found = found.alias(moment=MOMENT)
    if briefing.starts_in:
        found = found.filter(moment__gte=briefing.starts_in)
    if end := briefing.ends_in:
        found = found.filter(moment__lte=end.replace(day=monthrange(end.year, end.month)[1]))
    return found


def first_of(found: ObservationQuerySet, limit: int) -> tuple[list[Observation], int]:
    """The first figures of each field, and how many more there are: two queries.

    The numbers are found first and counted with that: a donor has tens of thousands, and to read
    which they are takes longer than all else.
    """
    counted = found.best_first().annotate(in_all=Window(Count("pk"))).values_list("pk", "in_all")
    numbers = list(counted[: READ * limit])
    place = {pk: at for at, (pk, _) in enumerate(numbers)}
    read = Observation.objects.with_subjects().filter(pk__in=place).order_by()
    rows = sorted(read, key=lambda row: place[row.pk])
    if len(rows) <= limit:
        return rows, 0
    return spread(rows, limit), numbers[0][1] - limit


def spread(rows: Iterable[Observation], limit: int) -> list[Observation]:
    """So many figures, field by field in turn, of each the whole before its parts: much that is
    told of one thing leaves room for others."""
    fields: dict[str, list[Observation]] = {}
    for row in sorted(rows, key=lambda row: row.series.part_of_id is not None):
        fields.setdefault(row.series.metric.sector, []).append(row)
    turns = zip_longest(*fields.values())
    return [row for turn in turns for row in turn if row is not None][:limit]


# Of all donors


def chosen_of_all(briefing: Briefing) -> list[Part]:
    """All donors together, then each, then places and firms that the same documents speak of."""
    donors = Donors.read()
    whole = Series.objects.filter(
        region__code__in=(XINJIANG, COUNTRY),
        **dict.fromkeys(OWNED),
        enterprise=None,
        site=None,
        activity=None,
    )
    rows, left_out = first_of(figures_in(briefing, whole), OF_THE_WHOLE)
    parts = [Part("总体", rows, left_out, of="新疆维吾尔自治区")]
    for donor in donors.in_order:
        series = series_of(*donors.numbers[donor.pk])
        own, left_out = first_of(figures_in(briefing, series), OF_A_DONOR)
        if own:
            parts.append(Part(str(donor), own, left_out, str(donor), EACH))
    silent = [str(one) for one in donors.in_order if str(one) not in {part.title for part in parts}]
    if silent and len(parts) > 1:
        of_time = "这段时间" if briefing.starts_in or briefing.ends_in else ""
        words = f"记录里{of_time}没有数字的支援省市：{'、'.join(silent)}。"
        parts[-1] = replace(parts[-1], remark=words)
    parts.append(examples(briefing, parts, donors))
    return [part for part in parts if part.figures]


def examples(briefing: Briefing, parts: list[Part], donors: Donors) -> Part:
    """What the documents of these figures say of others; first those that speak of the whole."""
    sources = list(dict.fromkeys(row.source_id for part in parts for row in part.figures))
    found = figures_in(briefing).filter(source__in=sources[:DOCUMENTS])
    others = found.exclude(series__in={row.series_id for row in parts[0].figures})
    rows = others.best_first().first_rows(READ * OF_PLACES)
    order = {source: at for at, source in enumerate(sources)}
    rows = [row for row in rows if donors.of_figure(row) is None]
    rows.sort(key=lambda row: order[row.source_id])
    taken = spread(rows, OF_PLACES)
    return Part("受援地、园区和企业", taken, len(rows) - len(taken))


# Of one


def chosen_of_headquarters(briefing: Briefing) -> list[Part]:
    """A headquarters, and each below it."""
    body = briefing.headquarters
    assert body is not None
    below = list(Headquarters.objects.filter(parent=body).order_by("slug"))
    places = [body.donor_id] if body.parent_id is None else []
    parts = []
    for one, regions in [(body, places), *((one, [one.donor_id]) for one in below)]:
        limit = OF_A_SUBJECT if one == body else OF_A_DONOR
        rows, left_out = first_of(figures_in(briefing, series_of([one.pk], regions)), limit)
        parts.append(Part("本级" if one == body and below else str(one), rows, left_out, str(one)))
    return once_each(parts)


def chosen_of_donor(briefing: Briefing) -> list[Part]:
    """A donor, with all that it sends."""
    donor, donors = briefing.donor, Donors.read()
    assert donor is not None
    bodies, regions = donors.numbers.get(donor.pk, (set(), {donor.pk}))
    series = series_of(bodies, regions | {donor.pk})
    rows, left_out = first_of(figures_in(briefing, series), OF_A_SUBJECT)
    return once_each([Part(str(donor), rows, left_out, str(donor))])


def chosen_of_project(briefing: Briefing) -> list[Part]:
    """A project and what was set out to do for it, then the site that it made."""
    project = briefing.project
    assert project is not None
    is_set_out = Q(targets__project=project.pk, targets__review=PUBLISHED)
    own = Series.objects.filter(Q(project=project.pk) | is_set_out).order_by().values("pk")
    rows, left_out = first_of(figures_in(briefing, own), OF_A_SUBJECT)
    parts = [Part("项目的数字", rows, left_out, str(project))]
    if project.site_id:
        there = Series.objects.filter(site=project.site_id, project=None)
        rows, left_out = first_of(figures_in(briefing, there), OF_A_DONOR)
        parts.append(Part(f"所在场所：{project.site}", rows, left_out, str(project.site)))
    return once_each(parts)


def once_each(parts: list[Part]) -> list[Part]:
    """Parts without figures that an earlier one has, and without those that have none."""
    known: set[int] = set()
    found = []
    for part in parts:
        rows = [row for row in part.figures if row.pk not in known]
        known |= {row.pk for row in rows}
        if rows:
            found.append(replace(part, figures=rows))
    return found


def chosen(briefing: Briefing) -> list[Part]:
    if briefing.project_id:
        return chosen_of_project(briefing)
    if briefing.headquarters_id:
        return chosen_of_headquarters(briefing)
    return chosen_of_donor(briefing) if briefing.donor_id else once_each(chosen_of_all(briefing))
