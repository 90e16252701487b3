"""Printed figures and sentences of each kind, with what is right, in `cases/`.

In `figures.tsv` an empty cell is not judged, - is none, and `refused` no figure at all; in
`phrases.tsv` the figures that are to be offered are parted by |, and \\n and \\t are what they are.
"""

import csv
from decimal import Decimal
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from aidtracker.ground import units
from projects.reading import hedges
from projects.reading.figures import FigureError, Qualifier, parse
from projects.reading.phrases import find

CASES = Path(__file__).parent / "cases"
NUMBERS = ("value", "value_high", "lower", "upper")
EXACTNESS = Decimal("0.001")


def rows(name):
    with (CASES / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def said(figure, name, expected):
    """What a figure says, as the case says it if both mean the same."""
    found = getattr(figure, name)
    if name not in NUMBERS or found is None:
        return "-" if found is None else str(found)
    is_same = expected not in ("", "-") and abs(found - Decimal(expected)) <= EXACTNESS
    return expected if is_same else str(found)


def judged(row):
    """What a case says of its figure."""
    if row["value"] == "refused":
        return {"value": "refused"}
    kept = ((name, one) for name, one in row.items() if name not in ("kind", "printed"))
    return {name: expected for name, expected in kept if expected}


def read(row):
    """What is read of it."""
    try:
        figure = parse(row["printed"])
    except FigureError:
        return {"value": "refused"}
    return {name: said(figure, name, expected) for name, expected in judged(row).items()}


def test_figures_are_parsed():
    cases = rows("figures.tsv")
    wrong = [(row, found) for row in cases if (found := read(row)) != judged(row)]
    assert (wrong, len(cases) > 1_600) == ([], True)


def unescaped(cell):
    return cell.replace("\\r", "\r").replace("\\n", "\n").replace("\\t", "\t")


def test_figures_are_found():
    wrong, cases = [], rows("phrases.tsv")
    for row in cases:
        text, figures = unescaped(row["text"]), unescaped(row["figures"] or "")
        found = [phrase.text for phrase in find(text) if phrase.kind == "figure"]
        if found != (figures.split("|") if figures else []):
            wrong.append((row, found))
    assert (wrong, len(cases) > 980) == ([], True)


# What holds for every figure

AMOUNTS = [
    *(
        "300家",
        "3亿元",
        "三成",
        "1.2万亿元",
        "百亿元",
        "一半",
        "30%",
        "1亿2000万元",
        "十万人",
        "2.5倍",
    ),
    *(
        "5个百分点",
        "1—2万名",
        "110千伏",
        "80元/人·天",
        "500万美元",
        "千分之五",
        "三十五家",
        "3个亿",
    ),
    *("1.2万㎡", "零下20℃", "18.3/10万", "三成五", "一千五百亩", "4.2万m³", "5.6万人（次）"),
    *("人民币3亿元", "1亿2千3百万元", "3千多万元", "百分之五", "三分之二"),
]
BEFORE = [
    *(word for words in hedges.BEFORE.values() for word in words.split()),
    *("约有", "约占", "约为", "约达", "约合", "约需", "最高可达", "最多可达", "至少有", "大约有"),
]
BEHIND = ["以上", "及以上", "（含）以上", "以下", "以内", "左右", "上下", "开外", "出头", "往上"]
BREAKS = ["", " ", "\u00a0"]


@st.composite
def hedged(draw):
    is_before = draw(st.booleans())
    amount = draw(st.sampled_from(AMOUNTS))
    word = draw(st.sampled_from(BEFORE if is_before else BEHIND))
    blank = draw(st.sampled_from(BREAKS))
    return f"{word}{blank}{amount}" if is_before else f"{amount}{word}"


@given(hedged())
def test_a_hedged_figure_is_found_whole_and_never_exact(printed):
    found = [phrase for phrase in find(f"其值{printed}，其中") if phrase.kind == "figure"]
    assert [phrase.text for phrase in found] == [printed]
    assert parse(printed).qualifier != Qualifier.EXACT


PLAIN = ["3", "12", "1,234", "5.6", "1.05", "三十五", "一百二十", "两百"]
SCALES = ["", "万", "亿"]
UNITS = ["元", "家", "人次", "吨", "亩", "公顷", "千瓦时", "个", "人", "美元", "元/吨", "公里"]


@given(*(st.sampled_from(words) for words in (PLAIN, ["", "多", "余"], SCALES, UNITS)))
def test_a_plain_figure_is_found_whole_and_read_in_its_unit(number, more, scale, unit):
    printed = f"{number}{more}{scale}{unit}"
    found = [phrase for phrase in find(f"其值为{printed}，其中") if phrase.kind == "figure"]
    assert [phrase.text for phrase in found] == [printed]
    figure = parse(printed)
    assert (figure.unit, figure.qualifier == Qualifier.MORE) == (unit, bool(more))


DIMENSIONS = {}
for word, one in units.UNITS.items():
    DIMENSIONS.setdefault(one.dimension, []).append(word)


@given(st.sampled_from(sorted(DIMENSIONS)), st.data(), st.integers(1, 10**6))
def test_units_convert_there_and_back(dimension, data, number):
    one, other = (data.draw(st.sampled_from(DIMENSIONS[dimension])) for _ in range(2))
    factor = units.ratio(one, other)
    assert factor * units.ratio(other, one) == 1
    assert number * factor == number * units.unit_of(one).factor / units.unit_of(other).factor


@given(st.sampled_from(sorted(units.UNITS)), st.sampled_from(sorted(units.UNITS)))
def test_units_of_different_dimensions_never_fit(one, other):
    is_alike = units.unit_of(one).dimension == units.unit_of(other).dimension
    assert units.fits(one, other) == is_alike
