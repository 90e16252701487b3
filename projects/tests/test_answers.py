"""The search over everything by a number: the figures that say it, and never a part of another."""

import pytest

from aidtracker.pages.searching import search_everything
from aidtracker.testing import make_metric, make_observation, make_series
from projects.views.answers import figures_that_say

pytestmark = pytest.mark.django_db


@pytest.fixture
def series():
    return make_series(metric=make_metric(name="某项收入", unit="元"), name="某地 某项收入")


@pytest.fixture
def figures(series):
    """Some figures of one series, by their words."""
    printed = ("9.11 亿元", "19.11亿元", "超过30 亿元", "30亿元", "300万元", "3030亿元", "1,288元")
    return {words: make_observation(series=series, printed=words) for words in printed}


def told(words):
    """The figures that a search shows for a number, each by the words printed in it."""
    group = figures_that_say(words)
    texts = [hit.text for hit in group.hits] if group else []
    return [text.partition("某项收入 ")[2].partition("，")[0] for text in texts if "某项" in text]


@pytest.mark.parametrize(
    "words",
    ["9.11亿", "9.11 亿元", "９.１１亿", "911000000", "911,000,000", "91100万", "某项 9.11亿"],
)
def test_number_finds_its_figure_however_it_is_written(words, figures):
    assert told(words) == ["9.11 亿元"]


def test_hedged_words_come_before_the_bare_number(figures):
    assert told("超过30亿") == ["超过30 亿元", "30亿元"]
    assert told("30亿元") == ["30亿元", "超过30 亿元"]


def test_number_without_a_scale_finds_it_whole(figures):
    assert sorted(told("某项 30")) == ["30亿元", "超过30 亿元"]
    assert told("某项 1,288") == ["1,288元"]
    assert told("某项 1288") == ["1,288元"]


def test_vague_number_finds_what_is_printed_so_and_no_other():
    people = make_series(metric=make_metric(name="某项收入", unit="人"), name="某地 某项收入")
    for printed in ("几十人", "30人", "五六人", "5人", "6人"):
        make_observation(series=people, printed=printed)
    assert told("某项 几十人") == ["几十人"]
    assert told("某项 五六人") == ["五六人"]
    assert sorted(told("某项 5人")) == ["5人", "五六人"]


@pytest.mark.parametrize("words", ["9.1亿", "11亿元", "9.11亿吨", "别处 9.11亿"])
def test_other_number_unit_or_subject_finds_nothing(words, figures):
    assert told(words) == []


@pytest.mark.parametrize("words", ["", "某项收入", "%", "一带一路", "9" * 60])
def test_words_without_a_number_are_no_number(words, figures):
    assert told(words) == []


def test_draft_is_not_found(series):
    make_observation(series=series, printed="7.77亿元", status="draft")
    assert figures_that_say("7.77亿元") is None


def test_figure_that_says_the_number_stands_on_top(figures):
    groups = search_everything("1,288元")
    assert groups[0].label == "数字"
    assert groups[0].best.url == figures["1,288元"].get_absolute_url()


def test_search_by_a_number_asks_few_queries(figures, django_assert_max_num_queries):
    with django_assert_max_num_queries(6):
        figures_that_say("9.11亿元")
