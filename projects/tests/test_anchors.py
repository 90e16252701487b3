import pytest
from hypothesis import given
from hypothesis import strategies as st

from projects.reading.anchors import anchor, find_again, has_words, stands_at

TEXT = "三年来共投入9.11 亿元，建成项目176 个。另有9.11 亿元待拨。"


def place(words, text=TEXT, after=0):
    start = text.index(words, after)
    return start, start + len(words)


@pytest.mark.parametrize(
    "printed", ["9.11 亿元", "9.11亿元", "９．１１亿元", "9.11\n亿元", "9.11亿元〔元〕"]
)
def test_words_are_compared_without_blanks_breaks_and_width(printed):
    assert stands_at(TEXT, *place("9.11 亿元"), printed)


@pytest.mark.parametrize(
    ("start", "end", "printed"),
    [
        (5, 13, "9.11 亿元"),
        (6, 12, "9.12亿元"),
        (7, 12, "9.11亿元"),
        (20, 99, "176 个"),
        (99, 105, "x"),
    ],
)
def test_other_words_and_places_beyond_the_end_are_noticed(start, end, printed):
    assert not stands_at(TEXT, start, end, printed)


def test_an_anchor_knows_its_words_without_the_text():
    kept = anchor(TEXT, *place("176 个"))
    assert has_words(kept, "176个")
    assert not has_words(kept, "177个")


def test_an_anchor_holds_none_of_the_text():
    kept = anchor(TEXT, *place("176 个"))
    hashes, _, where = kept.partition("@")
    assert len(hashes) == 30
    assert set(hashes) <= set("0123456789abcdef")
    assert where.partition("#")[0] == "{}-{}".format(*place("176 个"))


def test_words_are_found_again_by_what_stands_around_them():
    kept = anchor(TEXT, *place("9.11 亿元", after=12))
    other = "引言。" + TEXT.replace(" ", "")
    assert find_again(other, kept, "9.11 亿元", 0) == place("9.11亿元", other, 20)


def test_words_with_one_changed_side_are_found_where_there_is_one_such_place():
    kept = anchor(TEXT, *place("176 个"))
    other = TEXT.replace("建成项目", "新建成的援疆项目")
    assert find_again(other, kept, "176个", 0) == place("176 个", other)


def test_words_that_are_gone_or_in_doubt_are_left_to_a_person():
    kept = anchor(TEXT, *place("176 个"))
    assert find_again(TEXT.replace("176", "177"), kept, "176个", 0) is None
    assert find_again("甲176个乙，丙176个丁", kept, "176个", 0) is None


@pytest.mark.parametrize("longer", ["21家", "2.1家", "1,1家", "二十1家", "2 1家"])
def test_words_are_not_found_again_within_a_longer_number(longer):
    old = "全县共1家。"
    kept = anchor(old, *place("1家", old))
    assert find_again(old.replace("1家", longer), kept, "1家", 3) is None


@given(st.text(alphabet="1亿元 \n年、。", min_size=1, max_size=40), st.data())
def test_every_place_is_found_again_in_its_own_text(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    if not text[start:end].strip() or text[start].isspace() or text[end - 1].isspace():
        return
    found = find_again(text, anchor(text, start, end), text[start:end], start)
    assert found == (start, end)
