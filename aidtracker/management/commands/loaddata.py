"""Django's loaddata, made to fill or keep what fixtures leave out."""

from django.core.management.commands import loaddata

from aidtracker.changes import after_change
from aidtracker.datasets import DATASETS, dataset_model
from aidtracker.fixtures import complete_row, keep_first_states


class Command(loaddata.Command):
    def handle(self, *fixture_labels, **options):
        super().handle(*fixture_labels, **options)
        keep_first_states()
        after_change(dataset_model("observations"))

    def save_obj(self, obj):
        if obj.object._meta.label in DATASETS.values():
            complete_row(obj.object)
        return super().save_obj(obj)
