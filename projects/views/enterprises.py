"""The pages of an enterprise and of an outlet."""

from typing import Any

from django.db.models import Q, QuerySet

from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.sections import Related
from aidtracker.pages.sharing import named, only_known
from aidtracker.pages.tables import KIND, STATUS, Column
from projects.models import Enterprise, Investment, Outlet
from projects.views.assessments import ASSESSMENTS
from projects.views.reports import outlet_reports
from projects.views.sections import (
    ACTIVITY_COLUMNS,
    AGREEMENT_COLUMNS,
    AWARD_COLUMNS,
    ENTERPRISE_COLUMNS,
    INVESTMENT_COLUMNS,
    OUTLET_COLUMNS,
    SITE_COLUMNS,
    SUBSIDIES,
    figures,
)


def investments_of(enterprise: Enterprise) -> QuerySet:
    """Those it pays and those it carries out on the spot."""
    return Investment.objects.filter(Q(investor=enterprise) | Q(local_enterprise=enterprise))


def outlets_of(enterprise: Enterprise) -> QuerySet:
    """Those it runs and those on its platform."""
    return Outlet.objects.filter(Q(operator=enterprise) | Q(platform=enterprise))


class EnterprisePage(DetailPage):
    model = Enterprise
    schema = "Organization"
    columns = (
        KIND,
        Column("行业", "industry"),
        Column("品牌", "brand"),
        Column("母公司或主管", "parent"),
        Column("来自", "origin"),
        Column("经营地", "region"),
        Column("成立", "founded_on", kind="date"),
        Column("统一社会信用代码", "credit_code"),
    )
    parts = (
        figures,
        Related(
            "children",
            "下属企业",
            ENTERPRISE_COLUMNS,
            "以本企业为母公司或主管的企业。",
            by="parent",
        ),
        Related(
            "investments",
            "投资与落地的招商项目",
            INVESTMENT_COLUMNS,
            "由本企业投资，或由本企业在当地承接的招商项目。",
            rows=investments_of,
        ),
        SUBSIDIES,
        Related(
            "sites",
            "运营的场所",
            SITE_COLUMNS,
            "由本企业运营的产业园、工厂、基地和中心。",
            by="operator",
            rows=lambda enterprise: enterprise.sites_operated,
        ),
        Related(
            "outlets",
            "网点",
            OUTLET_COLUMNS,
            "由本企业经营，或开在本企业平台上的网点。",
            rows=outlets_of,
        ),
        Related(
            "projects",
            "参与的援疆项目",
            (Column("项目", "project"), Column("角色", "get_role_display")),
            "本企业出资、施工、运营或合作的援疆项目。",
            rows=lambda enterprise: enterprise.project_parties,
            whole="project-list",
        ),
        Related("activities", "参与的活动", ACTIVITY_COLUMNS, "本企业参加的展会、签约和其他活动。"),
        Related(
            "agreements",
            "签订的协议",
            AGREEMENT_COLUMNS,
            "本企业签订的框架协议、备忘录和合同。",
        ),
        Related("awards", "荣誉", AWARD_COLUMNS, "授予本企业的荣誉。"),
    )

    def schema_facts(self) -> dict[str, Any]:
        return only_known(
            foundingDate=self.row.founded_on,
            taxID=self.row.credit_code,
            brand=named("Brand", self.row.brand),
            parentOrganization=named("Organization", self.row.parent),
            location=named("Place", self.row.region),
        )

    @property
    def lead(self) -> str:
        enterprise = self.row
        return sentence(
            enterprise.get_kind_display(),
            enterprise.origin and f"来自{enterprise.origin}",
            enterprise.region and f"在{enterprise.region}经营",
        )


class OutletPage(DetailPage):
    model = Outlet
    schema = "Store"
    columns = (
        KIND,
        STATUS,
        Column("所在城市", "city"),
        Column("所在平台", "platform"),
        Column("经营单位", "operator"),
        Column("所属工程", "program"),
        Column("援疆指挥部", "headquarters"),
        Column("开业", "opened_on", kind="date"),
        Column("关闭", "closed_on", kind="date"),
    )
    parts = (
        figures,
        outlet_reports,
        ASSESSMENTS,
        Related("awards", "荣誉", AWARD_COLUMNS, "授予这个网点的荣誉。"),
    )

    @property
    def lead(self) -> str:
        outlet = self.row
        return sentence(
            f"销售受援地产品的{outlet.get_kind_display()}",
            outlet.city and f"在{outlet.city}",
            outlet.program and f"属于“{outlet.program}”",
        )
