"""Names in pinyin."""

import json

import pytest
from django.conf import settings
from pypinyin import lazy_pinyin

from aidtracker.ground.pinyin import initials, spoken_parts, syllables


@pytest.mark.parametrize(
    ("name", "spoken", "letters"),
    [
        ("阿克苏市", ("a", "ke", "su", "shi"), "akss"),
        ("尉犁县2号库", ("yu", "li", "xian", "2", "hao", "ku"), "ylx2hk"),
        ("“15115”计划 A-1", ("15115", "ji", "hua", "A", "1"), "15115jhA1"),
        ("", (), ""),
    ],
)
def test_name_is_read_with_its_numbers_and_latin_letters(name, spoken, letters):
    assert syllables(name) == spoken
    assert initials(name) == letters


def test_names_read_in_pieces_are_read_as_a_whole():
    files = settings.BASE_DIR.joinpath("fixtures").glob("*.json")
    rows = [row["fields"] for path in files for row in json.loads(path.read_text("utf-8"))]
    names = {row["name"] for row in rows if row.get("name")}

    whole = {name: " ".join(lazy_pinyin(spoken_parts(name))).split() for name in names}

    assert {name: list(syllables(name)) for name in names} == whole
