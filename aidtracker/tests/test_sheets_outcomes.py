"""Imports of figures, and imports as a whole: all or nothing, and of any size."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aidtracker import testing
from aidtracker.sheets import resource_for
from aidtracker.sheets.rehearsing import previews
from aidtracker.sheets.rehearsing.outcomes import Problem
from aidtracker.sheets.storing.storing import store
from aidtracker.tests.sheet_helpers import messages, rehearsal, sheet, stored
from programs.models import Region, Source
from projects.models import Observation, Project, ProjectParty

pytestmark = pytest.mark.django_db

# Observations


def observation_row(row, **cells):
    return [["source", "number", *cells], [row.source.code, row.number, *cells.values()]]


def test_figure_typed_as_printed_is_computed():
    series = testing.make_series(metric=testing.make_metric(unit="元"))
    row = testing.make_observation(series=series, printed="5元", status="draft")

    outcome = stored(Observation, *observation_row(row, printed="超过30 亿元", value=""))

    row.refresh_from_db()
    assert outcome.changed == 1
    assert (row.value, row.lower, row.upper, row.qualifier) == (3 * 10**9, 3 * 10**9, None, "over")


def test_preview_shows_what_is_computed_from_the_printed_figure():
    row = testing.make_observation(printed="5家", status="draft")

    [changed] = rehearsal(Observation, *observation_row(row, printed="20多家")).rows

    assert [(change.heading, change.old, change.new) for change in changed.changes] == [
        ("原文数字", "5家", "20多家"),
        ("数值", "5", "20"),
        ("下界", "5", "20"),
        ("上界", "5", "30"),
        ("修饰", "确数", "多、余"),
    ]


@pytest.mark.parametrize("cells", [{"value": "6"}, {"printed": "8家", "value": "6"}])
def test_value_that_differs_from_the_printed_figure_is_an_error(cells):
    row = testing.make_observation(printed="5家", status="draft")

    outcome = rehearsal(Observation, *observation_row(row, **cells))

    shown = cells.get("printed", "5家").removesuffix("家")
    message = f"这一列由其他列得出，应为“{shown}”；请改正或留空。"
    assert outcome.problems == [Problem(2, "数值", "6", message)]


def test_value_that_agrees_in_another_form_is_accepted():
    row = testing.make_observation(printed="5家", series=testing.make_series())

    outcome = rehearsal(
        Observation, *observation_row(row, value="5.0", region=row.series.region.name, unit="")
    )

    assert (outcome.unchanged, outcome.problems) == (1, [])


def test_subject_that_differs_from_the_series_is_an_error():
    row = testing.make_observation()

    outcome = rehearsal(Observation, *observation_row(row, region=testing.make_region().code))

    assert [problem.heading for problem in outcome.problems] == ["地区"]


def test_figure_that_cannot_be_read_is_an_error_of_its_column():
    row = testing.make_observation()

    outcome = rehearsal(Observation, *observation_row(row, printed="许许多多"))

    assert [(problem.heading, problem.value) for problem in outcome.problems] == [
        ("原文数字", "许许多多")
    ]


# All or nothing


def test_one_failing_row_keeps_the_whole_file_out():
    good, bad = testing.make_region(name="旧"), testing.make_region()
    headings = ["区划代码", "名称", "级别"]

    outcome = stored(Region, headings, [good.code, "新", "县级"], [bad.code, "新", "太空"])

    assert (outcome.is_stored, outcome.changed, outcome.failed) == (False, 1, 1)
    good.refresh_from_db()
    assert good.name == "旧"


def test_rule_of_a_table_is_an_error_of_the_row():
    party = testing.make_project_party()

    outcome = rehearsal(
        ProjectParty, ["援疆项目", "序号", "其他单位"], [party.project.code, party.number, ""]
    )

    outcome.problems = [one for one in outcome.problems if one.is_error]
    assert messages(outcome) == [
        (2, "其他单位", ProjectParty._meta.constraints[1].violation_error_message)
    ]


def test_import_that_would_do_something_else_than_previewed_stores_nothing():
    region = testing.make_region(name="旧")
    rows = ["区划代码", "名称"], [region.code, "新"]
    previewed = rehearsal(Region, *rows).fingerprint
    Region.objects.filter(pk=region.pk).update(name="别人改过")

    outcome = store(resource_for(Region), sheet(Region, *rows), previewed)

    region.refresh_from_db()
    assert (outcome.is_stored, region.name) == (False, "别人改过")


# Size


def test_page_of_a_large_file_stays_small(monkeypatch):
    monkeypatch.setattr(previews, "SHOWN_ROWS", 10)
    rows = [[f"99{number:04}", f"新{number}", "县级"] for number in range(15)]
    outcome = rehearsal(Region, ["区划代码", "名称", "级别"], *rows)

    assert (outcome.new, len(outcome.rows), outcome.unlisted_rows) == (15, 10, 5)


def test_same_problem_of_many_rows_is_one_line():
    rows = [[f"99{number:04}", f"新{number}", "太空"] for number in range(15)]
    outcome = rehearsal(Region, ["区划代码", "名称", "级别"], *rows)

    [(rows, problem)] = outcome.groups
    assert (outcome.failed, outcome.error_count) == (15, 15)
    assert (rows, problem.heading, problem.value) == ("2–16", "级别", "太空")


def test_new_row_shows_only_what_is_filled():
    outcome = rehearsal(Region, ["区划代码", "名称", "级别", "备注"], ["990001", "新", "县级", ""])

    [row] = outcome.rows
    assert [change.heading for change in row.changes] == ["区划代码", "名称", "级别"]


def test_negative_amount_is_an_error_of_its_column():
    key = testing.make_project().code
    outcome = rehearsal(Project, ["项目编号", "总投资"], [key, "-5"])

    assert messages(outcome) == [(2, "总投资", "金额不能是负数。")]


def test_queries_for_related_rows_do_not_grow_with_the_rows():
    def reads(observations):
        cells = [
            ["source", "number", "series", "note"],
            *([row.source.code, row.number, series.name, "新"] for row in observations),
        ]
        with CaptureQueriesContext(connection) as context:
            assert rehearsal(Observation, *cells).changed == len(observations)
        related = ('FROM "projects_series"', 'FROM "programs_source"', 'FROM "projects_metric"')
        return sum(any(table in query["sql"] for table in related) for query in context)

    source, series = testing.make_source(), testing.make_series()
    rows = [testing.make_observation(source=source, status="draft") for _ in range(6)]

    assert reads(rows[:1]) == reads(rows)


def test_new_source_has_no_text_and_an_old_one_keeps_it():
    source = testing.make_source(text="原文", note="旧")

    stored(Source, ["code", "note"], [source.code, "新"])

    source.refresh_from_db()
    assert (source.text, source.note) == ("原文", "新")


def test_rehearsal_writes_nothing_and_asks_few_questions():
    rows = [[f"99{number:04}", f"新{number}", "县级"] for number in range(50)]

    with CaptureQueriesContext(connection) as context:
        rehearsal(Region, ["区划代码", "名称", "级别"], *rows)

    asked = [query["sql"].split()[0] for query in context]
    assert set(asked) <= {"SELECT", "WITH"}
    assert len(asked) < 10
