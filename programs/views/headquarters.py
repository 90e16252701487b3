"""The pages of a headquarters, a programme and a policy.

What was done and measured stands above this app and is reached through reverse managers only.
"""

from django.db.models import Q
from django.shortcuts import get_object_or_404
from django.urls import reverse

from aidtracker.pages.details import Page, Section, address, facts, figure_parts, listed
from aidtracker.pages.tables import Column, Item, counted, table
from programs.models import Headquarters, Policy, Program
from programs.views import columns, sections


def headquarters_detail(request, slug):
    rows = Headquarters.objects.select_related("donor", "parent")
    headquarters = get_object_or_404(rows, slug=slug)
    figures = headquarters.series_set.all().published_figures()
    cards, figure_section = figure_parts(figures, address("observation-list", headquarters=slug))
    page = Page(
        kind="援疆指挥部",
        title=headquarters.name,
        lead=f"{headquarters.donor}派驻新疆的对口援疆工作机构（{headquarters.get_level_display()}）。",
        trail=[Item("援疆指挥部", reverse("headquarters-list"))],
        aliases=headquarters.aliases,
        facts=facts(
            headquarters,
            Column("全称", "full_name"),
            Column("级别", "get_level_display"),
            Column("支援方", "donor"),
            Column("上级指挥部", "parent"),
        ),
        figures=cards,
        sections=branches_sections(headquarters, figure_section),
        sources=headquarters.sources.published().without_text(),
        note=headquarters.note,
        updated_at=headquarters.updated_at,
    )
    return page.response(request)


def branches_sections(headquarters, figure_section):
    pairings = listed(
        "pairings",
        "结对关系",
        columns.PAIRING_COLUMNS,
        headquarters.pairings.with_names(),
        empty="还没有登记这一指挥部支援的地方。",
    )
    return [
        pairings,
        figure_section,
        *sections_below(headquarters),
        *funding_sections(headquarters),
        *(related.of(headquarters) for related in sections.OF_HEADQUARTERS),
    ]


def funding_sections(headquarters):
    """The money of its projects from plan to payment, with rates: one query; none without any."""
    rungs = headquarters.projects.published().ladder()
    if all(rung.amount is None for rung in rungs):
        return []
    shown = table("本级援疆项目资金合计", columns.LADDER_COLUMNS, rungs)
    return [Section("funding", "资金", shown)]


def sections_below(headquarters):
    """The headquarters below this one, and its ledgers and theirs added up: one query."""
    own = Q(pk=headquarters.pk) | Q(parent=headquarters)
    found = Headquarters.objects.filter(own).annotate(**ledger_sums(headquarters))
    rows = sorted(found, key=lambda row: row != headquarters)
    branches = rows[1:]
    section = Section(
        "children",
        "下属指挥部",
        table(counted("下属指挥部", branches), columns.HEADQUARTERS_COLUMNS, branches),
        "没有登记下属指挥部。",
    )
    if not branches:
        return [section]
    totals = [
        *headquarters.projects.all().explained_by_headquarters(rows, sections.PROJECT_TOTALS),
        *headquarters.investments.all().explained_by_headquarters(rows, sections.INVESTMENT_TOTALS),
    ]
    template = "programs/headquarters_total.html"
    return [section, Section("totals", "本级与下属指挥部合计", template=template, data=totals)]


def ledger_sums(headquarters):
    """Annotations that give a headquarters the sums of its ledgers."""
    return {
        **headquarters.projects.all().sums_by_headquarters(sections.PROJECT_TOTALS),
        **headquarters.investments.all().sums_by_headquarters(sections.INVESTMENT_TOTALS),
    }


def program_detail(request, slug):
    rows = Program.objects.select_related("parent", "predecessor", "headquarters")
    program = get_object_or_404(rows.prefetch_related("regions"), slug=slug)
    figures = program.series_set.all().published_figures()
    cards, figure_section = figure_parts(figures, address("observation-list", program=slug))
    page = Page(
        kind=program.get_kind_display(),
        title=program.name,
        lead=f"{program.get_sector_display()}领域的{program.get_kind_display()}。",
        trail=[Item("工程", reverse("program-list"))],
        aliases=program.aliases,
        facts=facts(
            program,
            Column("所属工程", "parent"),
            Column("前一版本", "predecessor"),
            Column("牵头指挥部", "headquarters"),
            Column("实施地区", "regions"),
            Column("开始", "starts_on", kind="date"),
            Column("结束", "ends_on", kind="date"),
        ),
        figures=cards,
        sections=program_sections(program, figure_section),
        sources=program.sources.published().without_text(),
        note=program.note,
        updated_at=program.updated_at,
    )
    return page.response(request)


def program_sections(program, figure_section):
    related = [related.of(program) for related in sections.OF_PROGRAM]
    return [figure_section, version_section(program), *related]


def version_section(program):
    """The versions before and after a programme, itself among them: one query."""
    versions = Program.objects.versions_of(program)
    shown = versions if len(versions) > 1 else []
    rows = table("从最早的版本到最新的版本", columns.VERSION_COLUMNS, shown)
    return Section("versions", "版本", rows, "没有登记前一版本或后一版本。")


def policy_detail(request, slug):
    policy = get_object_or_404(Policy.objects.prefetch_related("regions"), slug=slug)
    page = Page(
        kind="政策文件",
        title=policy.name,
        lead="文献提到的办法、规则或措施。",
        trail=[Item("政策文件", reverse("policy-list"))],
        aliases=policy.aliases,
        facts=facts(
            policy,
            Column("发文单位", "issuer"),
            Column("发文日期", "issued_on", kind="date"),
            Column("领域", "get_sector_display"),
            Column("适用地区", "regions"),
        ),
        sections=[listed("programs", "相关工程", columns.PROGRAM_COLUMNS, policy.programs.all())],
        sources=policy.sources.published().without_text(),
        note=policy.note,
        updated_at=policy.updated_at,
    )
    return page.response(request)
