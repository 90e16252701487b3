"""The admin of the rules of warnings, which staff can change, and a filter by what they found."""

from django.contrib import admin

from aidtracker.desk.skin import CheckboxFilter, ModelAdmin, group
from aidtracker.ground.batches import among
from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.scope import scope_of
from projects.models import WarningRule
from projects.warnings import warned

ANY = "any"


@admin.register(WarningRule)
class WarningRuleAdmin(ModelAdmin):
    list_display = ("name", "ledger", "kind", "level", "threshold", "sentence", "is_active")
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
