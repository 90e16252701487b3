"""The admin of the rules of warnings, which staff can change, and a filter by what they found."""

from typing import Any

from django.contrib import admin

from aidtracker.desk.forms import RecordForm
from aidtracker.desk.skin import CheckboxFilter, ModelAdmin, group
from aidtracker.ground.batches import among
from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.scope import scope_of
from projects.models import WarningRule
from projects.models.rules import said_rule
from projects.warnings import warned

ANY = "any"


HELP = {
    "left": "栏的名称，如 累计到位；所属记录的栏写成 援疆项目·总投资",
    "except_status": "状态的名称，用 / 隔开，如 暂停",
    "sentence": "花括号里写栏名，如：到位 {左栏}，超过计划 {右栏}",
}


class RuleForm(RecordForm):
    """A rule in the words of people: what it stores are the names of columns."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial |= said_rule(self.instance)
        for name in self.fields.keys() & HELP.keys():
            self.fields[name].help_text = HELP[name]


@admin.register(WarningRule)
class WarningRuleAdmin(ModelAdmin):
    form = RuleForm
    list_display = ("name", "ledger", "kind", "level", "threshold", "said", "is_active")
    list_filter = ("is_active", "ledger", "kind", "level", "is_seasonal")
    search_help_text = "编号、名称、台账或句子"
    fieldsets = (
        group("名称与类型", "code", "name", "ledger", "kind", "level"),
        group(
            "规则",
            ("left", "operator", "right"),
            "threshold",
            "except_status",
            "is_seasonal",
            "sentence",
            "is_active",
        ),
        group("出处", "note"),
    )

    @admin.display(description="句子", ordering="sentence")
    def said(self, rule: WarningRule) -> str:
        return said_rule(rule)["sentence"]


class WarnedFilter(CheckboxFilter):
    """Rows of a ledger that a rule warns of: any rule, or a certain one."""

    title = "预警"
    parameter_name = "warned"

    def lookups(self, request, model_admin):
        rules = WarningRule.objects.filter(
            is_active=True, ledger=dataset_name(model_admin.model)
        ).values_list("code", "name")
        return [(ANY, "有预警"), *rules]

    def narrowed(self, rows, ticked):
        scope = scope_of(self.request.user)
        headquarters = None if scope.reads_all else scope.headquarters
        found = (warned(rows.model, headquarters, "" if code == ANY else code) for code in ticked)
        return among(rows, set().union(*found))

    def get_facet_counts(self, pk_attname, filtered_qs):
        """None: each would apply a rule to the whole ledger."""
        return {}
