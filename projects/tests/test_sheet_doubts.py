"""What an import would store, and what is probably or certainly wrong between rows."""

from datetime import date

import pytest

from aidtracker import testing
from aidtracker.tests.sheet_helpers import messages, rehearsal, stored
from programs.models import Region
from projects.models import ProgressReport

pytestmark = pytest.mark.django_db

HEADINGS = ["援疆项目", "月份", "本月完成投资", "累计完成投资"]


def told(*rows):
    return [
        (number, words) for number, _, words in messages(rehearsal(ProgressReport, HEADINGS, *rows))
    ]


@pytest.fixture
def code():
    project = testing.make_project()
    testing.make_progress_report(
        project=project, month=date(2026, 3, 1), work_done_month=None, work_done_to_date=100
    )
    return project.code


def test_total_that_does_not_follow_is_doubted(code):
    assert told([code, "2026-04", "5", "105"]) == []
    assert told([code, "2026-04", "5", "150"]) == [
        (2, "累计 150 不等于2026年3月的 100加本月数（应为 105），请核对。")
    ]
    assert told([code, "2026-06", "5", "90"]) == [(2, "累计 90 小于2026年3月的 100，请核对。")]
    assert told([code, "2026-06", "5", "150"]) == []


def test_total_follows_from_a_row_of_the_same_file(code):
    rows = ([code, "2026-05", "5", "111"], [code, "2026-04", "5", "105"])

    assert told(*rows) == [(2, "累计 111 不等于2026年4月的 105加本月数（应为 110），请核对。")]


def test_circle_that_a_second_import_closes_is_refused():
    one, two, three = (testing.make_region() for _ in range(3))
    headings = ["区划代码", "上级"]
    assert stored(Region, headings, [two.code, one.code], [three.code, two.code]).is_stored

    outcome = rehearsal(Region, headings, [one.code, three.code])

    assert outcome.failed == 1
    assert [(number, heading) for number, heading, _ in messages(outcome)] == [(2, "上级")]
    assert "绕成了一个圈" in outcome.problems[0].message


def test_circle_through_a_new_row_is_refused():
    one = testing.make_region()
    rows = (
        ["9988", "新地", "县级", one.code],
        [one.code, one.name, one.get_level_display(), "9988"],
    )

    outcome = rehearsal(Region, ["区划代码", "名称", "级别", "上级"], *rows)

    assert outcome.failed == 2


def test_long_chain_is_asked_of_once(django_assert_max_num_queries):
    rows = [
        [f"99{number:04}", f"地{number}", "村", f"99{number - 1:04}"] for number in range(1, 801)
    ]
    testing.make_region(code="990000")

    with django_assert_max_num_queries(20):
        outcome = rehearsal(Region, ["区划代码", "名称", "级别", "上级"], *rows)

    assert outcome.new == 800
