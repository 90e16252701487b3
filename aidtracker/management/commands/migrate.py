"""Django's migrate, which begins again where people at work and a migration wait for each other."""

import time
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError

from aidtracker.pages.failures import code_of

DEADLOCK = "40P01"  # PostgreSQL ends one of the two
TIMES, SECONDS = 10, 1


class Command(migrate.Command):
    def handle(self, *words: Any, **options: Any) -> None:
        """Each migration is a transaction: of the one that was ended nothing stayed."""
        for more in reversed(range(TIMES)):
            try:
                super().handle(*words, **options)
                return
            except OperationalError as error:
                if not more or code_of(error) != DEADLOCK:
                    raise
                self.stderr.write("有人正在写，数据库中断了这一步，没有留下改动；再试一次。")
                time.sleep(SECONDS)
