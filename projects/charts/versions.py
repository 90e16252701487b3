"""The versions of a programme beside each other: each line of like figures on its own scale."""

from collections.abc import Sequence

from aidtracker.pages.charts import FEWEST, Chart
from aidtracker.pages.shapes import forms
from aidtracker.templatetags.formatting import stated_period
from projects.charts import bars
from projects.charts import words as chart_words
from projects.charts.bars import Bar, Group
from projects.charts.side_by_side import bar_named, is_drawable, keys
from projects.models import Observation

MOST = 6


def versions_chart(
    names: Sequence[str], lines: Sequence[tuple[str, Sequence[Observation | None]]]
) -> Chart | None:
    """Lines of figures, one of each version or None, in the order of the versions; None of no line
    that two have."""
    drawn = [(label, row) for label, row in lines if len(drawable(row)) >= FEWEST][:MOST]
    if not drawn:
        return None
    groups = [group(label, names, row) for label, row in drawn]
    shown = [figure for _, row in drawn for figure in drawable(row)]
    sources = chart_words.documents(shown)
    pictures = bars.drawings(groups, is_shared=False)
    several = [bar.name for one in groups for bar in one.bars]
    return Chart(
        key="versions",
        title=title(names, *drawn[0]),
        caption="同一指标、性质和累计方式的数排在一组，各组各有标尺；范围和时间见名称，不同的不能直接比大小。"
        f"据{chart_words.named(sources)}。",
        description=f"{'；'.join(several)}。",
        drawings=pictures,
        keys=keys(shown, forms(pictures), {row.pk for row in shown if row.is_contradicted}),
        table=bars.table_of("图中的数", groups),
        documents=sources,
    )


def drawable(row: Sequence[Observation | None]) -> list[Observation]:
    return [figure for figure in row if figure and is_drawable(figure)]


def group(label: str, names: Sequence[str], row: Sequence[Observation | None]) -> Group:
    """One line: a bar for each version that has a figure, in their order."""
    pairs = [(name, one) for name, one in zip(names, row, strict=True) if one and is_drawable(one)]
    return Group(label, pairs[0][1].unit, tuple(bar(name, figure) for name, figure in pairs))


def bar(name: str, row: Observation) -> Bar:
    named = f"{name}（{row.series.scope_words}）" if row.series.scope_words else name
    return bar_named(row, named, f"{named}，{stated_period(row)}")


def title(names: Sequence[str], label: str, row: Sequence[Observation | None]) -> str:
    """农产品销售额：十城百店 超过30亿元，升级版 50亿元."""
    said = [
        f"{name} {chart_words.named_words(one)}"
        for name, one in zip(names, row, strict=True)
        if one and is_drawable(one)
    ]
    return f"{label}：{'，'.join(said)}"
