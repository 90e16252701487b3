"""Long imports: left to a worker, watched, stopped, tried again; all of each or nothing."""

import time
from uuid import uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from aidtracker import testing
from aidtracker.desk.imports import MOST_NOW
from aidtracker.sheets.storing import running
from aidtracker.sheets.storing.models import SILENCE, OvertakenError, State, Upload
from aidtracker.sheets.storing.running import BROKEN, NO_RIGHT, STALE, Pulse, store_upload
from aidtracker.sheets.storing.waiting import BUSY
from aidtracker.trail.models import Act
from programs.models import Account, Region

pytestmark = pytest.mark.django_db

IMPORT = "/admin/programs/region/import/"
ROWS = 6
PATIENCE = 10  # seconds


@pytest.fixture
def clerk(client: Client) -> User:
    user = User.objects.create_user("clerk", is_staff=True)
    names = [f"{verb}_region" for verb in ("view", "add", "change", "import")]
    user.user_permissions.set(Permission.objects.filter(codename__in=names))
    Account.objects.create(user=user, reach=Account.Reach.CHANGES_ALL)
    client.force_login(user)
    return user


@pytest.fixture
def queued(client: Client, clerk: User, settings) -> Upload:
    """An import of new places that waits for a worker."""
    settings.WORKERS, settings.IMPORT_ROWS_AT_ONCE = True, ROWS - 1
    confirm(client)
    return Upload.objects.get()


def uploaded(client: Client, rows: int = ROWS) -> dict[str, str]:
    """What the preview of new places sends in to confirm them."""
    lines = ["区划代码,名称,级别", *(f"99{number:04},新{number},县级" for number in range(rows))]
    file = SimpleUploadedFile("名单.csv", "\r\n".join(lines).encode())
    return {"token": client.post(IMPORT, {"file": file}).context["token"]}


def confirm(client: Client, rows: int = ROWS):
    return client.post(IMPORT, uploaded(client, rows))


def work() -> None:
    """Do all that waits, as a worker would; its command is tested in a process of its own."""
    for waiting in DBTaskResult.objects.ready():
        waiting.task.call(*waiting.args_kwargs["args"])
        waiting.set_successful(None)


def page_of(upload: Upload) -> str:
    return reverse("admin:programs_region_import_progress", args=[upload.pk])


def text_of(client: Client, upload: Upload) -> str:
    return client.get(page_of(upload)).content.decode()


def press(client: Client, upload: Upload, step: str) -> Upload:
    """Press a button of an import's page."""
    response = client.post(page_of(upload), {"step": step})
    assert response.headers["Location"] == page_of(upload)
    upload.refresh_from_db()
    return upload


def stored() -> int:
    return Region.objects.filter(code__startswith="9900").count()


def abandon(upload: Upload) -> None:
    """Let the worker of an import be dead for a while."""
    long_ago = timezone.now() - SILENCE * 2
    Upload.objects.update(state=State.RUNNING, claim=uuid4(), seen_at=long_ago)
    upload.refresh_from_db()


# Who does it


@pytest.mark.parametrize(("workers", "limit"), [(False, 0), (True, ROWS)])
def test_import_is_stored_at_once_without_workers_and_when_small(
    client, clerk, settings, workers, limit
):
    settings.WORKERS, settings.IMPORT_ROWS_AT_ONCE = workers, limit

    response = confirm(client)

    assert response.headers["Location"] == reverse("admin:programs_region_changelist")
    assert (stored(), DBTaskResult.objects.count()) == (ROWS, 0)


def test_long_import_waits_for_a_worker_who_stores_it_as_its_person(client, clerk, queued):
    assert (queued.state, stored()) == (State.QUEUED, 0)
    assert 'http-equiv="refresh"' in text_of(client, queued)

    work()

    queued.refresh_from_db()
    act = Act.objects.get(way="import")
    assert (queued.state, stored(), bytes(queued.content)) == (State.STORED, ROWS, b"")
    assert (act.user, act.user_name, act.address) == (clerk, "clerk", "127.0.0.1")
    assert (act.subject, act.details[1]) == ("名单.csv", ["新增", ROWS])
    assert Region.objects.get(code="990001").history.get().act == act
    page = text_of(client, queued)
    assert f"已导入：新增 {ROWS} 条" in page
    assert reverse("admin:aidtracker_act_change", args=[act.pk]) in page
    assert 'http-equiv="refresh"' not in page


def test_import_that_was_queued_twice_is_stored_once(queued):
    store_upload.enqueue(str(queued.pk))

    work()

    assert (stored(), Act.objects.filter(way="import").count()) == (ROWS, 1)


def test_worker_leaves_alone_what_another_has(queued):
    assert queued.take(State.QUEUED)

    work()

    assert (stored(), Upload.objects.get().state) == (0, State.RUNNING)


def test_import_that_no_worker_takes_can_be_stored_by_its_page(client, queued):
    Upload.objects.update(seen_at=timezone.now() - SILENCE)
    assert "在本页直接导入" in text_of(client, queued)

    assert press(client, queued, "now").state == State.STORED
    assert stored() == ROWS


def test_import_of_very_many_rows_is_left_to_workers(client, queued):
    Upload.objects.update(seen_at=timezone.now() - SILENCE, rows=MOST_NOW + 1)

    assert "在本页直接导入" not in text_of(client, queued)
    assert press(client, queued, "now").state == State.QUEUED


# Who may


def test_page_of_an_import_is_its_persons_alone(client, queued, admin_client):
    assert client.get(page_of(queued)).status_code == 200
    assert admin_client.get(page_of(queued)).status_code == 404
    assert admin_client.post(page_of(queued), {"step": "cancel"}).status_code == 404
    assert Client().get(page_of(queued)).status_code == 302
    clerk = User.objects.get(username="clerk")
    clerk.user_permissions.remove(Permission.objects.get(codename="import_region"))
    assert client.get(page_of(queued)).status_code == 403
    assert client.post(page_of(queued), {"step": "now"}).status_code == 403
    assert stored() == 0


@pytest.mark.parametrize("loss", ["right", "account", "staff"])
def test_rights_are_asked_again_when_a_worker_begins(clerk, queued, loss):
    if loss == "right":
        clerk.user_permissions.remove(Permission.objects.get(codename="import_region"))
    elif loss == "account":
        User.objects.update(is_active=False)
    else:
        User.objects.update(is_staff=False)

    work()

    queued.refresh_from_db()
    assert (queued.state, queued.result, stored()) == (State.REFUSED, {"words": NO_RIGHT}, 0)


def test_scope_is_asked_again_when_a_worker_begins(client, clerk, queued):
    Account.objects.update(reach=Account.Reach.OWN)

    work()

    queued.refresh_from_db()
    assert (queued.state, queued.result, stored()) == (State.REFUSED, {"words": STALE}, 0)


# What goes wrong


def test_import_on_data_that_changed_is_refused_and_looked_at_again(client, queued):
    testing.make_region(code="990001", name="别人的")

    work()

    page = text_of(client, queued)
    assert (STALE in page, stored()) == (True, 1)
    token = client.get(page_of(queued)).context["token"]
    again = client.post(IMPORT, {"token": token, "step": "choose", "sheet": ""})
    assert (again.context["outcome"].new, again.context["outcome"].changed) == (ROWS - 1, 1)
    # What was not seen is not confirmed.
    client.post(IMPORT, {"token": token})
    assert stored() == 1


def test_import_that_fails_stores_nothing_says_so_and_is_tried_again(
    client, queued, monkeypatch, caplog
):
    def fail(*args):
        raise DatabaseError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr("aidtracker.sheets.storing.storing.copy_states", fail)
        work()

    assert (BROKEN in text_of(client, queued), stored()) == (True, 0)
    assert "disk full" in caplog.text
    assert press(client, queued, "retry").state == State.QUEUED
    work()
    assert stored() == ROWS


def test_import_whose_worker_died_says_so_and_is_tried_again(client, queued):
    assert queued.take(State.QUEUED)
    assert press(client, queued, "retry").state == State.RUNNING
    abandon(queued)
    page = text_of(client, queued)
    assert "处理它的进程中断了，什么也没有保存。" in page
    assert 'http-equiv="refresh"' not in page

    assert press(client, queued, "retry").state == State.QUEUED
    work()
    assert stored() == ROWS


def test_import_whose_request_was_killed_is_confirmed_once_more(client, clerk):
    confirmation = uploaded(client)
    kept = Upload.objects.get()
    assert kept.take(State.WAITING)
    client.post(IMPORT, confirmation)
    assert (BUSY in client.get(IMPORT).content.decode(), stored()) == (True, 0)
    abandon(kept)

    client.post(IMPORT, confirmation)
    assert stored() == ROWS


def test_import_for_which_memory_is_not_enough_is_confirmed_once_more(
    client, clerk, monkeypatch, caplog
):
    confirmation = uploaded(client)

    def fail(*args):
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr("aidtracker.sheets.storing.storing.copy_states", fail)
        page = client.post(IMPORT, confirmation)

    assert (page.status_code, stored()) == (503, 0)
    assert "内存不够" in page.content.decode()
    client.post(IMPORT, confirmation)
    assert stored() == ROWS


@pytest.mark.parametrize("state", [State.QUEUED, State.RUNNING, State.REFUSED])
def test_import_can_be_cancelled_until_it_is_over(client, queued, state):
    Upload.objects.update(state=state)

    assert press(client, queued, "cancel").state == State.CANCELLED

    work()
    assert (stored(), bytes(queued.content)) == (0, b"")
    assert "已取消，什么也没有保存。" in text_of(client, queued)


def test_stored_import_cannot_be_cancelled(client, queued):
    work()

    assert press(client, queued, "cancel").state == State.STORED
    assert "已经结束，不能取消。" in text_of(client, queued)
    assert stored() == ROWS


def test_import_cancelled_at_the_last_moment_stores_nothing(client, queued, monkeypatch):
    def cancel(*models):
        press(client, queued, "cancel")

    monkeypatch.setattr("aidtracker.sheets.storing.storing.after_change", cancel)
    work()

    # The cancelling was of the same transaction here, so it went with the rows.
    queued.refresh_from_db()
    assert stored() == 0
    assert not Act.objects.filter(way="import").exists()


# From another process


@pytest.mark.django_db(transaction=True)
def test_pulse_tells_how_far_an_import_is_and_hears_of_its_cancelling(clerk, monkeypatch):
    monkeypatch.setattr(running, "HEARTBEAT", 0.05)
    upload = Upload.objects.create(user=clerk, model="programs.Region", content=b"x")
    assert upload.take(State.WAITING)

    with Pulse(upload) as pulse:
        pulse.report("写入数据库", 500)
        wait_for(lambda: Upload.objects.filter(step="写入数据库", done=500).exists())
        Upload.objects.update(state=State.CANCELLED)
        wait_for(lambda: pulse.is_lost)
        with pytest.raises(OvertakenError):
            pulse.report("写入数据库", 1_000)


def wait_for(condition) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)
