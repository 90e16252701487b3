"""Charts and comparisons in a real browser: nothing runs over a phone's edge, one drawing shows."""

import pytest

pytestmark = pytest.mark.browser

PAGES = (
    "/headquarters/zhejiang/",
    "/programs/shicheng-baidian/",
    "/metrics/yuan-jiang-zi-jin-ji-hua/",
    "/series/a-ke-su-shi-wang-luo-ling-shou-e/",
    "/pairings/",
    "/investments/",
    "/timeline/",
    "/compare/",
    "/compare/?of=periods&about=headquarters:zhejiang",
)
WIDTH = "document.documentElement.scrollWidth"
# How many drawings each chart shows that does not stand in a folded section.
DRAWINGS = """[...document.querySelectorAll('.chart')]
    .filter(chart => chart.getBoundingClientRect().width)
    .map(chart => [...chart.querySelectorAll('.chart-drawing')]
        .filter(one => one.getBoundingClientRect().width).length)"""


def test_charts_fit_a_phone_and_show_one_drawing_each(new_page):
    page = new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.set_viewport_size({"width": 390, "height": 844})
    for address in PAGES:
        page.goto(address)
        shown = page.evaluate(DRAWINGS)

        assert page.evaluate(WIDTH) == 390, address
        assert shown == [1] * len(shown), address
    assert said == []
