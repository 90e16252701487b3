"""Bring the database of a site to where it can be served."""

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from aidtracker.ground.schema import differences, in_words
from aidtracker.ground.sqlite import look_at_tables


class Command(BaseCommand):
    help = "建立或升级数据库；第一次运行时载入数据并创建管理员。再次运行不改动数据。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        words = "第一次运行时不载入文献里的事实：自己的指挥部、受援地、人员、指标从“起步”页开始"
        parser.add_argument("--empty", action="store_true", help=words)

    def handle(self, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if found := differences():
            raise CommandError(in_words(found))
        # The administrator comes last, so a site without users is one that was never completed.
        # Later runs load nothing: a record that staff deleted must not come back.
        if get_user_model()._default_manager.exists():
            look_at_tables()
            return
        self.stdout.write("第一次运行：正在载入数据……")
        empty = bool(options["empty"])
        output = {"verbosity": options["verbosity"], "stdout": self.stdout}
        call_command("load_fixtures", empty=empty, **output)
        call_command("create_first_admin", stdout=self.stdout)
        look_at_tables()
        if empty:
            self.stdout.write("登录后台以后，从“起步”页开始：/admin/first-steps/")
