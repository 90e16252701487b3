"""Lists, filters, files, imports and actions of every model: foreign rows are in none of them."""

import csv
import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile

from aidtracker.desk.ranges import field_at
from aidtracker.sheets import resource_for
from aidtracker.tests.doors import list_doors
from aidtracker.tests.foreign_rows import (
    PRIVATE,
    RECORDS,
    model_id,
    owned_by,
    page_of,
    relations,
    state,
    versions,
)
from aidtracker.tests.sheet_helpers import cells_of
from projects.models import Finding

pytestmark = pytest.mark.django_db


@pytest.fixture(params=RECORDS, ids=model_id)
def model(request):
    return request.param


@pytest.fixture(params=PRIVATE, ids=model_id)
def private(request):
    return request.param


# Lists


def test_foreign_row_is_in_no_list(world, private, quick_admin):
    row = owned_by(world.theirs, private)
    address = page_of(private, "changelist")
    assert row in quick_admin.get(address).context_data["cl"].queryset
    for asked in ({}, {"q": str(row)[:20]}, {"all": ""}, {"id__exact": row.pk}):
        response = world.quick.get(address, asked)
        assert response.status_code in (200, 302, 400)
        if response.status_code == 200:
            assert row not in response.context_data["cl"].queryset


def filters():
    """The filters by a row that others may own, of the list's own rows and of what they name."""
    for record in RECORDS:
        for item in admin.site.get_model_admin(record).list_filter:
            path = item[0] if isinstance(item, tuple) else item
            field = field_at(record, path) if isinstance(path, str) else None
            if field is not None and field in relations(field.model):
                yield pytest.param(record, path, field, id=f"{record.__name__}.{path}")


@pytest.mark.parametrize(("record", "path", "field"), list(filters()))
def test_filter_does_not_name_foreign_rows(world, record, path, field, admin_client):
    foreign = owned_by(world.theirs, field.related_model)
    asked = {f"{path}__id__exact": foreign.pk}
    address = page_of(record, "changelist")
    assert str(foreign) in admin_client.get(address, asked).content.decode()
    assert str(foreign) not in world.client.get(address, asked).content.decode()


def test_foreign_row_is_in_no_file(world, private, admin_client):
    if "export" not in list_doors(private):
        pytest.skip("no such door")
    row = owned_by(world.theirs, private)
    address = page_of(private, "export")
    assert key_cells(row) in exported(admin_client, address)
    assert key_cells(row) not in exported(world.client, address)


def exported(client, address):
    """The keys of a downloaded list's rows."""
    response = client.get(address, {"format": "csv", "headers": "code"})
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return [line.split(",", 1)[0] for line in content.decode("utf-8-sig").splitlines()]


def key_cells(row):
    """The first cell of a row in a file."""
    [cells] = cells_of(type(row).objects.filter(pk=row.pk), codes=True)
    return cells[0]


def sheet(row, words):
    """A file of a row as it is, but with other words in one column."""
    resource = resource_for(type(row))
    [cells] = cells_of(type(row).objects.filter(pk=row.pk), codes=True)
    headings = resource.headings(codes=True)
    free = [name for name in ("note", "explanation", "reason", headings[-1]) if name in headings]
    cells[headings.index(free[0])] = words
    file = io.StringIO()
    csv.writer(file).writerows([headings, cells])
    return SimpleUploadedFile("file.csv", file.getvalue().encode("utf-8-sig"))


def test_foreign_row_is_not_imported(world, model):
    if "import" not in list_doors(model):
        pytest.skip("no such door")
    row = owned_by(world.theirs, model)
    if model is Finding:
        row.observations.update(status="published")
    before = state(row)
    page = world.quick.post(page_of(model, "import"), {"file": sheet(row, "甲改的")})
    token = (getattr(page, "context_data", None) or {}).get("token", "")
    if token:
        world.quick.post(page_of(model, "import"), {"token": token})
    assert state(row) == before


# Actions


def test_action_leaves_foreign_rows_alone(world, model):
    row = owned_by(world.theirs, model)
    if model is Finding:
        row.observations.update(status="published")
    before = state(row)
    address = page_of(model, "changelist")
    request: Any = SimpleNamespace(user=world.user, GET={}, META={}, method="GET")
    actions = [*admin.site.get_model_admin(model).get_actions(request)]
    for action in actions:
        chosen = {"action": action, "_selected_action": row.pk, "post": "yes", "reason": "理由"}
        chosen |= versions([row])
        # For all rows of the list; for the chosen row alone, which is less, once.
        for across in ("1", "0") if action == actions[0] else ("1",):
            world.quick.post(address, chosen | {"select_across": across})
            assert (action, state(row)) == (action, before)


# Costs


@pytest.mark.once(but=7)
def test_scope_costs_few_queries(world, private, admin_client, django_assert_max_num_queries):
    owned_by(world.ours, private)
    address, client = page_of(private, "changelist"), world.client
    with django_assert_max_num_queries(13):
        client.get(address)
