"""What is paid to lower a cost: the list with its sums by kind and year, and a subsidy's page."""

from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Left

from aidtracker.pages.details import DetailPage, sentence
from aidtracker.pages.sections import Section
from aidtracker.pages.tables import KIND, NAME, NOTE, Column, Item, table
from aidtracker.templatetags.formatting import yi
from projects.amounts.ledger_sums import partly
from projects.models import Subsidy
from projects.models.subsidies import leverage_words
from projects.views import filters
from projects.views.amounts import amounts, leading, read_figures, with_figure_counts
from projects.views.lists import LedgerList, money

PAID = Column("补贴金额", "amount", kind="money")
MOVED = Column("撬动金额", "moved_amount", kind="money")
RECIPIENT = Column("受补方", "recipient", reads=lambda rows: rows.select_related("enterprise"))
LEVERAGE = Column("杠杆", "leverage_words", kind="phrase")
# Of the rows that give both amounts, which alone may be divided by each other.
BOTH = Q(amount__isnull=False, moved_amount__isnull=False)


class SubsidyList(LedgerList):
    model = Subsidy
    template_name = "projects/subsidy_list.html"
    lead = "为降低保费、利息、物流、用电等成本支付的补贴；补给企业或一类人，不记个人。"
    filterset_class = filters.SubsidyFilter
    total_fields = ("amount",)  # 保额 and 贷款额 are not to be added
    columns = (
        NAME,
        KIND,
        RECIPIENT,
        money("补贴金额", "amount"),
        Column("开始", "starts_on", kind="date", sort=("starts_on",)),
        Column("地区", "region", sort=("region__slug",)),
        Column("援疆指挥部", "headquarters", sort=("headquarters__slug",)),
        money("撬动金额", "moved_amount"),
        LEVERAGE,
        NOTE,
    )

    def extra_context(self, page: Any) -> dict[str, Any]:
        return super().extra_context(page) | {"by_kind": self.by_kind()}

    def by_kind(self) -> Any:
        """The sums of all rows that meet the conditions, by year, kind and what was moved."""
        found = list(sums_of_kinds(self.filtered_rows))
        columns = (
            Column("年份", lambda one: f"{one['year']}年" if one["year"] else "未注明"),
            Column("类型", lambda one: Subsidy.Kind(one["kind"]).label),
            Column(
                "记录",
                lambda one: Item(f"{one['count']} 项", self.rows_of(one), one["count"], "项"),
            ),
            Column("补贴金额", lambda one: partly(one["paid"], one["known"], one["unknown"])),
            Column("撬动金额", moved_words),
            Column("杠杆", leverage_of, kind="phrase"),
        )
        return table("按年份和类型合计", columns, found)

    def rows_of(self, one: dict[str, Any]) -> str:
        """The list of just the rows behind a line of the sums."""
        chosen = {name: one[name] or filters.UNSTATED for name in ("kind", "year", "moved")}
        return self.address(**chosen, page=None, sort=None)


def sums_of_kinds(rows: QuerySet) -> QuerySet:
    """Sums in 万元 by year, kind and what was moved, the latest year first: one query.

    `paid_of_both` is what was paid by rows that also say what it moved.
    """
    grouped = rows.order_by().annotate(year=Left("starts_on", 4)).values("year", "kind", "moved")
    return grouped.annotate(
        count=Count("pk"),
        known=Count("amount"),
        unknown=Count("pk", filter=Q(amount=None)),
        paid=Sum("amount"),
        both=Count("pk", filter=BOTH),
        paid_of_both=Sum("amount", filter=BOTH),
        moved_of_both=Sum("moved_amount", filter=BOTH),
        moved_sum=Sum("moved_amount"),
    ).order_by("-year", "kind", "moved")


def moved_words(one: dict[str, Any]) -> str:
    if one["moved_sum"] is None:
        return ""
    return f"{Subsidy.Moved(one['moved']).label} {yi(one['moved_sum'])}"


def leverage_of(one: dict[str, Any]) -> str:
    """12.5 倍（保额 5000万元 ÷ 补贴 400万元，2 项）, of the rows that give both."""
    if not one["paid_of_both"]:
        return ""
    return leverage_words(
        one["paid_of_both"], one["moved_of_both"], one["moved"], f"，{one['both']} 项"
    )


def money_of(subsidy: Subsidy) -> Section:
    return amounts(subsidy, "金额", PAID, MOVED)


class SubsidyPage(DetailPage):
    model = Subsidy
    schema = "MonetaryGrant"
    columns = (
        Column("补贴编号", "code"),
        KIND,
        RECIPIENT,
        Column("地区", "region"),
        Column("援疆指挥部", "headquarters"),
        Column("所属工程", "program"),
        Column("援疆项目", "project"),
        Column("依据文件", "policy"),
        Column("标准", "basis"),
        leading(Column("补贴金额（万元）", "amount", kind="money")),
        Column("撬动的是什么", "get_moved_display"),
        leading(Column("撬动金额（万元）", "moved_amount", kind="money")),
        LEVERAGE,
        Column("开始", "starts_on", kind="date"),
        Column("结束", "ends_on", kind="date"),
    )
    parts = (money_of,)

    def rows(self) -> QuerySet:
        return with_figure_counts(super().rows().select_related("enterprise"))

    def find(self, **key: Any) -> Subsidy:
        found = super().find(**key)
        read_figures([found])
        return found

    @property
    def lead(self) -> str:
        subsidy = self.row
        return sentence(
            subsidy.get_kind_display(),
            subsidy.recipient and f"补给{subsidy.recipient}",
            subsidy.headquarters and f"记在{subsidy.headquarters}名下",
        )
