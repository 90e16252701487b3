"""Compare the numbers that are kept of the record with what a count of all rows finds."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from aidtracker.ground.summaries import differences
from aidtracker.ground.tallies import count_anew


class Command(BaseCommand):
    help = "逐表数一遍，与记着的行数、公开条数比较；不符的列出来。网站不用停。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="不符的重新数过记下")

    def handle(self, *, repair: bool, **options: Any) -> None:
        found = differences()
        for difference in found:
            self.stdout.write(str(difference))
        if found and repair:
            count_anew(connection)
            self.stdout.write("已重新数过。")
            found = differences()
        if found:
            raise CommandError(
                f"{len(found)} 个数不符；manage.py check_summaries --repair 重新数过。"
            )
        self.stdout.write("全部相符。")
