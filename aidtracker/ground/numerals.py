"""Numbers as Chinese articles write them: 9.11, 1,234, 三十五, 七点六, 1亿2000万, 1万多亿."""

import re
from dataclasses import dataclass, replace
from decimal import Decimal

MAX_DIGITS = 18
SCALES = {
    word: Decimal(10) ** power
    for word, power in (
        ("", 0), ("十", 1), ("百", 2), ("千", 3), ("万", 4), ("十万", 5), ("百万", 6), ("千万", 7),
        ("亿", 8), ("十亿", 9), ("百亿", 10), ("千亿", 11), ("万亿", 12), ("十万亿", 13),
    )
}  # fmt: skip

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
DIGITS |= {"〇": 0, "两": 2}
# 千瓦时 and 百分点 are units; their first character is no scale.
HUNDRED = "百(?!分)"
THOUSAND = "千(?![瓦克米卡伏帕赫焦升])"
HAN = rf"(?:[零〇一二两三四五六七八九十万亿]|{HUNDRED}|{THOUSAND})"
ARABIC = r"(?:[0-9]{1,3}(?:,[0-9]{3}){1,5}|[0-9]{1,32})(?:\.[0-9]{1,32})?"
NUMBER = rf"(?:{ARABIC}|{HAN}{{1,16}}(?:点[零〇一二三四五六七八九]{{1,6}})?)"
MORE = "[多余几来]"
SCALE = rf"(?:(?:{HUNDRED}|{THOUSAND})?(?:万亿|万|亿)|{HUNDRED}|{THOUSAND})"
# 2个百亿级产业 are two industries of a class
CLASS = "[百千]?[万亿]{0,2}元?级"
# 5百多万, 1万多亿, 3个亿, 1个多亿, 一百几十, 2百几十万: a number and its scale words, with where 多
# stands.
SEGMENT = (
    rf"(?P<n>{NUMBER})(?P<m0>{MORE}?)(?P<odd>(?:(?<=几)[十百千])?)(?P<of>个(?={MORE}|{HUNDRED}|{THOUSAND}|[万亿])(?!{CLASS}))?"
    rf"(?P<m1>{MORE}?)(?P<s1>(?:十(?=万|亿)|{HUNDRED}|{THOUSAND})?)(?P<m2>{MORE}?)(?:(?<=几)[十百千])?"
    rf"(?P<s2>(?:万亿|万|亿)?)(?P<m3>{MORE}?)(?P<s3>亿?)(?P<m4>{MORE}?)"
)
_FIRST = re.compile(SEGMENT)
_NEXT = re.compile(rf"零?(?=[0-9]|[一二两三四五六七八九][千百十]){SEGMENT}")

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

    def plus(self, other):
        """1亿 and 2000万 → 12000 with a scale of 10⁴; as precise as the last part."""
        return Number(self.value / other.scale + other.mantissa, other.places, other.scale)


@dataclass(frozen=True)
class Numeral:
    """A number at the beginning of a text: where it ends, and what stood within it.

    `more` is 多, 余 or 几 anywhere, `late` whether it stood behind 个 (6个多小时: less than one
    hour more), `about` whether 来 did.
    """

    number: Number
    end: int
    more: bool = False
    late: bool = False
    about: bool = False
    counted: bool = False


def read_numeral(text: str, start: int = 0) -> Numeral | None:
    """The whole number that begins at `start`, its scale words included; None if none does.

    `1亿2000万`, `1万6千`, `5百多万`, `1个多亿`, `一千三百多万`. ValueError if the characters form
    no number (三二十), may be two (1亿5), or there are more than 18 digits.
    """
    match = _FIRST.match(text, start)
    if match is None:
        return None
    parts = [_segment(match)]
    while _is_written_with_digits(text[start]) and (follows := _NEXT.match(text, parts[-1].end)):
        parts.append(_segment(follows))
    return parts[0] if len(parts) == 1 else _joined(parts, text)


def _segment(match):
    words, *mores, of, m1 = match.group("n", "m0", "m1", "m2", "m3", "m4", "of", "m1")
    mores = "".join(mores)
    if len(mores) > 1:
        raise ValueError("“多、余、几、来”只能有一个")
    scale = "".join(match.group("s1", "s2", "s3"))
    if scale not in SCALES:
        raise ValueError(f"“{scale}”不是一个数量级")
    counted = bool(of)
    late = counted and bool(m1) and not scale
    about = "来" in mores
    number = _scaled(words, scale)
    return Numeral(number, match.end(), bool(mores) and not about, late, about, counted)


def _scaled(words, scale):
    """两亿三千 before 多万 is 2亿 and 3千万; 一万 before 多亿 is 1万亿."""
    head, mark, tail = words.rpartition("亿")
    if not (mark and tail and scale == "万"):
        return read_number(words, scale)
    return read_number(head + mark).plus(read_number(tail, scale))


def _joined(parts, text):
    """1亿, 2千, 3百万 → 1.23亿: a part without 万 or 亿 takes that of the part behind it."""
    number, last = parts[-1].number, parts[-1]
    if number.scale == 1 and len(str(number.mantissa)) == 1:
        raise ValueError(f"“{text}”可以有两种读法")
    large = _large(number.scale)
    for part in reversed(parts[:-1]):
        first = part.number if _large(part.number.scale) > 1 else part.number.scaled(large)
        if part.more or part.about or number.value >= first.scale:
            raise ValueError("数量级应从大到小")
        number, large = first.plus(number), _large(first.scale)
    return replace(last, number=number)


def _large(scale):
    """万 of 百万, 亿 of 千亿; 1 of 千."""
    return next((SCALES[word] for word in ("万亿", "亿", "万") if scale >= SCALES[word]), 1)


def _is_written_with_digits(character):
    return character in "0123456789"


def read_number(text: str, scale: str = "") -> Number:
    """A number without spaces or hedges and its scale word → `Number`.

    `text` matches `NUMBER` and `scale` is a key of `SCALES`; ValueError if the
    characters form no number (三二十) or there are more than 18 digits.
    """
    number = _read_arabic(text) if _is_written_with_digits(text[0]) else _read_han(text)
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


def read_han_integer(text: str) -> int:
    """三十五, 一百二十, 一亿五千万 → int; a unit without a digit counts once (千 is 1000).

    ValueError for anything else; 一百二 too, which may mean 102 or 120.
    """
    for word, size in (("亿", 10**8), ("万", 10**4)):
        head, mark, tail = text.rpartition(word)
        if mark:
            tail = tail[1:] if tail.startswith("零") and tail[2:3] == "千" else tail
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
