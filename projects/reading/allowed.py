"""What the printed words of a figure allow, in words: for pages, charts and tables."""

from decimal import Decimal
from typing import Any

from aidtracker.templatetags.formatting import UNKNOWN
from projects.reading.scales import STEPS, Scale


def printed_scale(observation: Any) -> Scale:
    """The scale word and unit that a figure is printed in: 亿元, 万名, 家."""
    words = ((factor, word) for factor, word in STEPS if word in observation.printed)
    factor, word = next(words, (Decimal(1), ""))
    return Scale(factor, f"{word}{observation.unit}")


def interval_words(observation: Any) -> str:
    """What the printed words allow: 9.105—9.115亿元, 不低于30亿元, 2646家; — if nothing."""
    lower, upper, scale = observation.lower, observation.upper, printed_scale(observation)
    if lower is None and upper is None:
        return UNKNOWN
    if upper is None:
        return f"不低于{scale.amount(lower)}"
    if lower is None:
        return f"不高于{scale.amount(upper)}"
    return scale.amount(lower) if lower == upper else scale.span(lower, upper)
