"""The site itself as an installed app: commands, static files, template filters; and its admin."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class DeskConfig(admin_apps.AdminConfig):
    default = False
    default_site = "aidtracker.desk.skin.DeskSite"


class AidtrackerConfig(AppConfig):
    name = "aidtracker"
    verbose_name = "平台"

    def ready(self) -> None:
        # Models can be imported only now.
        from aidtracker.accounts import alerts, logins
        from aidtracker.ground import (
            checks,  # noqa: F401 (registers itself)
            edition,
            records,
            search,
            server,  # noqa: F401 (registers itself)
            sqlite,
            tallies,
            triggers,
        )
        from aidtracker.trail import history

        alerts.connect()
        history.connect()
        logins.connect()
        records.connect()
        search.connect()
        sqlite.connect()
        triggers.connect(edition.STEPS, tallies.TALLIES)
