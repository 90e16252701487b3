"""Put a backup in place of the database."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from aidtracker.ground.schema import differences, in_words
from aidtracker.storage.backups import extent, newest, restore, verify


class Command(BaseCommand):
    help = "用备份代替数据库：先在别处恢复并逐表核对，再一次换上。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = "manage.py backup 写的文件；是文件夹时用其中最新的一份"
        parser.add_argument("file", type=Path, help=words)
        parser.add_argument(
            "--overwrite", action="store_true", help="数据库里已有记录也恢复；原来的另存"
        )
        words = "加密的备份（.age）的私钥文件，用 age-keygen 生成的那一份"
        parser.add_argument("--identity", type=Path, help=words)
        words = "只核对：在别处恢复并逐表比对，然后删掉，不动数据库"
        parser.add_argument("--verify", action="store_true", help=words)

    def handle(self, **options: Any) -> None:
        file, identity = chosen(options["file"]), options["identity"]
        if options["verify"]:
            self.stdout.write(f"备份可以恢复：{in_short(verify(file, identity))}。")
            return
        manifest, kept = restore(file, options["overwrite"], identity)
        self.stdout.write(f"已恢复 {in_short(manifest)}。")
        if kept:
            self.stdout.write(f"原来的数据库另存为 {kept}，确认无误后可以删除。")
        if found := differences():
            self.stderr.write(in_words(found))


def chosen(place: Path) -> Path:
    """The file itself, or the newest of a folder."""
    if not place.is_dir():
        return place
    if (found := newest(place)) is None:
        raise CommandError(f"{place} 里没有备份。")
    return found[0]


def in_short(manifest: dict[str, Any]) -> str:
    """What a backup holds, in words."""
    at = manifest["created_at"][:19].replace("T", " ")
    return f"{at} 的备份：{extent(manifest)}，逐表核对无误"
