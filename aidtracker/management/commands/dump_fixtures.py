"""Write the database's rows back into the fixtures."""

from django.core.management.base import BaseCommand

from aidtracker.accounts.roles import PATH, dump_groups
from aidtracker.ground.datasets import dataset_model
from aidtracker.storage.fixtures import dump_dataset, fixture_paths


class Command(BaseCommand):
    help = "把数据库的记录写回 fixtures/,载入后立即写回则文件不变。"

    def handle(self, *args, **options):
        PATH.write_text(dump_groups(), encoding="utf-8")
        for name, path in fixture_paths().items():
            if dataset_model(name).objects.for_fixtures().exists():
                path.write_text(dump_dataset(name), encoding="utf-8")
            else:
                path.unlink(missing_ok=True)
        self.stdout.write("已写出数据文件。")
