"""The IATI activity file: programmes and projects, as far as a start and a body are known.

IATI takes no activity without a start and a body that takes part: both its schema and its ruleset
say must. What has no start of its own is told with the nearest date that is known (`BORROWED`), as
a planned start that says what it is; what lacks that, too, stands at the end of the file, in our
namespace, with what it lacks.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from aidtracker.ground.addresses import address
from programs.models import Headquarters, Program
from projects.exchange import iati, iati_parts
from projects.exchange.iati import E, narrative, own, rows_told
from projects.exchange.iati_figures import FiguresOf, results
from projects.exchange.sdmx import digits
from projects.models import Project, ProjectParty, ProjectPlan
from projects.models.projects import AMOUNTS

NO_START = "没有开始的日期，计划、所属批次和工程、提到它的文献也没有日期"
NO_BODY = "没有牵头的指挥部，也没有指挥部的项目属于它"
OF_HEADQUARTERS = {
    "hq": F("headquarters__name"),
    "hq_slug": F("headquarters__slug"),
    "donor": F("headquarters__donor__name"),
}
DATES = ("planned_start", "planned_completion", "actual_start", "actual_completion")
STARTED = Q(planned_start__gt="") | Q(actual_start__gt="") | Q(batch__starts_on__gt="")
DOCUMENTED = Q(documented__gt="")
ABOVE = Q(parent__starts_on__gt="")
PROGRAM, PROJECT = "1", "2"  # levels of the hierarchy

Row = dict[str, Any]


def activities(site: str) -> Iterator[Any]:
    """All activities, then what is none: six queries, whatever there is."""
    projects, programs = public(Project), public(Program)
    under = links(Project, "programs").exclude(starts_on="")
    is_dated = STARTED | DOCUMENTED | Q(Exists(plans())) | Q(Exists(under))
    is_complete = whole_program()
    figures = FiguresOf("series__program", Q(series__project=None))
    for one in told_programs(programs.filter(is_complete)):
        yield from iati.around(program(one, site), results(figures.of(one["pk"]), site))
    figures = FiguresOf("series__project", Q())
    for one in told_projects(projects.filter(is_dated)):
        yield from iati.around(project(one, site), results(figures.of(one["pk"]), site))
    without = programs.exclude(is_complete).values("slug", "name", "starts_on", "documented")
    yield from (left_out(Program, one, site) for one in without.iterator(iati.CHUNK))
    without = projects.exclude(is_dated).values("slug", "name")
    yield from (left_out(Project, one, site) for one in without.iterator(iati.CHUNK))


def whole_program() -> Q:
    """That a programme has what an activity needs: somebody who leads it, and a start."""
    is_led = Q(headquarters__isnull=False) | Q(Exists(projects_under()))
    return is_led & (Q(starts_on__gt="") | ABOVE | DOCUMENTED)


def told_of(programs: QuerySet) -> QuerySet:
    """Those of some programmes that are activities themselves, so that others may name them."""
    return programs.filter(pk__in=public(Program).filter(whole_program()).values("pk"))


def public(model: Any) -> QuerySet:
    """The public rows, with the day of the first document that speaks of each: `documented`."""
    dated = links(model, "sources").exclude(published_on="").order_by("published_on")
    documented = Coalesce(Subquery(dated.values("published_on")[:1]), Value(""))
    return model.objects.published().order_by("pk").annotate(documented=documented)


def plans() -> QuerySet:
    return ProjectPlan.objects.published().filter(project=OuterRef("pk"))


def projects_under() -> QuerySet:
    return Project.objects.published().filter(programs=OuterRef("pk"))


def left_out(model: Any, row: Row, site: str) -> Any:
    """What is no activity to IATI, by its name, with what it lacks."""
    return own(
        "left-out",
        ref=iati.identifier(model, row["slug"]),
        name=row["name"],
        reason=NO_BODY if row.get("starts_on") or row.get("documented") else NO_START,
        href=page_of(model, row, site),
    )


def page_of(model: Any, row: Row, site: str) -> str:
    return f"{site}{address(model.page_name(), row['slug'])}"


# Read


def links(model: Any, name: str) -> QuerySet:
    """What a row of an outer query names."""
    field = model._meta.get_field(name)
    rows = field.related_model.objects.filter(**{field.related_query_name(): OuterRef("pk")})
    return rows.published()


def common(model: Any) -> dict[str, Any]:
    places = rows_told(links(model, "regions"), "code", code=F("code"), name=F("name"))
    sources = links(model, "sources").exclude(url="")
    documents = rows_told(sources, "code", url=F("url"), title=F("title"))
    return {"places": places, "documents": documents}


def told_projects(rows: QuerySet) -> Iterator[Row]:
    parties = ProjectParty.objects.published().filter(
        project=OuterRef("pk"), role__in=iati_parts.ROLES
    )
    under = told_of(links(Project, "programs"))
    return rows.values(
        *(
            "pk",
            "slug",
            "name",
            "code",
            "status",
            "note",
            "updated_at",
            "documented",
            *DATES,
            *AMOUNTS,
        ),
        **OF_HEADQUARTERS,
        **common(Project),
        batch_start=F("batch__starts_on"),
        sector=F("category__code"),
        sector_name=F("category__name"),
        under=rows_told(under, "slug", slug=F("slug"), starts=F("starts_on")),
        bodies=rows_told(
            parties,
            "number",
            role=F("role"),
            firm=F("enterprise__name"),
            hq=F("headquarters__name"),
            hq_slug=F("headquarters__slug"),
            other=F("organisation"),
        ),
        yearly=rows_told(
            plans(),
            *("year", "number"),
            year=F("year"),
            number=F("number"),
            amount=digits("amount", ProjectPlan),
        ),
    ).iterator(iati.CHUNK)


def told_programs(rows: QuerySet) -> Iterator[Row]:
    own_projects = Project.objects.published().filter(
        programs=OuterRef(OuterRef("pk")), headquarters=OuterRef("pk")
    )
    bodies = Headquarters.objects.published().filter(Exists(own_projects))
    return rows.values(
        *(
            "pk",
            "slug",
            "name",
            "sector",
            "note",
            "updated_at",
            "starts_on",
            "ends_on",
            "documented",
        ),
        **OF_HEADQUARTERS,
        **common(Program),
        under=rows_told(
            told_of(Program.objects.filter(pk=OuterRef("parent"))),
            "slug",
            slug=F("slug"),
            starts=F("starts_on"),
        ),
        bodies=rows_told(bodies, "slug", hq=F("name"), hq_slug=F("slug")),
    ).iterator(iati.CHUNK)


# Written


def activity(model: Any, row: Row, level: str, words: str, *parts: Iterable[Any]) -> Any:
    return E(
        "iati-activity",
        E("iati-identifier", iati.identifier(model, row["slug"])),
        iati.reporting_org(),
        E.title(narrative(row["name"])),
        E.description(narrative(row["note"] or words)),
        *(element for part in parts for element in part),
        {
            iati.LANG: "zh",
            "default-currency": "CNY",
            "hierarchy": level,
            "last-updated-datetime": iati.moment(row["updated_at"]),
        },
    )


def project(row: Row, site: str) -> Any:
    page = page_of(Project, row, site)
    return activity(
        Project,
        row,
        PROJECT,
        f"{row['hq']}的援疆项目。",
        iati_parts.taking_part(row),
        [E("other-identifier", ref=iati.clean(row["code"]), type="A1")],
        [iati_parts.status_of(row)],
        iati_parts.dates_of(row),
        iati_parts.places(row),
        iati_parts.sectors(row["sector"], row["sector_name"], site),
        iati_parts.budgets(row),
        iati_parts.documents(row, page),
        (iati_parts.related(one["slug"]) for one in row["under"] or ()),
        [iati.gap()],
        iati_parts.amounts(row),
    )


def program(row: Row, site: str) -> Any:
    label = dict(Program._meta.get_field("sector").flatchoices)[row["sector"]]
    others = (one for one in row["bodies"] or () if one["hq_slug"] != row["hq_slug"])
    return activity(
        Program,
        row,
        PROGRAM,
        f"{row['name']}，领域：{label}。",
        iati_parts.leading(row),
        (iati_parts.headquarters(iati.IMPLEMENTING, one) for one in others),
        [iati_parts.status_of_program(row)],
        iati_parts.dates_of_program(row),
        iati_parts.places(row),
        iati_parts.sectors(row["sector"], label, site),
        iati_parts.documents(row, page_of(Program, row, site)),
        (iati_parts.related(one["slug"]) for one in row["under"] or ()),
        [iati.gap()],
    )
