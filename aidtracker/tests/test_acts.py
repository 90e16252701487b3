"""An act: who does what; stored with its first change, gone with it."""

import os
import signal
import sqlite3
import subprocess
import sys
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.test import RequestFactory
from django.urls import reverse
from django.utils import timezone

from aidtracker.storage.fixtures import fixture_paths
from aidtracker.testing import make_source, make_staff
from aidtracker.trail import acts
from aidtracker.trail.acts import Way
from aidtracker.trail.effects import kept_counts_of
from aidtracker.trail.models import Act
from programs.models import Source
from projects.models import SkippedPhrase

pytestmark = pytest.mark.django_db


def act_of(row):
    return row.history.first().act


def test_what_an_act_changed_is_counted_once_in_a_while(django_assert_num_queries):
    """One that just began may go on: it is counted anew; an older one is kept for a tenth of it."""
    old, new = (Act.objects.create(way=Way.PROGRAM) for _ in range(2))
    Act.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(hours=1))
    known = [Act.objects.get(pk=act.pk) for act in (old, new)]
    Source.history.filter(pk=make_source().history.first().pk).update(act=old)
    first = kept_counts_of(known)
    assert [[one.own for one in own.values()] for own in first.values()] == [[1]]
    with django_assert_num_queries(0):
        assert kept_counts_of(known[:1]) == first
    with django_assert_num_queries(1):
        assert kept_counts_of(known) == first


def test_act_without_changes_is_not_stored():
    before = Act.objects.count()
    with acts.doing(Way.FORM):
        pass

    assert Act.objects.count() == before


def test_changes_of_one_door_are_one_act():
    with acts.doing(Way.GRID, subject="填报") as act:
        rows = [make_source(), make_source()]

    assert {act_of(row).pk for row in rows} == {act.pk}
    stored = Act.objects.get(pk=act.pk)
    assert (stored.way, stored.subject, stored.at) == (Way.GRID, "填报", act.at)


def test_act_names_the_person_and_where_from():
    user = make_staff(username="clerk")
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.7")
    request.user = user
    with acts.doing(Way.FORM, request=request):
        act = act_of(make_source())

    assert (act.user, act.user_name, act.address) == (user, "clerk", "192.0.2.7")


@pytest.mark.parametrize(
    ("is_behind", "address"), [(True, "198.51.100.9"), (False, "192.0.2.7")], ids=["proxy", "none"]
)
def test_address_of_a_request_is_what_our_proxy_says(settings, is_behind, address):
    settings.BEHIND_PROXY = is_behind
    headers: dict[str, Any] = {
        "HTTP_X_FORWARDED_FOR": "203.0.113.1, 198.51.100.9",
        "REMOTE_ADDR": "192.0.2.7",
    }

    assert acts.address_of(RequestFactory().get("/", **headers)) == address


@pytest.mark.parametrize("said", ["unknown", "203.0.113.1, <script>", "fe80::1%eth0", "1.2.3.4:80"])
def test_address_of_a_request_is_never_what_is_no_address(settings, said):
    settings.BEHIND_PROXY = True
    headers: dict[str, Any] = {"HTTP_X_FORWARDED_FOR": said, "REMOTE_ADDR": "192.0.2.7"}
    assert acts.address_of(RequestFactory().get("/", **headers)) == "192.0.2.7"
    assert acts.address_of(RequestFactory().get("/", **{**headers, "REMOTE_ADDR": ""})) is None


def test_act_is_rolled_back_with_its_changes():
    with acts.doing(Way.FORM) as act, transaction.atomic():
        make_source()
        transaction.set_rollback(True)

    assert not Act.objects.filter(pk=act.pk).exists()


def test_act_stays_when_only_a_part_is_rolled_back():
    with acts.doing(Way.FORM) as act:
        with transaction.atomic():
            make_source()
            transaction.set_rollback(True)
        kept = make_source()

    assert act_of(kept).pk == act.pk
    assert Source.history.filter(act=act).count() == 1


def test_inner_act_keeps_its_changes_to_itself():
    with acts.doing(Way.FORM) as outer:
        with acts.doing(Way.COMMAND) as inner:
            first = make_source()
        second = make_source()

    assert (act_of(first).pk, act_of(second).pk) == (inner.pk, outer.pk)


def test_act_described_after_its_first_change_says_so():
    with acts.doing(Way.FORM):
        row = make_source()
        acts.describe(way=Way.IMPORT, subject="文献", reason="补录", details=["新增 1"])

    act = act_of(row)
    assert (act.way, act.subject, act.reason, act.details) == ("import", "文献", "补录", ["新增 1"])


def test_function_of_one_act_outside_any_door_has_an_act_of_its_own():
    own = act_of(make_source())
    with acts.one_act():
        acts.describe(way=Way.IMPORT, subject="文献")
        first = act_of(make_source())

    assert first.pk != own.pk == act_of(make_source()).pk
    assert (first.way, Act.objects.get(pk=own.pk).way) == (Way.IMPORT, own.way)


def test_function_of_one_act_takes_the_act_in_hand():
    with acts.doing(Way.FORM) as act, acts.one_act():
        assert act_of(make_source()).pk == act.pk


def test_describing_without_an_act_is_refused():
    with pytest.raises(RuntimeError):
        acts.describe(subject="导入")


def test_acts_of_two_threads_do_not_mix():
    seen, meeting = {}, Barrier(2, timeout=10)

    def work(name):
        with acts.doing(Way.FORM, subject=name):
            meeting.wait()
            seen[name] = acts.current().subject
            meeting.wait()

    threads = [Thread(target=work, args=[name]) for name in ("甲", "乙")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == {"甲": "甲", "乙": "乙"}


def test_user_who_did_something_cannot_be_deleted():
    user = make_staff()
    acts.record(Way.LOGIN, user=user)

    with pytest.raises(ProtectedError):
        User.objects.get(pk=user.pk).delete()


@pytest.mark.parametrize(
    ("address", "status", "kept"),
    [
        ("/admin/status/", 403, ["没有权限"]),
        ("/admin/programs/region/999999/history/", 404, ["没有这一行或不归其维护"]),
        ("/admin/mistyped/", 404, []),
        ("/admin/", 200, []),
    ],
)
def test_refusal_is_kept(client, address, status, kept):
    client.get(address)  # nobody in particular
    user = make_staff(username="填报员")
    user.user_permissions.add(Permission.objects.get(codename="view_region"))
    client.force_login(user)
    assert client.get(address).status_code == status
    acts = Act.objects.filter(way=Act.Way.REFUSED)
    found = [(act.user, act.address, act.subject, act.details) for act in acts]
    subject = f"GET {address}"
    assert found == [(user, "127.0.0.1", subject, [["被拒绝", "", word]]) for word in kept]


def test_request_is_an_act(admin_client):
    values = {"code": "neu", "title": "新文献", "kind": "report", "_save": "1"}
    admin_client.post(reverse("admin:programs_source_add"), values)

    act = act_of(Source.objects.get(code="neu"))
    assert (act.way, act.user_name, act.address) == (Way.FORM, "admin", "127.0.0.1")


def test_loaddata_keeps_a_state_of_what_it_overwrites_alone():
    kept, changed = Source.objects.order_by("code")[:2]
    title = changed.title
    Source.objects.filter(pk=changed.pk).update(title="改过", version=5)

    call_command("loaddata", str(fixture_paths()["sources"]), verbosity=0)

    changed.refresh_from_db()
    last = changed.history.first()
    assert (changed.title, changed.version, last.title) == (title, 6, title)
    assert (last.act.way, last.act.subject) == (Way.COMMAND, "loaddata")
    assert last.act.user_name == acts.system_user()
    assert kept.history.count() == 1


def test_load_fixtures_is_an_act():
    phrase = SkippedPhrase.objects.all()[0]
    key = phrase.natural_key()
    phrase.delete()

    call_command("load_fixtures", verbosity=0)

    act = act_of(SkippedPhrase.objects.get_by_natural_key(*key))
    assert (act.way, act.subject) == (Way.COMMAND, "load_fixtures")


# A process that is killed at the moment of commit

SCRIPT = """
import os, signal, django
django.setup()
from django.db import connection, transaction
from aidtracker.trail import acts
from aidtracker.trail.history import keep_states
from programs.models import Source

def kill():
    os.kill(os.getpid(), signal.SIGKILL)

connection.ensure_connection()
commit = connection._commit
def commit_and_die():
    if os.environ["DIE"] == "after":
        commit()
    kill()
connection._commit = commit_and_die
with acts.doing(acts.Way.IMPORT, subject="one"), transaction.atomic():
    rows = [Source(code=f"killed-{n}", title="x", kind="report") for n in range(50)]
    Source.objects.bulk_create(rows)
    keep_states(rows, "+")
"""


@pytest.mark.skipif(connection.vendor != "sqlite", reason="copies the database as a file")
@pytest.mark.parametrize(("moment", "count"), [("before", 0), ("after", 50)])
def test_killed_at_commit_leaves_rows_and_states_together(tmp_path, moment, count):
    path = tmp_path / "killed.sqlite3"
    connection.ensure_connection()
    path.write_bytes(connection.connection.serialize())

    environment = os.environ | {"DATABASE_URL": f"sqlite:///{path}", "DIE": moment}
    environment |= {"DJANGO_SETTINGS_MODULE": "aidtracker.settings", "DEBUG": "1"}
    killed = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True)

    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    with sqlite3.connect(path) as stored:
        counts = [stored.execute(query).fetchone()[0] for query in COUNTS]
    stored.close()
    assert counts == [count, count, min(count, 1)]


COUNTS = (
    "SELECT count(*) FROM programs_source WHERE code LIKE 'killed-%'",
    "SELECT count(*) FROM programs_historicalsource WHERE code LIKE 'killed-%'",
    "SELECT count(*) FROM aidtracker_act WHERE subject = 'one'",
)


def test_row_saved_outside_a_transaction_is_stored_with_its_state(monkeypatch):
    row = Source(code="einzeln", title="x", kind="report")

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr(acts, "stored", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        row.save()

    assert not Source.objects.filter(code="einzeln").exists()
