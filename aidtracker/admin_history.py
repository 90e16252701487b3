"""The history of a row in the admin: its states, what changed from one to the next, going back."""

from django.contrib import admin


class HistoryPages(admin.ModelAdmin):
    """For a ModelAdmin: the list of a row's states, and one state beside the present one."""
