"""The pages of an enterprise and of an outlet."""

from django.db.models import Q
from django.shortcuts import get_object_or_404

from aidtracker.pages.details import Page, address, facts, figure_parts
from aidtracker.pages.tables import Column
from programs.views.columns import ACTIVITY_COLUMNS, ENTERPRISE_COLUMNS, OUTLET_COLUMNS
from projects.models import Enterprise, Investment, Outlet
from projects.views.reports import OUTLET_COLUMNS as OUTLET_REPORT_COLUMNS
from projects.views.reports import reports_section
from projects.views.sections import (
    AGREEMENT_COLUMNS,
    AWARD_COLUMNS,
    INVESTMENT_COLUMNS,
    SITE_COLUMNS,
    Part,
    crumbs,
    sentence,
)

PARTY_COLUMNS = (Column("项目", "project"), Column("角色", "get_role_display"))


def investments_of(enterprise):
    """Those it pays and those it carries out on the spot."""
    return Investment.objects.select_related("investor", "local_enterprise").filter(
        Q(investor=enterprise) | Q(local_enterprise=enterprise)
    )


def outlets_of(enterprise):
    """Those it runs and those on its platform."""
    return Outlet.objects.select_related("city").filter(
        Q(operator=enterprise) | Q(platform=enterprise)
    )


PARTS = (
    Part(
        "children",
        "下属企业",
        ENTERPRISE_COLUMNS,
        lambda enterprise: enterprise.children.all(),
        "以本企业为母公司或主管的企业。",
        ("enterprise-list", "parent"),
    ),
    Part(
        "investments",
        "投资与落地的招商项目",
        INVESTMENT_COLUMNS,
        investments_of,
        "由本企业投资，或由本企业在当地承接的招商项目。",
        ("investment-list", "enterprise"),
    ),
    Part(
        "sites",
        "运营的场所",
        SITE_COLUMNS,
        lambda enterprise: enterprise.sites_operated.select_related("region"),
        "由本企业运营的产业园、工厂、基地和中心。",
        ("site-list", "operator"),
    ),
    Part(
        "outlets",
        "网点",
        OUTLET_COLUMNS,
        outlets_of,
        "由本企业经营，或开在本企业平台上的网点。",
        ("outlet-list", "enterprise"),
    ),
    Part(
        "projects",
        "参与的援疆项目",
        PARTY_COLUMNS,
        lambda enterprise: enterprise.project_parties.select_related("project"),
        "本企业出资、施工、运营或合作的援疆项目。",
        ("project-list", "enterprise"),
    ),
    Part(
        "activities",
        "参与的活动",
        ACTIVITY_COLUMNS,
        lambda enterprise: enterprise.activities.all(),
        "本企业参加的展会、签约和其他活动。",
        ("activity-list", "enterprise"),
    ),
    Part(
        "agreements",
        "签订的协议",
        AGREEMENT_COLUMNS,
        lambda enterprise: enterprise.agreements.all(),
        "本企业签订的框架协议、备忘录和合同。",
        ("agreement-list", "enterprise"),
    ),
    Part(
        "awards",
        "荣誉",
        AWARD_COLUMNS,
        lambda enterprise: enterprise.awards.all(),
        "授予本企业的荣誉。",
        ("award-list", "enterprise"),
    ),
)


def enterprise_facts(enterprise):
    return facts(
        enterprise,
        Column("类型", "get_kind_display"),
        Column("行业", "industry"),
        Column("品牌", "brand"),
        Column("母公司或主管", "parent"),
        Column("来自", "origin"),
        Column("经营地", "region"),
        Column("成立", "founded_on", kind="date"),
        Column("统一社会信用代码", "credit_code"),
    )


def enterprise_detail(request, slug):
    rows = Enterprise.objects.select_related("parent", "origin", "region")
    enterprise = get_object_or_404(rows, slug=slug)
    figures = enterprise.series_set.all().published_figures()
    cards, figure_section = figure_parts(figures, address("observation-list", enterprise=slug))
    return Page(
        kind="企业",
        title=enterprise.name,
        lead=sentence(
            enterprise.get_kind_display(),
            enterprise.origin and f"来自{enterprise.origin}",
            enterprise.region and f"在{enterprise.region}经营",
        ),
        trail=crumbs(("企业", "enterprise-list")),
        aliases=enterprise.aliases,
        facts=enterprise_facts(enterprise),
        figures=cards,
        sections=[figure_section, *(part.section(enterprise) for part in PARTS)],
        sources=enterprise.sources.published().without_text(),
        note=enterprise.note,
        updated_at=enterprise.updated_at,
    ).response(request)


def outlet_facts(outlet):
    return facts(
        outlet,
        Column("类型", "get_kind_display"),
        Column("状态", "get_status_display"),
        Column("所在城市", "city"),
        Column("所在平台", "platform"),
        Column("经营单位", "operator"),
        Column("所属工程", "program"),
        Column("援疆指挥部", "headquarters"),
        Column("开业", "opened_on", kind="date"),
        Column("关闭", "closed_on", kind="date"),
    )


def outlet_detail(request, slug):
    rows = Outlet.objects.published().select_related(
        "city", "platform", "operator", "program", "headquarters"
    )
    outlet = get_object_or_404(rows, slug=slug)
    figures = outlet.series_set.all().published_figures()
    cards, figure_section = figure_parts(figures, address("observation-list", outlet=slug))
    return Page(
        kind="网点",
        title=outlet.name,
        lead=sentence(
            f"销售受援地产品的{outlet.get_kind_display()}",
            outlet.city and f"在{outlet.city}",
            outlet.program and f"属于“{outlet.program}”",
        ),
        trail=crumbs(("网点", "outlet-list")),
        aliases=outlet.aliases,
        facts=outlet_facts(outlet),
        figures=cards,
        sections=[figure_section, reports_section(outlet.reports, OUTLET_REPORT_COLUMNS)],
        sources=outlet.sources.published().without_text(),
        note=outlet.note,
        updated_at=outlet.updated_at,
    ).response(request)
