"""Make the files of all open datasets that visitors would else wait for; to be called each hour."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from aidtracker.opendata.kept import forget, make_all


class Command(BaseCommand):
    help = "生成开放数据的全部文件（没有变动的不再生成），删去旧的。每小时运行一次。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--site", default=settings.SITE["address"], help="网页地址的开头；不写就是 SITE_ADDRESS"
        )

    def handle(self, *, site: str, **options: Any) -> None:
        if not site:
            raise CommandError("文件里要写网页地址：请设定 SITE_ADDRESS，或用 --site。")
        made, gone = make_all(site.rstrip("/")), forget(site.rstrip("/"))
        self.stdout.write(f"生成 {made} 个文件，删去 {gone} 个旧的。")
