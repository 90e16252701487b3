"""The page of a site: its phases and parts, what was built and brought there, its figures."""

from django.shortcuts import get_object_or_404

from aidtracker.pages.details import Page, Section, address, facts, figure_parts
from aidtracker.pages.tables import Column
from programs.views.columns import ACTIVITY_COLUMNS
from projects.models import Site
from projects.sums.chains import phases
from projects.views.sections import (
    AWARD_COLUMNS,
    INVESTMENT_COLUMNS,
    PROJECT_COLUMNS,
    SITE_COLUMNS,
    Part,
    crumbs,
    sentence,
)

PARTS = (
    Part(
        "parts",
        "其中的场所",
        SITE_COLUMNS,
        lambda site: site.parts.select_related("region"),
        "位于其中的车间、中心和园区。",
        ("site-list", "parent"),
    ),
    Part(
        "projects",
        "援疆项目",
        PROJECT_COLUMNS,
        lambda site: site.projects.select_related("headquarters"),
        "建设或改造这一场所的援疆项目。",
        ("project-list", "site"),
    ),
    Part(
        "investments",
        "招商项目",
        INVESTMENT_COLUMNS,
        lambda site: site.investments.select_related("investor", "local_enterprise"),
        "落在这一场所的招商项目。",
        ("investment-list", "site"),
    ),
    Part(
        "activities",
        "活动",
        ACTIVITY_COLUMNS,
        lambda site: site.activities.all(),
        "在这一场所举办的活动。",
        ("activity-list", "site"),
    ),
    Part(
        "awards",
        "荣誉",
        AWARD_COLUMNS,
        lambda site: site.awards.all(),
        "授予这一场所的荣誉。",
        ("award-list", "site"),
    ),
)


def site_facts(site):
    return facts(
        site,
        Column("类型", "get_kind_display"),
        Column("所在地区", "region"),
        Column("所属场所", "parent"),
        Column("前一期", "predecessor"),
        Column("运营单位", "operator"),
        Column("援建指挥部", "headquarters"),
        Column("所属工程", "programs"),
        Column("启用", "opened_on", kind="date"),
        Column("面积（平方米）", "area", kind="number"),
    )


def site_detail(request, slug):
    rows = Site.objects.select_related("region", "parent", "predecessor", "operator")
    site = get_object_or_404(rows, slug=slug)
    figures = site.series_set.all().published_figures()
    cards, figure_section = figure_parts(figures, address("observation-list", site=slug))
    return Page(
        kind="场所",
        title=site.name,
        lead=sentence(
            site.get_kind_display(),
            site.region and f"在{site.region}",
            site.operator and f"由{site.operator}运营",
        ),
        trail=crumbs(("场所", "site-list")),
        aliases=site.aliases,
        facts=site_facts(site),
        figures=cards,
        sections=[phases_section(site), figure_section, *(part.section(site) for part in PARTS)],
        sources=site.sources.published().without_text(),
        note=site.note,
        updated_at=site.updated_at,
    ).response(request)


def phases_section(site):
    """The earlier and later phases, which are different places and are never added up."""
    chain = [(phase, phase.pk == site.pk) for phase in phases(site)]
    return Section(
        "phases",
        "各期",
        template="projects/phases.html",
        data=chain or None,
        empty="同一场所先后的各期；填写“前一期”后列在这里。",
    )
