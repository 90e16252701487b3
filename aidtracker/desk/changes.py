"""What is computed from the record follows what the admin's forms save and delete."""

from django.contrib import admin
from django.db import transaction

from aidtracker.desk.forms import has_saved
from aidtracker.ground.changes import after_change


class FollowChanges(admin.ModelAdmin):
    """For a ModelAdmin: saving and deleting rows, one or many, lets follow what is computed."""

    def is_of_consequence(self, form):
        """Whether what a form saved has a part in anything computed; most rows have."""
        return True

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if self.is_of_consequence(form) and has_saved(form, formsets):
            after_change()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        after_change()

    def delete_queryset(self, request, queryset):
        with transaction.atomic():
            super().delete_queryset(request, queryset)
            after_change()
