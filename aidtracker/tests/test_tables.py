from decimal import Decimal
from types import SimpleNamespace

import pytest

from aidtracker.pages.tables import CAP, Column, Item, Layout, capped, table


def texts(column, row):
    return [item.text for item in column.cell(row).items]


@pytest.mark.parametrize(
    ("value", "kind", "words"),
    [
        (None, "text", ["—"]),
        ("", "text", ["—"]),
        ([], "text", ["—"]),
        (["甲", "乙"], "text", ["甲", "乙"]),
        (None, "number", ["—"]),
        (0, "number", ["0"]),
        (Decimal("0.000000"), "money", ["0"]),
        (Decimal("91100.500000"), "money", ["91100.5"]),
        ("2019-06", "date", ["2019年6月"]),
        ("", "date", ["—"]),
    ],
)
def test_cell_says_what_is_known_and_dashes_what_is_not(value, kind, words):
    assert texts(Column("栏", "value", kind=kind), SimpleNamespace(value=value)) == words


def test_cell_follows_a_path_and_stops_at_an_empty_step():
    row = SimpleNamespace(series=SimpleNamespace(metric=None))
    assert texts(Column("栏", "series.metric.name"), row) == ["—"]


def test_cell_links_to_the_page_of_a_row():
    row = SimpleNamespace(get_absolute_url=lambda: "/a/", name="甲")
    assert Column("栏", "name", link=True).cell(row).items == (Item("甲", "/a/"),)


@pytest.mark.parametrize(("kind", "unit"), [("money", "万元"), ("number", "")])
def test_table_with_money_names_its_unit(kind, unit):
    assert table("表", [Column("栏", "value", kind=kind)], []).unit == unit


def test_table_counts_its_rows_from_the_first_number():
    shown = table("表", [Column("栏", str)], ["甲", "乙"], Layout(first_number=51))
    assert [row.number for row in shown.rows] == [51, 52]


@pytest.mark.parametrize(("length", "caption"), [(2, "表：2 条"), (CAP + 5, f"表：前 {CAP} 条")])
def test_long_table_is_cut_and_says_so(length, caption):
    shown = capped("表", [Column("栏", str)], [str(number) for number in range(length)])
    assert (shown.caption, len(shown.rows)) == (caption, min(length, CAP))
