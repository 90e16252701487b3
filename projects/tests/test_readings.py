from datetime import date

import pytest

from aidtracker.testing import make_metric, make_observation, make_series
from projects.reading.allowed import interval_words
from projects.views.readings import (
    formula_words,
    period_dates,
    qualifier_words,
    remarks,
    scope_words,
    value_words,
)

pytestmark = pytest.mark.django_db


def observation(printed, unit="元", **kwargs):
    return make_observation(
        printed=printed, series=make_series(metric=make_metric(unit=unit)), **kwargs
    )


@pytest.mark.parametrize(
    ("printed", "unit", "value", "interval"),
    [
        ("9.11 亿元", "元", "9.11亿元", "9.105—9.115亿元"),
        ("210315万元", "元", "210315万元", "210314.5—210315.5万元"),
        ("2646 家", "家", "2646家", "2646家"),
        ("超过30 亿元", "元", "30亿元", "不低于30亿元"),
        ("475余人", "人", "475人", "475—476人"),
        ("1—2万名", "名", "1—2万名", "1—2万名"),
        ("几十家", "家", "没有给出具体的数", "20—100家"),
        ("近六成", "%", "60%", "54—60%"),
    ],
)
def test_reading_keeps_the_printed_scale(printed, unit, value, interval):
    figure = observation(printed, unit)
    assert (value_words(figure), interval_words(figure)) == (value, interval)


def test_interval_without_bounds_is_unknown():
    figure = observation("5家", "家")
    figure.lower = figure.upper = None
    assert interval_words(figure) == "—"


def test_interval_without_lower_bound_is_not_above_the_upper():
    figure = observation("5家", "家")
    figure.lower = None
    assert interval_words(figure) == "不高于5家"


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("约30万元", "“约、左右”：这个数上下 10%。"),
        ("近30万元", "“近”：从这个数的 90% 到这个数。"),
        ("几十万元", "“几、数”：从印出单位的 2 倍到 10 倍，没有具体的数。"),
    ],
)
def test_qualifier_words_name_the_constants_of_the_rules(printed, words):
    assert qualifier_words(observation(printed)) == words


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("growth", "（本期的“销售额”－上期的“销售额”）÷上期的“销售额”"),
        ("share", "“销售额”÷“总额”，前者是后者的一部分"),
    ],
)
def test_formula_names_its_metrics(formula, words):
    metric = make_metric(
        formula=formula,
        numerator=make_metric(name="销售额"),
        denominator=make_metric(name="总额"),
    )
    assert formula_words(metric) == words


def test_formula_of_a_counted_metric_is_empty():
    assert formula_words(make_metric()) == ""


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "—"),
        ({"as_of": date(2019, 6, 30)}, "截至2019年6月30日"),
        (
            {"period_start": date(2019, 1, 1), "period_end": date(2019, 12, 31)},
            "2019年1月1日—2019年12月31日",
        ),
        (
            {
                "period_start": date(2019, 1, 1),
                "period_end": date(2019, 12, 31),
                "as_of": date(2019, 12, 31),
                "is_period_inferred": True,
            },
            "2019年1月1日—2019年12月31日（推断）",
        ),
        (
            {"period_start": date(2020, 1, 1), "as_of": date(2020, 3, 1)},
            "2020年1月1日起，截至2020年3月1日",
        ),
    ],
)
def test_period_dates_say_what_is_known(fields, words):
    assert period_dates(observation("5元", **fields)) == words


def test_remarks_give_the_reason_of_a_special_rank_before_the_note():
    figure = observation("5元", rank="preferred", rank_reason="最新", note="含兵团")
    assert remarks(figure) == "采用值：最新；含兵团"


def test_remarks_of_a_normal_figure_are_its_note():
    assert remarks(observation("5元", note="含兵团")) == "含兵团"


def test_scope_words_name_subjects_and_scope():
    series = make_series(scope_note="含兵团")
    assert scope_words(series) == f"{series.region}（含兵团）"
