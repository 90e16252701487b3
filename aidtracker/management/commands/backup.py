"""Write a backup of the whole database into a folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from aidtracker.storage.backups import back_up


class Command(BaseCommand):
    help = "把整个数据库备份成一个文件；网站不用停。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--to", type=Path, required=True, help="放备份的文件夹")

    def handle(self, **options: Any) -> None:
        target, manifest = back_up(options["to"])
        tables = manifest["tables"].values()
        rows = sum(rows for rows, _ in tables)
        self.stdout.write(f"已备份 {len(tables)} 张表、{rows} 行：{target}")
