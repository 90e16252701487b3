from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.template import Context, Template

from aidtracker.templatetags import formatting


@pytest.mark.parametrize(
    ("printed", "parts"),
    [
        ("超过30 亿元", ("超过", "30", "亿元")),
        ("475余人", ("", "475", "余人")),
        ("1—2万名", ("", "1—2", "万名")),
        ("2万—3万元", ("", "2万—3", "万元")),
        ("近六成", ("近", "六成", "")),
        ("几十位", ("", "几十", "位")),
        ("千万以上", ("", "千万", "以上")),
        ("50%左右", ("", "50", "%左右")),
        ("１２家", ("", "12", "家")),
        ("若干", ("", "若干", "")),
    ],
)
def test_printed_figure_splits_into_hedge_number_unit(printed, parts):
    assert formatting.split_figure(printed) == formatting.PrintedFigure(*parts)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (None, "—"),
        (Decimal(0), "0万元"),
        (Decimal("350.000000"), "350万元"),
        (Decimal("91100.000000"), "9.11亿元"),
        (Decimal("9999.999"), "10000万元"),
        (Decimal("0.000001"), "0.000001万元"),
    ],
)
def test_ledger_amount_in_words(amount, words):
    assert formatting.yi(amount) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "—"), ("", "—"), (0, "0"), (Decimal("1200.500"), "1200.5"), (Decimal("100"), "100")],
)
def test_plain_number_has_no_trailing_zeros(value, words):
    assert formatting.plain(value) == words


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        ("", "", "—"),
        ("2017", "2019", "2017—2019年"),
        ("2019-06", "2020", "2019年6月—2020年"),
        ("2019", "", "2019年起"),
        ("", "2019-06", "至2019年6月"),
        ("2019", "2019", "2019年"),
    ],
)
def test_span_of_partial_dates(start, end, words):
    assert formatting.span(start, end) == words


def time(start=None, end=None, as_of=None, text=""):
    return SimpleNamespace(period_start=start, period_end=end, as_of=as_of, period_text=text)


@pytest.mark.parametrize(
    ("observation", "words"),
    [
        (time(), "—"),
        (time(text="三年来"), "三年来"),
        (time(date(2017, 1, 1), date(2019, 12, 31)), "2017—2019年"),
        (time(date(2019, 1, 1), date(2019, 12, 31)), "2019年"),
        (time(date(2019, 6, 1), date(2019, 6, 30)), "2019年6月"),
        (time(date(2019, 1, 1), date(2019, 6, 30)), "2019年1月—2019年6月"),
        (time(date(2019, 4, 12), date(2019, 4, 12)), "2019年4月12日"),
        (time(start=date(2020, 1, 1)), "2020年1月起"),
        (time(end=date(2019, 6, 30)), "至2019年6月底"),
        (time(as_of=date(2020, 12, 31)), "截至2020年底"),
        (time(as_of=date(2020, 6, 13)), "截至2020年6月13日"),
    ],
)
def test_period_of_a_figure(observation, words):
    assert formatting.period(observation) == words


@pytest.mark.parametrize(
    ("observation", "is_inferred", "words"),
    [
        (time(text="三年来"), False, "原文“三年来”"),
        (time(as_of=date(2020, 6, 13)), True, "截至2020年6月13日（推断）"),
        (time(date(2019, 1, 1), date(2019, 12, 31), text="2019年"), False, "2019年"),
        (time(), False, "—"),
    ],
)
def test_period_says_whose_words_it_is(observation, is_inferred, words):
    observation.is_period_inferred = is_inferred
    assert formatting.stated_period(observation) == words


def test_figure_in_html_escapes_what_was_printed():
    assert "<script>" not in formatting.figure("<script>5家")


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("210315万元", "210,315万元"),
        ("1288家", "1288家"),
        ("9.11亿元", "9.11亿元"),
        ("23500.5元", "23,500.5元"),
        ("1,000,000元", "1,000,000元"),
        ("3.14159", "3.14159"),
    ],
)
def test_cells_of_tables_have_separators_from_five_digits_on(printed, words):
    assert formatting.in_thousands(printed) == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (datetime(2026, 11, 29, 22, tzinfo=UTC), "2026年11月30日"),
        (date(2026, 11, 29), "2026年11月29日"),
        (None, "—"),
    ],
)
def test_day_of_a_time_is_the_day_where_the_site_is(when, words):
    template = Template("{% load formatting %}{{ when|day }}")
    assert template.render(Context({"when": when})) == words
