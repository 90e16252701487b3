"""The pages of an activity, an agreement and an award."""

from typing import Any

from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.sections import Related, Section, whole_list
from aidtracker.pages.sharing import named, only_known
from aidtracker.pages.tables import KIND, NOTE, Column, capped, joined
from projects.models import Activity, Agreement, Award
from projects.views.readings import activity_days
from projects.views.sections import (
    AGREEMENT_COLUMNS,
    ENTERPRISE_COLUMNS,
    GRANTED,
    GRANTOR,
    HOLDER,
    LEVEL,
    figures,
)

EDITION = Column("批次或届次", "edition")
BASIS = Column(
    "所据评定",
    "assessment",
    reads=lambda rows: rows.select_related(
        "assessment__round__scheme", "assessment__outlet", "assessment__site"
    ),
)


class ActivityPage(DetailPage):
    model = Activity
    schema = "Event"
    columns = (
        KIND,
        Column("届次", "edition"),
        Column("时间", activity_days),
        Column("地点", "region"),
        Column("场所", "site"),
        Column("主办单位", "organisers"),
        Column("参与指挥部", "headquarters"),
        Column("所属工程", "programs"),
    )
    parts = (
        figures,
        Related("agreements", "签订的协议", AGREEMENT_COLUMNS, "在这次活动上签订的协议。"),
        Related("enterprises", "参与企业", ENTERPRISE_COLUMNS, "参加这次活动的企业、协会和平台。"),
    )

    def schema_facts(self) -> dict[str, Any]:
        return only_known(
            startDate=self.row.starts_on,
            endDate=self.row.ends_on,
            location=named("Place", self.row.site or self.row.region),
            organizer=named("Organization", self.row.organisers),
        )

    @property
    def lead(self) -> str:
        activity = self.row
        return sentence(
            activity.get_kind_display(),
            activity.starts_on and activity_days(activity),
            activity.region and f"在{activity.region}",
        )


class AgreementPage(DetailPage):
    model = Agreement
    schema = "CreativeWork"
    columns = (
        KIND,
        Column("签订", "signed_on", kind="date"),
        Column("签约活动", "activity"),
        Column("签约指挥部", "headquarters"),
        Column("签约地方", "regions"),
        Column("签约企业", "enterprises"),
    )

    @property
    def lead(self) -> str:
        return sentence(self.row.get_kind_display(), self.row.subject)


def others(award: Award) -> Section | None:
    """Other awards of the same name; none without any."""
    columns = (HOLDER, Column("荣誉"), EDITION, GRANTED, NOTE)
    rows = Award.objects.published().filter(name=award.name).exclude(pk=award.pk)
    shown = capped(
        "同名荣誉", columns, joined(rows, columns), whole_list("award-list", q=award.name)
    )
    return Section("others", "同名荣誉", shown) if shown.rows else None


class AwardPage(DetailPage):
    model = Award
    columns = (HOLDER, LEVEL, GRANTOR, EDITION, GRANTED, BASIS)
    parts = (others,)

    @property
    def lead(self) -> str:
        return f"{self.row.get_level_display()}荣誉，授予{self.row.holder}。"
