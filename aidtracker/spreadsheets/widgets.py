"""How each kind of value stands in a cell, and how a person's cell becomes a value again.

`render` gives text, a number or a date for the writer to set down with its type; `clean` takes what
was read and raises ValueError with a Chinese sentence that says what is allowed.
"""

import re
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from import_export import widgets

from aidtracker.partial_dates import in_chinese, validate_calendar
from aidtracker.spreadsheets.cells import cell_text, half_width, tidy
from aidtracker.spreadsheets.lookups import Lookup, key_of

MAX_DIGITS = 15
NUMBER = re.compile(r"([+-]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")
DATE = re.compile(r"([0-9]{4})(?:[-/.年]([0-9]{1,2})(?:[-/.月]([0-9]{1,2}))?)?[年月日]?")
AMBIGUOUS_MONTH = re.compile(r"[0-9]{4}\.1")
CLOCK = re.compile(r"[ T]00:00(:00(\.0+)?)?")
# 万元 in one unit of each kind that people write behind an amount.
LEDGER_UNITS = {
    "亿元": Decimal(10_000),
    "亿": Decimal(10_000),
    "万元": Decimal(1),
    "万": Decimal(1),
    "元": Decimal("0.0001"),
}
LEDGER = re.compile(rf"(.*[0-9])\s*({'|'.join(LEDGER_UNITS)})")
LIST_SEPARATOR = "\uff1b"  # the full-width semicolon
LIST_SEPARATORS = re.compile(r"[\uff1b;|\n]")
YES = {"是", "true", "1", "yes", "y"}
NO = {"否", "false", "0", "no", "n"}


def decimal_of(text):
    """The number a text spells, `1,234.50` or with full-width digits. Raises ValueError.

    The pattern comes first: nothing unchecked reaches Decimal, and no more than 15 digits do.
    """
    parts = NUMBER.fullmatch(half_width(text))
    if not parts:
        raise ValueError("应为数字，如 1234.5，不带单位和文字。")
    sign, whole, fraction = parts[1], parts[2].replace(",", ""), (parts[3] or "").rstrip("0")
    if len(whole.lstrip("0")) + len(fraction) > MAX_DIGITS:
        raise ValueError(f"最多 {MAX_DIGITS} 位数字。")
    return Decimal(f"{sign}{whole}.{fraction or '0'}")


def split_list(value):
    """The parts of a cell that lists several things, each once, in their order."""
    parts = (tidy(part) for part in LIST_SEPARATORS.split(cell_text(value)))
    return list(dict.fromkeys(part for part in parts if part))


class TextWidget(widgets.CharWidget):
    """Text as it is; a number that Excel made of a code becomes the code again."""

    def clean(self, value, row=None, **kwargs):
        return cell_text(value)


class ChoiceWidget(widgets.Widget):
    """A choice by its Chinese label, or by its code under code headings; either is read."""

    def __init__(self, choices):
        super().__init__()
        self.labels = {value: str(label) for value, label in choices if value != ""}
        self.values = {label: value for value, label in self.labels.items()}

    def clean(self, value, row=None, **kwargs):
        text = cell_text(value)
        if text in self.labels or not text:
            return text
        if text not in self.values:
            raise ValueError(f"只能是：{'、'.join(self.values)}。")
        return self.values[text]

    def render(self, value, obj=None, codes=False, **kwargs):
        return value if codes or not value else self.labels.get(value, value)


class YesNoWidget(widgets.Widget):
    """是 or 否."""

    def clean(self, value, row=None, **kwargs):
        text = half_width(cell_text(value)).lower()
        if not text:
            return None
        if text not in YES | NO:
            raise ValueError("只能是：是、否。")
        return text in YES

    def render(self, value, obj=None, **kwargs):
        return cell_text(value)


class NumberWidget(widgets.Widget):
    """A decimal of at most 15 digits, or a whole number where `decimal_places` is 0."""

    def __init__(self, max_digits=MAX_DIGITS, decimal_places=0):
        super().__init__()
        self.max_digits = max_digits
        self.decimal_places = decimal_places

    def clean(self, value, row=None, **kwargs):
        text = cell_text(value)
        return self.fitting(self.read(text)) if text else None

    def read(self, text):
        return decimal_of(text)

    def fitting(self, number):
        places = max(0, -number.normalize().as_tuple().exponent)
        if places > self.decimal_places:
            allowed = f"最多 {self.decimal_places} 位小数" if self.decimal_places else "应为整数"
            raise ValueError(f"{allowed}。")
        whole = self.max_digits - self.decimal_places
        if abs(number) >= 10**whole:
            raise ValueError(f"整数部分最多 {whole} 位。")
        return number if self.decimal_places else int(number)

    def render(self, value, obj=None, **kwargs):
        return value


class LedgerWidget(NumberWidget):
    """An amount in 万元; one written with its unit (9.11 亿元) is converted."""

    def read(self, text):
        amount = LEDGER.fullmatch(half_width(text))
        if not amount:
            return decimal_of(text)
        return decimal_of(amount[1]) * LEDGER_UNITS[amount[2]]

    def fitting(self, number):
        if number < 0:
            raise ValueError("金额不能是负数。")
        return super().fitting(number)


def read_date(text, years):
    """A date of any precision as ISO text: 2019年6月, 2019.6, 2019/6/3. Raises ValueError."""
    text = CLOCK.sub("", half_width(text))
    if AMBIGUOUS_MONTH.fullmatch(text):
        year = text[:4]
        raise ValueError(f"{text} 可能是 1 月，也可能是 10 月；请写成 {year}-01 或 {year}-10。")
    parts = DATE.fullmatch(text)
    if not parts:
        raise ValueError("日期请写成 2019-04-12、2019年4月12日、2019-04、2019年4月或 2019。")
    iso = "-".join(part.zfill(2) for part in parts.groups() if part)
    try:
        validate_calendar(iso)
    except ValidationError as error:
        raise ValueError(error.message) from error
    if not years[0] <= int(iso[:4]) <= years[1]:
        raise ValueError(f"年份应在 {years[0]} 至 {years[1]} 之间。")
    return iso


class PartialDateWidget(widgets.Widget):
    """A date with its precision: a date in Excel if the day is known, else text."""

    def __init__(self, years):
        super().__init__()
        self.years = years

    def clean(self, value, row=None, **kwargs):
        text = cell_text(value)
        return read_date(text, self.years) if text else ""

    def render(self, value, obj=None, **kwargs):
        try:
            return date.fromisoformat(value) if value and len(value) == 10 else value
        except ValueError:
            return value


class DayWidget(PartialDateWidget):
    """A date that is known to the day."""

    def clean(self, value, row=None, **kwargs):
        iso = super().clean(value)
        if not iso:
            return None
        if len(iso) < 10:
            raise ValueError(f"请写到日；现在只到{in_chinese(iso)}。")
        return date.fromisoformat(iso)

    def render(self, value, obj=None, **kwargs):
        return value


class NameListWidget(widgets.Widget):
    """Several names in one cell."""

    def clean(self, value, row=None, **kwargs):
        return split_list(value)

    def render(self, value, obj=None, **kwargs):
        return LIST_SEPARATOR.join(value or [])


class RelatedWidget(widgets.Widget):
    """A related row by its natural key; a name or alias that only it has is read, too."""

    def __init__(self, model):
        super().__init__()
        self.model = model
        self.lookup = Lookup(model)

    def clean(self, value, row=None, **kwargs):
        text = cell_text(value)
        return self.lookup.find(text) if text else None

    def render(self, value, obj=None, **kwargs):
        return key_of(value)


class ManyRelatedWidget(widgets.ManyToManyWidget):
    """Several related rows in one cell."""

    def __init__(self, model):
        super().__init__(model)
        self.lookup = Lookup(model)

    def clean(self, value, row=None, **kwargs):
        rows = [self.lookup.find(text) for text in split_list(value)]
        return list({row.pk: row for row in rows}.values())

    def render(self, value, obj=None, **kwargs):
        return self.join(key_of(row) for row in (value.all() if value is not None else ()))

    def join(self, keys):
        return LIST_SEPARATOR.join(sorted(keys))
