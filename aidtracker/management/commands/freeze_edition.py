"""Freeze the open data under a number that can be cited; to be called once a month."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from aidtracker.opendata.releases import freeze_as_act, has_month


class Command(BaseCommand):
    help = "把全部公开数据冻结成一版，可以按版本号引用。每月运行一次；这个月已有的不再冻结。"

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument(
            "--site", default=settings.SITE["address"], help="网页地址的开头；不写就是 SITE_ADDRESS"
        )
        parser.add_argument("--again", action="store_true", help="这个月已有一版，也再冻结一版")

    def handle(self, *, site: str, again: bool, **options: Any) -> None:
        if not site:
            raise CommandError("文件里要写网页地址：请设定 SITE_ADDRESS，或用 --site。")
        if has_month() and not again:
            self.stdout.write("这个月已有一版。")
            return
        try:
            found = freeze_as_act(site.rstrip("/"))
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from error
        self.stdout.write(f"已冻结 {found} 版：{'、'.join(found.files)}。")
