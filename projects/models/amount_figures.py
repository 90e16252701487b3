"""From which printed figures the amounts of a ledger were taken; what has none was typed by itself.

A row names the figures. Which of its amounts a figure speaks of follows from what it counts, and,
where that is no column of the ledger, from the number.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.relations import LateLinksField

WAN = Decimal(10_000)
MONEY = "元"
HELP = (
    "金额出自文献的，选那个数字；没有选的，页面上注明是指挥部填报。"
    "说的是哪一栏，由数字的指标和大小认出"
)
# Where plans and reports have what a project or investment has under this name.
ALSO = {
    "planned_amount": "amount",
    "received_amount": "received_to_date",
    "disbursed_amount": "disbursed_to_date",
    "paid_amount": "paid_to_date",
    "work_done_amount": "work_done_to_date",
    "arrived_amount": "arrived_to_date",
}


def amount_figures() -> Any:
    """The figures that the amounts of a ledger's rows were taken from."""
    return LateLinksField(
        "projects.Observation",
        verbose_name="金额出处",
        blank=True,
        related_name="%(class)s_amounts",
        help_text=HELP,
    )


def amounts_of(row: Any) -> dict[str, Decimal]:
    """The known amounts of a row, in 万元, by column."""
    names = [one.name for one in row._meta.concrete_fields if isinstance(one, LedgerAmountField)]
    return {name: Decimal(getattr(row, name)) for name in names if getattr(row, name) is not None}


def allows(figure: Any, amount: Decimal) -> bool:
    """Whether a figure in 元 can mean an amount in 万元."""
    low, high = figure.interval.ends
    return figure.unit == MONEY and low <= amount * WAN <= high


def column_of(figure: Any, amounts: dict[str, Decimal]) -> str:
    """Which of a row's amounts a figure speaks of; empty if none can be told.

    What it counts decides, if that is a column; else the first amount that it allows.
    """
    said = figure.series.metric.ledger_field
    for name in (said, ALSO.get(said, "")):
        if name in amounts:
            return name
    return next((name for name, amount in amounts.items() if allows(figure, amount)), "")


def by_column(figures: Iterable[Any], amounts: dict[str, Decimal]) -> dict[str, Any]:
    """The figure that each amount was taken from, of those that speak of one."""
    found: dict[str, Any] = {}
    for figure in figures:
        if name := column_of(figure, amounts):
            found.setdefault(name, figure)
    return found
