"""Pinyin of names, for sorting, addresses and searching by initials."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin, load_phrases_dict

# 尉 is wèi in most words; the county is Yùlí.
load_phrases_dict({"尉犁": [["yù"], ["lí"]], "尉犁县": [["yù"], ["lí"], ["xiàn"]]})


def spoken_parts(text):
    """Latin words and numbers as they are, everything else without its punctuation."""
    return re.sub(r"[^\w]|_", " ", text)


# As many names as one file brings in: each stands in an address and in what is searched.
@lru_cache(maxsize=32_768)
def syllables(text):
    """The syllables of a name without tones: 阿克苏市 → ('a', 'ke', 'su', 'shi')."""
    spoken = spoken_parts(text)
    if spoken.isascii():
        return tuple(spoken.split())
    return tuple(part for word in lazy_pinyin(spoken) for part in word.split())


def initials(text):
    """The first letters of the syllables: 阿克苏市 → akss."""
    spoken = spoken_parts(text)
    letters = [spoken] if spoken.isascii() else lazy_pinyin(spoken, style=Style.FIRST_LETTER)
    return "".join("".join(letters).split())


# Places whose names are not spelled by their pinyin outside China.
ROMANISED = {
    "乌鲁木齐": "urumqi",
    "阿克苏": "aksu",
    "阿勒泰": "altay",
    "阿拉尔": "aral",
    "阿图什": "artux",
    "阿瓦提": "awat",
    "巴音郭楞": "bayingolin bayangol",
    "拜城": "baicheng bay",
    "博尔塔拉": "bortala",
    "策勒": "qira",
    "伽师": "payzawat",
    "哈密": "hami kumul",
    "和田": "hotan khotan",
    "霍城": "huocheng korgas",
    "霍尔果斯": "khorgos horgos",
    "喀什": "kashgar kashi",
    "柯坪": "kalpin",
    "克拉玛依": "karamay",
    "克孜勒苏": "kizilsu",
    "库车": "kuqa kucha",
    "库尔勒": "korla",
    "轮台": "bugur luntai",
    "洛浦": "lop",
    "麦盖提": "makit",
    "民丰": "niya minfeng",
    "墨玉": "karakax",
    "皮山": "guma pishan",
    "且末": "qarqan cherchen",
    "若羌": "qarkilik ruoqiang",
    "莎车": "yarkant yarkand",
    "沙雅": "xayar",
    "疏附": "konaxahar",
    "疏勒": "yengixahar",
    "塔城": "tacheng tarbagatay",
    "塔什库尔干": "taxkorgan tashkurgan",
    "图木舒克": "tumxuk tumshuq",
    "吐鲁番": "turpan turfan",
    "温宿": "onsu wensu",
    "乌什": "uqturpan",
    "新和": "toksu xinhe",
    "叶城": "kargilik",
    "伊犁": "ili",
    "伊宁": "yining ghulja",
    "英吉沙": "yengisar",
    "尉犁": "lopnur yuli",
    "于田": "keriya",
    "岳普湖": "yopurga",
    "泽普": "poskam",
    "新疆": "xinjiang",
    "兵团": "xpcc bingtuan",
}


def romanised(text: str) -> list[str]:
    """How the places in a name are spelled abroad: 阿克苏市 → aksu."""
    return [spelled for place, spelled in ROMANISED.items() if place in text]
