"""What checking the figures may find: the kinds of checks, each declared once, and their results.

A new kind is one row here; the choices of the model, the filters and the texts of the pages follow.
"""

from dataclasses import dataclass

from django.db.models import TextChoices


@dataclass(frozen=True)
class Kind:
    """A rule by which figures are checked, and what must be so for it to hold."""

    value: str
    label: str
    condition: str


CONFLICT = Kind(
    "conflict",
    "同一序列不一致",
    "同一序列、同一时间的几个数，所容许的范围须有共同的部分。",
)
GROWTH = Kind(
    "growth",
    "增长率",
    "由前后两个数算出的增长，须与原文的增长率、年均增长率或增减额有共同的部分；"
    "年均增长从首年或它的上一年起算，都不符才算矛盾；"
    "可比价的增长与现价的数、口径断裂前后的数不互相推算。",
)
RATIO = Kind(
    "ratio",
    "比率",
    "分子除以分母的范围，须与原文的比率有共同的部分；同一整体的几个占比相加不能超过100%。",
)
PARTS = Kind(
    "parts",
    "部分与整体",
    "部分不能大于整体，到位的不能大于协议的；各部分齐全的，相加须等于整体；"
    "几个下级、互不重叠的几部分相加不能大于上级或整体。",
)
CUMULATIVE = Kind("cumulative", "累计减少", "从同一时间起累计的数，后来的不能比先前的少。")
WINDOWS = Kind(
    "windows",
    "时段之间",
    "一段时间的数不能大于包含它的更长一段；首尾相接的各段相加须等于整段；起止相同的当期与累计是同一个数。",
)
LOOKALIKE = Kind(
    "lookalike",
    "容易混淆",
    "两个数各有各的指标、主体或时间，不必相等；引用时分清即可。",
)
LEDGER = Kind(
    "ledger",
    "与台账核对",
    "文献的数与台账登记的须一致；不一致的，一方有遗漏或口径不同。",
)
PRINTED = Kind(
    "printed",
    "与原文核对",
    "存下的数值和上下界，须与原文数字按“数字怎么读”的读法一致。",
)
DATES = Kind(
    "dates",
    "日期不一致",
    "同一件事的几个日期，须有可能是同一天；启用不能早于新建项目开工，投产、开业不能早于成立。",
)

KINDS = {
    kind.value: kind
    for kind in (
        CONFLICT,
        GROWTH,
        RATIO,
        PARTS,
        CUMULATIVE,
        WINDOWS,
        LOOKALIKE,
        LEDGER,
        PRINTED,
        DATES,
    )
}


def kind_choices() -> list[tuple[str, str]]:
    """The kinds as choices, read when they are asked for: a new kind changes no migration."""
    return [(kind.value, kind.label) for kind in KINDS.values()]


class Result(TextChoices):
    """What came out of a check, the worst first; with its sign, and what it means for a reader."""

    sign: str
    meaning: str

    CONTRADICTION = (
        "contradiction",
        "≠",
        "这几个说法不能同时成立；不等于谁错，也可能是口径、时间或范围没有写清。",
        "矛盾",
    )
    CANDIDATE = "candidate", "≈", "容易混淆，或者值得再看一眼；不是差错。", "待看"
    UNCHECKED = (
        "unchecked",
        "?",
        "缺少所需的数，无法核对；写明缺什么，以及它须是多少才相符。",
        "无法核对",
    )
    HOLDS = "holds", "✓", "由所列的数算得出来，与原文相符。", "相符"

    def __new__(cls, value: str, sign: str, meaning: str) -> "Result":
        member = str.__new__(cls, value)
        member._value_, member.sign, member.meaning = value, sign, meaning
        return member


TO_SETTLE = (Result.CONTRADICTION, Result.CANDIDATE)
