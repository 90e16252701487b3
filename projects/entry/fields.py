"""Form fields of the entry page: days as clerks type them, rows by the names they are shown by."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from aidtracker.ground.partial_dates import first_day, last_day
from aidtracker.ground.scope import readable
from projects.entry.proposals import subject_label, subject_rows
from projects.models import Series
from projects.models.metrics import SUBJECTS

DAY = re.compile(r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?)?)?[年月]?")
MOST_SIMILAR = 3


class DayField(forms.CharField):
    """A day; of a year or a month the last one, or the first one if `is_first`."""

    def __init__(self, *, is_first=False, **kwargs):
        self.edge = first_day if is_first else last_day
        super().__init__(required=False, **kwargs)
        self.widget.attrs |= {"placeholder": "2019-06-30", "autocomplete": "off"}

    def clean(self, value):
        text = super().clean(value)
        match = DAY.fullmatch(text)
        try:
            parts = [f"{int(part):02}" for part in match.groups() if part] if match else []
            day = self.edge("-".join(parts))
        except ValueError:
            day = None
        if text and day is None:
            raise ValidationError(f"看不懂日期“{text}”，请写成 2019、2019-06 或 2019-06-30。")
        return day


class NameField(forms.CharField):
    """A row by its name, chosen from what `options` finds; its form says for which user."""

    user: Any = None

    def __init__(self, kind, **kwargs):
        self.kind = kind
        super().__init__(**kwargs)
        self.widget.attrs |= {"data-find": kind, "autocomplete": "off"}


class SeriesField(NameField):
    def __init__(self, **kwargs):
        super().__init__("series", label="序列", **kwargs)
        self.error_messages["required"] = "请选择序列；没有合适的，可在下面新建。"

    def clean(self, value):
        name = super().clean(value)
        return named(readable(Series.objects.select_related("metric"), self.user), name, "序列")


def named(rows, name, kind):
    """The row of exactly this name; ValidationError with similar names if there is none."""
    row = rows.filter(name=name).first()
    if row is None:
        similar = "、".join(f"“{near}”" for near in rows.search(name)[:MOST_SIMILAR])
        hint = f"相近的有{similar}。" if similar else "请从列表中选择。"
        raise ValidationError(f"没有叫“{name}”的{kind}。{hint}")
    return row


class SubjectField(NameField):
    """A thing of any kind as `kind：name`, cleaned to the pair of its kind and its row."""

    def __init__(self, **kwargs):
        super().__init__("subject", **kwargs)

    def clean(self, value):
        text = super().clean(value)
        if not text:
            return None
        label, _, name = text.partition("：")
        for kind in SUBJECTS:
            if subject_label(kind) == label:
                return kind, only_one(subject_rows(kind, self.user).filter(name=name), text)
        raise ValidationError(f"看不懂主体“{text}”，请从列表中选择，写成“{EXAMPLE}”这样。")


EXAMPLE = "地区：某市"


def only_one(rows, text):
    """The one row; ValidationError if there is none or more than one."""
    rows = list(rows[:2])
    if len(rows) != 1:
        reason = "有同名的记录，请到“序列”中新增" if rows else "没有这个主体，请从列表中选择"
        raise ValidationError(f"“{text}”：{reason}。")
    return rows[0]
