"""From which printed figures the amounts of a ledger were taken; what has none was typed by itself.

Amounts are money, people, areas and weights. A row names the figures. Which of its amounts a figure
speaks of follows from what it counts, and, where that is no column of the ledger, from the number.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from aidtracker.ground import units
from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.relations import LateLinksField
from aidtracker.templatetags.formatting import plain

WAN = Decimal(10_000)
HELP = (
    "台账上的数出自文献的，选那个数字；没有选的，页面上注明是指挥部填报。"
    "说的是哪一栏，由数字的指标、单位和大小认出"
)
# The unit of each column of amounts that is not money in 万元.
MEASURED = {"jobs": "人", "area": "平方米", "tonnes": "吨", "sales": "元"}
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
        verbose_name="数值出处",
        blank=True,
        related_name="%(class)s_amounts",
        help_text=HELP,
    )


def amounts_of(row: Any) -> dict[str, Decimal]:
    """The known amounts of a row, as its ledger keeps them, by column."""
    names = [one.name for one in row._meta.concrete_fields if is_amount(one)]
    return {name: Decimal(getattr(row, name)) for name in names if getattr(row, name) is not None}


def is_amount(field: Any) -> bool:
    return isinstance(field, LedgerAmountField) or field.name in MEASURED


def unit_of(name: str) -> tuple[str, Decimal]:
    """The base unit of a column of amounts, and how many of it one of the ledger is: 元, 10000."""
    return (MEASURED[name], Decimal(1)) if name in MEASURED else ("元", WAN)


def in_words(name: str, amount: Decimal) -> str:
    """An amount with the unit of its column: 1500万元, 2000人."""
    return f"{plain(amount)}{MEASURED.get(name, '万元')}"


def is_comparable(figure: Any, name: str) -> bool:
    """Whether a figure is in a unit that the amounts of a column can be told in."""
    return bool(figure.unit) and units.ratio(unit_of(name)[0], figure.unit) is not None


def allows(figure: Any, name: str, amount: Decimal) -> bool:
    """Whether a figure can mean an amount of a column."""
    if not is_comparable(figure, name):
        return False
    unit, size = unit_of(name)
    ratio = units.ratio(unit, figure.unit)
    low, high = figure.interval.ends
    return low <= Decimal(amount) * size * ratio.numerator / ratio.denominator <= high


def column_of(figure: Any, amounts: dict[str, Decimal]) -> str:
    """Which of a row's amounts a figure speaks of; empty if none can be told.

    What it counts decides, if that is a column; else the first amount that it allows.
    """
    said = figure.series.metric.ledger_field
    for name in (said, ALSO.get(said, "")):
        if name in amounts:
            return name
    return next((name for name, amount in amounts.items() if allows(figure, name, amount)), "")


def by_column(figures: Iterable[Any], amounts: dict[str, Decimal]) -> dict[str, Any]:
    """The figure that each amount was taken from, of those that speak of one."""
    found: dict[str, Any] = {}
    for figure in figures:
        if name := column_of(figure, amounts):
            found.setdefault(name, figure)
    return found
