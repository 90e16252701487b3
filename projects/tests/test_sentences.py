import pytest

from projects.reading.sentences import REACH, quote, sentence_at

TEXT = "一、概况\n2019年引进企业18家；投资超过30 亿元，其中\n到位9亿元。第二句有5家。"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("18家", "2019年引进企业18家；"),
        ("超过30 亿元", "投资超过30 亿元，其中\n"),
        ("9亿元", "到位9亿元。"),
        ("5家", "第二句有5家。"),
    ],
)
def test_sentence_reaches_from_stop_to_stop(words, sentence):
    start = TEXT.index(words)
    first, last = sentence_at(TEXT, start, start + len(words))
    assert TEXT[first:last] == sentence


def test_sentence_goes_on_over_a_break_within_the_words():
    text = "参加培训585\n\n人次。"
    assert sentence_at(text, 4, 11) == (0, len(text))


def test_long_sentence_is_cut_with_a_sign():
    text = "甲" * 400 + "5家" + "乙" * 400
    found = quote(text[400 - REACH - 1 : 402 + REACH + 1], REACH + 1, 2)
    assert (found.before[:3], found.words, found.behind[-3:]) == ("……甲", "5家", "乙……")
    assert len(found.before) == len(found.behind) == REACH + 2
