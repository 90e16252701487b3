"""Pinyin of names, for sorting, addresses and searching by initials."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, load_phrases_dict

# 尉 is wèi in most words; the county is Yùlí.
load_phrases_dict({"尉犁": [["yù"], ["lí"]], "尉犁县": [["yù"], ["lí"], ["xiàn"]]})

# How a character is read depends on its neighbours, but never across Latin letters and digits.
RUNS = re.compile(r"[\x00-\x7f]+|[^\x00-\x7f]+")


def spoken_parts(text: str) -> str:
    """Latin words and numbers as they are, everything else without its punctuation."""
    return re.sub(r"[^\w]|_", " ", text)


def read(text: str, style: Style) -> Iterator[str]:
    """The syllables of a name, each as `style` says; Latin words and numbers as they are."""
    for run in RUNS.findall(spoken_parts(text)):
        yield from run.split() if run.isascii() else read_run(run, style)


# Names of a ledger differ in numbers more than in words: 卫星工厂 01, 卫星工厂 02.
@lru_cache(maxsize=65_536)
def read_run(run: str, style: Style) -> tuple[str, ...]:
    return tuple(part for word in lazy_pinyin(run, style=style) for part in word.split())


# As many names as one file brings in: each stands in an address and in what is searched.
@lru_cache(maxsize=32_768)
def syllables(text: str) -> tuple[str, ...]:
    """The syllables of a name without tones: 阿克苏市 → ('a', 'ke', 'su', 'shi')."""
    return tuple(read(text, Style.NORMAL))


def initials(text: str) -> str:
    """The first letters of the syllables: 阿克苏市 → akss."""
    return "".join(read(text, Style.FIRST_LETTER))


# Places whose names are not spelled by their pinyin outside China.
ROMANISED = {
    "乌鲁木齐": "urumqi",
    "阿克苏": "aksu",
    "阿勒泰": "altay",
    "阿拉尔": "aral",
    "阿图什": "artux",
    "阿瓦提": "awat",
    "巴音郭楞": "bayingolin bayangol",
    "拜城": "bay",
    "博尔塔拉": "bortala",
    "策勒": "qira",
    "伽师": "payzawat",
    "哈密": "kumul",
    "和田": "hotan khotan",
    "霍城": "korgas",
    "霍尔果斯": "khorgos horgos",
    "喀什": "kashgar",
    "柯坪": "kalpin",
    "克拉玛依": "karamay",
    "克孜勒苏": "kizilsu",
    "库车": "kuqa kucha",
    "库尔勒": "korla",
    "轮台": "bugur",
    "洛浦": "lop",
    "麦盖提": "makit",
    "民丰": "niya",
    "墨玉": "karakax",
    "皮山": "guma",
    "且末": "qarqan cherchen",
    "若羌": "qarkilik",
    "莎车": "yarkant yarkand",
    "沙雅": "xayar",
    "疏附": "konaxahar",
    "疏勒": "yengixahar",
    "塔城": "tarbagatay",
    "塔什库尔干": "taxkorgan tashkurgan",
    "图木舒克": "tumxuk tumshuq",
    "吐鲁番": "turpan turfan",
    "温宿": "onsu",
    "乌什": "uqturpan",
    "新和": "toksu",
    "叶城": "kargilik",
    "伊犁": "ili",
    "伊宁": "ghulja",
    "英吉沙": "yengisar",
    "尉犁": "lopnur",
    "于田": "keriya",
    "岳普湖": "yopurga",
    "泽普": "poskam",
    "兵团": "xpcc",
}


# What may stand behind a place in its own name.
ENDINGS = ("", "市", "县", "镇", "乡", "地区", "自治州", "自治县")


def romanised(text: str) -> list[str]:
    """How the places in a name are spelled abroad: 阿克苏市 → aksu; behind a blank where the
    place is but a part of the name: 阿克苏市电商产业园 → " aksu"."""
    return [
        spelled if text in {f"{place}{ending}" for ending in ENDINGS} else f" {spelled}"
        for place, spelled in ROMANISED.items()
        if place in text
    ]
