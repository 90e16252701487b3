"""Charts and comparisons in a real browser: nothing runs over a phone's edge, one drawing shows."""

import pytest

pytestmark = pytest.mark.browser

PAGES = (
    "/headquarters/zhejiang/",
    "/programs/shicheng-baidian/",
    "/metrics/yuan-jiang-zi-jin-ji-hua/",
    "/series/a-ke-su-shi-wang-luo-ling-shou-e/",
    "/compare/",
    "/compare/?of=periods&about=headquarters:zhejiang",
)
WIDTH = "document.documentElement.scrollWidth"
DRAWINGS = """[...document.querySelectorAll('.chart-drawing')]
    .filter(one => one.getBoundingClientRect().width).length"""


def test_charts_fit_a_phone_and_show_one_drawing_each(new_page):
    page = new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.set_viewport_size({"width": 390, "height": 844})
    for address in PAGES:
        page.goto(address)
        charts = page.locator(".chart").count()

        assert page.evaluate(WIDTH) == 390, address
        assert page.evaluate(DRAWINGS) == charts, address
    assert said == []
