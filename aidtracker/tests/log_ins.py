"""Logging in at the page, as a person does, for tests of log-ins, sessions and passwords."""

from django.conf import settings

from aidtracker.trail import acts
from aidtracker.trail.models import Act

LOGIN = "/admin/login/"
PASSWORD = "核桃-苹果-红枣-7"
NEW_PASSWORD = "石榴-无花果-巴旦木-9"
LIMIT = settings.AXES_FAILURE_LIMIT


def log_in(client, name="录入员", password=PASSWORD, **extra):
    return client.post(f"{LOGIN}?next=/admin/", {"username": name, "password": password}, **extra)


def guess(client, name, times=LIMIT, **extra):
    return [log_in(client, name, "x", **extra).status_code for _ in range(times)]


def ways():
    """What was kept, oldest first: (way, user name, address)."""
    return [*kept().order_by("at").values_list("way", "user_name", "address")]


def kept():
    """The acts of the test, without the loading of the fixtures."""
    return Act.objects.exclude(way=acts.Way.COMMAND)


def is_logged_in(client):
    return client.get("/admin/").status_code == 200


def change_own(client, user, password=NEW_PASSWORD):
    """Choose a new password at the page for it."""
    client.force_login(user)
    typed = {"old_password": PASSWORD, "new_password1": password, "new_password2": password}
    return client.post("/admin/password_change/", typed)
