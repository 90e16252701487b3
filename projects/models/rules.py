"""The warnings of the ledgers, as data: each rule with its sentence, its limit and its switch."""

import re
from collections.abc import Callable, Iterator
from string import Formatter
from typing import Any, ClassVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.constants import LOOKUP_SEP

from aidtracker.ground.columns import WordsField
from aidtracker.ground.constraints import row_check
from aidtracker.ground.datasets import dataset_model, dataset_name
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.records import KeyedModel
from projects.models.investments import Investment
from projects.models.plans import Milestone, ProjectPlan
from projects.models.projects import Project
from projects.models.reports import REPORTS
from projects.models.targets import Target

MONTHLY = tuple(map(dataset_name, REPORTS))
# The ledgers that rules look at, by the name of their dataset.
LEDGERS = {
    dataset_name(model): str(model._meta.verbose_name)
    for model in (Project, ProjectPlan, Milestone, Investment, Target, *REPORTS)
}

DATES = PartialDateField, "日期"
NUMBERS = models.DecimalField, "数"


class WarningRule(KeyedModel):
    """预警规则: what makes a row of a ledger worth a warning, and the sentence that says so.

    `kind` says how rows are looked at; `left`, `operator`, `right` and `threshold` say for what.
    Several columns separated by / are, in `right`, tried until one is known. In `sentence`, names
    in braces stand for what the rule found.
    """

    class Kind(models.TextChoices):
        COMPARISON = "comparison", "两栏比较"
        OVERDUE = "overdue", "过了日期还没有"
        MISSING = "missing", "缺月报"
        CONTINUITY = "continuity", "与上月比较"
        DUPLICATE = "duplicate", "同一计划内重名"
        SHARE = "share", "占比不足"
        AFTER_END = "after_end", "结束后仍填报"
        ZEROS = "zeros", "连续为零"
        WITHOUT = "without", "有此无彼"
        BEHIND = "behind", "落后于时间进度"
        UNFINISHED = "unfinished", "到期没有做完"

    class Level(models.TextChoices):
        ERROR = "error", "错误"
        WARNING = "warning", "提醒"

    class Operator(models.TextChoices):
        GREATER = "gt", "大于"
        LESS = "lt", "小于"
        UNEQUAL = "ne", "不等于"

    KEY = ("code",)
    SEARCHED_IN = ("code", "name", "ledger", "sentence")
    # what a sentence may name in braces, by kind of rule
    NAMES: ClassVar[dict[str, tuple[str, ...]]] = {
        Kind.COMPARISON: ("left", "right"),
        Kind.OVERDUE: ("left", "days"),
        Kind.MISSING: ("month",),
        Kind.CONTINUITY: ("last", "left", "right", "expected", "threshold"),
        Kind.DUPLICATE: ("name", "count"),
        Kind.SHARE: ("plan", "share", "threshold", "numerator", "denominator", "excluded"),
        Kind.AFTER_END: ("left", "right"),
        Kind.ZEROS: ("count",),
        Kind.WITHOUT: ("left",),
        Kind.BEHIND: ("left", "right", "share", "elapsed", "threshold"),
        Kind.UNFINISHED: ("left", "right", "share", "days"),
    }
    NEEDED: ClassVar[dict[str, tuple[str, ...]]] = {
        Kind.COMPARISON: ("left", "operator", "right"),
        Kind.OVERDUE: ("left", "right"),
        Kind.CONTINUITY: ("left", "operator"),
        Kind.DUPLICATE: ("left", "right"),
        Kind.SHARE: ("left", "right", "threshold"),
        Kind.AFTER_END: ("left", "right"),
        Kind.ZEROS: ("left", "threshold"),
        Kind.WITHOUT: ("left", "right"),
        Kind.BEHIND: ("left", "right", "threshold"),
        Kind.UNFINISHED: ("left", "right"),
    }
    # of what kind columns are, where others could not be counted: public pages ask these rules
    FIT: ClassVar[dict[str, dict[str, Any]]] = {
        Kind.OVERDUE: {"left": DATES},
        Kind.BEHIND: {"left": NUMBERS, "right": NUMBERS},
        Kind.UNFINISHED: {"left": NUMBERS, "right": NUMBERS},
    }
    # what a kind of rule can look at, where that is not every ledger.
    LEDGERS_OF: ClassVar[dict[str, tuple[str, ...]]] = {
        Kind.MISSING: MONTHLY,
        Kind.CONTINUITY: MONTHLY,
        Kind.SHARE: ("project_plans",),
        Kind.AFTER_END: MONTHLY,
        Kind.ZEROS: MONTHLY,
        Kind.BEHIND: ("targets",),
        Kind.UNFINISHED: ("targets",),
    }

    # Identification
    code = models.SlugField("编号", max_length=60, unique=True)
    name = models.CharField("名称", max_length=120)
    # not “dataset”: the admin's skin takes a form with that name for one of its own.
    ledger = models.CharField("台账", max_length=40, choices=LEDGERS)
    kind = models.CharField("方式", max_length=12, choices=Kind)
    level = models.CharField("程度", max_length=8, choices=Level, default=Level.WARNING)

    # Rule
    left = models.CharField(
        "左边的栏", max_length=60, blank=True, help_text="栏的英文名，如 received_amount"
    )
    operator = models.CharField("比较", max_length=4, blank=True, choices=Operator)
    right = models.CharField(
        "右边的栏", max_length=60, blank=True, help_text="几栏用 / 隔开时，取第一个有数的"
    )
    threshold = models.DecimalField(
        "界限",
        max_digits=15,
        decimal_places=3,
        null=True,
        blank=True,
        help_text="比较和占比为百分数，过期为天数，缺月报和连续为零为月数，落后于时间进度为百分点",
    )
    except_status = models.CharField(
        "不看的状态", max_length=120, blank=True, help_text="状态的英文名，用 / 隔开，如 paused"
    )
    is_seasonal = models.BooleanField(
        "冬季不提醒", default=False, help_text="室外停工期间不提醒施工项目"
    )
    sentence = models.CharField(
        "句子",
        max_length=200,
        help_text="花括号里写栏名，如：到位 {left}，超过计划 {right}",
    )
    is_active = models.BooleanField("启用", default=True)

    # Provenance
    note = WordsField("备注", blank=True)

    class Meta(KeyedModel.Meta):
        verbose_name = verbose_name_plural = "预警规则"
        ordering = ("code",)
        constraints = (
            row_check(
                "warning_rule_comparison_is_whole",
                ~Q(kind="comparison") | (~Q(left="") & ~Q(operator="") & ~Q(right="")),
                "两栏比较要填左边的栏、比较和右边的栏。",
            ),
            row_check(
                "warning_rule_threshold_not_negative",
                Q(threshold=None) | Q(threshold__gte=0),
                "界限不能是负数。",
            ),
        )

    def __str__(self):
        return self.name

    def clean(self):
        """Refuse what could not be evaluated: unknown ledgers, columns and names in braces."""
        if self.ledger not in LEDGERS:
            return
        for name, text in read_rule(self).items():
            setattr(self, name, text)
        if self.ledger not in self.LEDGERS_OF.get(self.kind, LEDGERS):
            raise ValidationError({"kind": f"“{self.get_kind_display()}”看不了这个台账。"})
        errors = self.missing_parts() | (self.unknown_columns() or self.unfit_columns())
        if words := self.wrong_words():
            errors["sentence"] = words
        if errors:
            raise ValidationError(errors)

    def missing_parts(self):
        """What the kind of rule needs and is empty, by field, with the reason in Chinese."""
        return {
            name: f"“{self.get_kind_display()}”的规则要填这一项。"
            for name in self.NEEDED.get(self.kind, ())
            if getattr(self, name) in ("", None)
        }

    def unknown_columns(self):
        """Columns that the ledger does not have, by field, with the reason in Chinese."""
        found = {}
        for name in ("left", "right"):
            if unknown := [path for path in paths(getattr(self, name)) if not self.leads(path)]:
                found[name] = f"{self.get_ledger_display()}没有这一栏：{'、'.join(unknown)}。"
        return found

    def unfit_columns(self):
        """Columns of another kind than the rule counts or dates with, by field, with the reason."""
        return {
            name: f"“{self.get_kind_display()}”的这一栏要是{words}。"
            for name, (kind, words) in self.FIT.get(self.kind, {}).items()
            if not all(isinstance(self.end_of(one), kind) for one in paths(getattr(self, name)))
        }

    def leads(self, path):
        """Whether a path of field names leads somewhere in the ledger."""
        return self.end_of(path) is not None

    def end_of(self, path):
        """The field at the end of a path in the ledger; None if it leads nowhere."""
        field, model = None, dataset_model(self.ledger)
        try:
            for name in path.split(LOOKUP_SEP):
                field = model._meta.get_field(name)
                model = field.related_model
        except (FieldDoesNotExist, AttributeError):
            return None
        return field

    def wrong_words(self):
        """What is wrong with the sentence, in Chinese; empty if nothing is."""
        allowed = ("row", *self.NAMES.get(self.kind, ()))
        try:
            parts = [part[1:] for part in Formatter().parse(self.sentence) if part[1] is not None]
        except ValueError:
            return "花括号要成对：左右各一个，里面写栏名。"
        if all(name in allowed and not (spec or conversion) for name, spec, conversion in parts):
            return ""
        return f"花括号里只能写：{'、'.join(SAID[one] for one in allowed)}，不带其他符号。"


# What people write for the names in braces, which are stored.
SAID = {
    "row": "记录",
    "left": "左栏",
    "right": "右栏",
    "last": "上月",
    "expected": "应为",
    "threshold": "界限",
    "days": "天数",
    "elapsed": "时间进度",
    "month": "月份",
    "name": "名称",
    "count": "个数",
    "plan": "计划",
    "share": "占比",
    "numerator": "分子",
    "denominator": "分母",
    "excluded": "未计入",
}
BRACES = re.compile(r"\{(\w+)\}")
STEP = "·"  # between the labels of a path


def said_rule(rule: WarningRule) -> dict[str, str]:
    """What people read of a rule: its columns and states by their labels, Chinese in braces."""
    states = dict(states_of(dataset_model(rule.ledger)))
    return in_other_words(rule, labels, states, SAID)


def read_rule(rule: WarningRule) -> dict[str, str]:
    """What is stored of what people wrote; names that are stored as they are may be written."""
    states = {label: value for value, label in states_of(dataset_model(rule.ledger))}
    return in_other_words(rule, named, states, {said: name for name, said in SAID.items()})


def in_other_words(
    rule: WarningRule, path_of: Callable, states: dict[str, str], names: dict[str, str]
) -> dict[str, str]:
    """The texts of a rule with each path, state and name in braces put another way."""
    model = dataset_model(rule.ledger)
    return {
        "left": "/".join(path_of(model, one) for one in paths(rule.left)),
        "right": "/".join(path_of(model, one) for one in paths(rule.right)),
        "except_status": "/".join(states.get(one, one) for one in paths(rule.except_status)),
        "sentence": BRACES.sub(lambda at: f"{{{names.get(at[1], at[1])}}}", rule.sentence),
    }


def states_of(model: Any) -> list[tuple[str, str]]:
    """The states that rows of a ledger, or the rows they name, can have, with their labels."""
    named_rows = [field.related_model for field in fields_of(model) if field.is_relation]
    fields = [one for each in (model, *named_rows) for one in fields_of(each)]
    choices = next((one.choices for one in fields if one.name == "status" and one.choices), ())
    return [(value, str(label)) for value, label in choices]


def labels(model: Any, path: str) -> str:
    """A path of field names by their labels; as it is if it leads nowhere."""
    return along(model, path.split(LOOKUP_SEP), STEP, lambda name, label: (name, label)) or path


def named(model: Any, said: str) -> str:
    """The path of field names that labels stand for; as it was written if they are none."""
    steps = said.strip().split(STEP)
    return along(model, steps, LOOKUP_SEP, lambda name, label: (label, name)) or said.strip()


def along(model: Any, steps: list[str], between: str, pair: Callable) -> str:
    """Steps from field to field, each put the other way as `pair` says; empty if one is none."""
    found = []
    for step in steps:
        known = dict(pair(name, label) for name, label in columns_of(model))
        if step not in known:
            return ""
        found.append(known[step])
        own = (one for one in fields_of(model) if step in (one.name, str(one.verbose_name)))
        model = next((one.related_model for one in own), None)
    return between.join(found)


def columns_of(model: Any) -> Iterator[tuple[str, str]]:
    """The names of fields with their labels, and of those that hold numbers of rows."""
    for field in fields_of(model):
        yield field.name, str(field.verbose_name)
        if field.is_relation:
            yield field.attname, f"{field.verbose_name}编号"


def fields_of(model: Any) -> tuple:
    return model._meta.concrete_fields if model else ()


def paths(text):
    """The field paths of a column of a rule: one, or several tried in turn."""
    return [path for path in text.split("/") if path]
