"""What is computed from the record follows its changes: one call, made by every door.

The doors are the admin's forms and actions, confirmed imports, the fixtures and the entry page.
"""

from django.apps import apps
from django.contrib import admin
from django.db import transaction

from aidtracker.desk.forms import has_saved

# Whose rows the checks of the figures read; changes of other rows leave every finding as it is.
CHECKED = frozenset(
    {
        "programs.Headquarters",
        "programs.Program",
        "programs.Region",
        "projects.Activity",
        "projects.Agreement",
        "projects.Award",
        "projects.Enterprise",
        "projects.Investment",
        "projects.Metric",
        "projects.Observation",
        "projects.Outlet",
        "projects.Project",
        "projects.Series",
        "projects.Site",
    }
)


def after_change(model):
    """Check the figures again if rows of `model` have a part in it.

    Call it once, after the last change, in the transaction of the changes: what the next page
    shows is then consistent.
    """
    if model._meta.label in CHECKED:
        apps.get_model("projects.Finding").objects.recompute()


class FollowChanges(admin.ModelAdmin):
    """For a ModelAdmin: saving and deleting rows, one or many, lets the findings follow."""

    def is_of_consequence(self, form):
        """Whether what a form saved can change a finding; most rows can."""
        return True

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if self.is_of_consequence(form) and has_saved(form, formsets):
            after_change(self.model)

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        after_change(self.model)

    def delete_queryset(self, request, queryset):
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            after_change(self.model)
