"""Amounts of ledgers on pages: each leads to the figure it was taken from, or says it has none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery

from aidtracker.ground.batches import prefetch_in_batches
from aidtracker.pages.sections import Related, Section
from aidtracker.pages.tables import CAP, Column, Item, Layout, counted, table
from projects.models import Observation
from projects.models.amount_figures import MEASURED, amounts_of, by_column, in_words

TYPED = "指挥部填报"
PERHAPS_TYPED = "指挥部填报，或出自还没有公开的数字"
NOTE = "带链接的数出自文献，点开是那个数字和它的原文；其余是指挥部填报的。"


def with_figure_counts(rows: QuerySet) -> QuerySet:
    """Rows of a ledger that know how many figures they name: no query of its own."""
    field = rows.model._meta.get_field("amount_figures")
    own = field.remote_field.through._base_manager.filter(
        **{field.m2m_field_name(): OuterRef("pk")}
    )
    count = own.order_by().values(field.m2m_field_name()).annotate(n=Count("pk")).values("n")
    return rows.annotate(figures_named=Subquery(count))


def read_figures(rows: Sequence[Any]) -> None:
    """Read the public figures that rows name: one query, none where they name none."""
    figures = Observation.objects.published().in_reading_order().defer("source__text")
    figures = figures.select_related("source", "series__metric")
    if naming := [row for row in rows if row.figures_named]:
        prefetch_in_batches(naming, Prefetch("amount_figures", figures, "public_figures"))


def origins(row: Any) -> dict[str, Observation]:
    """The public figure that each amount of a row was taken from, as far as `read_figures` read."""
    return by_column(getattr(row, "public_figures", ()), amounts_of(row))


def leading(column: Column) -> Column:
    """A column of amounts that lead to their figures; any other as it is."""
    name: Any = column.value

    def address(row: Any) -> str:
        figure = origins(row).get(name)
        return figure.get_absolute_url() if figure else ""

    is_amount = column.kind == "money" or name in MEASURED
    return replace(column, link=address) if is_amount else column


def origin(row: Any, name: str) -> Item | str:
    """Where an amount was taken from, in words: a figure in a document, or nothing but the typing
    of who keeps the ledger."""
    if getattr(row, name) is None:
        return ""
    if figure := origins(row).get(name):
        words = f"原文{figure.printed}，《{figure.source.short_name}》第 {figure.number} 处"
        return Item(words, figure.get_absolute_url())
    is_all_public = len(getattr(row, "public_figures", ())) == (row.figures_named or 0)
    return TYPED if is_all_public else PERHAPS_TYPED


@dataclass(frozen=True)
class AmountRows(Related):
    """A part of rows with amounts, each leading to the figure it was taken from."""

    def read(self, record: Any) -> QuerySet:
        return with_figure_counts(super().read(record))

    def section(self, found: list[Any], record: Any) -> Section:
        read_figures(found)
        columns = tuple(map(leading, self.columns))
        layout = Layout(more=self.more(record))
        shown = table(counted(self.title, found), columns, found[:CAP], layout)
        return Section(self.anchor, self.title, shown, self.empty)


def amount_of(row: Any, name: str) -> Item:
    amount = getattr(row, name)
    return Item(in_words(name, amount), "", amount, MEASURED.get(name, "万元"))


def amounts(row: Any, title: str, *columns: Column) -> Section:
    """The amounts of a row that no ladder shows, and where each was taken from."""
    shown = table(
        title,
        (
            Column("台账所记", lambda column: column.label),
            Column("数值", lambda column: amount_of(row, str(column.value))),
            Column("依据", lambda column: origin(row, column.value)),
        ),
        [column for column in columns if getattr(row, str(column.value)) is not None],
    )
    return Section("funding", title, shown, "还没有公开的数。")
