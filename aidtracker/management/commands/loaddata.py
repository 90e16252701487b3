"""Django's loaddata, made to fill or keep the columns that fixtures leave out."""

from django.core.management.commands import loaddata

from aidtracker.datasets import DATASETS
from aidtracker.fixtures import complete_row


class Command(loaddata.Command):
    def save_obj(self, obj):
        if obj.object._meta.label in DATASETS.values():
            complete_row(obj.object)
        return super().save_obj(obj)
