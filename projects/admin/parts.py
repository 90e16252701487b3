"""The rows that summed figures were summed from: frozen with them, changed by nobody."""

from django.contrib import admin

from aidtracker.desk.scope import Frozen
from aidtracker.desk.skin import PlainModelAdmin, group
from projects.models import ObservationPart


@admin.register(ObservationPart)
class ObservationPartAdmin(Frozen, PlainModelAdmin):
    list_display = ("observation", "number", "name", "amount", "row_version")
    list_display_links = ("observation", "name")
    list_filter = ("observation",)
    list_select_related = ("observation__series", "observation__source")
    search_fields = ("name", "row_key")
    search_help_text = "记录的名称或编号"
    # An input of that name would be taken for the skin's own.
    readonly_fields = ("dataset",)
    fieldsets = (
        group("名称与类型", "observation", "number"),
        group("记录", "dataset", "row_id", "row_key", "row_version", "name", "amount"),
    )
