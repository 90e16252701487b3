"""The list pages of aid projects, investments, enterprises, sites, outlets and what happened."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, Value, When

from aidtracker.ground.partial_dates import in_chinese
from aidtracker.pages.listing import ListPage
from aidtracker.pages.paging import kept
from aidtracker.pages.tables import KIND, NAME, NOTE, STATUS, Column, Item, item_of
from aidtracker.templatetags.formatting import span
from programs.views.lists import SOURCES
from projects.amounts.ledger_sums import explained_totals
from projects.models import (
    Activity,
    Agreement,
    Award,
    Enterprise,
    Investment,
    Outlet,
    Project,
    Site,
)
from projects.views import filters
from projects.views.amounts import NOTE as NOTE_ON_AMOUNTS
from projects.views.amounts import leading, read_figures, with_figure_counts
from projects.views.drawn import stages_of_investments
from projects.views.readings import activity_days
from projects.views.sections import HOLDER


def money(label, name):
    """A column of amounts to sort by, each leading to the figure it was taken from."""
    return leading(Column(label, name, kind="money", sort=(name,)))


class LedgerList(ListPage):
    """A list of ledger rows with the totals of all rows that meet the conditions."""

    template_name = "projects/ledger_list.html"
    unit = "万元"
    total_fields: tuple[str, ...] = ()
    amounts_note = NOTE_ON_AMOUNTS

    def read(self, rows):
        return with_figure_counts(super().read(rows))

    def page(self):
        page = super().page()
        read_figures(page.object_list)
        return page

    def extra_context(self, page):
        def totals():
            return explained_totals(self.filtered_rows, self.total_fields)

        name = f"{self.model._meta.label} totals"
        return {"totals": totals() if self.is_filtered else kept(name, totals)}


def building_time(project):
    """When work began and ended, as far as known: 2017—2019年, 2019年完工."""
    start, end = project.actual_start, project.actual_completion
    if start and end:
        return span(start, end)
    return f"{in_chinese(start)}开工" if start else end and f"{in_chinese(end)}完工"


class ProjectList(LedgerList):
    model = Project
    lead = "全部或部分使用援疆资金的项目；企业自己的投资在“招商项目”。"
    filterset_class = filters.ProjectFilter
    total_fields = ("total_amount", "planned_amount", "received_amount", "work_done_amount")
    columns = (
        NAME,
        Column("类别", "category", sort=("category__code",)),
        Column("受援地", "regions"),
        Column("援疆指挥部", "headquarters", sort=("headquarters__slug",)),
        STATUS,
        money("总投资", "total_amount"),
        money("资金计划", "planned_amount"),
        money("资金到位", "received_amount"),
        money("完成投资", "work_done_amount"),
        Column("实际起止", building_time, sort=("actual_start", "actual_completion")),
        NOTE,
    )


class InvestmentList(LedgerList):
    model = Investment
    drawn = stages_of_investments
    lead = "援疆指挥部引进、由企业自己出资的项目；不是援疆资金项目，两者不能相加。"
    filterset_class = filters.InvestmentFilter
    total_fields = ("agreed_amount", "arrived_amount")
    columns = (
        NAME,
        Column("投资方", "investor", sort=("investor__slug",)),
        Column("落地企业", "local_enterprise", sort=("local_enterprise__slug",)),
        Column("落地地区", "region", sort=("region__slug",)),
        STATUS,
        money("协议资金", "agreed_amount"),
        money("到位资金", "arrived_amount"),
        Column("就业人数", "jobs", kind="number", sort=("jobs",)),
        Column("签约", "signed_on", kind="date", sort=("signed_on",)),
        NOTE,
    )


class EnterpriseList(ListPage):
    model = Enterprise
    lead = "公司、合作社、银行网点、协会、联盟，以及参与援疆的院校和事业单位。"
    filterset_class = filters.EnterpriseFilter
    columns = (
        NAME,
        KIND,
        Column("行业", "industry", sort=("industry",)),
        Column("品牌", "brand", sort=("brand",)),
        Column("母公司或主管", "parent", sort=("parent__slug",)),
        Column("来自", "origin", sort=("origin__slug",)),
        Column("经营地", "region", sort=("region__slug",)),
        Column("成立", "founded_on", kind="date", sort=("founded_on",)),
        NOTE,
    )


class SiteList(ListPage):
    model = Site
    lead = "产业园、孵化基地、工厂车间、种植基地、景区和各类中心；分期建设的各期分开登记。"
    filterset_class = filters.SiteFilter
    columns = (
        NAME,
        KIND,
        Column("所在地区", "region", sort=("region__slug",)),
        Column("所属场所", "parent", sort=("parent__slug",)),
        Column("运营单位", "operator", sort=("operator__slug",)),
        Column("启用", "opened_on", kind="date", sort=("opened_on",)),
        Column("面积（平方米）", "area", kind="number", sort=("area",)),
        NOTE,
    )


class OutletList(ListPage):
    model = Outlet
    lead = "销售受援地产品的旗舰店、直营店、加盟店、专柜、网店和平台。"
    filterset_class = filters.OutletFilter
    columns = (
        NAME,
        KIND,
        STATUS,
        Column("所在城市", "city", sort=("city__slug",)),
        Column("所在平台", "platform", sort=("platform__slug",)),
        Column("经营单位", "operator", sort=("operator__slug",)),
        Column("所属工程", "program", sort=("program__slug",)),
        Column("援疆指挥部", "headquarters", sort=("headquarters__slug",)),
        Column("开业", "opened_on", kind="date", sort=("opened_on",)),
        NOTE,
    )


@dataclass(frozen=True)
class Happening:
    """An activity as it stands on the timeline: when, and where and with whom as far as known."""

    activity: Activity
    days: str
    details: tuple[Item, ...]

    @classmethod
    def of(cls, activity):
        rows = [*activity.headquarters.all(), *activity.programs.all()]
        places = [place for place in (activity.region, activity.site) if place]
        organisers = [Item(f"主办：{activity.organisers}")] if activity.organisers else []
        return cls(
            activity,
            activity_days(activity),
            (*map(item_of, places), *organisers, *map(item_of, rows)),
        )


class ActivityList(ListPage):
    """Events as a timeline, a heading for each year."""

    model = Activity
    lead = "展会、会议、考察、签约、培训、竞赛和里程碑，按时间先后排列。"
    filterset_class = filters.ActivityFilter
    see_also = (("协议", "agreement-list"), ("荣誉", "award-list"))
    template_name = "projects/activity_list.html"
    columns = (Column("时间", "starts_on", kind="date", sort=("starts_on",)), NAME)

    def rows(self):
        is_undated = Case(When(starts_on="", then=Value(1)), default=Value(0))
        return super().rows().order_by(is_undated, "starts_on", "slug")

    def read(self, rows):
        with_place = rows.select_related("region", "site")
        return with_place.prefetch_related("headquarters", "programs")

    def extra_context(self, page):
        happenings = map(Happening.of, page.object_list)
        years = groupby(happenings, key=lambda happening: happening.activity.starts_on[:4])
        return {
            "years": [(year, list(happenings)) for year, happenings in years],
            "orders": [
                Item("早的在前", self.address(sort=None, page=None)),
                Item("晚的在前", self.address(sort="-1", page=None)),
            ],
        }


class AgreementList(ListPage):
    model = Agreement
    see_also = (("活动", "activity-list"), ("荣誉", "award-list"))
    lead = "框架协议、备忘录和合同，以及签约各方。"
    filterset_class = filters.AgreementFilter
    columns = (
        NAME,
        KIND,
        Column("内容", "subject"),
        Column("签约指挥部", "headquarters"),
        Column("签约地方", "regions"),
        Column("签约企业", "enterprises"),
        Column("签订", "signed_on", kind="date", sort=("signed_on",)),
        NOTE,
    )


class AwardList(ListPage):
    model = Award
    see_also = (("活动", "activity-list"), ("协议", "agreement-list"))
    lead = "每授予一次记一条：七项荣誉授予六个县，就是七条、六个地区。"
    filterset_class = filters.AwardFilter
    columns = (
        NAME,
        Column("级别", "get_level_display", sort=("level",)),
        HOLDER,
        Column("授予单位", "grantor", sort=("grantor",)),
        Column("批次或届次", "edition", sort=("edition",)),
        Column("授予", "granted_on", kind="date", sort=("granted_on",)),
        SOURCES,
        NOTE,
    )
