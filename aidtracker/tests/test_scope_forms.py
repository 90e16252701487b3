"""Forms of every model: no foreign row is shown, chosen, changed, or given away by them."""

import pytest
from django.contrib import admin
from django.urls import reverse

from aidtracker.ground.records import KeyedModel
from aidtracker.testing import make_source
from aidtracker.tests.foreign_rows import (
    PRIVATE,
    RECORDS,
    filled,
    is_owner_path,
    model_id,
    owned_by,
    page_of,
    relations,
    state,
    typed_into,
)
from projects.models import Project

pytestmark = pytest.mark.django_db


@pytest.fixture(params=RECORDS, ids=model_id)
def model(request):
    return request.param


def foreign_rows(world, model):
    """A foreign row for each field of a model that names rows which not everyone may read."""
    return {field: owned_by(world.theirs, field.related_model) for field in relations(model)}


# Own rows


def own_form(world, model):
    """A row of one's own and the page of its form; skips models that belong to nobody."""
    if not model.OWNERS:
        pytest.skip("belongs to nobody")
    row = owned_by(world.ours, model)
    page = world.quick.get(page_of(row, "change"))
    assert page.status_code == 200
    return row, page


@pytest.mark.once
def test_foreign_row_is_no_choice(world, model):
    foreign, (row, page) = foreign_rows(world, model), own_form(world, model)
    chosen = {
        field.name: [other.pk] if field.many_to_many else other.pk
        for field, other in foreign.items()
        if field.name in page.context_data["adminform"].form.fields
    }
    if chosen:
        before = state(row)
        sent = world.client.post(page_of(row, "change"), filled(page) | chosen)
        content = sent.content.decode()
        assert chosen.keys() <= sent.context["adminform"].form.errors.keys()
        assert [str(other) for other in foreign.values() if str(other) in content] == []
        assert state(row) == before


def test_own_row_is_not_given_away(world, model):
    row, page = own_form(world, model)
    owner, before = model.OWNERS[0], state(row)
    if owner not in page.context_data["adminform"].form.fields:
        pytest.skip("the owner stays")
    sent = world.quick.post(page_of(row, "change"), filled(page) | {owner: world.theirs.pk})
    errors = sent.context_data["adminform"].form.errors
    assert errors[owner] == [f"这条{model._meta.verbose_name}不归您的指挥部维护。"]
    assert state(row) == before


@pytest.mark.once(but=7)
def test_new_row_is_of_the_only_headquarters_and_names_no_foreign_row(world, model):
    foreign = foreign_rows(world, model)
    asked = {field.name: other.pk for field, other in foreign.items()}
    page = world.client.get(page_of(model, "add"), asked)
    if page.status_code == 403:
        pytest.skip("made by the program")
    content, form = page.content.decode(), page.context["adminform"].form
    assert [str(other) for other in foreign.values() if str(other) in content] == []
    if model.OWNERS and "__" not in model.OWNERS[0]:
        assert form[model.OWNERS[0]].value() == world.ours.pk


def test_links_to_foreign_documents_are_hidden_and_kept(world):
    """A form shows the own ones, and saving it leaves the others."""
    hidden, own = (
        make_source(maintainer=world.theirs, title="乙的内部月报", kind="report"),
        make_source(),
    )
    row = owned_by(world.ours, Project, sources=[hidden, own])
    response = world.client.get(page_of(row, "change"))
    assert "乙的内部月报" not in response.content.decode()
    data = filled(response) | {"note": "改"}
    assert world.client.post(page_of(row, "change"), data).status_code == 302
    row.refresh_from_db()
    assert (row.note, {*row.sources.all()}) == ("改", {hidden, own})


@pytest.mark.once(but=7)
@pytest.mark.parametrize("record", [r for r in RECORDS if hasattr(r, "sources")], ids=model_id)
def test_row_that_all_read_does_not_name_foreign_documents(world, record):
    if record in PRIVATE:
        pytest.skip("not read by all")
    hidden = make_source(
        maintainer=world.theirs, title="乙的内部月报", code="secret-report", kind="report"
    )
    row = owned_by(world.theirs, record, sources=[hidden])
    for page in ("change", "history"):
        content = world.client.get(page_of(row, page)).content.decode()
        assert "乙的内部月报" not in content
        assert "secret-report" not in content


# Foreign rows


def test_form_of_a_foreign_row_changes_nothing(world, model, quick_admin):
    """The same data that a keeper of the whole record can send."""
    row = owned_by(world.theirs, model)
    page = quick_admin.get(page_of(row, "change"))
    name, data = typed_into(page.context_data["adminform"].form), filled(page)
    if name is not None:
        data[name] = f"{data.get(name, '')}改"
    before = state(row)
    assert world.quick.post(page_of(row, "change"), data).status_code in (403, 404)
    assert state(row) == before
    if name is not None:
        assert quick_admin.post(page_of(row, "change"), data).status_code == 302
        assert state(row) != before


@pytest.mark.parametrize(
    "field",
    [
        pytest.param(field, id=f"{record.__name__}.{field.name}")
        for record in RECORDS
        for field in relations(record)
    ],
)
def test_foreign_row_is_not_found_by_typing(world, field, admin_client):
    foreign = owned_by(world.theirs, field.related_model)
    meta = field.model._meta
    asked = {"app_label": meta.app_label, "model_name": meta.model_name, "field_name": field.name}
    word = {"term": str(foreign)[:20]} if hasattr(foreign, "search_text") else {}
    address = reverse("admin:autocomplete")
    assert found_by_typing(world.client, address, asked | word, foreign) is False
    if word:
        assert found_by_typing(admin_client, address, asked | word, foreign) is True


def found_by_typing(client, address, asked, row):
    response = client.get(address, asked)
    return str(row.pk) in [one["id"] for one in response.json()["results"]]


# Inlines

INLINES = [
    pytest.param(model, inline, id=f"{model.__name__}.{inline.__name__}")
    for model, one in admin.site._registry.items()
    for inline in one.inlines
    if inline.model in PRIVATE
]


def parent_field(model, inline):
    name = getattr(inline, "fk_name", None)
    fields = [field for field in inline.model._meta.fields if field.related_model is model]
    return next(field for field in fields if name in (None, field.name))


@pytest.mark.parametrize(("parent", "inline"), INLINES)
def test_foreign_row_is_in_no_inline(world, parent, inline, admin_client):
    field = parent_field(parent, inline)
    if is_owner_path(field):
        pytest.skip("belongs to whom its parent belongs")
    row = owned_by(world.ours, parent)
    foreign = owned_by(world.theirs, inline.model, **{field.name: row})
    address = page_of(row, "change")
    link = page_of(foreign, "change")
    assert link in admin_client.get(address).content.decode()
    assert link not in world.client.get(address).content.decode()


EDITED = [
    pytest.param(model, inline, id=f"{model.__name__}.{inline.__name__}")
    for model, one in admin.site._registry.items()
    for inline in one.inlines
    if issubclass(model, KeyedModel)
    and inline.has_change_permission.__qualname__.split(".")[0] != "ReadOnlyInline"
]


@pytest.mark.parametrize(("parent", "inline"), EDITED)
def test_foreign_row_sent_with_an_inline_stays_as_it_is(world, parent, inline):
    field = parent_field(parent, inline)
    row = owned_by(world.ours, parent)
    foreign = owned_by(world.theirs, inline.model)
    response = world.quick.get(page_of(row, "change"))
    formsets = [one.formset for one in response.context_data["inline_admin_formsets"]]
    prefix = next(one.prefix for one in formsets if one.model is inline.model)
    data = filled(response) | {
        f"{prefix}-TOTAL_FORMS": 1,
        f"{prefix}-INITIAL_FORMS": 1,
        f"{prefix}-0-id": foreign.pk,
        f"{prefix}-0-{field.name}": row.pk,
        f"{prefix}-0-DELETE": "on",
    }
    before = state(foreign)
    world.quick.post(page_of(row, "change"), data)
    assert state(foreign) == before
