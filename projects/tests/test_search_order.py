"""What is called so stands before what only has the word in one of its names."""

import pytest

from aidtracker.pages.searching import search_everything, suggestions
from aidtracker.testing import make_program, make_region

pytestmark = pytest.mark.django_db


def best(words):
    return search_everything(words)[0].best.text


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("wensu", "温宿县"),
        ("Aksu", "阿克苏地区"),
        ("一师", "第一师阿拉尔市"),
        ("kashgar", "喀什地区"),
        ("十城百店", "十城百店"),
    ],
)
def test_best_hit_is_called_so(words, name):
    assert best(words) == name
    assert suggestions(words)[0].text == name


def test_word_of_a_name_is_no_name():
    make_program(name="甲计划", aliases=["Zorkul Plan of Many"])
    make_region(name="一个很长很长的地方的名称", code="Z1", aliases=["Zorkul"])

    assert best("zorkul") == "一个很长很长的地方的名称"


def test_list_has_first_what_is_called_so(client):
    response = client.get("/regions/?q=wensu")

    rows = response.context["table"].rows
    assert "/regions/wensu-xian/" in [item.url for cell in rows[0].cells for item in cell.items]
