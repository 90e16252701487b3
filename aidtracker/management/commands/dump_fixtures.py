"""Write the database's rows back into the fixtures."""

from django.core.management.base import BaseCommand

from aidtracker.storage.fixtures import dump_fixtures


class Command(BaseCommand):
    help = "把数据库的记录写回 fixtures/,载入后立即写回则文件不变。"

    def handle(self, **options: object) -> None:
        dump_fixtures()
        self.stdout.write("已写出数据文件。")
