"""A comparison as tables and as a file: how figures differ, and what the documents have not."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aidtracker.pages.tables import Cell, Heading, Item, Row, Table
from aidtracker.templatetags.formatting import plain, stated_period
from projects.models import Observation
from projects.sums.differences import (
    difference,
    is_same_time,
    obstacle,
    obstacle_between_times,
)
from projects.views.compare_kinds import (
    KINDS,
    PERIODS,
    records,
)
from projects.views.compare_lines import (
    FEWEST,
    Column,
    Comparison,
    Line,
)


@dataclass(frozen=True)
class Compared:
    """A figure in its cell: its time, what narrows it, and how it differs from the first."""

    observation: Observation
    remarks: tuple[str, ...]


def remarks(figure: Observation, line: Line, of: str) -> tuple[str, ...]:
    """The time of a figure, what narrows it, and how it differs from that it is compared with."""
    known = line.known
    at = known.index(figure)
    words = [stated_period(figure), narrowing(figure, line, of), figure.called]
    if at and of != "metrics":
        words.append(compared_with(known[at - 1 if of == PERIODS else 0], figure, of))
    return tuple(filter(None, words))


def narrowing(figure: Observation, line: Line, of: str) -> str:
    """What a figure is about beside its line: further subjects, a scope that others don't have."""
    several = figure.series.subjects
    is_said = of == "metrics" or (of == PERIODS and line.has_one_subject)
    whom = "" if is_said or len(several) < FEWEST else f"说的是{'·'.join(map(str, several))}"
    scope = "" if line.has_one_scope else figure.series.scope_words
    return "；".join(filter(None, (whom, scope and f"范围：{scope}")))


def compared_with(base: Observation, figure: Observation, of: str) -> str:
    """How a figure differs from another, or why they are not subtracted."""
    against = obstacle(figure, base)
    if of == PERIODS:
        is_other = figure.series.subjects != base.series.subjects
        against = "范围不同，不相减" if is_other else against
        against = against or obstacle_between_times(figure, base)
        name = stated_period(base)
    else:
        against = against or ("" if is_same_time(figure, base) else "时间不同，不相减")
        name = "第一个"
    return against or f"比{name}{difference(figure, base)}"


def label_of(line: Line, of: str) -> str:
    """What is on a line: a metric with its kind and scope, or a subject."""
    first = line.first
    scope = f"（{first.series.scope_words}）" if first.series.scope_words else ""
    scope = scope if line.has_one_scope else ""
    whom = "·".join(map(str, first.series.subjects))
    if of == "metrics":
        return f"{whom}{scope}"
    kind = "" if first.is_ordinary else f"，{first.nature_words}"
    whom = f"{whom} " if of == PERIODS and line.has_one_subject else ""
    return f"{whom}{first.series.metric}{scope}{kind}，{first.get_accumulation_display()}"


def table_of(caption: str, lines: Sequence[Line], comparison: Comparison) -> Table:
    """Lines as a table: a column for each thing, each figure leading to its words."""
    of, none = comparison.asked.of, comparison.missing
    headings = (
        Heading("指标" if of != "metrics" else "主体", False),
        *map(heading, comparison.columns),
    )
    rows = [
        Row(number, (label_cell(line, of), *cells_of(line, comparison.columns, of, none)))
        for number, line in enumerate(lines, 1)
    ]
    return Table(caption, headings, rows)


def heading(column: Column) -> Heading:
    return Heading(column.name, False, page=column.url)


def label_cell(line: Line, of: str) -> Cell:
    first = line.first
    url = first.series.metric.get_absolute_url() if of != "metrics" else ""
    return Cell("指标", "phrase", (Item(label_of(line, of), url),))


def cells_of(line: Line, columns: Sequence[Column], of: str, none: str) -> Iterable[Cell]:
    for figure, column in zip(line.figures, columns, strict=True):
        if figure is None:
            yield Cell(column.name, "missing", (Item(none),))
        else:
            shown = Compared(figure, remarks(figure, line, of))
            yield Cell(column.name, "compared", (Item(figure.printed),), shown)


def alone_table(lines: Sequence[Line], comparison: Comparison) -> Table:
    """Figures that only one of the things has, and that the documents have none of the others."""
    of, count = comparison.asked.of, len(comparison.columns) - 1
    rest = f"对其余 {count} 个，{comparison.missing}"
    first = "主体" if of == "metrics" else "指标"
    rows = []
    for number, line in enumerate(lines, 1):
        at = next(at for at, figure in enumerate(line.figures) if figure)
        column, shown = comparison.columns[at], Compared(line.first, remarks(line.first, line, of))
        cells = (
            label_cell(line, of),
            Cell("只有", "text", (Item(column.name, column.url),)),
            Cell("数值", "compared", (Item(line.first.printed),), shown),
        )
        rows.append(Row(number, cells))
    headings = tuple(Heading(word, False) for word in (first, "只有", "数值"))
    return Table(f"只有一方有的数；{rest}", headings, rows)


def records_table(comparison: Comparison) -> Table | None:
    """What the record has of donors or headquarters beside figures; 0 is said."""
    kind = KINDS.get(comparison.asked.of)
    found = records(kind, comparison.things) if kind and comparison.things else []
    if not kind or not found:
        return None
    counts = Counter(at for row in comparison.placed for at in row["places"])
    figures = {thing.pk: counts[at] for at, thing in enumerate(comparison.things)}
    several = [*found, ("文献里的数字", figures)]
    rows = [
        Row(
            number,
            (
                Cell(kind.label, "phrase", (Item(str(thing), thing.get_absolute_url()),)),
                *(
                    Cell(label, "number", (Item(str(counts.get(thing.pk, 0))),))
                    for label, counts in several
                ),
            ),
        )
        for number, thing in enumerate(comparison.things, 1)
    ]
    headings = (Heading(kind.label, False), *(Heading(label, True) for label, _ in several))
    return Table("本库记录了多少", headings, rows)


HEADINGS = (
    *(
        "序号",
        "行",
        "并列的是",
        "指标",
        "性质",
        "累计方式",
        "主体",
        "范围说明",
        "期间",
        "期间系推断",
    ),
    *("原文数字", "数值", "下界", "上界", "单位", "说明", "文献", "原文位置"),
)


def file_rows(comparison: Comparison, site: str) -> Iterable[list[Any]]:
    """The cells of all lines, one a row, those that are missing too."""
    none = comparison.missing
    for line in comparison.lines:
        label = label_of(line, comparison.asked.of)
        for figure, column in zip(line.figures, comparison.columns, strict=True):
            if figure is None:
                yield [label, column.name, *[""] * 7, none, *[""] * 7]
            else:
                yield [label, column.name, *file_cells(figure, line, comparison.asked.of, site)]


def file_cells(figure: Observation, line: Line, of: str, site: str) -> list[Any]:
    series = figure.series
    said = remarks(figure, line, of)
    return [
        str(series.metric),
        figure.nature_words,
        figure.get_accumulation_display(),
        "·".join(map(str, series.subjects)),
        series.scope_words,
        stated_period(figure),
        "是" if figure.is_period_inferred else "",
        figure.printed,
        *("" if one is None else plain(one) for one in (figure.value, figure.lower, figure.upper)),
        figure.unit,
        "；".join(said[1:]),
        figure.source.title,
        f"{site}{figure.place}",
    ]
