import re
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.utils import override_script_prefix
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import mark_safe

from aidtracker.ground import addresses
from aidtracker.pages.selects import Renderer
from aidtracker.pages.tables import CAP, Cell, Column, Item, Layout, Row, capped, table
from aidtracker.templatetags import markup


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
        (Decimal("91100.500000"), "money", ["91,100.5"]),
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


class Rows(list):
    """Rows that are asked as a queryset is."""

    def first_rows(self, limit):
        return self[:limit]


@pytest.mark.parametrize(("length", "caption"), [(2, "表：2 条"), (CAP + 5, f"表：前 {CAP} 条")])
def test_long_table_is_cut_and_says_so(length, caption):
    shown = capped("表", [Column("栏", str)], Rows(str(number) for number in range(length)))
    assert (shown.caption, len(shown.rows)) == (caption, min(length, CAP))


# How rows, links and drop-downs are written


class Hostile:
    """A figure whose every word would break out of its place."""

    nature = '"><script>'
    printed = "<b>30</b> 亿元"
    number = 3
    place = '/x/"onclick="'
    source = SimpleNamespace(title='"<i>', short_name='"<i>')
    badges = (SimpleNamespace(result='"<', url='"<', words='"<', sign="<"),)

    def get_absolute_url(self) -> str:
        return '/x/"<'

    nature_words = "<u>"


def test_row_is_written_with_its_links() -> None:
    cells = (
        Cell("名称", "text", (Item("甲<乙", "/a/?b=1&c=2"), Item("丙"))),
        Cell("金额", "money", (Item("—"),)),
    )
    assert markup.table_row(Row(7, cells, "there")) == (
        '<tr id="there"><td class="index" data-label="序号">7</td>'
        '<td class="is-text" data-label="名称"><a href="/a/?b=1&amp;c=2">甲&lt;乙</a>'
        "、丙</td>"
        '<td class="is-money is-unknown" data-label="金额">—</td></tr>'
    )


@pytest.mark.parametrize("kind", ["figure", "figures", "nature", "source"])
def test_no_word_breaks_out_of_its_place(kind: str) -> None:
    value = [Hostile()] if kind == "figures" else Hostile()
    text = markup.cell_html(Cell('"<', kind, (Item("x"),), value))
    parts = re.findall(r"<[^>]*>", text)
    assert {re.match(r"</?(\w+)", part)[1] for part in parts} <= {"td", "a", "span", "ul", "li"}
    assert not re.search(r'="[^"]*"[^ >]', text)


@pytest.mark.parametrize("keys", [("a-b_1",), ("a", 3)])
def test_address_is_that_of_reverse(keys: tuple) -> None:
    name = "region-detail" if len(keys) == 1 else "observation-detail"
    assert addresses.address(name, *keys) == reverse(name, args=keys)
    with override_script_prefix("/under/"):
        assert addresses.address(name, *keys) == reverse(name, args=keys)


def test_address_of_a_row_without_key_is_refused() -> None:
    with pytest.raises(NoReverseMatch):
        addresses.address("region-detail", "")


def test_drop_down_is_written_as_django_does() -> None:
    choices = [("", "全部"), ('a"<', "甲<"), ("组", [("1", mark_safe("<b>"))])]
    widget = forms.Select({"id": 'x"', "required": True, "disabled": False}, choices)
    ours, django = (
        widget.render("名", 'a"<', renderer=kind()) for kind in (Renderer, DjangoTemplates)
    )
    assert re.sub(r"\s*\n\s*", "", ours) == re.sub(r"\s*\n\s*", "", django)


def test_columns_that_say_nothing_are_folded_and_named():
    columns = (Column("名", "name"), Column("期", "period"), Column("注", "note"))
    rows = [
        SimpleNamespace(name="甲", period="", note=""),
        SimpleNamespace(name="乙", period="2019", note=""),
    ]
    shown = table("表", columns, rows)
    assert [heading.label for heading in shown.headings] == ["名", "期"]
    assert [[cell.items[0].text for cell in row.cells] for row in shown.rows] == [
        ["甲", "—"],
        ["乙", "2019"],
    ]
    assert shown.folded == ("注",)


def test_table_without_rows_keeps_its_headings():
    shown = table("表", (Column("名", "name"), Column("注", "note")), [])
    assert (len(shown.headings), shown.folded) == (2, ())
