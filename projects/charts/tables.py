"""The table beside a chart: what is drawn, in the words of its documents."""

from collections.abc import Callable, Iterable

from aidtracker.pages.tables import Column, Table, table
from aidtracker.templatetags.formatting import stated_period
from projects.models import Observation
from projects.reading.allowed import interval_words

Name = Callable[[Observation], str]
METRIC = Column("指标", "series.metric.name")
FIGURE_COLUMNS = (
    Column("期间", stated_period, meaning="数字所说的时间；没有日期的照文献所写。"),
    Column("数值", kind="figure"),
    Column("所容许的范围", interval_words, meaning="下界和上界，写成一句话。"),
    Column("性质", kind="nature"),
    Column("出处", kind="source"),
)


def figures_table(caption: str, rows: Iterable[Observation], name: Name | None = None) -> Table:
    """Figures as the table of a chart has them, with the names that the chart gives them."""
    first = (
        (Column("图中", name, meaning="这个数字在图中的名称。"),)
        if name
        else (Column("指标", "series.metric.name"),)
    )
    return table(caption, (*first, *FIGURE_COLUMNS), rows)
