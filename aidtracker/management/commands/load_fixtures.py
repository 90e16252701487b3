"""Load the fixtures into the database; rows that are there already are kept as they are."""

from django.core.management.base import BaseCommand

from aidtracker.storage.fixtures import load_fixtures
from aidtracker.trail.acts import CommandActs


class Command(CommandActs, BaseCommand):
    help = "载入 fixtures/ 中的数据。已有的记录保持不变，除非加 --overwrite。"

    def add_arguments(self, parser):
        parser.add_argument(
            "--overwrite", action="store_true", help="已有的记录改回数据文件中的样子"
        )

        words = "只载入权限组、预警规则、范围条目，不载入文献里的事实"
        parser.add_argument("--empty", action="store_true", help=words)

    def handle(self, *args, overwrite=False, empty=False, **options):
        counts = load_fixtures(keep_existing=not overwrite, only_rules=empty).values()
        new, old = (sum(numbers) for numbers in zip(*counts, strict=True))
        fate = "改回数据文件中的样子" if overwrite else "保持不变"
        self.stdout.write(f"数据已载入：新增 {new} 条；原有 {old} 条，{fate}。")
