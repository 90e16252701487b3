"""Bring the database of a site to where it can be served."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from aidtracker.ground.schema import differences, in_words


class Command(BaseCommand):
    help = "建立或升级数据库；第一次运行时载入数据并创建管理员。再次运行不改动数据。"

    def handle(self, **options: Any) -> None:
        call_command("migrate", verbosity=0)
        if found := differences():
            raise CommandError(in_words(found))
        # The administrator comes last, so a site without users is one that was never completed.
        # Later runs load nothing: a record that staff deleted must not come back.
        if get_user_model()._default_manager.exists():
            return
        self.stdout.write("第一次运行：正在载入数据……")
        call_command("load_fixtures", verbosity=options["verbosity"], stdout=self.stdout)
        call_command("create_first_admin", stdout=self.stdout)
