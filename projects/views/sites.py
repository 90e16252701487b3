"""The page of a site: its phases and parts, what was built and brought there, its figures."""

from typing import Any

from django.db.models import QuerySet

from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.sections import Related, Section
from aidtracker.pages.tables import KIND, Column
from projects.models import Site
from projects.sums.chains import phases as chain_of
from projects.views.amounts import amounts, leading, read_figures, with_figure_counts
from projects.views.assessments import ASSESSMENTS
from projects.views.sections import (
    ACTIVITY_COLUMNS,
    AWARD_COLUMNS,
    INVESTMENT_COLUMNS,
    OPENED,
    PROJECT_COLUMNS,
    SITE_COLUMNS,
    figures,
)

AREA = Column("面积（平方米）", "area", kind="number")


def phases(site: Site) -> Section:
    """The earlier and later phases, which are different places and are never added up."""
    chain = [(phase, phase.pk == site.pk) for phase in chain_of(site)]
    empty = "同一场所先后的各期；填写“前一期”后列在这里。"
    template = "projects/phases.html"
    return Section("phases", "各期", empty=empty, template=template, data=chain or None)


def sizes(site: Site) -> Section | None:
    """What its ledger says of its size, and where that was taken from; none for nothing."""
    return amounts(site, "规模", Column("面积", "area")) if site.area is not None else None


class SitePage(DetailPage):
    model = Site
    schema = "Place"
    columns = (
        KIND,
        Column("所在地区", "region"),
        Column("所属场所", "parent"),
        Column("前一期", "predecessor"),
        Column("运营单位", "operator"),
        Column("援建指挥部", "headquarters"),
        Column("所属工程", "programs"),
        OPENED,
        leading(AREA),
    )
    parts = (
        sizes,
        phases,
        figures,
        Related("parts", "其中的场所", SITE_COLUMNS, "位于其中的车间、中心和园区。", by="parent"),
        Related("projects", "援疆项目", PROJECT_COLUMNS, "建设或改造这一场所的援疆项目。"),
        Related("investments", "招商项目", INVESTMENT_COLUMNS, "落在这一场所的招商项目。"),
        Related("activities", "活动", ACTIVITY_COLUMNS, "在这一场所举办的活动。"),
        ASSESSMENTS,
        Related("awards", "荣誉", AWARD_COLUMNS, "授予这一场所的荣誉。"),
    )

    def rows(self) -> QuerySet:
        return with_figure_counts(super().rows())

    def find(self, **key: Any) -> Site:
        found = super().find(**key)
        read_figures([found])
        return found

    @property
    def lead(self) -> str:
        site = self.row
        return sentence(
            site.get_kind_display(),
            site.region and f"在{site.region}",
            site.operator and f"由{site.operator}运营",
        )
