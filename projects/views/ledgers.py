"""The pages of an aid project and of an investment: what it is, its money, its figures."""

from django.shortcuts import get_object_or_404

from aidtracker.pages.details import Page, Section, address, facts, figure_parts
from aidtracker.pages.tables import Column, table
from projects.models import Investment, Project
from projects.views.reports import (
    INVESTMENT_COLUMNS,
    PROGRESS_COLUMNS,
    funding_section,
    milestones_section,
    plans_section,
    reports_section,
)
from projects.views.sections import crumbs, sentence

PARTY_COLUMNS = (
    Column("角色", "get_role_display"),
    Column("单位", lambda party: party.enterprise or party.headquarters or party.organisation),
)


def project_facts(project):
    return facts(
        project,
        Column("项目编号", "code"),
        Column("状态", "get_status_display"),
        Column("项目类别", "category"),
        Column("援疆指挥部", "headquarters"),
        Column("批次", "batch"),
        Column("受援地", "regions"),
        Column("所属工程", "programs"),
        Column("场所", "site"),
        Column("建设性质", "get_construction_display"),
        Column("交付方式", "get_delivery_display"),
        Column("资金性质", "get_spend_nature_display"),
        Column("层级", "get_tier_display"),
        Column("计划开工", "planned_start", kind="date"),
        Column("实际开工", "actual_start", kind="date"),
        Column("计划完工", "planned_completion", kind="date"),
        Column("实际完工", "actual_completion", kind="date"),
    )


def project_detail(request, slug):
    rows = Project.objects.published().select_related(
        "category", "headquarters", "batch__owner", "site"
    )
    project = get_object_or_404(rows, slug=slug)
    figures = project.series_set.all().published_figures()
    cards, figure_section = figure_parts(figures, address("observation-list", project=slug))
    return Page(
        kind="援疆项目",
        title=project.name,
        lead=f"{project.headquarters}的援疆项目，全部或部分使用援疆资金。",
        trail=crumbs(("援疆项目", "project-list")),
        aliases=project.aliases,
        facts=project_facts(project),
        figures=cards,
        sections=[
            funding_section(project),
            plans_section(project),
            reports_section(project.progress_reports, PROGRESS_COLUMNS),
            milestones_section(project),
            figure_section,
            parties_section(project),
        ],
        sources=project.sources.published().without_text(),
        note=project.note,
        updated_at=project.updated_at,
    ).response(request)


def parties_section(project):
    parties = project.parties.select_related("enterprise", "headquarters").order_by("number")
    shown = table("参与方", PARTY_COLUMNS, parties)
    return Section("parties", "参与方", shown, "建设、出资、施工、运营和受益的单位。")


def investment_facts(investment):
    return facts(
        investment,
        Column("项目编号", "code"),
        Column("方式", "get_kind_display"),
        Column("状态", "get_status_display"),
        Column("投资方", "investor"),
        Column("落地企业", "local_enterprise"),
        Column("来自", "origin"),
        Column("落地地区", "region"),
        Column("场所", "site"),
        Column("引进指挥部", "headquarters"),
        Column("所属工程", "programs"),
        Column("协议资金（万元）", "agreed_amount", kind="money"),
        Column("到位资金（万元）", "arrived_amount", kind="money"),
        Column("就业人数", "jobs", kind="number"),
        Column("签约", "signed_on", kind="date"),
        Column("开工", "started_on", kind="date"),
        Column("投产", "producing_on", kind="date"),
    )


def investment_detail(request, slug):
    rows = Investment.objects.published().select_related(
        "investor", "local_enterprise", "origin", "region", "site", "headquarters"
    )
    investment = get_object_or_404(rows, slug=slug)
    figures = investment.series_set.all().published_figures()
    cards, figure_section = figure_parts(figures, address("observation-list", investment=slug))
    return Page(
        kind="招商项目",
        title=investment.name,
        lead=sentence(
            f"{investment.get_kind_display()}的招商项目",
            investment.investor and f"由{investment.investor}投资",
            investment.region and f"落地{investment.region}",
            "资金由企业自己出，不是援疆资金",
        ),
        trail=crumbs(("招商项目", "investment-list")),
        aliases=investment.aliases,
        facts=investment_facts(investment),
        figures=cards,
        sections=[figure_section, reports_section(investment.reports, INVESTMENT_COLUMNS)],
        sources=investment.sources.published().without_text(),
        note=investment.note,
        updated_at=investment.updated_at,
    ).response(request)
