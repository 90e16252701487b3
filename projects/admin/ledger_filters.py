"""Filters of the ledgers: by month, by the headquarters that reports, by what began or ended."""

from django.db.models import Q

from aidtracker.desk.skin import CheckboxFilter
from aidtracker.ground.months import in_chinese, last_complete_month, month_of, month_text, previous
from aidtracker.ground.scope import readable
from programs.models import Headquarters

MONTHS_OFFERED = 24


class MonthFilter(CheckboxFilter):
    """The months that the rows are about, the latest first."""

    title = "月份"
    parameter_name = "in_month"

    def lookups(self, request, model_admin):
        months = (
            model_admin.get_queryset(request).order_by("-month").values_list("month", flat=True)
        )
        return [
            (month_text(month), in_chinese(month)) for month in months.distinct()[:MONTHS_OFFERED]
        ]

    def queryset(self, request, queryset):
        months = [month for month in map(month_or_none, self.value() or ()) if month]
        return queryset.filter(month__in=months) if months else queryset


def month_or_none(text):
    """The month that an address names; None for none."""
    try:
        return month_of(text)
    except ValueError:
        return None


class OwnerFilter(CheckboxFilter):
    """The headquarters whose rows these are; only those that have some are offered."""

    title = "援疆指挥部"
    parameter_name = "command"

    def lookups(self, request, model_admin):
        rows = readable(model_admin.model._default_manager.all(), request.user)
        own = rows.order_by().values(model_admin.model.OWNERS[0])
        found = Headquarters.objects.filter(pk__in=own)
        return [(str(pk), name) for pk, name in found.values_list("pk", "name")]

    def queryset(self, request, queryset):
        offered = {pk for pk, _ in self.lookup_choices}
        chosen = [pk for pk in self.value() or () if pk in offered]
        return (
            queryset.filter(**{f"{queryset.model.OWNERS[0]}__in": chosen}) if chosen else queryset
        )


class TurnoverFilter(CheckboxFilter):
    """Outlets that opened or closed in the month to report about, or in the one before."""

    title = "开业与关闭"
    parameter_name = "turnover"
    KINDS = (("opened_on", "开业"), ("closed_on", "关闭"))

    def lookups(self, request, model_admin):
        month = last_complete_month()
        return [
            (f"{name}:{month_text(one)}", f"{in_chinese(one)}{label}")
            for one in (month, previous(month))
            for name, label in self.KINDS
        ]

    def queryset(self, request, queryset):
        offered = {value for value, _ in self.lookup_choices}
        chosen = [value.split(":") for value in self.value() or () if value in offered]
        rule = Q()
        for name, month in chosen:
            rule |= Q(**{f"{name}__startswith": month})
        return queryset.filter(rule)
