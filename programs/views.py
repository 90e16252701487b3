"""The pages of a headquarters, a programme, a place and a policy.

What was done and measured stands above this app and is reached through reverse managers only.
"""

from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode

from aidtracker.pages import Page, Section, facts, figure_parts, listed
from aidtracker.tables import Column, Item, table
from programs import columns
from programs.models import Headquarters, Pairing, Policy, Program, Region


def address(name, **conditions):
    """The address of a list with conditions."""
    return f"{reverse(name)}?{urlencode(conditions)}"


def headquarters_detail(request, slug):
    rows = Headquarters.objects.select_related("donor", "parent")
    headquarters = get_object_or_404(rows, slug=slug)
    figures = headquarters.series_set.all().published_figures()
    cards, figure_section = figure_parts(figures, address("observation-list", headquarters=slug))
    page = Page(
        kind="援疆指挥部",
        title=headquarters.name,
        lead=f"{headquarters.donor}派驻新疆的对口援疆工作机构({headquarters.get_level_display()})。",
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
        sections=[*headquarters_sections(headquarters), figure_section],
        sources=headquarters.sources.without_text(),
        note=headquarters.note,
        updated_at=headquarters.updated_at,
    )
    return page.response(request)


def headquarters_sections(headquarters):
    slug = headquarters.slug
    return [
        listed(
            "pairings",
            "结对关系",
            columns.PAIRING_COLUMNS,
            headquarters.pairings.with_names(),
            empty="还没有登记这一指挥部支援的地方;工作人员可在后台的结对关系中添加。",
        ),
        listed(
            "children",
            "下属指挥部",
            columns.HEADQUARTERS_COLUMNS,
            headquarters.children.all(),
            empty="没有登记下属指挥部。",
            more=address("headquarters-list", parent=slug),
        ),
        listed(
            "programs",
            "牵头工程",
            columns.PROGRAM_COLUMNS,
            headquarters.programs.all(),
            empty="没有登记由这一指挥部牵头的工程。",
            more=address("program-list", headquarters=slug),
        ),
        listed(
            "projects",
            "援疆项目",
            columns.PROJECT_COLUMNS,
            headquarters.projects.select_related("category"),
            more=address("project-list", headquarters=slug),
        ),
        listed(
            "investments",
            "招商项目",
            columns.INVESTMENT_COLUMNS,
            headquarters.investments.select_related("investor"),
            more=address("investment-list", headquarters=slug),
        ),
        listed("sites", "援建场所", columns.SITE_COLUMNS, headquarters.sites.all()),
        listed(
            "outlets",
            "网点",
            columns.OUTLET_COLUMNS,
            headquarters.outlets.select_related("city"),
            more=address("outlet-list", headquarters=slug),
        ),
        listed(
            "activities",
            "活动",
            columns.ACTIVITY_COLUMNS,
            headquarters.activities.all(),
            more=address("activity-list", headquarters=slug),
        ),
        listed(
            "officials",
            "负责人",
            columns.OFFICIAL_COLUMNS,
            headquarters.officials.all(),
            empty="没有登记负责人;只登记文献中出现的在任人员。",
            more=address("official-list", headquarters=slug),
        ),
    ]


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
        sections=[figure_section, *program_sections(program)],
        sources=program.sources.without_text(),
        note=program.note,
        updated_at=program.updated_at,
    )
    return page.response(request)


def program_sections(program):
    slug = program.slug
    versions = Program.objects.versions_of(program)
    shown = versions if len(versions) > 1 else []
    return [
        Section(
            "versions",
            "版本",
            table("从最早的版本到最新的版本", columns.VERSION_COLUMNS, shown),
            "没有登记前一版本或后一版本。",
        ),
        listed(
            "parts",
            "组成",
            columns.PROGRAM_COLUMNS,
            program.parts.all(),
            empty="没有登记组成部分。",
        ),
        listed("policies", "政策文件", columns.POLICY_COLUMNS, program.policies.all()),
        listed(
            "projects",
            "援疆项目",
            columns.PROJECT_COLUMNS,
            program.projects.select_related("category"),
            more=address("project-list", program=slug),
        ),
        listed(
            "investments",
            "招商项目",
            columns.INVESTMENT_COLUMNS,
            program.investments.select_related("investor"),
            more=address("investment-list", program=slug),
        ),
        listed(
            "outlets",
            "网点",
            columns.OUTLET_COLUMNS,
            program.outlets.select_related("city"),
            more=address("outlet-list", program=slug),
        ),
        listed("sites", "场所", columns.SITE_COLUMNS, program.sites.all()),
        listed(
            "activities",
            "活动",
            columns.ACTIVITY_COLUMNS,
            program.activities.all(),
            more=address("activity-list", program=slug),
        ),
    ]


def region_detail(request, slug):
    """A place's page; an old code or name leads to the place that it has become."""
    above = "parent__parent__parent__parent__parent"
    rows = Region.objects.select_related(above, "replaced_by")
    region = get_object_or_404(rows, Q(slug=slug) | Q(code=slug))
    place = region.replaced_by or region
    if place.slug != slug:
        return redirect(place)
    former = list(region.former.all())
    figures = region.series_set.model.objects.filter(region__in=[region, *former])
    cards, figure_section = figure_parts(
        figures.published_figures(), address("observation-list", region=slug)
    )
    page = Page(
        kind=f"地区 · {region.get_level_display()}",
        title=region.name,
        lead=region_lead(region),
        trail=[Item("地区", reverse("region-list")), *map(region_item, region.ancestors)],
        aliases=region.aliases,
        facts=region_facts(region, former),
        figures=cards,
        sections=[*region_sections(region), figure_section],
        sources=region.sources.without_text(),
        note=region.note,
        updated_at=region.updated_at,
    )
    return page.response(request)


def region_item(region):
    return Item(region.name, region.get_absolute_url())


def region_lead(region):
    above = "、".join(str(place) for place in region.ancestors)
    return f"{above}下的{region.get_level_display()}地区。" if above else "支援或受援的地方。"


def region_facts(region, former):
    old = [f"{place.name}({place.code})" for place in former]
    return facts(
        region,
        Column("区划代码", "code"),
        Column("师市城市代码", "city_code"),
        Column("上级", "parent"),
        Column("曾为", lambda row: old),
        Column("启用", "valid_from", kind="date"),
    )


def region_sections(region):
    slug = region.slug
    pairings = list(Pairing.objects.with_names().filter(Q(donor=region) | Q(recipient=region)))
    given = [pairing for pairing in pairings if pairing.donor_id == region.pk]
    received = [pairing for pairing in pairings if pairing.recipient_id == region.pk]
    return [
        Section(
            "received",
            "接受支援",
            table("谁支援这里", columns.RECEIVED_COLUMNS, received),
            "没有登记支援这里的地方。",
        ),
        Section(
            "given",
            "给予支援",
            table("这里支援谁", columns.GIVEN_COLUMNS, given),
            "没有登记由这里支援的地方。",
        ),
        listed(
            "headquarters",
            "援疆指挥部",
            columns.HEADQUARTERS_COLUMNS,
            region.headquarters_set.all(),
            empty="没有登记由这里派出的指挥部。",
            more=address("headquarters-list", donor=slug),
        ),
        listed("children", "下级地区", columns.REGION_COLUMNS, region.children.current()),
        listed("programs", "工程", columns.PROGRAM_COLUMNS, region.programs.all()),
        listed(
            "projects",
            "援疆项目",
            columns.PROJECT_COLUMNS,
            region.projects.select_related("category"),
            more=address("project-list", region=slug),
        ),
        listed(
            "sites",
            "场所",
            columns.SITE_COLUMNS,
            region.sites.all(),
            more=address("site-list", region=slug),
        ),
        listed(
            "enterprises",
            "企业",
            columns.ENTERPRISE_COLUMNS,
            region.enterprises.all(),
            more=address("enterprise-list", region=slug),
        ),
    ]


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
        sources=policy.sources.without_text(),
        note=policy.note,
        updated_at=policy.updated_at,
    )
    return page.response(request)
