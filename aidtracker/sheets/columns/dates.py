"""Dates in cells, as precise as they are known."""

from datetime import date

from django.core.exceptions import ValidationError

from aidtracker.ground.months import month_text
from aidtracker.ground.partial_dates import in_chinese, validate_past
from aidtracker.sheets.columns.cells import cell_text
from aidtracker.sheets.columns.quantities import SAYS_NO_MORE, iso_date, loose_part
from aidtracker.sheets.columns.widgets import SheetWidget


def refuse_future(text):
    """A date of what has happened that lies ahead is refused as in the form."""
    try:
        validate_past(text)
    except ValidationError as error:
        raise ValueError(
            f"{error.message}还没有到的是计划，请填在“计划”的列，或整列改读。"
        ) from error


class PartialDateWidget(SheetWidget):
    """A date with its precision: a date in Excel if the day is known, else text.

    What is said more loosely, 2024年底, is read as far as it is sure, and `remark` says so.
    """

    example = "2026-05"

    def __init__(self, years, is_past=False):
        super().__init__()
        self.years, self.is_past = years, is_past

    def clean(self, value, row=None, **kwargs):
        text = cell_text(value)
        found = iso_date(text, self.years) if text else ""
        if self.is_past:
            refuse_future(found)
        return found

    def remark(self, text):
        """What of a cell's text is not read, in words; empty if all is."""
        loose = loose_part(text)
        if not loose or loose in SAYS_NO_MORE:
            return ""
        return f"“{loose}”没有读入，日期只记到前面的年或月；知道月份的请写月份。"

    def render(self, value, obj=None, **kwargs):
        try:
            return date.fromisoformat(value) if value and len(value) == 10 else value
        except ValueError:
            return value


class DayWidget(PartialDateWidget):
    """A date that is known to the day."""

    example = "2026-05-20"

    def clean(self, value, row=None, **kwargs):
        iso = super().clean(value)
        if iso and len(iso) < 10:
            raise ValueError(f"请写到日；现在只到{in_chinese(iso)}。")
        return date.fromisoformat(iso) if iso else None

    def render(self, value, obj=None, **kwargs):
        return value


class MonthWidget(PartialDateWidget):
    """A month, whichever of its days is given; written 2026-05."""

    def clean(self, value, row=None, **kwargs):
        iso = super().clean(value)
        if iso and len(iso) < 7:
            raise ValueError("请写到月，如 2026-05 或 2026年5月。")
        return date.fromisoformat(f"{iso[:7]}-01") if iso else None

    def render(self, value, obj=None, **kwargs):
        return month_text(value)
