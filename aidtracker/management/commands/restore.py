"""Put a backup in place of the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from aidtracker.ground.schema import differences, in_words
from aidtracker.storage.backups import restore


class Command(BaseCommand):
    help = "用备份代替数据库：先在别处恢复并逐表核对，再一次换上。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="manage.py backup 写的文件")
        parser.add_argument(
            "--overwrite", action="store_true", help="数据库里已有记录也恢复；原来的另存"
        )

    def handle(self, **options: Any) -> None:
        manifest, kept = restore(options["file"], options["overwrite"])
        tables = manifest["tables"].values()
        rows = sum(rows for rows, _ in tables)
        self.stdout.write(
            f"已恢复 {manifest['created_at'][:19].replace('T', ' ')} 的备份："
            f"{len(tables)} 张表、{rows} 行，逐表核对无误。"
        )
        if kept:
            self.stdout.write(f"原来的数据库另存为 {kept}，确认无误后可以删除。")
        if found := differences():
            self.stderr.write(in_words(found))
