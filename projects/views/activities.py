"""The pages of an activity, an agreement and an award."""

from django.shortcuts import get_object_or_404

from aidtracker.pages.details import Page, address, facts, figure_parts, listed
from aidtracker.pages.tables import Column
from programs.views.columns import ENTERPRISE_COLUMNS, NOTE
from projects.models import Activity, Agreement, Award
from projects.views.readings import activity_days
from projects.views.sections import (
    AGREEMENT_COLUMNS,
    Part,
    crumbs,
    sentence,
)

PARTS = (
    Part(
        "agreements",
        "签订的协议",
        AGREEMENT_COLUMNS,
        lambda activity: activity.agreements.all(),
        "在这次活动上签订的协议。",
        ("agreement-list", "activity"),
    ),
    Part(
        "enterprises",
        "参与企业",
        ENTERPRISE_COLUMNS,
        lambda activity: activity.enterprises.all(),
        "参加这次活动的企业、协会和平台。",
        ("enterprise-list", "activity"),
    ),
)


def activity_facts(activity):
    return facts(
        activity,
        Column("类型", "get_kind_display"),
        Column("届次", "edition"),
        Column("时间", activity_days),
        Column("地点", "region"),
        Column("场所", "site"),
        Column("主办单位", "organisers"),
        Column("参与指挥部", "headquarters"),
        Column("所属工程", "programs"),
    )


def activity_detail(request, slug):
    activity = get_object_or_404(Activity.objects.select_related("region", "site"), slug=slug)
    figures = activity.series_set.all().published_figures()
    cards, figure_section = figure_parts(figures, address("observation-list", activity=slug))
    return Page(
        kind="活动",
        title=activity.name,
        lead=sentence(
            activity.get_kind_display(),
            activity.starts_on and activity_days(activity),
            activity.region and f"在{activity.region}",
        ),
        trail=crumbs(("活动", "activity-list")),
        aliases=activity.aliases,
        facts=activity_facts(activity),
        figures=cards,
        sections=[figure_section, *(part.section(activity) for part in PARTS)],
        sources=activity.sources.published().without_text(),
        note=activity.note,
        updated_at=activity.updated_at,
    ).response(request)


def agreement_detail(request, slug):
    agreement = get_object_or_404(Agreement.objects.select_related("activity"), slug=slug)
    return Page(
        kind="协议",
        title=agreement.name,
        lead=sentence(agreement.get_kind_display(), agreement.subject),
        trail=crumbs(("协议", "agreement-list")),
        aliases=agreement.aliases,
        facts=facts(
            agreement,
            Column("类型", "get_kind_display"),
            Column("签订", "signed_on", kind="date"),
            Column("签约活动", "activity"),
            Column("签约指挥部", "headquarters"),
            Column("签约地方", "regions"),
            Column("签约企业", "enterprises"),
        ),
        sources=agreement.sources.published().without_text(),
        note=agreement.note,
        updated_at=agreement.updated_at,
    ).response(request)


HOLDER_COLUMNS = (
    Column("获得者", "holder"),
    Column("荣誉", "self"),
    Column("批次或届次", "edition"),
    Column("授予", "granted_on", kind="date"),
    NOTE,
)


def award_detail(request, slug):
    awards = Award.objects.select_related("site", "region", "enterprise")
    award = get_object_or_404(awards, slug=slug)
    others = awards.filter(name=award.name).exclude(pk=award.pk)
    more = address("award-list", q=award.name)
    same_name = listed("others", "同名荣誉", HOLDER_COLUMNS, others, more=more)
    return Page(
        kind="荣誉",
        title=award.name,
        lead=f"{award.get_level_display()}荣誉，授予{award.holder}。",
        trail=crumbs(("荣誉", "award-list")),
        aliases=award.aliases,
        facts=facts(
            award,
            Column("获得者", "holder"),
            Column("级别", "get_level_display"),
            Column("授予单位", "grantor"),
            Column("批次或届次", "edition"),
            Column("授予", "granted_on", kind="date"),
        ),
        sections=[same_name] if same_name.has_rows else [],
        sources=award.sources.published().without_text(),
        note=award.note,
        updated_at=award.updated_at,
    ).response(request)
