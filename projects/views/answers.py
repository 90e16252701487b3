"""The search over everything, where the words are a number: the figures that say it."""

import re
import unicodedata
from collections.abc import Iterator

from django.db.models import Q

from aidtracker.ground.search import normal, search_rule
from aidtracker.pages.searching import (
    MOST_COUNTED,
    NAME,
    SHOWN_PER_GROUP,
    WITHIN,
    Group,
    Hit,
    make_group,
    more_of,
)
from aidtracker.templatetags.formatting import stated_period
from projects.models import Observation
from projects.models.badges import NO_DOCUMENT
from projects.reading import figures, phrases
from projects.reading.figures import Figure

KIND = "数字"
CANDIDATES = 100  # figures of which those that fit best are shown


def figures_that_say(words: str) -> Group | None:
    """The figures whose value is that of the number in `words`, then those printed like it.

    None if there is no number in them, or no figure says it. What stands beside the number has to
    be what the figure is about: 阿克苏 34.24亿元. Six queries at most.
    """
    asked = number_in(unicodedata.normalize("NFKC", words))
    if asked is None:
        return None
    number, rest = asked
    public = Observation.objects.published().order_by()
    same = public.filter(says(number), search_rule(Observation, rest)).values_list("pk", flat=True)
    alike = public.filter(search_rule(Observation, f"{number.printed} {rest}"))
    found = [
        pk
        for pk, printed in alike.values_list("pk", "printed")[:MOST_COUNTED]
        if holds_whole(printed, number)
    ]
    shown = list(dict.fromkeys([*same[:CANDIDATES], *found]))[:CANDIDATES]
    rows = Observation.objects.with_subjects().in_bulk(shown)
    fitting = [rows[pk] for pk in shown if pk in rows and may_be_in(number, rows[pk].unit)]
    fitting.sort(key=lambda row: nearness(row, number))
    hits = [hit(row, number) for row in fitting[:SHOWN_PER_GROUP]]
    return make_group(KIND, len(fitting), hits, more_of(Observation, words)) if hits else None


def says(number: Figure) -> Q:
    """That a figure has this value at an end; 几十 has none, 五六 has to have both."""
    if number.value is None:
        return Q(pk__in=())
    if number.value_high is not None:
        return Q(value=number.value, value_high=number.value_high)
    return Q(value=number.value) | Q(value_high=number.value)


def nearness(row: Observation, number: Figure) -> tuple[bool, bool, bool]:
    """How far a figure is from what is searched: another value, other words, another hedge."""
    return (
        row.value != number.value,
        not holds_whole(row.printed, number),
        row.qualifier != number.qualifier,
    )


def may_be_in(number: Figure, unit: str) -> bool:
    """Whether a number may be one in this unit; one without a unit may be in any."""
    return not number.unit or number.fits(unit)


def number_in(words: str) -> tuple[Figure, str] | None:
    """The first number in what is searched, and the other words; None if nothing is one."""
    for printed in (words, *candidates(words)):
        try:
            return figures.parse(printed), words.replace(printed, " ", 1).strip()
        except figures.FigureError:
            continue
    return None


def candidates(words: str) -> Iterator[str]:
    """What may be a number in some words, the longest reading first."""
    yield from (phrase.text for phrase in phrases.find(words) if phrase.kind == "figure")
    yield from (word for word in words.split() if re.search("[0-9]", word))


def holds_whole(printed: str, number: Figure) -> bool:
    """Whether printed words hold the number, and not as a part of another."""
    plain, words = normal(printed).replace(" ", ""), normal(number.printed).replace(" ", "")
    return bool(re.search(rf"(?<![0-9.]){re.escape(words)}(?!\.?[0-9])", plain))


def hit(row: Observation, number: Figure) -> Hit:
    nowhere = "" if row.source.is_document else f"，{NO_DOCUMENT}"
    text = f"{row.series} {row.printed}，{stated_period(row)}{nowhere}"
    # 一师 is a name before it is a number; 1 is a number.
    is_said = row.value == number.value and re.search("[0-9]", number.printed)
    return Hit(text, row.get_absolute_url(), KIND, NAME if is_said else WITHIN)
