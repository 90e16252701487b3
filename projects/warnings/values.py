"""Values of a row's columns: found by their paths, compared, and put into a rule's sentence."""

import re
from datetime import date
from decimal import Decimal
from operator import gt, lt, ne
from string import Formatter

from aidtracker.ground.months import in_chinese
from aidtracker.ground.partial_dates import ISO_PATTERN
from aidtracker.ground.partial_dates import in_chinese as date_in_chinese
from aidtracker.templatetags.formatting import two_decimals
from projects.models.rules import paths

OPERATORS = {"gt": gt, "lt": lt, "ne": ne}
HUNDRED = Decimal(100)


def value_at(row, text):
    """The value of the first of a rule's columns that is known; None if none is."""
    for path in paths(text):
        value = row
        for name in path.split("__"):
            value = getattr(value, name, None)
        if value not in (None, ""):
            return value
    return None


def is_beyond(left, operator, right, percent=None):
    """Whether two known values stand as the operator says, by more than some per cent."""
    if isinstance(left, str) and isinstance(right, str):
        # Of partial dates, only the precision that both have can be compared.
        shared = min(len(left), len(right))
        return OPERATORS[operator](left[:shared], right[:shared])
    if isinstance(left, date) or isinstance(right, date):
        return OPERATORS[operator](left, right)
    share = Decimal(percent or 0) / HUNDRED
    scale = {"gt": 1 + share, "lt": 1 - share}.get(operator, 1)
    return OPERATORS[operator](Decimal(left), Decimal(right) * scale)


def words(value):
    """A value as a sentence says it."""
    if isinstance(value, date):
        return in_chinese(value)
    if isinstance(value, Decimal):
        return two_decimals(value)
    if isinstance(value, str) and re.match(ISO_PATTERN, value):
        return date_in_chinese(value)
    return str(value)


class _Sentence(Formatter):
    """Puts in words by name alone: no attribute, item, conversion or format is reached."""

    def get_field(self, field_name, args, kwargs):
        return kwargs.get(field_name, f"{{{field_name}}}"), field_name

    def convert_field(self, value, conversion):
        return value

    def format_field(self, value, format_spec):
        return value


def sentence(rule, row, found):
    """The sentence of a rule about a row, with what was found."""
    known = {name: words(value) for name, value in found.items() if value is not None}
    if "{row}" in rule.sentence:
        known["row"] = str(row)
    return _Sentence().vformat(rule.sentence, (), known)
