"""Many rows written at once are stored as Django stores them one by one."""

import pytest
from django.utils import timezone

from aidtracker import testing
from aidtracker.ground import bulk
from aidtracker.ground.records import search_text, twin
from programs.models import Region
from projects.models import Project

pytestmark = pytest.mark.django_db

ROWS = 3
OWN = ("id", "code", "slug", "updated_at", "search_text")


def values(pk: int) -> dict:
    """All values of a stored project but those that no two have alike."""
    [found] = Project.objects.filter(pk=pk).values()
    return {name: value for name, value in found.items() if name not in OWN}


def unstored(project: Project, code: str) -> Project:
    """Another project with the same values, not stored yet."""
    made = twin(project)
    made.pk, made.code, made.slug, made._state.adding = None, code, code, True
    return made


def test_new_rows_are_stored_as_one_by_one():
    project = testing.make_project(
        name="核桃加工厂",
        aliases=["甲", "乙"],
        total_amount="1234567.123456",
        is_livelihood=True,
        planned_start="2026-03",
        note="第一行\n\t第二行 \\N ' \" 引号",
    )
    project.refresh_from_db()
    one, *many = (unstored(project, f"甲-{number}") for number in range(1 + ROWS))
    begun = timezone.now()

    one.save()
    bulk.insert(many)

    assert {str(values(row.pk)) for row in many} == {str(values(one.pk))}
    assert len({row.pk for row in many} | {one.pk}) == 1 + ROWS
    stored = Project.objects.get(pk=many[0].pk)
    assert stored.updated_at >= begun
    assert (stored.search_text, stored.aliases) == (search_text(stored.search_names), ["甲", "乙"])
    assert not many[0]._state.adding


def test_next_row_gets_a_number_of_its_own():
    rows = [Region(code=f"99000{number}", name=f"新{number}", slug=f"n{number}") for number in "12"]

    bulk.insert(rows)

    last = testing.make_region()
    assert last.pk > max(row.pk for row in rows)


def test_changed_fields_are_stored_and_no_others():
    rows = [testing.make_project(note="旧", total_amount=1) for _ in range(ROWS)]
    for number, row in enumerate(rows):
        row.note, row.total_amount, row.name = f"新{number}", None, "不写"

    bulk.update(rows, {"note", "total_amount", "search_text"})

    found = [Project.objects.get(pk=row.pk) for row in rows]
    assert [row.note for row in found] == ["新0", "新1", "新2"]
    assert [row.total_amount for row in found] == [None] * ROWS
    assert "不写" not in {row.name for row in found}


def test_number_of_statements_does_not_grow_with_the_rows(django_assert_max_num_queries):
    rows = [
        Region(code=f"99{number:04}", name=f"新{number}", slug=f"new-{number}")
        for number in range(1_500)
    ]

    with django_assert_max_num_queries(3):
        bulk.insert(rows)
    with django_assert_max_num_queries(7):  # two ask what published figures rest on
        bulk.update(rows, {"note"})

    assert Region.objects.filter(code__startswith="99").count() >= len(rows)
