"""The periods proposed for a figure, from words before it."""

import pytest

from programs.models import Source
from projects.entry.periods import REACH, periods_before

SOURCE = Source(published_on="2021-06-10")


def proposals(text, source=SOURCE):
    return [
        (period.words, *(day and str(day) for day in (period.start, period.end, period.as_of)))
        for period in periods_before(text, len(text), source)
    ]


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2019年", ("2019-01-01", "2019-12-31", None)),
        ("２０１９年", ("2019-01-01", "2019-12-31", None)),
        ("2019年上半年", ("2019-01-01", "2019-06-30", None)),
        ("2019年下半年", ("2019-07-01", "2019-12-31", None)),
        ("2020年2月", ("2020-02-01", "2020-02-29", None)),
        ("2019年4月 12日", ("2019-04-12", "2019-04-12", None)),
        ("2019年1—5月", ("2019-01-01", "2019-05-31", None)),
        ("2019年前三季度", ("2019-01-01", "2019-09-30", None)),
        ("2019年第二季度", ("2019-04-01", "2019-06-30", None)),
        ("今年前5个月", ("2021-01-01", "2021-05-31", None)),
        ("去年", ("2020-01-01", "2020-12-31", None)),
        ("2017—2019年", ("2017-01-01", "2019-12-31", None)),
        ("从2014年到2023年", ("2014-01-01", "2023-12-31", None)),
        ("“十三五”期间", ("2016-01-01", "2020-12-31", None)),
        ("2019年7月以来", ("2019-07-01", None, "2021-06-10")),
        ("截至2021年6月底", (None, None, "2021-06-30")),
        ("截至2019年年底", (None, None, "2019-12-31")),
        ("截至目前", (None, None, "2021-06-10")),
        ("三年来", (None, None, None)),
        ("近三年", (None, None, None)),
        ("10年来", (None, None, None)),
    ],
)
def test_words_become_days(text, days):
    words = text.translate({ord("２"): "2", ord("０"): "0", ord("１"): "1", ord("９"): "9"})
    assert proposals(text) == [(words, *days)]


@pytest.mark.parametrize(
    "text", ["目前年产", "2019年2月31日", "2023—2019年", "一年之计", "十个月", ""]
)
def test_words_that_name_no_period_are_left_alone(text):
    assert [period for period in proposals(text) if period[0] != "目前"] == []


def test_nearest_period_comes_first_and_no_more_than_three():
    text = "2016年，2017年，2018年，2019年"
    assert [period[0] for period in proposals(text)] == ["2019年", "2018年", "2017年"]


def test_period_is_looked_for_before_the_figure_and_not_far_away():
    assert proposals("2019年" + "。" * REACH) == []


@pytest.mark.parametrize(
    ("text", "is_inferred"),
    [
        ("2019年，销售", False),
        ("2019年建成。销售", True),
        ("6月底，销售", True),
        ("2019年以来，销售", True),
        ("今年，销售", False),
    ],
)
def test_period_is_inferred_where_more_than_its_words_was_used(text, is_inferred):
    assert periods_before(text, len(text), SOURCE)[0].is_inferred == is_inferred


def test_this_year_is_inferred_if_the_date_of_the_document_is():
    source = Source(published_on="2021", is_date_inferred=True)
    assert periods_before("今年", 2, source)[0].is_inferred


def test_this_year_of_an_undated_document_is_not_guessed():
    assert proposals("今年上半年", Source()) == []


def test_month_takes_the_year_named_before_it():
    assert proposals("2018年建成，6月")[0] == ("6月", "2018-06-01", "2018-06-30", None)
