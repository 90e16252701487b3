"""Like figures beside each other: what may stand on one axis, in which order, and what is said."""

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from aidtracker.testing import make_metric, make_observation, make_series
from projects.charts.best import best_chart, over_subjects
from projects.charts.side_by_side import MOST, side_by_side
from projects.models import Metric, Observation

pytestmark = pytest.mark.django_db

YEAR_2019 = {"period_start": date(2019, 1, 1), "period_end": date(2019, 12, 31)}


def figures(*printed, metric=None, **kwargs):
    """Figures of one metric for 2019, each of another subject."""
    metric = metric or make_metric(unit="元", kind="flow")
    given = {"accumulation": "period", **YEAR_2019, **kwargs}
    return [
        make_observation(series=make_series(metric=metric), printed=one, **given) for one in printed
    ]


def plans():
    """The planned money of 浙江 by category, of two years, as two documents print it."""
    rows = Observation.objects.published().with_subjects()
    return list(rows.filter(series__metric__name="援疆资金计划").in_reading_order())


def headings(chart):
    panels = chart.drawings[0].panels
    return [text.text for panel in panels for text in panel.texts if text.css == "chart-heading"]


def labels(chart):
    return [mark.label.text for mark in chart.drawings[0].marks]


def widths(chart):
    return [mark.rects[0].width for mark in chart.drawings[0].marks]


def test_bars_start_at_zero_on_one_scale_in_order_of_size():
    chart = side_by_side("key", figures("50元", "200元", "100元"))
    marks = chart.drawings[0].marks

    assert labels(chart) == ["200元", "100元", "50元"]
    assert len({mark.rects[0].x for mark in marks}) == 1
    assert widths(chart)[0] == pytest.approx(4 * widths(chart)[2], abs=0.2)


def test_groups_of_two_years_share_their_scale():
    chart = best_chart("key", plans())

    assert headings(chart) == [
        "2023年 阿克苏地区 援疆资金计划（亿元）",
        "2022年 援疆资金计划（亿元）",
    ]
    assert widths(chart)[0] / widths(chart)[6] == pytest.approx(17.56 / 21.0315, abs=0.01)


def test_whole_stands_before_its_parts_and_title_names_the_largest_part():
    chart = best_chart("key", plans())

    assert labels(chart)[:2] == ["◇计划 17.56亿元", "◇计划 5.83亿元"]
    assert chart.title == (
        "浙江省援疆指挥部·阿克苏地区2023年援疆资金计划 17.56亿元，其中保障和改善民生最多：5.83亿元"
    )


def test_other_scale_is_converted_beside_the_printed_words():
    assert "◇计划 210315万元（合21.0315亿元）" in labels(best_chart("key", plans()))


def test_unlike_figures_are_named_and_not_drawn():
    metric = make_metric(unit="元", kind="flow")
    rows = figures("50元", "200元", metric=metric)
    rows += figures("900元", metric=metric, nature="target")
    chart = over_subjects("key", rows)

    assert len(chart.drawings[0].marks) == 2
    (note,) = chart.notes
    assert note.label == "没有画在一起（性质、累计方式或价格不同）"
    assert "◇目标 900元" in note.items[0].text


@pytest.mark.parametrize("accumulation", ["unclear", "rank"])
def test_what_cannot_be_compared_is_no_bar(accumulation):
    assert over_subjects("key", figures("50元", "200元", accumulation=accumulation)) is None


def test_nothing_is_drawn_with_one_figure_alone():
    assert best_chart("key", figures("50元")) is None
    assert best_chart("key", []) is None


def test_figure_without_upper_bound_fades_to_the_right():
    chart = side_by_side("key", figures("超过100元", "50元"))
    over, _ = chart.drawings[0].marks

    assert [shape.css for shape in over.rects][1:] == [
        "chart-fade-1",
        "chart-fade-2",
        "chart-fade-3",
    ]
    assert [path.css for path in over.paths] == ["chart-arrow"]
    assert "向右渐淡：只说不低于，没有上界" in chart.keys


def test_largest_is_called_so_only_where_the_words_leave_no_doubt():
    metric = make_metric(unit="元", kind="flow")

    sure = side_by_side("key", figures("100元", "50元", metric=metric))
    unsure = side_by_side("key", figures("100元", "超过50元", metric=metric))

    assert "最多" in sure.title
    assert "居前" in unsure.title


def test_times_that_differ_are_said():
    metric = make_metric(unit="元", kind="flow")
    rows = figures("100元", metric=metric)
    later = {"period_start": date(2021, 1, 1), "period_end": date(2021, 12, 31)}
    rows += figures("50元", metric=metric, **later)
    chart = side_by_side("key", rows)

    assert "所说的时间不同，不能直接比大小。" in chart.caption
    assert all("年" in text.text for text in names(chart))


def names(chart):
    panels = chart.drawings[1].panels
    return [text for panel in panels for text in panel.texts if text.css == "chart-name"]


def test_inferred_periods_are_lighter_and_said():
    chart = side_by_side("key", figures("100元", "50元", is_period_inferred=True))

    assert all(mark.css.endswith(" is-inferred") for mark in chart.drawings[0].marks)
    assert "浅色：期间系推断" in chart.keys
    assert chart.title.endswith("2019年（推断）")


def test_more_than_fit_are_counted():
    chart = side_by_side("key", figures(*(f"{number}元" for number in range(1, MOST + 4))))

    assert len(chart.drawings[0].marks) == MOST
    assert chart.caption.endswith("另有 3 个较小的没有画出。")


def test_series_over_years_goes_before_single_figures():
    rows = Observation.objects.published().with_subjects().filter(series__region__name="阿克苏市")

    found = best_chart("key", list(rows))
    assert found.title == "阿克苏市 网络零售额：2014年 4亿元，2023年 34.24亿元"


def test_charts_ask_no_query(django_assert_num_queries):
    rows = plans()

    with django_assert_num_queries(0):
        chart = best_chart("key", rows)
        assert chart.pictures


def test_every_metric_and_every_drawing_is_well_formed():
    rows = Observation.objects.published().with_subjects()
    for metric in Metric.objects.all():
        chart = over_subjects("key", list(rows.filter(series__metric=metric)))
        for picture in chart.pictures if chart else ():
            ElementTree.fromstring(picture)


def test_zero_is_drawn():
    chart = side_by_side("key", figures("0元", "0元"))

    assert widths(chart) == [Decimal(0), Decimal(0)]
