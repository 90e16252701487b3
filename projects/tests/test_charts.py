"""The chart of one series: where its marks stand, what it says, and what it leaves to the list."""

import re
from datetime import date
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from xml.etree import ElementTree

import pytest
from django.template.loader import render_to_string

from aidtracker.pages.charts import TEMPLATE
from aidtracker.pages.shapes import Label, forms
from aidtracker.pages.svg import LOOKS
from aidtracker.testing import make_metric, make_observation, make_series
from projects.charts.axes import COMPACT, WIDE, nice_step
from projects.charts.labels import place_labels
from projects.charts.over_time import Event, series_chart
from projects.models import Observation

pytestmark = pytest.mark.django_db

YEAR_2019 = {"period_start": date(2019, 1, 1), "period_end": date(2019, 12, 31)}
HALF_2019 = {"period_start": date(2019, 1, 1), "period_end": date(2019, 6, 30)}


def rows_of(code, number):
    """The figures of the series of a real figure."""
    series = Observation.objects.get(source__code__startswith=code, number=number).series_id
    return Observation.objects.with_subjects().filter(series=series).in_time_order()


def chart_of(code, number, conflicts=()):
    """The chart of the series of a real figure."""
    return series_chart(rows_of(code, number), conflicts)


def chart_with(*figures, kind="flow", unit="元"):
    """A chart of made figures of one series, each a dict of fields."""
    series = make_series(metric=make_metric(kind=kind, unit=unit))
    return series_chart([make_observation(series=series, **figure) for figure in figures])


def yearly(printed, **kwargs):
    return {"printed": printed, "accumulation": "period", **YEAR_2019, **kwargs}


def only_mark(chart, layout=0):
    (mark,) = chart.drawings[layout].marks
    return mark


def shapes(mark):
    return [shape.css for shape in (*mark.rects, *mark.paths, *mark.dots)]


def ticks(drawing, axis):
    """The labels along an axis, amount or year."""
    texts = [text for panel in drawing.panels for text in panel.texts]
    return [text.text for text in texts if text.css == f"chart-tick is-{axis}"]


def unit(drawing):
    """The unit of the amounts."""
    texts = [text for panel in drawing.panels for text in panel.texts]
    return next(text.text for text in texts if text.css == "chart-tick chart-unit")


def notes(chart):
    """What the chart says of what is not in it."""
    return {note.label: [item.text for item in note.items] for note in chart.notes}


def labels(chart, layout=0):
    return [mark.label.text for mark in chart.drawings[layout].marks if mark.label]


# Forms


def test_bar_stands_on_zero_and_is_as_wide_as_its_period():
    year = only_mark(chart_with(yearly("100元"))).rects[0]
    half = only_mark(chart_with(yearly("100元", **HALF_2019))).rects[0]

    assert year.y + year.height == half.y + half.height == WIDE.base
    assert year.width == pytest.approx(WIDE.plot_width / 4 - 2, abs=0.2)
    assert half.width == pytest.approx((year.width + 2) * 181 / 365 - 2, abs=0.2)


def test_bar_is_twice_as_high_for_twice_the_amount():
    chart = chart_with(
        yearly("50元", period_start=date(2018, 1, 1), period_end=date(2018, 12, 31)),
        yearly("100元"),
    )
    small, large = (mark.rects[0].height for mark in chart.drawings[0].marks)

    assert large == pytest.approx(2 * small, abs=0.2)


def test_cumulative_figure_is_a_line_to_a_dot_at_its_end():
    mark = only_mark(chart_with(yearly("100元", accumulation="cumulative")))

    assert shapes(mark) == ["chart-drop", "chart-step", "chart-foot", "chart-dot"]
    assert mark.paths[1].d == f"M{460.0},{mark.dots[0].y} H{mark.dots[0].x}"


def test_cumulative_figure_without_beginning_is_dotted_and_has_no_foot():
    chart = chart_with(
        {"printed": "16元", "accumulation": "cumulative", "as_of": date(2021, 6, 30)}
    )

    assert shapes(only_mark(chart)) == ["chart-drop", "chart-step is-open", "chart-dot"]
    assert chart.keys == ("横线：从起点累计到圆点", "点线：累计的起点或终点没有注明")


def test_cumulative_figure_without_end_runs_to_the_edge_without_a_dot():
    mark = only_mark(chart_of("000", 30))

    assert shapes(mark) == ["chart-step is-open", "chart-foot"]
    assert mark.paths[0].d.endswith(f"H{WIDE.plot_right}")


def test_point_is_a_dot_on_its_day():
    mark = only_mark(chart_of("001", 54))

    assert shapes(mark) == ["chart-dot"]
    assert mark.dots[0].x == pytest.approx(
        WIDE.left + WIDE.plot_width * (2 + 180 / 365) / 4, abs=0.1
    )


def test_rate_is_a_level_over_its_period():
    chart = chart_of("001", 36)

    assert [shapes(mark)[-1] for mark in chart.drawings[0].marks] == ["chart-level"] * 2


def test_rank_has_the_first_place_at_the_top():
    drawing = chart_of("003", 1).drawings[0]

    assert ticks(drawing, "amount") == ["1", "2", "3"]
    assert drawing.panels[0].lines[0].y1 == WIDE.top


def test_second_figure_in_the_same_place_is_a_ring():
    first, second = chart_of("002", 18).drawings[0].marks

    assert (shapes(first)[-1], shapes(second)[-1]) == ("chart-dot", "chart-ring")
    assert (first.dots[0].x, first.dots[0].y) == (second.dots[0].x, second.dots[0].y)


# Bounds and natures


def test_figure_without_upper_bound_fades_and_has_an_arrow():
    mark = chart_of("001", 35).drawings[0].marks[0]

    assert shapes(mark) == [
        "chart-bar", "chart-fade-1", "chart-fade-2", "chart-fade-3", "chart-arrow",
    ]  # fmt: skip


def test_point_with_bounds_has_a_band_and_whiskers():
    mark = only_mark(chart_of("000", 9))

    assert shapes(mark) == ["chart-band", "chart-bound", "chart-dot"]
    assert mark.rects[0].y < mark.dots[0].y < mark.rects[0].y + mark.rects[0].height


def test_figure_without_value_is_its_band_alone():
    several = chart_of("003", 21).drawings[0].marks[-1]

    assert several.label.text == "几十位"
    assert shapes(several) == ["chart-band", "chart-bound"]


def test_bounds_too_narrow_to_be_seen_are_not_drawn():
    assert shapes(chart_of("001", 40).drawings[0].marks[-1]) == ["chart-bar"]


def test_actual_stands_before_its_target_and_inside_it():
    _, target, actual = chart_of("001", 42).drawings[0].marks

    assert target.css == "chart-mark nature-target kind-period rank-normal"
    assert target.rects[0].x < actual.rects[0].x
    assert target.rects[0].y < actual.rects[0].y


def test_labels_name_what_is_no_actual_figure():
    assert labels(chart_of("001", 42)) == ["突破600万人次", "◇目标 1000万人次", "892.18万人次"]
    assert labels(chart_of("000", 11)) == ["┄协议 60亿元"]
    assert labels(chart_of("001", 56)) == ["? 4.2亿元"]


def test_conflict_is_marked_in_sign_class_and_words():
    first = Observation.objects.get(source__code__startswith="002", number=18)
    marks = chart_of("002", 18, {first.pk}).drawings[0].marks

    assert [mark.label.text for mark in marks] == ["≠ 41名", "41名"]
    assert [mark.css.endswith(" is-conflict") for mark in marks] == [True, False]
    assert marks[0].name.endswith("，与另一个数字矛盾")


# Axes


def test_axes_of_retail_sales_over_ten_years():
    drawing = chart_of("003", 14).drawings[0]

    assert unit(drawing) == "亿元"
    assert ticks(drawing, "amount") == ["0", "10", "20", "30", "40"]
    assert ticks(drawing, "year") == [str(year) for year in range(2014, 2024)]


def test_compact_drawing_names_every_second_year():
    drawing = chart_of("003", 14).drawings[1]

    assert (drawing.name, drawing.width) == (COMPACT.name, COMPACT.width)
    assert ticks(drawing, "year")[:2] == ["2014", "2016"]


@pytest.mark.parametrize(
    ("highest", "is_whole", "step"),
    [
        ("1", True, "1"),
        ("3", True, "1"),
        ("7", False, "2"),
        ("1000", True, "200"),
        ("0.6", False, "0.2"),
        ("34.24", False, "10"),
        ("99999", True, "20000"),
        ("10", False, "2"),
    ],
)
def test_nice_step(highest, is_whole, step):
    assert nice_step(Decimal(highest), 5, is_whole) == Decimal(step)


def test_zero_alone_is_drawn():
    drawing = chart_with(yearly("0元")).drawings[0]

    assert ticks(drawing, "amount") == ["0", "1"]
    assert drawing.marks[0].rects[0].height == 0


# Labels


def test_labels_in_one_place_move_apart():
    first, second = place_labels([Label(300, 200, "10亿元"), Label(300, 200, "12亿元")], WIDE)

    assert (first.y, second.y) == (200, pytest.approx(182.4, abs=0.1))


def test_far_label_is_led_to_its_mark():
    placed = place_labels([Label(300, 200, f"{number}亿元") for number in range(3)], WIDE)

    assert [label.lead for label in placed] == [None, None, 200]


def test_label_without_room_is_left_out():
    placed = place_labels([Label(300, 200, "10亿元")] * 20, WIDE)

    assert placed.count(None) == 11


def test_label_stays_inside_the_drawing():
    (label,) = place_labels([Label(355, 100, "892.18万人次")], COMPACT)

    assert label.x == pytest.approx(317.1, abs=0.1)


# A second series, and events


def test_second_series_has_a_scale_of_its_own_on_the_same_time_axis():
    first, second = rows_of("001", 42), rows_of("003", 14)
    chart = series_chart(first, second=second)
    upper, lower = chart.drawings[0].panels

    assert (upper.top, lower.top) == (0, WIDE.height)
    assert [line.x1 for line in upper.lines if line.css == "chart-year"] == [
        line.x1 for line in lower.lines if line.css == "chart-year"
    ]
    assert chart.title == (
        "接待游客人次：2018年 突破600万人次，2019年 892.18万人次；"
        "网络零售额：2014年 4亿元，2023年 34.24亿元"
    )


def test_events_of_the_years_shown_are_numbered():
    days = [date(2013, 1, 1), date(2019, 5, 1), date(2015, 1, 1)]
    events = [Event(day, f"{day.year}年", "启用", "/x/") for day in days]
    chart = series_chart(rows_of("003", 14), events=events)
    panel = chart.drawings[0].panels[0]

    assert notes(chart)["图中的事件"] == ["1 2015年 启用", "2 2019年 启用"]
    assert [text.text for text in panel.texts] == ["1", "2"]
    assert len(panel.lines) == 2


# What has no place, and words


def test_undated_figure_is_listed_below():
    chart = chart_of("003", 10)

    assert notes(chart) == {"未注明时间": ["300万元（原来）"]}
    assert len(chart.drawings[0].marks) == 2


def test_series_of_undated_figures_has_no_drawing():
    chart = chart_of("000", 35)

    assert (chart.drawings, chart.title) == ((), "各文献都没有注明时间")
    assert notes(chart) == {"未注明时间": ["1—2万名（每年）"]}


def test_figure_without_value_and_bounds_is_listed_below():
    bare = Observation(**YEAR_2019, printed="若干元", accumulation="period", number=1)
    bare.source = make_observation().source
    bare.series = make_series(metric=make_metric(unit="元"))
    chart = series_chart([bare])

    assert chart is not None
    assert chart.drawings == ()
    assert notes(chart) == {"没有给出具体的数": ["若干元（2019年）"]}


def test_no_figures_give_no_chart():
    assert series_chart([]) is None


def test_figures_of_two_series_are_refused():
    with pytest.raises(ValueError, match="one series"):
        series_chart([make_observation(), make_observation()])


def test_words_of_a_chart():
    chart = chart_of("003", 14)

    assert chart.title == "2014年 4亿元，2023年 34.24亿元"
    assert chart.caption.startswith(
        "阿克苏市 网络零售额，单位：亿元。2019年（推断）的10亿元，原文称“电子商务网络零售额”。据《"
    )
    assert chart.description.startswith("共 3 个数字。2014年，4亿元，完成，当期，据《")
    assert chart.keys == (
        "柱：一段时间内，宽为期间的长短",
        "浅带：原文容许的范围",
        "浅色：期间系推断",
    )


def test_title_of_targets_says_so():
    assert chart_of("000", 29).title == "2020年5月19日起 目标1000人"


def test_long_series_is_described_in_part():
    chart = chart_with(*[yearly(f"{number}元") for number in range(1, 15)])

    assert chart.description.endswith("；另有 2 个数字，见表。")


def test_chart_asks_no_query(django_assert_num_queries):
    rows = list(Observation.objects.with_subjects().filter(series__slug__contains="lv-you"))
    rows = [row for row in rows if row.series_id == rows[0].series_id]

    with django_assert_num_queries(0):
        render_to_string(TEMPLATE, {"data": series_chart(rows)})


# The printed page


def drawings_of(html):
    found = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    return [ElementTree.fromstring(svg) for svg in found]


def test_template_prints_well_formed_drawings_without_styles():
    html = render_to_string(TEMPLATE, {"data": chart_of("001", 42)})
    wide, compact = drawings_of(html)

    assert "style" not in html
    assert (wide.get("viewBox"), compact.get("viewBox")) == ("0 0 880 340", "0 0 358 320")


def test_template_names_drawing_and_marks_for_screen_readers():
    chart = chart_of("001", 42)
    wide, _ = drawings_of(render_to_string(TEMPLATE, {"data": chart}))
    title, desc = wide.find("title"), wide.find("desc")

    assert (wide.get("aria-labelledby"), wide.get("aria-describedby")) == (
        title.get("id"),
        desc.get("id"),
    )
    assert (title.text, desc.text) == (chart.title, chart.description)
    assert [(link.get("href"), link.get("aria-label")) for link in wide.findall("a")] == [
        (mark.url, mark.name) for mark in chart.drawings[0].marks
    ]


def test_every_series_can_be_drawn():
    rows = Observation.objects.published().with_subjects().order_by("series_id", "number")
    charts = [series_chart(figures) for _, figures in groupby(rows, attrgetter("series_id"))]

    for chart in charts:
        drawings_of(render_to_string(TEMPLATE, {"data": chart}))
    drawings = [one for chart in charts if chart for one in chart.drawings]
    drawn = [mark.label for one in drawings for mark in one.marks]
    assert drawn.count(None) == 0


def test_every_form_looks_alike_in_files():
    rows = Observation.objects.published().with_subjects().order_by("series_id", "number")
    charts = [series_chart(figures) for _, figures in groupby(rows, attrgetter("series_id"))]
    drawn = {name for chart in charts if chart for name in forms(chart.drawings)}

    assert {name.split()[0] for name in drawn} <= LOOKS.keys()


def test_file_of_a_chart_needs_nothing_else():
    chart = chart_of("001", 42)
    file = ElementTree.fromstring(chart.file("https://example.org"))
    words = "".join(file.itertext())

    assert chart.title in words
    shapes = [one for one in file.iter() if one.tag.endswith(("rect", "path", "circle", "line"))]
    assert shapes
    assert all({"fill", "stroke"} & one.attrib.keys() for one in shapes)
    assert {one.get("href", "https")[:5] for one in file.iter()} == {"https"}


def test_template_without_figures_says_what_would_stand_here():
    html = render_to_string(TEMPLATE, {"data": None})

    assert html.strip() == (
        '<p class="empty">这一序列还没有公开的数字；观测值审核通过后画在这里。</p>'
    )
