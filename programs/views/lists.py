"""The list pages of places, headquarters, programmes, documents and what belongs to them."""

from itertools import groupby
from operator import attrgetter, itemgetter

from aidtracker.pages.listing import ListPage
from aidtracker.pages.tables import KIND, NAME, NOTE, Column, table
from programs.models import (
    Batch,
    Category,
    Headquarters,
    Official,
    Pairing,
    Policy,
    Program,
    Region,
    Source,
)
from programs.models.sources import cited
from programs.views import filters
from programs.views.flows import flows

SOURCES = Column(
    "出处", "sources", kind="sources", reads=lambda rows: rows.prefetch_related(cited())
)


class HeadquartersList(ListPage):
    model = Headquarters
    lead = "各支援方派驻新疆的工作机构，与它们支援的地方。"
    see_also = (("结对关系", "pairing-list"), ("批次", "batch-list"), ("负责人", "official-list"))
    filterset_class = filters.HeadquartersFilter
    columns = (
        NAME,
        Column("全称", "full_name", sort=("full_name",)),
        Column("级别", "get_level_display", sort=("level",)),
        Column("支援方", "donor", sort=("donor__slug",)),
        Column(
            "受援地",
            lambda row: [pairing.recipient for pairing in row.pairings.all()],
            reads="pairings__recipient",
        ),
        Column("上级指挥部", "parent", sort=("parent__slug",)),
        NOTE,
    )


class ProgramList(ListPage):
    model = Program
    lead = "十城百店、百村千厂这样有名称的工程、计划、行动和品牌，它们的版本和组成。"
    see_also = (("政策文件", "policy-list"), ("项目类别", "category-list"))
    filterset_class = filters.ProgramFilter
    columns = (
        NAME,
        KIND,
        Column("领域", "get_sector_display", sort=("sector",)),
        Column("所属工程", "parent", sort=("parent__slug",)),
        Column("前一版本", "predecessor"),
        Column("牵头指挥部", "headquarters", sort=("headquarters__slug",)),
        Column("开始", "starts_on", kind="date", sort=("starts_on",)),
        NOTE,
    )


class RegionList(ListPage):
    model = Region
    lead = "支援方的省市，受援的地州、县市、兵团师市、乡镇和村；更名或改设前的旧地名也在内。"
    see_also = (("结对关系", "pairing-list"),)
    filterset_class = filters.RegionFilter
    columns = (
        NAME,
        Column("区划代码", "official_code", sort=("code",)),
        Column("级别", "get_level_display", sort=("level",)),
        Column("上级", "parent", sort=("parent__code",)),
        Column(
            "支援方",
            lambda row: [one.donor for one in row.pairings_received.all()],
            reads="pairings_received__donor",
        ),
        Column(
            "受援地",
            lambda row: [one.recipient for one in row.pairings_given.all()],
            reads="pairings_given__recipient",
        ),
        Column("现为", "replaced_by"),
        NOTE,
    )


# A prefecture that is paired beside its own counties would be counted twice.
COUNTED_LEVELS = {Region.Level.COUNTY, Region.Level.DIVISION, Region.Level.REGIMENT}


def counted_recipients(row):
    """How many counties, XPCC divisions and regiments a donor aids, each once."""
    return len({place for place in row[1] if place.level in COUNTED_LEVELS})


DONOR_COLUMNS = (
    Column("支援方", itemgetter(0)),
    Column("受援地", itemgetter(1)),
    Column("县市、师市和团场数", counted_recipients, kind="number"),
)


class PairingList(ListPage):
    model = Pairing
    lead = "谁支援谁：支援方与受援地的结对，同一方可以有几个伙伴。"
    filterset_class = filters.PairingFilter
    columns = (
        Column("支援方", "donor", sort=("donor__code",)),
        Column("受援地", "recipient", sort=("recipient__code",)),
        KIND,
        Column("援疆指挥部", "headquarters", sort=("headquarters__slug",)),
        Column("开始", "valid_from", kind="date", sort=("valid_from",)),
        Column("结束", "valid_to", kind="date", sort=("valid_to",)),
        SOURCES,
        NOTE,
    )
    template_name = "programs/pairing_list.html"
    drawn = flows

    def extra_context(self, page):
        """Each donor with all it aids, of the pairings the conditions leave."""
        pairings = self.filtered_rows.select_related("donor", "recipient")
        in_order = pairings.order_by("donor__code", "recipient__code")
        by_donor = groupby(in_order, key=attrgetter("donor"))
        rows = [(donor, [one.recipient for one in group]) for donor, group in by_donor]
        return {"donors": table("谁支援谁", DONOR_COLUMNS, rows)}


class BatchList(ListPage):
    model = Batch
    lead = "三年一轮的援疆干部人才轮换；批次号属于各自的编号归属，全国第十一批可以是一省的第十批。"
    filterset_class = filters.BatchFilter
    columns = (
        Column("批次", str, sort=("owner__code", "number")),
        Column("编号归属", "owner", sort=("owner__slug",)),
        Column("批次号", "number", kind="number", sort=("number",)),
        Column("对应的全国批次", lambda row: row.national and str(row.national)),
        Column("开始", "starts_on", kind="date", sort=("starts_on",)),
        Column("结束", "ends_on", kind="date", sort=("ends_on",)),
        SOURCES,
        NOTE,
    )

    def read(self, rows):
        return super().read(rows).select_related("national__owner")


class OfficialList(ListPage):
    model = Official
    lead = "文献中出现的在任负责人及其职务；时间是文献所述的时间，不是任期。"
    filterset_class = filters.OfficialFilter
    columns = (
        Column("姓名", "person", sort=("person",)),
        Column("单位", "organisation", sort=("organisation",)),
        Column("职务", "post", sort=("post",)),
        Column("援疆指挥部", "headquarters", sort=("headquarters__slug",)),
        Column("截至", "as_of", kind="date", sort=("as_of",)),
        SOURCES,
        NOTE,
    )


class CategoryList(ListPage):
    model = Category
    lead = "援疆项目的分类；每个五年规划各有一套，不能跨规划相加。"
    columns = (
        Column("类别", "name", sort=("name",)),
        Column("代码", "code", sort=("code",)),
        Column("分类方案", "scheme", sort=("scheme",)),
        Column("规划期", lambda row: f"{row.plan_start}—{row.plan_end}年", sort=("plan_start",)),
        SOURCES,
        NOTE,
    )


class PolicyList(ListPage):
    model = Policy
    lead = "文献提到的办法、规则和措施。"
    filterset_class = filters.PolicyFilter
    columns = (
        NAME,
        Column("发文单位", "issuer", sort=("issuer",)),
        Column("领域", "get_sector_display", sort=("sector",)),
        Column("相关工程", "programs"),
        Column("发文日期", "issued_on", kind="date", sort=("issued_on",)),
        SOURCES,
        NOTE,
    )


class SourceList(ListPage):
    model = Source
    lead = "数字和名称所据的文献；打开一篇，可看到其中记录的每一个数字。"
    filterset_class = filters.SourceFilter
    columns = (
        Column("标题", "title", link=True, sort=("title",)),
        Column("编号", "code", sort=("code",)),
        KIND,
        Column("来源", "publisher", sort=("publisher",)),
        Column("作者", "author", sort=("author",)),
        Column("发布日期", "published_on", kind="date", sort=("published_on",)),
        NOTE,
    )

    def read(self, rows):
        return super().read(rows).without_text()
