"""The admin of proposed changes of published rows."""

from django.contrib import admin
from django.template.loader import render_to_string

from aidtracker.desk.filters import WorkToDo
from aidtracker.desk.skin import ModelAdmin, form_of, group, link_to
from aidtracker.ground.datasets import dataset_model
from aidtracker.review.proposals import rivals_of
from aidtracker.trail.differences import names_of
from projects.admin.figure_words import lines, proposed_figures
from projects.admin.reviewing import ReviewedAdmin, Seen
from projects.models import Revision


@admin.register(Revision)
class RevisionAdmin(ReviewedAdmin, ModelAdmin):
    list_display = ("name", "kind", "changed", "review", "headquarters", "updated_at")
    facts_columns = ("name", "changed")
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
        """What shall become of figures, in their sentences, and the names of what is changed.

        A query for the names of each dataset, two for the figures.
        """
        wanted: dict = {}
        for revision in rows:
            wanted.setdefault(revision.model, set()).add(revision.row_id)
        names = {model: names_of(model, sorted(ids)) for model, ids in wanted.items()}
        figures = proposed_figures(rows)
        return {
            revision.pk: (names[revision.model].get(revision.row_id), figures.get(revision.pk))
            for revision in rows
        }

    def to_be_seen(self, rows):
        """What each proposes, with the sentences of figures."""
        figures = proposed_figures(rows)
        return [Seen(row, table_of(row, row.row, figures.get(row.pk))) for row in rows]

    @admin.display(description="变更申请", ordering="row_key")
    def name(self, revision, fact):
        return f"{fact[0] or revision.row_key}的第 {revision.number} 次变更"

    @admin.display(description="类别", ordering="dataset")
    def kind(self, revision):
        return dataset_model(revision.dataset)._meta.verbose_name

    @admin.display(description="改动")
    def changed(self, revision, fact):
        """Which fields; of a figure also its sentence, how it is read and how it shall be."""
        figure = fact[1]
        return revision.edited if figure is None else lines(revision.edited, figure.in_few_words())

    @admin.display(description="记录")
    def target(self, revision):
        """The row, leading to its form."""
        row = revision.row
        if row is None:
            return f"{revision.row_key}（已不存在）"
        return link_to(form_of(row), row)

    @admin.display(description="变更内容")
    def changes(self, revision):
        """Field by field: when proposed, now, as proposed; of a figure also its sentence."""
        return table_of(revision, revision.row, proposed_figures([revision]).get(revision.pk))


def table_of(revision, row, figure):
    """What a revision changes of a row, as a table; `figure` is None for what is no figure."""
    context = {"changes": list(revision.changes(row)), "revision": revision, "figure": figure}
    return render_to_string("admin/projects/revision_changes.html", context)
