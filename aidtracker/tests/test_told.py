"""Rows told with the record that they belong to are what a query of their own would read."""

import pytest

from aidtracker.pages.tables import KIND, NAME, NOTE, Column
from aidtracker.pages.told import own_words, rows_behind, told_of, with_told
from aidtracker.testing import (
    make_headquarters,
    make_outlet,
    make_program,
    make_project,
    make_region,
)
from programs.models import Headquarters, Program
from projects.models import Outlet, Project

pytestmark = pytest.mark.django_db

CITY = Column("所在城市", "city")
COLUMNS = (NAME, KIND, CITY, NOTE)


def told(record, name, columns):
    found = rows_behind(type(record), name).published()
    rows = with_told(
        type(record).objects.filter(pk=record.pk), name, found, own_words(found.model, columns)
    )
    return told_of(rows.get(), name, found.model)


def cells(rows):
    return [[column.cell(row).items for column in COLUMNS] for row in rows]


def test_rows_behind_a_key_are_told_with_what_they_name(django_assert_num_queries):
    record = make_headquarters()
    make_outlet(headquarters=record, city=make_region(name="“某”城"), note="一\n二")
    make_outlet(headquarters=record, city=None)
    make_outlet(headquarters=make_headquarters())
    with django_assert_num_queries(1):
        found = cells(told(record, "outlets", COLUMNS))
    assert found == cells(Outlet.objects.filter(headquarters=record).select_related("city"))


def test_links_are_told_from_both_ends():
    record, program = make_headquarters(), make_program(headquarters=None)
    project = make_project(headquarters=record, programs=[program])
    assert [str(one) for one in told(project, "programs", (NAME,))] == [program.name]
    assert [str(one) for one in told(program, "projects", (NAME,))] == [project.name]


def test_record_without_such_rows_is_told_of_none():
    assert told(make_headquarters(), "outlets", COLUMNS) == []


@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (Project, (NAME, Column("总投资", "total_amount", kind="money"))),
        (Program, (NAME, Column("实施地区", "regions"))),
        (Program, (NAME, Column("年数", lambda row: 1))),
        (Headquarters, (NAME, Column("曾为", "children", reads="children"))),
    ],
    ids=["amount", "links", "function", "read"],
)
def test_what_is_no_word_of_the_row_is_not_told(model, columns):
    assert own_words(model, columns) == []
