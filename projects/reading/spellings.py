"""Different ways of writing the same figure, brought to one: ％ → %, 百分之五 → 五%, 首位 → 1位."""

import re
from decimal import Decimal

from projects.reading.numerals import ARABIC, DIGITS, HAN, NUMBER, read_number

_WIDE = str.maketrans("０１２３４５６７８９．，％／–~～―−-", "0123456789.,%/——————")
_COUNT = f"[0-9]{{1,6}}|{HAN}{{1,6}}"
_RANKED = "(?:排名|位列|位居|名列|排|列|居)?"
_PAIR = re.compile(
    rf"(?<![零〇一二两三四五六七八九十百千万亿点])(?P<tens>[二三四五六七八九]?十)?"
    rf"(?P<low>[一二两三四五六七八])(?P<dash>[—至到]?)(?P<high>[二两三四五六七八九])(?P<scale>[十百千万亿]*)(?!{HAN})"
)
_FRACTION = re.compile(rf"({ARABIC}|{HAN}{{1,6}})分之({ARABIC}|{HAN}{{1,6}})")
_REWRITES = (
    (re.compile(f"^{_RANKED}(?:首位|榜首)$"), "1位"),
    (re.compile(f"^{_RANKED}第({_COUNT})[位名]?$"), r"\1位"),
    (re.compile("(?<!超)过(?:一半|半数|半(?![个年天月小]))"), "超过5成"),
    (re.compile("一半|半数|(?<=[近约超过足到])半$"), "5成"),
    (re.compile(r"([0-9]{1,3})/([0-9]{1,3})(?![0-9/.])"), r"\2分之\1"),
    (re.compile("翻了?番"), "1番"),
    (re.compile(f"翻了?({NUMBER}番)"), r"\1"),
    (re.compile(f"百分之({NUMBER})"), r"\1%"),
)


def normalise(printed):
    """One spelling of a printed figure, without spaces; ValueError for a fraction of zero."""
    text = re.sub(r"\s+", "", printed).translate(_WIDE)
    for pattern, replacement in _REWRITES:
        text = pattern.sub(replacement, text)
    return _PAIR.sub(_as_range, _FRACTION.sub(_as_percent, text))


def _as_range(match):
    """五六名 → 五—六名, 三至五百万 → 三百万—五百万; other pairs of digits are left alone."""
    tens, low, high, scale = (match.group(name) or "" for name in ("tens", "low", "high", "scale"))
    distance = DIGITS[high] - DIGITS[low]
    if distance < 1 or not (match.group("dash") or distance == 1 or low + high == "三五"):
        return match.group()
    return f"{tens}{low}{scale}—{tens}{high}{scale}"


def _as_percent(match):
    """三分之二 and 2/3 → 66.667%, as exactly as three decimals allow."""
    whole, part = (read_number(text).value for text in match.groups())
    if not whole:
        raise ValueError("分母不能是0")
    return f"{(part / whole * 100).quantize(Decimal('0.001')):f}%"
