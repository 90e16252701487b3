"""Numbers as Chinese articles write them: 9.11, 1,234, 三十五, 七点六, each with a scale word."""

import re
from dataclasses import dataclass
from decimal import Decimal

MAX_DIGITS = 15
SCALES = {
    word: Decimal(10) ** power
    for word, power in (
        ("", 0), ("百", 2), ("千", 3), ("万", 4), ("百万", 6), ("千万", 7), ("亿", 8),
        ("百亿", 10), ("千亿", 11), ("万亿", 12),
    )
}  # fmt: skip

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
DIGITS |= {"〇": 0, "两": 2}
# 千瓦时 and 百分点 are units; their first character is no scale.
HUNDRED = "百(?!分)"
THOUSAND = "千(?![瓦克米卡伏帕赫焦])"
HAN = rf"(?:[零〇一二两三四五六七八九十万亿]|{HUNDRED}|{THOUSAND})"
ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,4}|[0-9]{1,32})(?:\.[0-9]{1,32})?"
NUMBER = rf"(?:{ARABIC}|{HAN}{{1,16}}(?:点[零〇一二三四五六七八九]{{1,6}})?)"
SCALE = rf"(?:(?:{HUNDRED}|{THOUSAND})?(?:万亿|万|亿)|{HUNDRED}|{THOUSAND})"

_HAN_DIGIT = "([一二两三四五六七八九])"
_SECTION = re.compile(
    rf"(?:{_HAN_DIGIT}?千)?(?:零?{_HAN_DIGIT}?百)?(?:零?{_HAN_DIGIT}?十)?(?:(零?){_HAN_DIGIT})?"
)
_TRAILING_SCALE = re.compile(r"(?:万亿|万|亿)$")


@dataclass(frozen=True)
class Number:
    """A number and its scale apart: 9.11亿 is 9.11 with two places and a scale of 10⁸."""

    mantissa: Decimal
    places: int = 0
    scale: Decimal = Decimal(1)

    @property
    def value(self):
        """What the number says, scale applied."""
        return self.mantissa * self.scale

    def scaled(self, scale):
        """The same number with one more scale word behind it."""
        return Number(self.mantissa, self.places, self.scale * scale)


def read_number(text, scale=""):
    """A number without spaces or hedges and its scale word → `Number`.

    `text` matches `NUMBER` and `scale` is a key of `SCALES`; ValueError if the
    characters form no number (三二十) or there are more than 15 digits.
    """
    number = _read_arabic(text) if text[0] in "0123456789" else _read_han(text)
    return number.scaled(SCALES[scale])


def _read_arabic(text):
    plain = text.replace(",", "")
    whole, _, fraction = plain.partition(".")
    if len(whole) + len(fraction) > MAX_DIGITS:
        raise ValueError(f"数字多于{MAX_DIGITS}位")
    return Number(Decimal(plain), len(fraction))


def _read_han(text):
    whole, point, fraction = text.partition("点")
    if point:
        places = "".join(str(DIGITS[character]) for character in fraction)
        return Number(Decimal(f"{read_han_integer(whole)}.{places}"), len(places))
    trailing = _TRAILING_SCALE.search(whole)
    scale = SCALES[trailing.group() if trailing else ""]
    return Number(Decimal(read_han_integer(whole)) / scale, 0, scale)


def read_han_integer(text):
    """三十五, 一百二十, 一亿五千万 → int; a unit without a digit counts once (千 is 1000).

    ValueError for anything else; 一百二 too, which may mean 102 or 120.
    """
    for word, size in (("亿", 10**8), ("万", 10**4)):
        head, mark, tail = text.rpartition(word)
        if mark:
            if len(tail) == 1:
                raise ValueError(f"“{text}”可以有两种读法")
            return read_han_integer(head or "一") * size + (read_han_integer(tail) if tail else 0)
    return _read_section(text)


def _read_section(text):
    if text in ("零", "〇"):
        return 0
    match = _SECTION.fullmatch(text)
    if not text or match is None:
        raise ValueError(f"“{text}”不是一个数")
    thousands, hundreds, tens, zero, ones = match.groups()
    if ones and not zero and len(text) > 1 and "十" not in text:
        raise ValueError(f"“{text}”可以有两种读法")
    parts = ((thousands, "千", 1000), (hundreds, "百", 100), (tens, "十", 10))
    total = sum(DIGITS[digit or "一"] * size for digit, word, size in parts if word in text)
    return total + (DIGITS[ones] if ones else 0)
