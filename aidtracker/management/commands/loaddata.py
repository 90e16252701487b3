"""Django's loaddata, made to fill or keep what fixtures leave out, and to keep states."""

from django.core.management.commands import loaddata
from django.db import transaction

from aidtracker.accounts.roles import is_kept
from aidtracker.ground.changes import after_load
from aidtracker.ground.datasets import is_dataset
from aidtracker.storage.fixtures import complete, keep_loaded
from aidtracker.trail.acts import CommandActs
from aidtracker.trail.history import keep_states


class Command(CommandActs, loaddata.Command):
    @transaction.atomic
    def handle(self, *fixture_labels, **options):
        super().handle(*fixture_labels, **options)
        keep_loaded()
        after_load()

    def save_obj(self, obj):
        if is_kept(obj.object):
            return False
        is_record = is_dataset(type(obj.object))
        is_new_version = is_record and complete(obj)
        is_saved = super().save_obj(obj)
        if is_new_version:
            keep_states([obj.object])
        return is_saved
