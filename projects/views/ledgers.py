"""The pages of an aid project and of an investment: what it is, its money, its figures."""

from typing import Any

from django.db.models import QuerySet

from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.sections import Section
from aidtracker.pages.tables import STATUS, Column, table
from projects.models import Investment, Project
from projects.views.amounts import amounts, leading, read_figures, with_figure_counts
from projects.views.reports import (
    funding,
    investment_reports,
    milestones,
    plans,
    progress_reports,
)
from projects.views.sections import AGREED, ARRIVED, INVESTOR, STARTED, SUBSIDIES, figures

CODE = Column("项目编号", "code")
PROGRAMS = Column("所属工程", "programs")
JOBS = Column("就业人数", "jobs", kind="number")
SITE = Column("场所", "site")
PARTY_COLUMNS = (
    Column("角色", "get_role_display"),
    Column("单位", lambda row: row.enterprise or row.headquarters or row.organisation),
)


def parties(project: Project) -> Section:
    rows = project.parties.select_related("enterprise", "headquarters").order_by("number")
    shown = table("参与方", PARTY_COLUMNS, rows)
    return Section("parties", "参与方", shown, "建设、出资、施工、运营和受益的单位。")


def investment_amounts(investment: Investment) -> Section:
    return amounts(investment, "资金与就业", AGREED, ARRIVED, JOBS)


class ProjectPage(DetailPage):
    model = Project
    schema = "Project"
    columns = (
        CODE,
        STATUS,
        Column("项目类别", "category"),
        Column("援疆指挥部", "headquarters"),
        Column("批次", "batch"),
        Column("受援地", "regions"),
        PROGRAMS,
        SITE,
        Column("建设性质", "get_construction_display"),
        Column("交付方式", "get_delivery_display"),
        Column("资金性质", "get_spend_nature_display"),
        Column("层级", "get_tier_display"),
        Column("计划开工", "planned_start", kind="date"),
        STARTED,
        Column("计划完工", "planned_completion", kind="date"),
        Column("实际完工", "actual_completion", kind="date"),
    )
    parts = (funding, plans, progress_reports, milestones, SUBSIDIES, figures, parties)

    def rows(self) -> QuerySet:
        return with_figure_counts(Project.objects.published().select_related("batch__owner"))

    def find(self, **key: Any) -> Project:
        found = super().find(**key)
        read_figures([found])
        return found

    @property
    def lead(self) -> str:
        return f"{self.row.headquarters}的援疆项目，全部或部分使用援疆资金。"


class InvestmentPage(DetailPage):
    model = Investment
    schema = "Project"
    columns = (
        CODE,
        Column("方式", "get_kind_display"),
        STATUS,
        INVESTOR,
        Column("落地企业", "local_enterprise"),
        Column("来自", "origin"),
        Column("落地地区", "region"),
        SITE,
        Column("引进指挥部", "headquarters"),
        PROGRAMS,
        leading(Column("协议资金（万元）", "agreed_amount", kind="money")),
        leading(Column("到位资金（万元）", "arrived_amount", kind="money")),
        leading(JOBS),
        Column("签约", "signed_on", kind="date"),
        Column("开工", "started_on", kind="date"),
        Column("投产", "producing_on", kind="date"),
    )
    parts = (investment_amounts, figures, investment_reports)

    def rows(self) -> QuerySet:
        return with_figure_counts(super().rows())

    def find(self, **key: Any) -> Investment:
        found = super().find(**key)
        read_figures([found])
        return found

    @property
    def lead(self) -> str:
        investment = self.row
        return sentence(
            f"{investment.get_kind_display()}的招商项目",
            investment.investor and f"由{investment.investor}投资",
            investment.region and f"落地{investment.region}",
            "资金由企业自己出，不是援疆资金",
        )
