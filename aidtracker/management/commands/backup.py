"""Write a backup of the whole database into a folder, and let go of those no longer needed."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from aidtracker.ground.sqlite import look_at_tables
from aidtracker.storage.backups import back_up, extent, finished, outdated


class Command(BaseCommand):
    help = "把整个数据库备份成一个文件；网站不用停。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = "放备份的文件夹，默认是 BACKUP_DIR"
        parser.add_argument("--to", type=Path, default=settings.BACKUP_DIR, help=words)
        words = "备份成功后删除不再需要的旧备份：留 14 天每天、8 周每周、24 个月每月最新的一份"
        parser.add_argument("--rotate", action="store_true", help=words)
        words = "不带附件（附件在自己有版本和备份的存储里时用）"
        parser.add_argument("--without-files", action="store_true", help=words)
        words = "只说会写什么、删什么，不写也不删"
        parser.add_argument("--dry-run", action="store_true", help=words)

    def handle(self, **options: Any) -> None:
        folder = options["to"]
        if folder is None:
            raise CommandError("请用 --to 或 BACKUP_DIR 指明放备份的文件夹。")
        if options["dry_run"]:
            self.tell(folder, options["rotate"])
            return
        target, manifest = back_up(folder, not options["without_files"])
        self.stdout.write(f"已备份 {extent(manifest)}：{target}")
        look_at_tables()  # as often as there is a backup: each night
        if options["rotate"]:
            for path in outdated(finished(folder)):
                path.unlink()
                self.stdout.write(f"已删除旧备份：{path}")

    def tell(self, folder: Path, rotate: bool) -> None:
        if not folder.is_dir():
            raise CommandError(f"没有文件夹 {folder}。")
        how = "加密" if settings.BACKUP_RECIPIENT else "不加密"
        self.stdout.write(
            f"会在 {folder} 写一份备份（{how}）；现有 {len([*finished(folder)])} 份。"
        )
        for path in outdated(finished(folder)) if rotate else []:
            self.stdout.write(f"会删除旧备份：{path}")
