"""The admin of proposed changes of published rows."""

from django.contrib import admin
from django.template.loader import render_to_string

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, form_of, group, link_to
from aidtracker.ground.datasets import dataset_model
from aidtracker.review.proposals import rivals_of
from aidtracker.trail.differences import names_of
from projects.admin.reviewing import ReviewedAdmin
from projects.models import Revision


@admin.register(Revision)
class RevisionAdmin(ReviewedAdmin, ModelAdmin):
    list_display = ("name", "kind", "edited", "review", "headquarters", "updated_at")
    facts_column = "name"
    list_filter = (WorkToDo, "review", "headquarters")
    search_help_text = "记录或变更理由"
    readonly_fields = ("kind", "target", "headquarters", "changes")
    fieldsets = (
        group("变更", "kind", "target", "headquarters", "changes", "correction_reason"),
        group("审核", "review", "review_comment"),
    )

    def has_add_permission(self, request):
        """Revisions come from the forms of published rows."""
        return False

    def has_change_permission(self, request, obj=None):
        """What has taken effect stays as it was said."""
        allowed = super().has_change_permission(request, obj)
        return allowed and not (obj is not None and obj.is_published)

    def panel(self, request, row):
        """With what others propose for the same columns."""
        rivals = list(rivals_of(row, row.row, request.user))
        return super().panel(request, row) | {"rivals": rivals}

    def facts_of(self, rows):
        """The names of what is to be changed, in one query for each dataset."""
        wanted: dict = {}
        for revision in rows:
            wanted.setdefault(revision.model, set()).add(revision.row_id)
        names = {model: names_of(model, sorted(ids)) for model, ids in wanted.items()}
        return {revision.pk: names[revision.model].get(revision.row_id) for revision in rows}

    @admin.display(description="变更申请", ordering="row_key")
    def name(self, revision, row_name):
        return f"{row_name or revision.row_key}的第 {revision.number} 次变更"

    @admin.display(description="类别", ordering="dataset")
    def kind(self, revision):
        return dataset_model(revision.dataset)._meta.verbose_name

    @admin.display(description="改动")
    def edited(self, revision):
        return revision.edited

    @admin.display(description="记录")
    def target(self, revision):
        """The row, leading to its form."""
        row = revision.row
        if row is None:
            return f"{revision.row_key}（已不存在）"
        return link_to(form_of(row), row)

    @admin.display(description="变更内容")
    def changes(self, revision):
        """Field by field: when proposed, now, as proposed."""
        context = {"changes": list(revision.changes(revision.row)), "revision": revision}
        return render_to_string("admin/projects/revision_changes.html", context)
