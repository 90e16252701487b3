"""What is planned for each category in each year: bars under their year, all on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from aidtracker.pages.charts import FEWEST, Chart
from aidtracker.templatetags.formatting import yi
from projects.charts import bars
from projects.charts.bars import Bar, Group

YEARS = 3
WAN = 10_000
CSS = "chart-mark nature-plan"


@dataclass(frozen=True)
class Planned:
    """The plans of one category and year, in their last editions: how many, how much in 万元."""

    year: int
    category: str
    count: int
    amount: Decimal
    url: str


def plans(rows: Sequence[Planned]) -> Chart | None:
    """The latest years; None of fewer than two categories or years."""
    if len(rows) < FEWEST:
        return None
    years = sorted({row.year for row in rows}, reverse=True)[:YEARS]
    groups = [group([row for row in rows if row.year == year], year) for year in years]
    latest = [row for row in rows if row.year == years[0]]
    top, total = max(latest, key=lambda row: row.amount), sum(row.amount for row in latest)
    several = [bar.name for one in groups for bar in one.bars]
    return Chart(
        key="plans",
        title=f"{years[0]} 年度计划已公布 {yi(total)}，{top.category}最多：{yi(top.amount)}",
        caption="已公布的年度计划，各项目取最后一版；没有公布计划的项目不在内，所以不是全部。"
        "各年在一个标尺上。",
        description=f"{'；'.join(several)}。",
        drawings=bars.drawings(groups, is_shared=True),
        keys=("空心：计划",),
        table=bars.table_of("图中的数", groups),
    )


def group(rows: Sequence[Planned], year: int) -> Group:
    ordered = sorted(rows, key=lambda row: -row.amount)
    return Group(f"{year} 年度计划", "元", tuple(map(bar, ordered)))


def bar(row: Planned) -> Bar:
    words = f"{yi(row.amount)}，{row.count} 个项目"
    name = f"{row.year} 年，{row.category}，{words}"
    return Bar(row.category, words, name, row.amount * WAN, url=row.url, css=CSS)
