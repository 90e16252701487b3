"""What this app adds to the pages and lists of places, headquarters, programmes and documents."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import Count, Prefetch, QuerySet
from django.urls import reverse
from django.utils.http import urlencode

from aidtracker.ground.inner_queries import Fixed
from aidtracker.ground.made_once import asked_of
from aidtracker.ground.publication import public_rule
from aidtracker.pages.details import DetailPage
from aidtracker.pages.sections import (
    WHOLE_LIST,
    Related,
    Section,
    address,
    chart_address,
    whole_list,
)
from aidtracker.pages.tables import KIND, NAME, NOTE, STATUS, Column, Item, table
from programs.models import Headquarters, Program, Region
from programs.views.details import HeadquartersPage, PolicyPage, ProgramPage, RegionPage
from programs.views.lists import (
    CategoryList,
    HeadquartersList,
    ProgramList,
    RegionList,
    SourceList,
)
from projects.amounts.money_ladder import added_by_headquarters, rungs_of
from projects.charts.versions import versions_chart
from projects.models import Investment, Project, Series
from projects.models.figure_queries import ObservationQuerySet
from projects.sums.overlaps import is_in_xinjiang
from projects.views.activities import ActivityPage
from projects.views.assessments import SCHEMES
from projects.views.attachments import attachments, with_attachments
from projects.views.before_after import before_and_after
from projects.views.cases import cases, with_cases
from projects.views.compare_lines import FEWEST, MOST, Comparison
from projects.views.compare_tables import label_of
from projects.views.drawn import plans_by_category
from projects.views.enterprises import EnterprisePage, OutletPage
from projects.views.feeds import feed_of
from projects.views.ledgers import InvestmentPage, ProjectPage
from projects.views.metrics import MetricPage
from projects.views.sections import (
    ACTIVITY_COLUMNS,
    AGREED,
    ARRIVED,
    ENTERPRISE_COLUMNS,
    INVESTOR,
    LADDER_COLUMNS,
    OPENED,
    OUTLET_COLUMNS,
    STARTED,
    SUBSIDIES,
    TOTAL,
    LedgerRows,
    figures,
    figures_section,
    first_figures,
    further_figures,
    quoted,
    section_from,
    told_elsewhere,
)
from projects.views.sites import SitePage
from projects.views.target_rows import TARGETS
from projects.views.years import moves, with_moves, with_years, years

VERSIONS = "version-figures"
PROJECT_TOTALS = ("total_amount", "planned_amount")
INVESTMENT_TOTALS = ("agreed_amount", "arrived_amount")
PROJECTS = LedgerRows(
    "projects",
    "援疆项目",
    (NAME, Column("类别", "category"), STATUS, TOTAL, STARTED, NOTE),
    totals=PROJECT_TOTALS,
)
INVESTMENTS = LedgerRows(
    "investments",
    "招商项目",
    (NAME, INVESTOR, STATUS, AGREED, ARRIVED, NOTE),
    totals=INVESTMENT_TOTALS,
)
OUTLETS = Related("outlets", "网点", OUTLET_COLUMNS)
ACTIVITIES = Related("activities", "活动", ACTIVITY_COLUMNS)
SITE_COLUMNS = (NAME, KIND, OPENED, NOTE)
SITES = Related("sites", "场所", SITE_COLUMNS)
ENTERPRISES = Related("enterprises", "企业", ENTERPRISE_COLUMNS)


def with_sums(rows: QuerySet) -> QuerySet:
    """Headquarters with the sums of their ledgers, and those below them with theirs."""
    sums = {
        **Project.objects.sums_by_headquarters(PROJECT_TOTALS),
        **Investment.objects.sums_by_headquarters(INVESTMENT_TOTALS),
    }
    below = Headquarters.objects.annotate(**sums)
    return rows.annotate(**sums).prefetch_related(Prefetch("children", below))


def totals(headquarters: Headquarters) -> Section | None:
    """Its ledgers and those of the headquarters below it added up; none without any below."""
    below = list(headquarters.children.all())
    if not below:
        return None
    data = [
        *Project.objects.all().explained_by_headquarters([headquarters, *below], PROJECT_TOTALS),
        *Investment.objects.all().explained_by_headquarters(
            [headquarters, *below], INVESTMENT_TOTALS
        ),
    ]
    template = "projects/headquarters_total.html"
    return Section("totals", "本级与下属指挥部合计", template=template, data=data)


def funding(headquarters: Headquarters) -> Section | None:
    """The money of its projects from plan to payment, with rates: one query; none without any."""

    def added_up(row: Headquarters) -> QuerySet:
        return added_by_headquarters(Project.objects.published().filter(headquarters=row))

    rungs = [
        rung
        for found in asked_of(funding, headquarters, added_up)
        for rung in rungs_of(Project, found)
    ]
    if all(rung.amount is None for rung in rungs):
        return None
    return Section("funding", "资金", table("本级援疆项目资金合计", LADDER_COLUMNS, rungs))


NOT_TOLD = "已录的文献里没有直接说它的数字。"
WITHIN = "其中的地方、园区和企业的数字"


def within(region: Region) -> ObservationQuerySet:
    """The figures of the places, parks and firms in a place."""
    places = Region.objects.filter(pk=region.pk).and_below()
    own = Fixed(Series.objects.of_place(region))
    return Series.objects.in_places(places).filter(pk__outside=own).published_figures()


def of_place(region: Region) -> ObservationQuerySet:
    """The figures of a place itself."""
    return Series.objects.of_place(region).published_figures()


def figures_of_place(region: Region) -> Section:
    """The figures of a place under its present and its former names."""
    region.first_figures = first_figures(region, of_place)
    more = whole_list("observation-list", region=region.slug)
    section = section_from(region.first_figures, "figures", "数字", more)
    if not section.has_rows:
        section = replace(section, empty=NOT_TOLD)
    return told_elsewhere(section, within(region), WITHIN)


def figures_within(region: Region) -> Section | None:
    words = f"连同本级的数字，{WHOLE_LIST}"
    more = Item(words, address("observation-list", within=region.slug))
    return further_figures(region, within, "figures-within", WITHIN, more)


SENT = "派出的指挥部的数字"


def figures_of_sent(region: Region) -> Section | None:
    """The figures of the headquarters that a place sends; a place that aids nobody sends none."""
    if all(pairing.donor_id != region.pk for pairing in region.pairings):
        return None
    more = whole_list("observation-list", donor=region.slug)
    return further_figures(region, of_sent, "figures-sent", SENT, more)


def of_sent(region: Region) -> ObservationQuerySet:
    """The figures of the headquarters that a place sends, but for its own."""
    own = Fixed(Series.objects.of_place(region))
    return Series.objects.sent_by(region).filter(pk__outside=own).published_figures()


def figures_of_headquarters(headquarters: Headquarters) -> Section:
    """Its figures, and those that documents give for the donor whose work it directs."""
    return figures_section(headquarters, of_headquarters)


def of_headquarters(headquarters: Headquarters) -> ObservationQuerySet:
    return Series.objects.of_headquarters(headquarters).published_figures()


def with_count(rows: QuerySet, relation: str, name: str) -> QuerySet:
    """How many public rows stand behind a relation of each row."""
    model = rows.model._meta.get_field(relation).related_model
    return rows.annotate(**{name: Count(relation, filter=public_rule(model, relation))})


def count_column(label: str, relation: str, name: str) -> Column:
    reads = partial(with_count, relation=relation, name=name)
    return Column(label, name, kind="number", sort=(name,), reads=reads)


def figures_of_versions(program: Program) -> Section | None:
    """What the versions of a programme say of the same metrics; None without any to compare."""
    versions = program.line[:MOST]
    if len(versions) < FEWEST:
        return None
    comparison = Comparison.of("programs", versions)
    lines = [(label_of(line, "programs"), line.figures) for line in comparison.lines]
    chart = versions_chart([str(one) for one in versions], lines)
    if chart is None:
        return None
    picks = [("pick", one.slug) for one in versions]
    more = Item("逐项比较各版本", f"{reverse('compare')}?{urlencode([('of', 'programs'), *picks])}")
    drawn = replace(chart, address=chart_address(program, VERSIONS))
    data = {"chart": drawn, "more": more}
    return Section(
        VERSIONS, "各版本的数字", template="projects/versions.html", data=data, drawn=drawn
    )


def beside_others(kind: str, label: str) -> Callable[[Any], Item]:
    """The way to compare a row with others of its kind."""
    return lambda row: Item(label, address("compare", of=kind, pick=row.slug))


def beside_its_kind(region: Region) -> Item:
    """The way to compare a donor with all of them, and a place in Xinjiang with others."""
    if is_in_xinjiang(region):
        return Item("与其他受援地比较", address("compare", of="regions", pick=region.slug))
    return Item("与其他支援省市并列", address("compare", of="donors"))


def through_years(kind: str) -> Callable[[Any], Item]:
    """The way to compare what is known of a row in several years."""
    about = "比较各年"
    return lambda row: Item(about, address("compare", of="periods", about=f"{kind}:{row.slug}"))


def on_a_screen(row: Any) -> Item:
    """The way to the figures of a headquarters or place for a wall."""
    return Item("大屏", reverse("screen", args=[row.slug]))


def add_comparisons() -> None:
    """Where the pages and lists lead to what they can be compared with."""
    HeadquartersPage.ways = (
        beside_others("headquarters", "与其他指挥部比较"),
        through_years("headquarters"),
        on_a_screen,
    )
    RegionPage.ways = (beside_its_kind, through_years("regions"), on_a_screen)
    ProgramPage.ways = (beside_others("programs", "与其他工程比较"), through_years("programs"))
    MetricPage.ways = (beside_others("metrics", "与其他指标并列"),)
    for page in (HeadquartersList, RegionList, ProgramList):
        page.see_also = (*page.see_also, ("并列比较", "compare"))


FOLLOWED = (
    *(HeadquartersPage, RegionPage, ProgramPage, ProjectPage, InvestmentPage),
    *(EnterprisePage, OutletPage, SitePage, ActivityPage, MetricPage),
)


def add_feeds() -> None:
    """What figures are about can be followed; a series is told with what it is about."""
    for page in FOLLOWED:
        page.feeds = feed_of


# Whose pages tell of the cases that name them, and behind which part.
CASES_AFTER: dict[type[DetailPage], str] = {
    HeadquartersPage: "investments",
    RegionPage: "projects",
    ProgramPage: "investments",
    SitePage: "investments",
    EnterprisePage: "figures",
    ActivityPage: "figures",
    ProjectPage: "milestones",
    InvestmentPage: "figures",
}


def add_to_pages() -> None:
    """Called once, when the apps are ready."""
    add_comparisons()
    CategoryList.drawn = plans_by_category
    add_feeds()
    DetailPage.quoted = quoted
    HeadquartersPage.reads = (with_sums,)
    HeadquartersPage.add_parts("pairings", figures_of_headquarters)
    HeadquartersPage.add_parts("children", totals, funding)
    HeadquartersPage.add_parts(
        "programs",
        PROJECTS,
        INVESTMENTS,
        TARGETS,
        SUBSIDIES,
        Related("sites", "援建场所", SITE_COLUMNS),
        OUTLETS,
        SCHEMES,
        ACTIVITIES,
    )
    ProjectPage.add_parts("milestones", TARGETS)
    for page in (SitePage, ActivityPage):
        page.add_parts("figures", TARGETS)
    for page in (ProjectPage, SitePage, ActivityPage):
        page.reads = (*page.reads, with_attachments(page.model._meta.model_name))
        page.add_parts("figures", attachments)
    ProgramPage.add_parts("versions", figures_of_versions)
    ProgramPage.add_parts("", figures)
    PolicyPage.add_parts("programs", SUBSIDIES, SCHEMES)
    ProgramPage.add_parts(
        "policies", TARGETS, PROJECTS, INVESTMENTS, SUBSIDIES, OUTLETS, SITES, SCHEMES, ACTIVITIES
    )
    RegionPage.add_parts(
        "given", figures_of_place, before_and_after, figures_of_sent, figures_within
    )
    RegionPage.add_parts("programs", PROJECTS, TARGETS, SUBSIDIES, SITES, ENTERPRISES)
    for page, after in CASES_AFTER.items():
        page.reads = (*page.reads, with_cases)
        page.add_parts(after, cases)
    SitePage.reads = (*SitePage.reads, with_moves)
    SitePage.add_parts("cases", moves)
    RegionPage.reads = (*RegionPage.reads, with_years)
    RegionPage.add_parts("projects", years)
    CategoryList.add_column("规划期", count_column("已归入的项目数", "projects", "project_count"))
    SourceList.add_column("发布日期", count_column("记录数字", "observations", "figure_count"))
