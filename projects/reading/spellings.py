"""Different ways of writing the same figure, brought to one: ％ → %, 百分之五 → 五%, 首位 → 1位."""

import re
from decimal import Decimal

from aidtracker.ground.numerals import ARABIC, DIGITS, HAN, NUMBER, SCALE, read_number
from projects.reading.hedges import LEADS

_DASHES = "–—~～―−－‑‐‒﹣-"  # the plain one last, where it means itself within []
_WIDE = str.maketrans("０１２３４５６７８９．，％／∶：()", "0123456789.,%/::（）") | dict.fromkeys(
    map(ord, _DASHES), "—"
)
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟萬億圆", "一二三四五六七八九十百千万亿元")
_IS_FORMAL = re.compile("[壹贰叁肆伍陆柒捌玖拾佰仟萬億]")
# A dash before a number is its sign, unless another number or unit stands before it.
_SIGN = re.compile(
    f"(?:(?<![0-9一-鿿%％℃.,，．])|(?<=[{LEADS}有占为合需至到]))[-−－﹣](?=[0-9０-９])"
)
# The number behind a sign of money: its unit stands before it.
_MONEY = "[0-9.,一二两三四五六七八九十百千万亿零多余几半—]+"
_COUNT = f"[0-9]{{1,6}}|{HAN}{{1,6}}"
_RANKED = "(?:排名|位列|位居|名列|排|列|居)?"
_MOST = "(?:一?大半|一?多半|大多数|绝大多数|大部分|绝大部分)"
_TO = "[—至到、]"
_PAIR = re.compile(
    rf"(?<![零〇一二两三四五六七八九十百千万亿点])"
    rf"(?P<before>(?:[一二两三四五六七八九]千)?(?:[一二两三四五六七八九]百)?(?:[一二三四五六七八九]?十)?)"
    rf"(?P<low>[一二两三四五六七八])(?P<dash>{_TO}?)(?P<high>[二两三四五六七八九])(?P<scale>[十百千万亿]*)(?!{HAN})"
)
# 2、3家: two numbers in a row, of which either may be meant
_EITHER = re.compile(r"(?<![0-9.])([0-9])、([0-9])(?![0-9.、])")
_TENTHS = re.compile(
    "([一二两三四五六七八九]|(?<![0-9.])[1-9])成([一二三四五六七八九]|[1-9](?![0-9.]))"
)
TOTAL = "1?0+[万亿]|十万|百万|千万|亿"
_FRACTION = re.compile(rf"({ARABIC}|{HAN}{{1,6}})分之({ARABIC}|{HAN}{{1,6}})")
# What is written in another way, only looked for where one of its characters is there.
_WRITTEN = (
    ("下", re.compile("零下"), "负"),
    ("上", re.compile("零上"), ""),
    ("百", re.compile("百分百"), "百分之百"),
    ("计", re.compile(f"^数以({SCALE}|十[万亿])计$"), r"数\1"),
    ("几", re.compile("百分之几$"), "几%"),
    # 千把人 is 千来人; 个把月 about one; 大半年 more than a half, 小半天 less
    ("把", re.compile("^([百千万])把(?=[^把])"), r"\1来"),
    ("把", re.compile("^个把(?=月|星期|小时|钟头)"), "约1个"),
    ("半", re.compile("^大半(?=个[^多余]|[年天])"), "超过半"),
    ("半", re.compile("^小半(?=个[^多余]|[年天])"), "不足半"),
    # 300+家, 10万+: and more
    ("+＋", re.compile(f"^(.*(?:[0-9]|{SCALE})[^0-9+＋]*)[+＋](?![0-9])"), r"超过\1"),
    ("米", re.compile(r"(?<![0-9.])([0-9])米([0-9]{1,2})$"), r"\1.\2米"),
    ("时头", re.compile("(?<=[小钟][时头])(.+)分$"), r"\1分钟"),
    ("¥￥R币C", re.compile(f"(?:[¥￥]|RMB|CNY|人民币)({_MONEY})元?"), r"\1元"),
    ("$", re.compile(rf"HK\$({_MONEY})(?:港元)?"), r"\1港元"),
    ("$U", re.compile(rf"(?:US\$|\$|USD)({_MONEY})(?:美元)?"), r"\1美元"),
    ("€", re.compile(f"€({_MONEY})(?:欧元)?"), r"\1欧元"),
    ("£", re.compile(f"£({_MONEY})(?:英镑)?"), r"\1英镑"),
    ("整", re.compile("元整$"), "元"),
    ("币RC", re.compile("元?(?:（人民币）|人民币|RMB|CNY)"), "元"),
    ("U", re.compile("(?:美元)?USD"), "美元"),
    ("首榜", re.compile(f"^{_RANKED}(?:首位|榜首)$"), "1位"),
    ("第", re.compile(f"^{_RANKED}第({_COUNT})[位名]?$"), r"\1位"),
    ("半", re.compile("(?<![超跨迈越])过(?:一半|半数|半(?![个年天月小]))"), "超过5成"),
    ("半数部", re.compile(f"^{_MOST}$"), "超过5成"),
    ("半", re.compile("^(?:一?小半|少半)$"), "不足5成"),
    ("成", re.compile("成几"), "成多"),
    ("半", re.compile("一半|半数|(?<=[近约超过足到])半$"), "5成"),
    (
        "/",
        re.compile(r"(?<![0-9.])([0-9]{1,3})/([0-9]{1,3})(?![0-9/.十百千万亿])"),
        r"\2分之\1",
    ),
    (":比", re.compile(r"(?<![0-9.])1[:比]([0-9.]+)$"), r"\1倍"),
    ("翻", re.compile("翻倍"), "1番"),
    ("翻", re.compile("翻了?"), ""),
    ("番", re.compile("^(\\D*)(?<![0-9一二两三四五六七八九十几数半])番"), r"\g<1>1番"),
    ("之", re.compile(f"({TOTAL})分之([0-9.]+)"), r"\2/\1"),
    ("之", re.compile(f"百分之({NUMBER}几?)"), r"\1%"),
    ("之", re.compile(f"千分之({NUMBER})"), r"\1‰"),
    ("之", re.compile(f"万分之({NUMBER})"), r"\1‱"),
)
_REWRITES = tuple((frozenset(needs), *rewrite) for needs, *rewrite in _WRITTEN)
_NEEDS = "".join(sorted(frozenset().union(*(needs for needs, *_ in _REWRITES))))
_PLUS = re.compile("^[+＋](?=[0-9])")
_UNUSUAL = re.compile(f"[{re.escape(_NEEDS)}、一二两三四五六七八九]")
# Digits, a point, a percentage and words without any of that need nothing.
_ANY_OTHER = re.compile(f"[^0-9.%一-鿿]|{_IS_FORMAL.pattern}|{_UNUSUAL.pattern}|圆")


def normalise(printed: str) -> str:
    """One spelling of a printed figure, without spaces; ValueError for a fraction of zero.

    What an editor supplied in 〔〕 counts as printed; a minus or 零下 becomes 负.
    """
    text = "".join(printed.split())
    if not _ANY_OTHER.search(text):
        return text
    text = text.replace("〔", "").replace("〕", "")
    text = _SIGN.sub("负", text).translate(_WIDE)
    text = _PLUS.sub("", text.replace("——", "—"))
    if _IS_FORMAL.search(text):
        text = text.translate(_FORMAL)
    if not _UNUSUAL.search(text):
        return text
    for needs, pattern, replacement in _REWRITES:
        if not needs.isdisjoint(text):
            text = pattern.sub(replacement, text)
    text = _TENTHS.sub(_as_tenths, text)
    text = _EITHER.sub(_as_either, _FRACTION.sub(_as_percent, text))
    return _PAIR.sub(_as_range, text)


def _as_either(match):
    low, high = match.groups()
    return f"{low}—{high}" if int(high) == int(low) + 1 else match.group()


def _as_tenths(match):
    """三成五 → 35%."""
    tens, ones = (DIGITS.get(digit, digit) for digit in match.groups())
    return f"{tens}{ones}%"


def _as_range(match):
    """五六名 → 五—六名, 三至五百万 → 三百万—五百万; other pairs of digits are left alone."""
    before, low, high, scale = (match[name] or "" for name in ("before", "low", "high", "scale"))
    distance = DIGITS[high] - DIGITS[low]
    is_spaced = match["dash"] and match["dash"] != "、"
    if distance < 1 or not (is_spaced or distance == 1 or low + high == "三五"):
        return match.group()
    return f"{before}{low}{scale}—{before}{high}{scale}"


def _as_percent(match):
    """三分之二 and 2/3 → 66.667%, as exactly as three decimals allow."""
    whole, part = (read_number(text).value for text in match.groups())
    if not whole:
        raise ValueError("分母不能是0")
    return f"{(part / whole * 100).quantize(Decimal('0.001')):f}%"
