"""How each kind of value stands in a cell, and how a person's cell becomes a value again.

`render` gives text, a number or a date for the writer to set down with its type; `clean` takes what
was read and raises ValueError with a Chinese sentence that says what is allowed.
"""

import json
import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from import_export import widgets

from aidtracker.ground.keys import key_of
from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.months import YEARS as LEDGER_YEARS
from aidtracker.ground.months import MonthField, month_text
from aidtracker.ground.partial_dates import PartialDateField, in_chinese, validate_past
from aidtracker.ground.records import NameListField
from aidtracker.sheets.columns.cells import UnknownWordError, cell_text, folded, half_width, tidy
from aidtracker.sheets.columns.lookups import LIST_SEPARATOR, Lookup
from aidtracker.sheets.columns.quantities import (
    MAX_DIGITS,
    SAYS_NO_MORE,
    iso_date,
    loose_part,
    quantity_of,
    rounded,
    written_out,
)

YEARS = (1900, 2100)
UNIT = re.compile(r"（([^（）]{1,6})）$|(人次|人天|班次)$|(人)数$")
UNIT_IN_HELP = re.compile("单位：([^；，。]{1,6})")
# Between them 15 digits are written without an exponent.
SMALLEST_FLOAT, LARGEST_FLOAT = 1e-4, 1e15
LIST_SEPARATORS = re.compile(r"[\uff1b;|\n]")
YES = {"是", "true", "1", "yes", "y", "√", "✓", "有", "对"}
NO = {"否", "false", "0", "no", "n", "×", "✗", "无", "不是"}


OTHER_SEPARATORS, BETWEEN_NAMES = re.compile("[、，,/／]"), re.compile("[、，]")
# What may stand between names, and within them: only where all that it sets apart is known.
WEAK_SEPARATORS = re.compile(r"\s+|以及|[和及与]")
IS_PLANNED = "还没有到的是计划，请填在“计划”的列，或在“列的对应”里改读整列。"
HOW_TO_LIST = "一格里写几个，用“；、，,/”或换行隔开。"
# What stands around the word of a choice, and what is said for it.
AROUND = re.compile("^(?:已经?|正在?)|(?:中|项目|工程|阶段|状态|类|工作|型|级)$")
CHOICES_SAID_AS = {
    **dict.fromkeys(("竣工", "建成", "完成", "建设完成"), "完工"),
    **dict.fromkeys(("建设", "施工", "在施", "续建施工"), "在建"),
    **dict.fromkeys(("停工", "停建", "缓建", "中止"), "暂停"),
    **dict.fromkeys(("改建", "扩建", "改造"), "改扩建"),
    **dict.fromkeys(("前期准备", "筹建", "前期手续"), "前期"),
    **dict.fromkeys(("终止", "撤销", "调减"), "取消"),
    **dict.fromkeys(("正常营业", "正常", "开业", "在营", "运营", "正常经营", "经营"), "营业"),
    **dict.fromkeys(("停业", "歇业", "关停", "关店", "闭店", "注销"), "关闭"),
    **dict.fromkeys(("筹备", "待开业", "拟开业", "未开业"), "计划"),
    **dict.fromkeys(("有限公司", "有限责任公司", "股份公司", "企业", "民营企业"), "公司"),
    **dict.fromkeys(("专业合作社", "农民专业合作社"), "合作社"),
    **dict.fromkeys(("旅游景区", "景点", "a级景区", "风景区"), "景区"),
    **dict.fromkeys(("园区", "工业园", "工业园区"), "产业园"),
    **{"固投": "固定资产投资", "非固投": "非固定资产投资"},
}


def split_list(value, separators=LIST_SEPARATORS):
    """The parts of a cell that lists several things, each once, in their order."""
    parts = (tidy(part) for part in separators.split(cell_text(value)))
    return list(dict.fromkeys(part for part in parts if part))


class SheetWidget(widgets.Widget):
    """A kind of cell: the `unit` of its numbers, what may be chosen, and what a template shows.

    `said` is what a person has said that unknown words mean: {word: key, or nothing}.
    """

    unit = ""
    choices: Sequence[str] = ()
    example: Any = None

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, str] = {}

    def as_said(self, text: str) -> str:
        """What a person said that a word stands for; any other text as it is."""
        return self.said.get(" ".join(text.split()), text) if self.said else text

    def offered(self, word: str) -> list[tuple[str, str]]:
        """What a word that is not known may have meant: (key, words)."""
        return []

    def remark(self, text):
        """What is to be said of a cell's text that is read; empty if nothing is."""
        return ""


class TextWidget(SheetWidget):
    """Text as it is; a number that Excel made of a code becomes the code again."""

    def clean(self, value, row=None, **kwargs):
        return cell_text(value)


class ChoiceWidget(SheetWidget):
    """A choice by its Chinese label, or by its code under code headings; either is read."""

    def __init__(self, choices):
        super().__init__()
        self.labels = {value: str(label) for value, label in choices if value != ""}
        self.values = {label: value for value, label in self.labels.items()}
        self.choices = list(self.values)
        self.example = self.choices[0]

    def clean(self, value, row=None, **kwargs):
        text = self.as_said(cell_text(value))
        if text in self.labels or not text:
            return text
        if text in self.values:
            return self.values[text]
        found = self.meant(folded(text))
        if found is None:
            word = " ".join(text.split())
            raise UnknownWordError(f"只能是：{'、'.join(self.values)}。", word)
        return found

    def offered(self, word: str) -> list[tuple[str, str]]:
        return list(self.labels.items())

    def meant(self, word):
        """The choice that a word means: 已完工, 竣工, 新 建, EMPLOYMENT; None if it is none."""
        known = {folded(label): value for label, value in self.values.items()}
        known |= {folded(value): value for value in self.labels}
        bare = AROUND.sub("", word)
        said = (word, bare, CHOICES_SAID_AS.get(word), CHOICES_SAID_AS.get(bare))
        return next((known[one] for one in said if one in known), None)

    def render(self, value, obj=None, codes=False, **kwargs):
        return value if codes or not value else self.labels.get(value, value)


class YesNoWidget(SheetWidget):
    """是 or 否."""

    choices = ("是", "否")
    example = "是"

    def clean(self, value, row=None, **kwargs):
        text = half_width(cell_text(value)).lower()
        if not text:
            return None
        if text not in YES | NO:
            raise ValueError("只能是：是、否。")
        return text in YES

    def render(self, value, obj=None, **kwargs):
        return cell_text(value)


class NumberWidget(SheetWidget):
    """A decimal of at most 15 digits, or a whole number where `decimal_places` is 0.

    A column of a `unit` takes that unit, and multiples of it, behind the number.
    """

    def __init__(self, max_digits=MAX_DIGITS, decimal_places=0, unit=""):
        super().__init__()
        self.decimal_places = decimal_places
        self.whole_digits = max_digits - decimal_places
        self.unit = unit
        self.example = 100 if decimal_places else 1

    def clean(self, value, row=None, unit="", **kwargs):
        """`unit` is the one that the heading states, if that is not the column's own."""
        if value.__class__ is float and not unit and SMALLEST_FLOAT < value < LARGEST_FLOAT:
            return self.plain(format(value, ".15g"))
        text = cell_text(value)
        return self.fitting(self.read(written_out(text), unit)) if text else None

    def plain(self, digits):
        """The number that digits spell, at most 15 of them, without an exponent."""
        whole, _, fraction = digits.partition(".")
        if len(fraction) > self.decimal_places or len(whole) > self.whole_digits:
            return self.fitting(Decimal(digits))
        return Decimal(digits) if self.decimal_places else int(whole)

    def read(self, text, unit=""):
        return rounded(quantity_of(text, self.unit, unit), self.decimal_places)

    def fitting(self, number):
        places = -number.normalize().as_tuple().exponent
        if places > self.decimal_places:
            allowed = f"最多 {self.decimal_places} 位小数" if self.decimal_places else "应为整数"
            raise ValueError(f"{allowed}。")
        if abs(number) >= 10**self.whole_digits:
            raise ValueError(f"整数部分最多 {self.whole_digits} 位。")
        return number if self.decimal_places else int(number)

    def render(self, value, obj=None, **kwargs):
        return value


class YearWidget(NumberWidget):
    """A year, also written 2024年 or 2024年度."""

    def clean(self, value, row=None, unit="", **kwargs):
        text = half_width(cell_text(value))
        if not text or text.isdecimal():
            return super().clean(value)
        iso = iso_date(text, YEARS)
        if len(iso) > 4 or loose_part(text) not in ("", *SAYS_NO_MORE):
            raise ValueError("只填年份，如 2024。")
        return int(iso)


class LedgerWidget(NumberWidget):
    """An amount in 万元; one written with its unit (9.11 亿元) is converted."""

    def __init__(self, max_digits=MAX_DIGITS, decimal_places=6):
        super().__init__(max_digits, decimal_places, unit="万元")
        self.example = 1200.5

    def fitting(self, number):
        if number < 0:
            raise ValueError("金额不能是负数。")
        return super().fitting(number)


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


class NameListWidget(SheetWidget):
    """Several names in one cell."""

    example = "别名一；别名二"

    def clean(self, value, row=None, **kwargs):
        found = split_list(value)
        return split_list(value, BETWEEN_NAMES) if len(found) == 1 else found

    def render(self, value, obj=None, **kwargs):
        return LIST_SEPARATOR.join(value or [])


class JSONWidget(SheetWidget):
    """A structure that programs write and read."""

    def clean(self, value, row=None, **kwargs):
        try:
            return json.loads(cell_text(value) or "{}")
        except ValueError as error:
            raise ValueError("应为 JSON，请照导出的原样。") from error

    def render(self, value, obj=None, **kwargs):
        return json.dumps(value, ensure_ascii=False) if value else ""


class RelatedWidget(SheetWidget):
    """A related row by its natural key; a name or alias that only it has is read, too.

    What is read is the row's number, or a row that the same file makes.
    """

    def __init__(self, model):
        super().__init__()
        self.lookup = Lookup(model)

    @property
    def choices(self):
        """The names of all rows that may be named, or their keys."""
        return self.lookup.all_names()

    def clean(self, value, row=None, **kwargs):
        text = self.as_said(cell_text(value))
        return self.lookup.find(text) if text else None

    def offered(self, word: str) -> list[tuple[str, str]]:
        return self.lookup.offered(word)

    def render(self, value, obj=None, **kwargs):
        return key_of(value)

    def key(self, value):
        """The cell's text for what was read."""
        return "" if value is None else self.lookup.key(value)


class ManyRelatedWidget(RelatedWidget):
    """Several related rows in one cell."""

    choices = ()  # several of them cannot be chosen from a list

    def clean(self, value, row=None, **kwargs):
        found, unknown = [], []
        for text in split_list(value):
            for part in filter(None, map(self.as_said, self.apart(text))):
                try:
                    found.append(self.lookup.find(part))
                except UnknownWordError as error:
                    unknown.append(error)
        if unknown:
            words = [word for error in unknown for word in error.words]
            raise UnknownWordError(f"{''.join(map(str, unknown))}{HOW_TO_LIST}", *words)
        return list(dict.fromkeys(found))

    def apart(self, text):
        """What a part of a list names: a row, or several between signs that keys may have, too."""
        if self.is_known(text):
            return [text]
        return [one for part in split_list(text, OTHER_SEPARATORS) for one in self.weakly(part)]

    def is_known(self, text):
        return self.as_said(text) != text or self.lookup.knows(text)

    def weakly(self, text):
        """The names in a text with weak signs between them, if all of them are known."""
        text = text.rstrip("。.")
        parts = split_list(text, WEAK_SEPARATORS)
        is_list = len(parts) > 1 and not self.is_known(text) and all(map(self.is_known, parts))
        return parts if is_list else [text]

    def render(self, value, obj=None, **kwargs):
        return self.join(key_of(row) for row in (value.all() if value is not None else ()))

    def key(self, value):
        return self.join(map(self.lookup.key, value or ()))

    def join(self, keys):
        return LIST_SEPARATOR.join(sorted(keys))


def years_of(model):
    """The years in which dates of a model may lie; aid with a ledger began in 1997."""
    has_ledger = any(isinstance(field, LedgerAmountField) for field in model._meta.fields)
    return LEDGER_YEARS if has_ledger else YEARS


def stated_unit(field):
    """The unit of a field's numbers: 吨 of 销售量（吨）, 人 of 就业人数, or as its help says."""
    found = UNIT.search(str(field.verbose_name)) or UNIT_IN_HELP.match(field.help_text)
    return next(filter(None, found.groups()), "") if found else ""


def whole_number(field):
    """A year, or so many of what is counted."""
    is_year = str(field.verbose_name).endswith(("年", "年度", "年份"))
    return YearWidget() if is_year else NumberWidget(unit=stated_unit(field))


# The first kind that fits decides.
WIDGETS = (
    (models.ManyToManyField, lambda field: ManyRelatedWidget(field.related_model)),
    (models.ForeignKey, lambda field: RelatedWidget(field.related_model)),
    (PartialDateField, lambda field: PartialDateWidget(years_of(field.model), field.is_past)),
    (LedgerAmountField, lambda field: LedgerWidget()),
    (
        models.DecimalField,
        lambda field: NumberWidget(field.max_digits, field.decimal_places, stated_unit(field)),
    ),
    (models.IntegerField, lambda field: whole_number(field)),
    (MonthField, lambda field: MonthWidget(LEDGER_YEARS)),
    (models.DateField, lambda field: DayWidget(years_of(field.model))),
    (models.BooleanField, lambda field: YesNoWidget()),
    (NameListField, lambda field: NameListWidget()),
    (models.JSONField, lambda field: JSONWidget()),
    ((models.CharField, models.TextField), lambda field: TextWidget()),
)


def widget_for(field):
    """The widget for a model field. Raises TypeError for a kind of field that has none."""
    if field.choices:
        return ChoiceWidget(field.choices)
    for kind, make in WIDGETS:
        if isinstance(field, kind):
            return make(field)
    raise TypeError(f"No widget for {field}")
