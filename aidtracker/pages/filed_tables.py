"""What a table of a page is as a file: numbers as numbers, and beside a figure all that reads it.

A page prints a figure in its words and leads to the rest. A file has nobody to follow a link: there
value, unit, hedge and bounds, the document and the address stand beside it (`tell_in_tables`).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model, QuerySet
from django.utils.html import strip_tags

from aidtracker.ground.datasets import is_dataset
from aidtracker.pages.tables import Heading, Table
from aidtracker.sheets import (
    AS_IT_IS,
    LIST_SEPARATOR,
    TakenColumn,
    Type,
    in_lists,
    public_columns,
    resource_for,
)
from aidtracker.templatetags.formatting import plain
from aidtracker.templatetags.markup import content

LINK = TakenColumn("网址", Type.ADDRESS, "这一行所说的在本站的网页。")
# What a cell of these kinds says, without the signs that a page puts beside it.
PLAIN = {
    "nature": lambda value: value.nature_words,
    "source": lambda value: f"《{value.source.title}》第 {value.number} 处",
}
NUMBERS = {"money", "number", "count"}
NUMBER = "“{}”所写的数，没有单位；不能写成一个数的空着。"
UNIT = "“{}”的单位。"
Rows = list[list[str]]
# Texts of the facts of a figure by its number.
Told = dict[int, Sequence[str | None]]


_told: dict[Any, tuple[str, ...]] = {}
_meant: dict[str, str] = {}


def tell_in_tables(model: type[Model], *codes: str) -> None:
    """Let files of tables say of a row what stands in these columns of the model's public file;
    called when the apps are ready."""
    _told[model] = codes


def mean_in_tables(said: dict[str, str]) -> None:
    """Say what headings mean that show no field and mean the same in all tables; called when the
    apps are ready."""
    _meant.update(said)


@dataclass(frozen=True)
class Filed:
    """A table as a file has it: its columns, its rows, and the rows of the record it shows."""

    columns: list[TakenColumn]
    rows: Rows
    shown: list[QuerySet]


def filed(table: Table, site: str) -> Filed:
    """A table of a page; addresses begin with `site`."""
    figures = figures_of(table)
    known = {model: facts(model, keys, site) for model, keys in figures.items()}
    kinds = [next(iter(models_in(table, at)), None) for at in range(len(table.headings))]
    is_alone = len(list(filter(None, kinds))) == 1
    parts = [
        of_figures(table, at, kind, known[kind], is_alone=is_alone) if kind else of_words(table, at)
        for at, kind in enumerate(kinds)
        if kind or not (is_alone and is_said(table, at))
    ]
    columns = [one for heads, _ in parts for one in heads]
    rows = [[text for _, cells in parts for text in cells[at]] for at in range(len(table.rows))]
    links = [link_of(row, site) for row in table.rows]
    return Filed(
        unlike([*columns, LINK]),
        [[*row, link] for row, link in zip(rows, links, strict=True)],
        [*(of_model(model, keys) for model, keys in figures.items()), *records_of(table)],
    )


def of_model(model: Any, keys: Iterable[int]) -> QuerySet:
    return model.objects.published().filter(pk__in=keys)


def records_of(table: Table) -> list[QuerySet]:
    """The public rows of the record that the table lists."""
    found = []
    for model in {type(one) for one in table.shown if is_dataset(type(one))}:
        rows = [one for one in table.shown if type(one) is model]
        keys = list(filter(None, map(number_of, rows)))
        # Of rows that came with their record no number is known.
        names = [one.slug for one in rows if number_of(one) is None and "slug" in vars(one)]
        found.append(of_model(model, keys))
        if names:
            found.append(model.objects.published().filter(slug__in=names))
    return found


def number_of(row: Model) -> int | None:
    return vars(row).get(row._meta.pk.attname)


# Figures


def told_in(cell: Any) -> list[Any]:
    """The figures that a cell shows as figures."""
    if cell.kind == "figures":
        found = list(cell.value or ())
    elif cell.kind in ("figure", "compared"):
        found = [getattr(cell.value, "observation", cell.value)]
    else:
        return []
    return [one for one in found if type(one) in _told and number_of(one)]


def models_in(table: Table, at: int) -> Iterator[type[Model]]:
    return (type(one) for row in table.rows for one in told_in(row.cells[at]))


def figures_of(table: Table) -> dict[type[Model], set[int]]:
    """The numbers of all figures, by what they are."""
    found: dict[type[Model], set[int]] = {}
    for row in table.rows:
        for cell in row.cells:
            for one in told_in(cell):
                found.setdefault(type(one), set()).add(one.pk)
    return found


def facts(model: Any, keys: set[int], site: str) -> Told:
    """What files say of some rows, as those of lists do: one query."""
    columns = {one.code: one for one in public_columns(resource_for(model), site=site)}
    written = [columns[code].write(AS_IT_IS) for code in _told[model]]
    rows = of_model(model, keys).order_by().values_list("pk", *written)
    return {key: values for key, *values in rows}


def of_figures(
    table: Table, at: int, model: Any, known: Told, *, is_alone: bool
) -> tuple[list[TakenColumn], Rows]:
    """The columns of what a column of figures shows; several columns say which is which."""
    heading = "" if is_alone else f"{table.headings[at].label} "
    by_code = {one.code: one for one in in_lists(model)}
    columns = [
        TakenColumn(f"{heading}{one.label}", one.type, one.definition, one.unit)
        for one in (by_code[code] for code in _told[model])
    ]
    return columns, [figure_cells(row.cells[at], known, len(columns)) for row in table.rows]


def figure_cells(cell: Any, known: Told, size: int) -> list[str]:
    found = [known[one.pk] for one in told_in(cell) if one.pk in known]
    if not found:
        return [words_of(cell), *[""] * (size - 1)]
    return [LIST_SEPARATOR.join(map(told, texts)) for texts in zip(*found, strict=True)]


def told(value: Any) -> str:
    """A value as the database tells it; 0 is one, too."""
    return "" if value is None else str(value)


# Words and numbers


def of_words(table: Table, at: int) -> tuple[list[TakenColumn], Rows]:
    heading, cells = table.headings[at], [row.cells[at] for row in table.rows]
    numbers = [number_in(one) for one in cells]
    texts = [words_of(one) for one in cells]
    meant = meaning(heading, table)
    if all(one is None for one in numbers):
        return [TakenColumn(heading.label, Type.TEXT, meant)], [[text] for text in texts]
    digits = ["" if one is None else plain(one) for one in numbers]
    if is_only_number(cells, digits):
        unit = table.unit if any(one.kind == "money" for one in cells) else ""
        return [TakenColumn(heading.label, Type.DECIMAL, meant, unit)], [[one] for one in digits]
    units = [next((item.unit for item in cell.items), "") for cell in cells]
    columns = [
        TakenColumn(heading.label, Type.TEXT, meant),
        TakenColumn(f"{heading.label}（数值）", Type.DECIMAL, NUMBER.format(heading.label)),
        TakenColumn(f"{heading.label}（单位）", Type.TEXT, UNIT.format(heading.label)),
    ]
    rows = [list(one) for one in zip(texts, digits, units, strict=True)]
    return (columns, rows) if any(units) else (columns[:2], [row[:2] for row in rows])


def number_in(cell: Any) -> Any:
    """The number that a cell shows, or that its words say."""
    if isinstance(cell.value, int | Decimal):
        return cell.value if cell.kind in NUMBERS else None
    return next((item.number for item in cell.items), None)


def is_only_number(cells: Iterable[Any], digits: Iterable[str]) -> bool:
    """Whether cells show nothing but their numbers."""
    return all(
        isinstance(cell.value, int | Decimal | None) or words_of(cell) == text
        for cell, text in zip(cells, digits, strict=True)
    )


def meaning(heading: Heading, table: Table) -> str:
    """What a column means: as declared, as the field says that it shows, or as in all tables."""
    return heading.meaning or of_field(heading, table) or of_label(heading, table)


def of_label(heading: Heading, table: Table) -> str:
    if found := _meant.get(heading.label):
        return found
    models = {type(one) for one in table.shown}
    return f"{next(iter(models))._meta.verbose_name}的{heading.label}。" if len(models) == 1 else ""


def of_field(heading: Heading, table: Table) -> str:
    if not heading.field or not table.shown:
        return ""
    model, label = type(table.shown[0]), ""
    for name in heading.field.split("."):
        name = name.removeprefix("get_").removesuffix("_display")
        try:
            field = model._meta.get_field(name)
        except (AttributeError, FieldDoesNotExist):
            return ""
        label = f"{model._meta.verbose_name}的{getattr(field, 'verbose_name', heading.label)}"
        words = str(getattr(field, "help_text", "")).rstrip("。")
        model = field.related_model
    return f"{words or label}。"


def is_said(table: Table, at: int) -> bool:
    """Whether a column says of the one figure of each row what stands beside that already."""
    return all(row.cells[at].kind in PLAIN for row in table.rows)


def words_of(cell: Any) -> str:
    """A cell as the page shows it; nothing for what is not known."""
    if cell.value is not None and cell.kind in PLAIN:
        return PLAIN[cell.kind](cell.value)
    if cell.is_unknown and not cell.value:
        return ""
    return " ".join(strip_tags(content(cell)).split())


def link_of(row: Any, site: str) -> str:
    """The first page that a row leads to."""
    found = (item.url for cell in row.cells for item in cell.items if item.url)
    address = next(found, "") or next(filter(None, map(address_of, row.cells)), "")
    return f"{site}{address}" if address else ""


def address_of(cell: Any) -> str:
    one = next(iter(told_in(cell)), cell.value)
    found: Callable[[], str] | None = getattr(one, "get_absolute_url", None)
    return found() if found else ""


def unlike(columns: list[TakenColumn]) -> list[TakenColumn]:
    """Columns whose headings all differ, as programs need them."""
    names = [one.heading for one in columns]
    return [
        one.called(f"{one.heading}{names[:at].count(one.heading) + 1}")
        if one.heading in names[:at]
        else one
        for at, one in enumerate(columns)
    ]


def explained(headings: Iterable[str], model: Any) -> list[TakenColumn]:
    """Columns that a page names by itself, each as the public file of a model explains its like."""
    known = {one.label: one for one in in_lists(model)}
    return [
        TakenColumn(one, found.type, found.definition, found.unit)
        if (found := known.get(one))
        else TakenColumn(one)
        for one in headings
    ]
