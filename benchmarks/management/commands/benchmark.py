"""Measure what pages and doors cost on the country in the database in use."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

import benchmarks.rows  # noqa: F401 (declares what is measured)
from benchmarks.measuring import results
from benchmarks.measuring.registry import LeftOut, Row, rows
from benchmarks.measuring.site import NAME, RefusedError, Site
from benchmarks.measuring.usage import TooLongError, Usage, measured, server
from projects.models import Observation

LONGEST = 200
UNMEASURED = (LeftOut, RefusedError, TooLongError)


class Command(BaseCommand):
    help = "在 make_country 造的数据库上测量各页面和各入口的花费。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", default="", help="只测名称或组名里有这些字的，多个用逗号隔开")
        parser.add_argument("--write", metavar="SIZE", default="", help="记入结果表，如 100k")

    def handle(self, *, only: str, write: str, **options: Any) -> None:
        if not Observation.objects.filter(source__code__startswith="example-").exists():
            raise CommandError("这个数据库不是 make_country 造的；有些测量会改动数据。")
        words = [one.strip() for one in only.split(",") if one.strip()]
        if write and get_user_model()._default_manager.filter(username=NAME).exists():
            raise CommandError("这个数据库已经测量过，记录有改动：重新造一个，再记入结果表。")
        if settings.DEBUG:
            self.stdout.write("DEBUG=1：比正式运行慢。")
        site = Site()
        found = []
        for row in rows(site):
            if not words or any(word in f"{row.group}: {row.name}" for word in words):
                found.append(self.measure(row, site))
        if write:
            results.write(found, write, is_part=bool(words))
            results.write_table()

    def measure(self, row: Row, site: Site) -> results.Result:
        """One row; what cannot be measured is left out with a word, the others go on."""
        try:
            work = row.prepare(site)
            usage = measured(work, getattr(work, "server", server()))
        except Exception as reason:
            words = str(reason) if isinstance(reason, UNMEASURED) else f"failed: {reason!r}"
            self.stdout.write(f"{row.name:60} {words[:LONGEST]}")
            return results.result(row, None, words[:LONGEST])
        self.stdout.write(f"{row.name:60} {in_words(usage)}")
        self.stdout.flush()
        return results.result(row, usage)


def in_words(usage: Usage) -> str:
    counts = usage.counts
    return (
        f"{usage.total * 1000:9.1f} ms CPU ({usage.database * 1000:.1f} database)"
        f" {usage.wall * 1000:9.1f} ms {counts.queries:5} queries {counts.rows_read:7} rows"
        f" {usage.memory:6.0f} MB {usage.sent / 1000:7.0f} kB"
    )
