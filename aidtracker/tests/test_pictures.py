"""Cards and charts as PNG: drawn where the server can, and plainly left out where it cannot."""

import struct

import pytest

from aidtracker.pages import cards, charts, details, listing, pictures
from aidtracker.pages.sharing import Sharing

pytestmark = pytest.mark.django_db
FIGURE = "/observations/001_3c903b8bc122f77e/1/"
can_draw = pytest.mark.skipif(not pictures.can_draw(), reason="no renderer or no Chinese font")
USERS = (cards, charts, details, listing)


@pytest.fixture
def without_font(monkeypatch):
    for module in USERS:
        monkeypatch.setattr(module, "can_draw", lambda: False)


def size_of(response):
    """Width and height of a PNG."""
    assert (response["Content-Type"], response.content[:4]) == ("image/png", b"\x89PNG")
    return struct.unpack(">II", response.content[16:24])


@can_draw
@pytest.mark.parametrize(
    "place", [FIGURE, "/headquarters/zhejiang/", "/regions/", "/corrections/", "/pairings/"]
)
def test_page_names_its_own_card(client, place):
    html = client.get(place).text

    assert f'<meta property="og:image" content="http://testserver{place}card.png">' in html
    assert size_of(client.get(f"{place}card.png")) == (1200, 630)


@can_draw
def test_chart_is_a_picture_twice_as_fine_as_its_drawing(client):
    svg = client.get("/pairings/chart.svg").text
    width, height = (int(svg.split(f' {name}="')[1].split('"')[0]) for name in ("width", "height"))

    picture = client.get("/pairings/chart.png")

    assert size_of(picture) == (2 * width, 2 * height)
    assert picture["Content-Disposition"].endswith('.png"')
    assert '<a href="/pairings/chart.png" download>PNG</a>' in client.get("/pairings/").text


@can_draw
def test_renderer_that_gives_up_ends_no_worker():
    with pytest.raises(pictures.DrawingError):
        pictures.png("<svg")


def test_card_says_the_figure_and_its_document(client):

    sharing = Sharing("甲 <乙>", "一句话。", "https://a.cn/x/", "https://a.cn", "观测值")
    drawing = cards.card(sharing, [("9.11 亿元", "甲 <乙>，2019年，据《某文》")])

    assert ">9.11 亿元</text>" in drawing
    assert ">2019年，据《某文》</text>" in drawing
    assert "甲 &lt;乙&gt;" in drawing


def test_figures_without_room_are_left_out():

    sharing = Sharing("很长的名称" * 12, "", "https://a.cn/x/", "https://a.cn")
    drawing = cards.card(sharing, [(f"{number}亿元", "说的是它") for number in range(1, 4)])

    assert [f">{number}亿元<" in drawing for number in range(1, 4)] == [True, True, False]


def test_without_a_font_pages_have_the_card_of_the_site_and_no_picture(client, without_font):
    html = client.get("/pairings/").text

    assert 'content="http://testserver/static/card.png"' in html
    assert "chart.png" not in html
    assert "chart.svg" in html


def test_without_a_font_there_is_no_picture(client, without_font):
    assert client.get("/pairings/chart.png").status_code == 404
    card = client.get(f"{FIGURE}card.png")
    assert (card.status_code, card.url) == (302, "/static/card.png")


def test_nothing_has_no_card(client):
    assert client.get("/regions/nowhere/card.png").status_code == 404
