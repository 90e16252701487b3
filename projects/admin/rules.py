"""The admin of the rules of warnings, which staff can change, and a filter by what they found."""

from typing import Any

from django.contrib import admin, messages

from aidtracker.desk.forms import RecordForm
from aidtracker.desk.lists import is_row_number
from aidtracker.desk.skin import CheckboxFilter, ModelAdmin, group
from aidtracker.ground.batches import among
from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.scope import scope_of
from projects.admin.ledger_filters import OwnerFilter
from projects.models import WarningRule
from projects.models.rules import said_rule
from projects.warnings import TooManyError, warned

ANY = "any"
TOO_MANY = "预警是逐条核对的，现在要看的记录太多，所以没有列出；请同时按援疆指挥部筛选。"


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
        """Those that rules warn of; none where they are too many to look at, with what to do."""
        codes = ["" if code == ANY else code for code in ticked]
        try:
            found = [warned(rows.model, self.headquarters(rows.model), code) for code in codes]
        except TooManyError:
            messages.warning(self.request, TOO_MANY)
            return rows.none()
        return among(rows, set().union(*found))

    def headquarters(self, model):
        """The numbers of those whose rows are asked for; None for all."""
        scope, asked = scope_of(self.request.user), self.request.GET
        chosen = asked.getlist(OwnerFilter.parameter_name) + asked.getlist(
            f"{model.OWNERS[0]}__id__exact"
        )
        numbers = {int(one) for one in chosen if is_row_number(one)}
        if scope.reads_all:
            return numbers or None
        return numbers & {*scope.headquarters} if numbers else scope.headquarters

    def get_facet_counts(self, pk_attname, filtered_qs):
        """None: each would apply a rule to the whole ledger."""
        return {}
