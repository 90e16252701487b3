"""Fill an empty database with a synthetic country."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from aidtracker.ground.sqlite import look_at_tables
from aidtracker.trail.acts import CommandActs
from benchmarks.country.making import Country, NotEmptyError


class Command(CommandActs, BaseCommand):
    help = "在空的数据库里造一个合成的示例国家，供测量用；同一种子得到同样的记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--observations", type=int, required=True, help="观测值的条数")
        parser.add_argument("--seed", type=int, default=1, help="种子")
        parser.add_argument("--unchecked", action="store_true", help="最后不核对")

    def handle(self, *, observations: int, seed: int, unchecked: bool, **options: Any) -> None:
        if observations < 1:
            raise CommandError("--observations 要是正整数。")
        started = time.monotonic()

        def report(words: str) -> None:
            self.stdout.write(f"{time.monotonic() - started:6.0f} 秒  {words}")
            self.stdout.flush()

        country = Country(observations, seed, report)
        try:
            country.make()
        except NotEmptyError as error:
            raise CommandError(str(error)) from error
        if connection.vendor == "postgresql" and not connection.in_atomic_block:
            report("清扫")  # as the server would by itself a while after; until then it reads more
            connection.cursor().execute("VACUUM ANALYZE")
        look_at_tables()
        if not unchecked:
            country.check()
        report("完成")
