"""How a figure is read, in a Chinese sentence: what a clerk sees while typing it."""

from django.core.exceptions import ValidationError

from aidtracker.desk.lists import is_row_number
from aidtracker.ground.scope import readable
from aidtracker.templatetags.formatting import plain
from projects.models import Observation, Series
from projects.reading import figures
from projects.reading.scales import scale_for


def reading(row, unit=None):
    """The value, bounds and hedge of an observation in its base unit.

    `unit` is for a row without a series, whose metric would name it.
    """
    unit = row.unit if unit is None else unit
    parts = [value_words(row, unit)]
    if row.lower is None or row.lower != row.upper:
        parts += [bound_words("下界", row.lower, unit), bound_words("上界", row.upper, unit)]
    return f"{'，'.join(parts)}（{row.get_qualifier_display()}）"


def short_reading(row):
    """The value in 万 or 亿 and the hedge: 读作 12亿元（超过）."""
    if row.value is None:
        ends = bound_words("下界", row.lower, row.unit), bound_words("上界", row.upper, row.unit)
        return f"读作 {'，'.join(ends)}"
    scale = scale_for(row.value, row.unit)
    high = row.value_high
    value = scale.amount(row.value) if high is None else scale.span(row.value, high)
    return f"读作 {value}（{row.get_qualifier_display()}）"


def value_words(row, unit):
    if row.value is None:
        return "数值不定"
    ends = (row.value,) if row.value_high is None else (row.value, row.value_high)
    return f"数值 {'—'.join(plain(end) for end in ends)} {unit}".rstrip()


def bound_words(name, bound, unit):
    return f"无{name}" if bound is None else f"{name} {plain(bound)} {unit}".rstrip()


def read_aloud(printed, series=None):
    """What would be stored for a printed figure: (whether it can be read, the sentence)."""
    row = Observation(printed=printed, series=series)
    try:
        row.clean()
    except ValidationError as error:
        return False, "；".join(error.messages)
    unit = row.unit if row.series_id else figures.parse(printed).unit
    return True, f"{printed} → {reading(row, unit)}"


def series_of(series_id, user):
    """The series whose number a form sent, if the user may read it; None if it sent none."""
    if not is_row_number(series_id):
        return None
    rows = readable(Series.objects.select_related("metric"), user)
    return rows.filter(pk=series_id).first()
