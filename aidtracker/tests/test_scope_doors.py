"""Every door of the admin, for every model and every role: a foreign row is behind none of them.

A door or a model without an entry here is an error. The user works for one headquarters and
holds all rights; the rows belong to another one.
"""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLResolver

from aidtracker import urls
from aidtracker.ground.datasets import record_models
from aidtracker.tests.doors import answers, list_doors, row_doors
from aidtracker.tests.foreign_rows import (
    PRIVATE,
    RECORDS,
    model_id,
    owned_by,
    page_of,
    staff,
    state,
)
from aidtracker.tests.quick_client import QuickClient
from programs.models import Account
from projects.models import Finding

pytestmark = pytest.mark.django_db

OWN_DOORS = {
    "projects_observation_read_figure",
    "projects_observation_enter",
    "projects_observation_enter_find",
    "projects_observation_enter_nearby",
    "projects_reportingperiod_open",
    "projects_grid",
    "projects_board",
    "projects_scoring",
    "projects_desk",
    "projects_desks",
    "projects_quarters",
    "projects_monthly_totals",
    "projects_agenda",
    "projects_tasks",
    "projects_task",
    "projects_task_workbook",
    "projects_briefings",
    "projects_briefing",
    "projects_briefing_file",
    "projects_attachments",
    "projects_attachment",
    "projects_requests",
    "projects_ask",
    "projects_request_answer",
    "projects_request_go_on",
    "unsaved",
    "alive",
    "editions",
    "status",
}
# Of the admin itself: nothing in them is a row, or they are tested below.
SITE_DOORS = {
    *("index", "login", "logout", "password_change", "password_change_done", "jsi18n"),
    *("search", "autocomplete", "view_on_site", "app_list"),
    # About one's own log-in.
    *("second_step", "passkey_begin", "passkey_end", "sso", "sso_back"),
    *("prove", "own_security", "add_app"),
    # What one was told oneself (test_notices.py).
    *("notices", "notice", "manual", "first_day", "first_steps"),
}
# Accounts and the audit trail belong to no headquarters; their own tests say who may open them.
UNSCOPED = {"auth.User", "auth.Group", "aidtracker.Act"}


@pytest.fixture(params=RECORDS, ids=model_id)
def model(request):
    return request.param


@pytest.fixture(params=PRIVATE, ids=model_id)
def private(request):
    return request.param


# Every door is known


def patterns(found, prefix=""):
    for pattern in found:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, route)
        else:
            yield route, pattern.name


def expected_doors(model):
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    doors = row_doors(model) | list_doors(model)
    # Names an upload: who opens it is tested with the queue.
    doors |= {f"{door}_progress" for door in doors & {"import"}}
    return {f"{name}_{door}" for door in doors}


def test_every_model_is_known():
    registered = {model._meta.label for model in admin.site._registry}
    assert registered == {model._meta.label for model in record_models()} | UNSCOPED


def test_every_door_is_known():
    below = (item for item in patterns(urls.urlpatterns) if item[0].startswith("admin/"))
    unscoped = tuple(label.lower().replace(".", "_") for label in UNSCOPED)
    crawled = {name for _, name in below if name and not name.startswith(unscoped)}
    assert crawled == set().union(*map(expected_doors, RECORDS)) | OWN_DOORS | SITE_DOORS


def test_no_list_is_edited_in_place():
    """List editing would be one more door."""
    assert [str(one) for one in admin.site._registry.values() if one.list_editable] == []


# Doors that name a row

# A button is only sent to.
GONE = {"step": (405, 404)}


@pytest.mark.parametrize(
    "verbs",
    [
        pytest.param(None, id="all rights"),
        pytest.param(("view",), id="only looks", marks=pytest.mark.once),
    ],
)
def test_foreign_row_is_not_there(world, private, verbs):
    row = owned_by(world.theirs, private)
    before = state(row)
    client = QuickClient(staff(world.ours, verbs=verbs))
    found = answers(client, row, step="submit", version="1")
    assert found == {door: GONE.get(door, (404, 404)) for door in found}
    assert state(row) == before


@pytest.mark.once(but=7)
def test_foreign_row_that_all_read_stays_as_it_is(world, model):
    if model in PRIVATE:
        pytest.skip("not read by all")
    row = owned_by(world.theirs, model)
    if model is Finding:
        row.observations.update(status="published")
    before = state(row)
    found = answers(world.quick, row)
    expected = {"change": (200, 403), "delete": (403, 403), "history": (200, 200)}
    assert found == expected | {"state": (200, 403)}
    assert state(row) == before


# Roles


@pytest.mark.once
def test_user_without_rights_comes_nowhere(world, model):
    client = QuickClient(staff(world.ours, verbs=()))
    row = owned_by(world.ours, model) if model.OWNERS else owned_by(world.theirs, model)
    found = {status for both in answers(client, row).values() for status in both}
    found |= {client.get(page_of(model, door)).status_code for door in list_doors(model)}
    assert found <= {403, 404, 405}


@pytest.mark.once
def test_user_who_only_looks_changes_nothing(world, model):
    client = QuickClient(staff(world.ours, verbs=("view",)))
    row = owned_by(world.ours, model) if model.OWNERS else owned_by(world.theirs, model)
    before, number = state(row), model.objects.count()
    answers(client, row, step="submit", version="1")
    for door in list_doors(model) & {"add", "import", "many", "merge"}:
        assert client.post(page_of(model, door), {"note": "改"}).status_code == 403
    assert (state(row), model.objects.count()) == (before, number)


def test_observer_reads_all_and_changes_nothing(world, model):
    client = QuickClient(staff(world.ours, reach=Account.Reach.READS_ALL))
    row = owned_by(world.theirs, model)
    before = state(row)
    found = answers(client, row, step="submit", version="1")
    assert (found["change"], found["delete"]) == ((200, 403), (403, 403))
    assert client.get(page_of(model, "add")).status_code == 403
    for door in list_doors(model) & {"import", "import_template"}:
        assert client.get(page_of(model, door)).status_code == 403
    assert state(row) == before


@pytest.mark.once
def test_nobody_in_particular_is_sent_to_the_log_in(world, model):
    client, row = Client(), owned_by(world.theirs, model)
    found = {status for both in answers(client, row).values() for status in both}
    found |= {client.get(page_of(model, door)).status_code for door in list_doors(model)}
    assert found == {302}
    assert client.get(page_of(row, "change"))["Location"].startswith("/admin/login/")
