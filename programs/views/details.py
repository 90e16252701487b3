"""The pages of a place, a headquarters, a programme and a policy.

What was done and measured there stands above this app, which adds its parts to these pages.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect

from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.sections import Related, Section
from aidtracker.pages.sharing import named, only_known
from aidtracker.pages.tables import KIND, NAME, NOTE, Column, Item, counted, item_of, table
from programs.models import Headquarters, Policy, Program, Region

DONOR = Column("支援方", "donor")
RECIPIENT = Column("受援地", "recipient")
HEADQUARTERS = Column("援疆指挥部", "headquarters")
LEVEL = Column("级别", "get_level_display")
CODE = Column("区划代码", "official_code")
SECTOR = Column("领域", "get_sector_display")
STARTS = Column("开始", "starts_on", kind="date")
ENDS = Column("结束", "ends_on", kind="date")
SINCE = Column("开始", "valid_from", kind="date")
UNTIL = Column("结束", "valid_to", kind="date")
ISSUER = Column("发文单位", "issuer")
ISSUED = Column("发文日期", "issued_on", kind="date")
HEADQUARTERS_COLUMNS = (NAME, LEVEL, Column("全称", "full_name"), NOTE)
PROGRAM_COLUMNS = (NAME, KIND, SECTOR, STARTS, NOTE)


def children(headquarters: Headquarters) -> Section:
    """The headquarters below this one: one query."""
    rows = list(headquarters.children.all())
    shown = table(counted("下属指挥部", rows), HEADQUARTERS_COLUMNS, rows)
    return Section("children", "下属指挥部", shown, "没有登记下属指挥部。")


class HeadquartersPage(DetailPage):
    model = Headquarters
    schema = "GovernmentOrganization"
    columns = (
        Column("全称", "full_name"),
        LEVEL,
        DONOR,
        Column("上级指挥部", "parent"),
    )
    parts = (
        Related(
            "pairings",
            "结对关系",
            (RECIPIENT, KIND, SINCE, UNTIL, NOTE),
            "还没有登记这一指挥部支援的地方。",
            by=None,
        ),
        children,
        Related("programs", "牵头工程", PROGRAM_COLUMNS, "没有登记由这一指挥部牵头的工程。"),
        Related(
            "officials",
            "负责人",
            (
                Column("姓名", "person"),
                Column("单位", "organisation"),
                Column("职务", "post"),
                Column("截至", "as_of", kind="date"),
                NOTE,
            ),
            "没有登记负责人；只登记文献中出现的在任人员。",
        ),
    )

    def schema_facts(self) -> dict[str, Any]:
        return only_known(
            legalName=self.row.full_name,
            parentOrganization=named("GovernmentOrganization", self.row.parent),
        )

    @property
    def lead(self) -> str:
        return f"{self.row.donor}派驻新疆的对口援疆工作机构（{self.row.get_level_display()}）。"


def versions(program: Program) -> Section:
    """The versions before and after a programme, itself among them: one query."""
    found = program.line
    shown = found if len(found) > 1 else []
    rows = table("从最早的版本到最新的版本", (NAME, STARTS, ENDS, NOTE), shown)
    return Section("versions", "版本", rows, "没有登记前一版本或后一版本。")


class ProgramPage(DetailPage):
    model = Program
    schema = "Project"
    columns = (
        Column("所属工程", "parent"),
        Column("前一版本", "predecessor"),
        Column("牵头指挥部", "headquarters"),
        Column("实施地区", "regions"),
        STARTS,
        ENDS,
    )
    parts = (
        versions,
        Related("parts", "组成", PROGRAM_COLUMNS, "没有登记组成部分。", by=None),
        Related("policies", "政策文件", (NAME, ISSUER, ISSUED, NOTE)),
    )

    @property
    def kind(self) -> str:
        return self.row.get_kind_display()

    @property
    def lead(self) -> str:
        return f"{self.row.get_sector_display()}领域的{self.kind}。"


class PolicyPage(DetailPage):
    model = Policy
    schema = "Legislation"
    lead = "文献提到的办法、规则或措施。"
    columns = (ISSUER, ISSUED, SECTOR, Column("适用地区", "regions"))
    parts = (Related("programs", "相关工程", PROGRAM_COLUMNS, by=None),)


def received(region: Region) -> Section:
    columns = (DONOR, KIND, HEADQUARTERS, SINCE, UNTIL, NOTE)
    rows = [one for one in region.pairings if one.recipient_id == region.pk]
    shown = table("谁支援这里", columns, rows)
    return Section("received", "接受支援", shown, "没有登记支援这里的地方。")


def given(region: Region) -> Section:
    columns = (RECIPIENT, KIND, HEADQUARTERS, SINCE, UNTIL, NOTE)
    rows = [one for one in region.pairings if one.donor_id == region.pk]
    shown = table("这里支援谁", columns, rows)
    return Section("given", "给予支援", shown, "没有登记由这里支援的地方。")


class RegionPage(DetailPage):
    """A place's page; an old code or name leads to the place that it has become."""

    model = Region
    schema = "AdministrativeArea"
    columns = (
        CODE,
        Column("师市城市代码", "city_code"),
        Column("上级", "parent"),
        Column(
            "曾为",
            lambda row: [f"{one.name}（{one.code}）" for one in row.former.all()],
            reads="former",
        ),
        Column("启用", "valid_from", kind="date"),
    )
    parts = (
        received,
        given,
        Related(
            "children",
            "下级地区",
            (NAME, CODE, LEVEL, NOTE),
            by=None,
            rows=lambda region: region.children.current(),
        ),
        Related(
            "headquarters_set",
            "援疆指挥部",
            HEADQUARTERS_COLUMNS,
            "没有登记由这里派出的指挥部。",
            by="donor",
        ),
        Related("programs", "工程", PROGRAM_COLUMNS),
    )

    def rows(self) -> QuerySet:
        above = "parent__parent__parent__parent__parent"
        return Region.objects.select_related(above, "replaced_by")

    def named(self, key: dict[str, Any]) -> Q:
        return Q(slug=key["slug"]) | Q(code=key["slug"])

    def answer(self) -> HttpResponse:
        place = self.row.replaced_by or self.row
        return super().answer() if place.slug == self.kwargs["slug"] else redirect(place)

    def schema_facts(self) -> dict[str, Any]:
        return only_known(
            identifier=self.row.official_code,
            containedInPlace=named("AdministrativeArea", self.row.parent),
        )

    @property
    def kind(self) -> str:
        return f"地区 · {self.row.get_level_display()}"

    @property
    def trail(self) -> list[Item]:
        return [*super().trail, *map(item_of, self.row.ancestors)]

    @property
    def lead(self) -> str:
        above = "".join(str(place) for place in self.row.ancestors if place.parent_id)
        pairings, own = self.row.pairings, self.row.pk
        return sentence(
            f"属{above}" if above else "",
            "支援方" if any(one.donor_id == own for one in pairings) else "",
            "受援地" if any(one.recipient_id == own for one in pairings) else "",
            self.row.get_level_display(),
        )
