"""The figures of one check beside each other: what each printed word allows, unit by unit."""

from collections.abc import Collection, Sequence

from aidtracker.pages.charts import FEWEST, Chart
from aidtracker.pages.shapes import forms
from aidtracker.templatetags.formatting import stated_period
from projects.charts import bars
from projects.charts import words as chart_words
from projects.charts.side_by_side import (
    WHOLE,
    bar_named,
    common_subjects,
    converted,
    keys,
    name_of,
    size,
)
from projects.charts.tables import figures_table
from projects.models import Observation
from projects.reading.scales import scale_for

MOST = 12  # bars of a unit
SCOPE = "条是印出的数，浅带是它的写法所容许的范围；单位不同的分开画，各有各的刻度。"


def intervals(key: str, title: str, rows: Sequence[Observation]) -> Chart | None:
    """A group of bars for each unit that several of the figures have; None where none has."""
    by_unit: dict[str, list[Observation]] = {}
    for row in rows:
        if row.lower is not None or row.upper is not None:
            by_unit.setdefault(row.unit, []).append(row)
    shown = [found[:MOST] for found in by_unit.values() if len(found) >= FEWEST]
    if not shown:
        return None
    drawn = bars.drawings([group_of(found) for found in shown], is_shared=False)
    several = [row for found in shown for row in found]
    sources = chart_words.documents(several)
    conflicts = {row.pk for row in several if row.is_contradicted}
    return Chart(
        key=key,
        title=title,
        caption=f"{SCOPE}据{chart_words.named(sources)}。",
        description=f"{len(several)} 个数字各自容许的范围。",
        drawings=drawn,
        keys=keys(several, forms(drawn), conflicts),
        table=figures_table("图中的数字", several, lambda row: row.series.name),
        documents=sources,
    )


def group_of(rows: Sequence[Observation]) -> bars.Group:
    """The figures of one unit, in reading order."""
    shared = common_subjects(rows)
    scale = scale_for(max(map(size, rows)), rows[0].unit)
    about = "·".join(str(one) for one in rows[0].series.subjects if one in shared)
    metrics = dict.fromkeys(str(row.series.metric) for row in rows)
    has_parts = any(row.series.scope_words for row in rows)
    several = tuple(
        bar_named(
            row, name_of(row, shared), label_of(row, shared, has_parts), converted(row, scale)
        )
        for row in rows
    )
    return bars.Group(" ".join(filter(None, (about, "、".join(metrics)))), rows[0].unit, several)


def label_of(row: Observation, shared: Collection, has_parts: bool) -> str:
    """What tells a bar from the others of its group: its subject and scope, its time."""
    name = name_of(row, shared)
    is_told = has_parts or name != WHOLE
    return f"{name}，{stated_period(row)}" if is_told else stated_period(row)
