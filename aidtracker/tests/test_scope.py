"""Foreign rows at every door of the admin: a door or a model without an entry here is an error.

The user works for one headquarters and holds all rights; the rows belong to another one.
"""

import csv
import hashlib
import io
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import URLResolver, reverse

from aidtracker import urls
from aidtracker.datasets import DATASETS
from aidtracker.spreadsheets import resource_for
from aidtracker.testing import make_metric, make_milestone, make_project, make_series, make_source
from aidtracker.tests.foreign_rows import (
    PRIVATE,
    RECORDS,
    filled,
    is_owner_path,
    model_id,
    owned_by,
    page_of,
    relations,
    staff,
    state,
    two_headquarters,
    typed_into,
    versions,
)
from programs.models import Account
from projects.models import (
    Finding,
    Observation,
    ObservationPart,
    Project,
    ReportingPeriod,
)

pytestmark = pytest.mark.django_db

# Doors that name a row: what follows the row in the address.
ROW_DOORS = {
    "change": lambda row: (),
    "delete": lambda row: (),
    "history": lambda row: (),
    "state": lambda row: (row.history.first().pk,),
    "step": lambda row: (),
}
# Doors that name none: lists, forms of new rows, files.
LIST_DOORS = {"changelist", "add", "import", "import_template", "export", "deleted"}
# Only of reviewed models.
REVIEW_DOORS = {"step"}
# The program alone writes them, so there is nothing to import, and no review.
WRITTEN_BY_PROGRAM = {ObservationPart: {"import", "import_template", "export"}}
OWN_DOORS = {
    "projects_observation_read_figure",
    "projects_observation_enter",
    "projects_observation_enter_find",
    "projects_observation_enter_nearby",
    "projects_reportingperiod_open",
    "projects_grid",
    "projects_desk",
    "projects_desks",
    "projects_monthly_totals",
    "alive",
}
# Of the admin itself: nothing in them is a row, or they are tested below.
SITE_DOORS = {
    *("index", "login", "logout", "password_change", "password_change_done", "jsi18n"),
    *("search", "autocomplete", "view_on_site", "app_list"),
}
# Accounts and the audit trail belong to no headquarters; their own tests say who may open them.
UNSCOPED = {"auth.User", "auth.Group", "aidtracker.Act"}


@pytest.fixture
def world():
    """A user of the first of two headquarters, logged in, and an observer who reads all."""
    ours, theirs = two_headquarters()
    world = SimpleNamespace(ours=ours, theirs=theirs, user=staff(ours), client=Client())
    world.client.force_login(world.user)
    return world


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
    rows = {door for door in ROW_DOORS if door not in REVIEW_DOORS or hasattr(model, "REVIEW")}
    return {f"{name}_{door}" for door in rows | list_doors(model)}


def list_doors(model):
    return LIST_DOORS - WRITTEN_BY_PROGRAM.get(model, set())


def test_every_model_is_known():
    registered = {model._meta.label for model in admin.site._registry}
    assert registered == {*DATASETS.values()} | UNSCOPED


def test_every_door_is_known():
    below = (item for item in patterns(urls.urlpatterns) if item[0].startswith("admin/"))
    unscoped = tuple(label.lower().replace(".", "_") for label in UNSCOPED)
    crawled = {name for _, name in below if name and not name.startswith(unscoped)}
    assert crawled == set().union(*map(expected_doors, RECORDS)) | OWN_DOORS | SITE_DOORS


def test_no_list_is_edited_in_place():
    """List editing would be one more door."""
    assert [str(one) for one in admin.site._registry.values() if one.list_editable] == []


# Doors that name a row


def answers(client, row, **data):
    """The statuses of all doors of a row, asked and sent to, as far as the model has them."""
    found = {}
    for door, args in ROW_DOORS.items():
        if door in REVIEW_DOORS and not hasattr(type(row), "REVIEW"):
            continue
        address = page_of(row, door, *args(row))
        found[door] = tuple(
            response.status_code
            for response in (
                client.get(address),
                client.post(address, {"post": "yes", "reason": "理由", **versions([row]), **data}),
            )
        )
    return found


# A button is only sent to.
GONE = {"step": (405, 404)}


def test_foreign_row_is_not_there(world, private):
    row = owned_by(world.theirs, private)
    before = state(row)
    found = answers(world.client, row, step="submit", version="1")
    assert found == {door: GONE.get(door, (404, 404)) for door in found}
    assert state(row) == before


def test_foreign_row_is_not_there_for_those_who_only_look(world, private):
    client = Client()
    client.force_login(staff(world.ours, verbs=("view",)))
    row = owned_by(world.theirs, private)
    before = state(row)
    found = answers(client, row, step="submit", version="1")
    assert found == {door: GONE.get(door, (404, 404)) for door in found}
    assert state(row) == before


def test_foreign_row_that_all_read_stays_as_it_is(world, model):
    if model in PRIVATE:
        pytest.skip("not read by all")
    row = owned_by(world.theirs, model)
    if model is Finding:
        row.observations.update(status="published")
    before = state(row)
    found = answers(world.client, row)
    expected = {"change": (200, 403), "delete": (403, 403), "history": (200, 200)}
    assert found == expected | {"state": (200, 403)}
    assert state(row) == before


def test_own_row_is_there(world, model):
    if not model.OWNERS:
        pytest.skip("belongs to nobody")
    row = owned_by(world.ours, model)
    assert world.client.get(page_of(row, "change")).status_code == 200


# Forms


def changed_form(client, row):
    """What a form's page would send back with other words in one field: (data, field)."""
    response = client.get(page_of(row, "change"))
    data = filled(response)
    name = typed_into(response.context["adminform"].form)
    if name is None:
        return data, None
    return data | {name: f"{data.get(name, '')}改"}, name


def test_form_of_a_foreign_row_changes_nothing(world, model, admin_client):
    """The same data that a keeper of the whole record can send."""
    row = owned_by(world.theirs, model)
    data, name = changed_form(admin_client, row)
    before = state(row)
    assert world.client.post(page_of(row, "change"), data).status_code in (403, 404)
    assert state(row) == before
    if name is not None:
        assert admin_client.post(page_of(row, "change"), data).status_code == 302
        assert state(row) != before


def owners():
    return [model for model in RECORDS if model.OWNERS and "__" not in model.OWNERS[0]]


@pytest.mark.parametrize("record", owners(), ids=model_id)
def test_own_row_is_not_given_away(world, record):
    row, owner = owned_by(world.ours, record), record.OWNERS[0]
    response = world.client.get(page_of(row, "change"))
    if owner not in response.context["adminform"].form.fields:
        pytest.skip("the owner stays")
    data = filled(response) | {owner: world.theirs.pk}
    before = state(row)
    response = world.client.post(page_of(row, "change"), data)
    errors = response.context["adminform"].form.errors
    assert errors[owner] == [f"这条{record._meta.verbose_name}不归您的指挥部维护。"]
    assert state(row) == before


@pytest.mark.parametrize("record", owners(), ids=model_id)
def test_new_row_is_given_to_the_only_headquarters(world, record):
    response = world.client.get(page_of(record, "add"))
    if response.status_code == 403:
        pytest.skip("made by the program")
    form = response.context["adminform"].form
    assert form[record.OWNERS[0]].value() == world.ours.pk


CHOICES = [
    pytest.param(field, id=f"{record.__name__}.{field.name}")
    for record in RECORDS
    for field in relations(record)
]


@pytest.mark.parametrize("field", CHOICES)
def test_foreign_row_is_no_choice(world, field):
    foreign = owned_by(world.theirs, field.related_model)
    row = owned_by(world.ours, field.model)
    response = world.client.get(page_of(row, "change"))
    form = response.context["adminform"].form
    if field.name not in form.fields:
        pytest.skip("not on the form")
    value = [foreign.pk] if field.many_to_many else foreign.pk
    before = state(row)
    sent = world.client.post(page_of(row, "change"), filled(response) | {field.name: value})
    assert field.name in sent.context["adminform"].form.errors
    assert str(foreign) not in sent.content.decode()
    assert state(row) == before


@pytest.mark.parametrize("field", CHOICES)
def test_foreign_row_is_not_filled_in_beforehand(world, field):
    foreign = owned_by(world.theirs, field.related_model)
    response = world.client.get(page_of(field.model, "add"), {field.name: foreign.pk})
    assert response.status_code in (200, 403)
    assert str(foreign) not in response.content.decode()


@pytest.mark.parametrize("field", CHOICES)
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


def test_links_to_foreign_documents_are_hidden_and_kept(world):
    """A form shows the own ones, and saving it leaves the others."""
    hidden, own = make_source(maintainer=world.theirs, title="乙的内部月报"), make_source()
    row = owned_by(world.ours, Project, sources=[hidden, own])
    response = world.client.get(page_of(row, "change"))
    assert "乙的内部月报" not in response.content.decode()
    data = filled(response) | {"note": "改"}
    assert world.client.post(page_of(row, "change"), data).status_code == 302
    row.refresh_from_db()
    assert (row.note, {*row.sources.all()}) == ("改", {hidden, own})


@pytest.mark.parametrize("record", [r for r in RECORDS if hasattr(r, "sources")], ids=model_id)
def test_row_that_all_read_does_not_name_foreign_documents(world, record):
    if record in PRIVATE:
        pytest.skip("not read by all")
    hidden = make_source(maintainer=world.theirs, title="乙的内部月报", code="secret-report")
    row = owned_by(world.theirs, record, sources=[hidden])
    for page in ("change", "history"):
        content = world.client.get(page_of(row, page)).content.decode()
        assert "乙的内部月报" not in content
        assert "secret-report" not in content


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
    if inline.has_change_permission.__qualname__.split(".")[0] != "ReadOnlyInline"
]


@pytest.mark.parametrize(("parent", "inline"), EDITED)
def test_foreign_row_sent_with_an_inline_stays_as_it_is(world, parent, inline):
    field = parent_field(parent, inline)
    row = owned_by(world.ours, parent)
    foreign = owned_by(world.theirs, inline.model)
    response = world.client.get(page_of(row, "change"))
    formsets = [one.formset for one in response.context["inline_admin_formsets"]]
    prefix = next(one.prefix for one in formsets if one.model is inline.model)
    data = filled(response) | {
        f"{prefix}-TOTAL_FORMS": 1,
        f"{prefix}-INITIAL_FORMS": 1,
        f"{prefix}-0-id": foreign.pk,
        f"{prefix}-0-{field.name}": row.pk,
        f"{prefix}-0-DELETE": "on",
    }
    before = state(foreign)
    world.client.post(page_of(row, "change"), data)
    assert state(foreign) == before


# Lists and files


def test_foreign_row_is_in_no_list(world, private, admin_client):
    row = owned_by(world.theirs, private)
    address = page_of(private, "changelist")
    assert row in admin_client.get(address).context["cl"].queryset
    for asked in ({}, {"q": str(row)[:20]}, {"all": ""}, {"id__exact": row.pk}):
        response = world.client.get(address, asked)
        assert response.status_code in (200, 302, 400)
        if response.status_code == 200:
            assert row not in response.context["cl"].queryset


def filters():
    for record in RECORDS:
        for name in admin.site.get_model_admin(record).list_filter:
            field = record._meta.get_field(name) if isinstance(name, str) else None
            if field is not None and field in relations(record):
                yield pytest.param(field, id=f"{record.__name__}.{name}")


@pytest.mark.parametrize("field", list(filters()))
def test_filter_does_not_name_foreign_rows(world, field, admin_client):
    foreign = owned_by(world.theirs, field.related_model)
    asked = {f"{field.name}__id__exact": foreign.pk}
    address = page_of(field.model, "changelist")
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
    resource = resource_for(type(row))
    cells = next(iter(resource.rows(type(row).objects.filter(pk=row.pk), codes=True)))
    return str(cells[0])


def test_foreign_row_is_not_imported(world, model):
    if "import" not in list_doors(model):
        pytest.skip("no such door")
    row = owned_by(world.theirs, model)
    if model is Finding:
        row.observations.update(status="published")
    resource = resource_for(model)
    cells = list(next(iter(resource.rows(model.objects.filter(pk=row.pk), codes=True))))
    headings = resource.headings(codes=True)
    name = next((name for name in ("note", "explanation", "reason") if name in headings), None)
    if name is None:
        name = headings[-1]
    cells[headings.index(name)] = "甲改的"
    file = io.StringIO()
    csv.writer(file).writerows([headings, cells])
    before = state(row)
    upload = SimpleUploadedFile("file.csv", file.getvalue().encode("utf-8-sig"))
    response = world.client.post(page_of(model, "import"), {"file": upload})
    token = response.context.get("token", "") if response.status_code == 200 else ""
    if token:
        world.client.post(page_of(model, "import"), {"token": token})
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
        for across in ("0", "1"):
            world.client.post(address, chosen | {"select_across": across})
        assert (action, state(row)) == (action, before)


# Deleting


def test_foreign_rows_in_the_way_are_counted_and_not_named(world, admin_client):
    own = owned_by(world.ours, Project)
    foreign = make_series(project=own)
    figure = owned_by(world.theirs, Observation, series=foreign, printed="7家")
    site = owned_by(world.ours, type(foreign), project=own)
    named = admin_client.get(page_of(foreign, "delete")).context["protected"]
    assert [str(figure) in str(line) for line in named] == [True]
    keeper = owned_by(world.ours, Observation, series=site)
    owned_by(world.theirs, Observation, series=site, printed="8家")
    response = world.client.get(page_of(site, "delete"))
    lines = [str(line) for line in response.context["protected"]]
    assert (len(lines), str(keeper) in lines[0]) == (2, True)
    assert lines[1] == "另有 1 条其他指挥部的记录"
    assert "8家" not in response.content.decode()


# Doors of their own


def test_entry_page_of_a_foreign_document_is_not_there(world):
    source = make_source(maintainer=world.theirs, text="有工人45名。")
    for name in ("enter", "enter_find", "enter_nearby"):
        address = reverse(f"admin:projects_observation_{name}", args=[source.code])
        assert world.client.get(address).status_code == 404
    address = reverse("admin:projects_observation_enter", args=[source.code])
    for action in ("save", "skip", "undo", "series"):
        assert world.client.post(address, {"action": action}).status_code == 404


def test_entry_page_does_not_find_foreign_rows(world):
    source = make_source(text="有工人45名。")
    foreign = make_project(headquarters=world.theirs, review="draft", name="乙的秘密项目")
    series = make_series(project=foreign, name="乙的秘密序列")
    address = reverse("admin:projects_observation_enter_find", args=[source.code])
    for kind, word in (("subject", "乙的秘密"), ("series", "乙的秘密")):
        response = world.client.get(address, {"kind": kind, "q": word})
        assert response.json() == {"options": []}
    read = reverse("admin:projects_observation_read_figure")
    asked = {"printed": "5家", "series": series.pk}
    assert (
        series.metric.unit
        not in world.client.get(read, asked | {"printed": "5"}).json()["sentence"]
    )


def test_entry_page_says_only_that_others_recorded_a_figure(world):
    source = make_source(text="有工人45名，又有12名。")
    series = make_series(name="乙的序列")
    owned_by(
        world.theirs,
        Observation,
        source=source,
        series=series,
        printed="45名",
        start=3,
        end=6,
        value=45,
    )
    address = reverse("admin:projects_observation_enter", args=[source.code])
    content = world.client.get(address, {"start": 3, "end": 6}).content.decode()
    assert "其他指挥部已记录" in content
    assert "乙的序列" not in content


def enter(client, source, **data):
    address = reverse("admin:projects_observation_enter", args=[source.code])
    sha256 = hashlib.sha256(source.text.encode()).hexdigest()
    return client.post(address, {"start": 3, "end": 6, "text_sha256": sha256, **data})


FIGURE = {"action": "save", "printed": "45名", "nature": "actual", "accumulation": "point"}
PHRASE = {"action": "skip", "reason": "rule"}


def test_what_a_clerk_enters_belongs_to_their_headquarters(world):
    source = make_source(text="有工人45名。又有工人45名。")
    series = make_series(metric=make_metric(unit="名"))
    enter(world.client, source, **FIGURE, series=series.name)
    enter(world.client, source, **PHRASE, start=10, end=13)
    region = {"action": "series", "metric": series.metric.name, "scope_note": "仅苹果"}
    enter(world.client, source, **region, subject=f"地区：{series.region.name}")
    new = series.metric.series_set.exclude(pk=series.pk).get()
    rows = (source.observations.get(), source.skipped_phrases.get(), new)
    assert [row.maintainer for row in rows] == [world.ours] * 3


def test_clerk_of_several_headquarters_is_told_to_choose(world):
    source = make_source(text="有工人45名。")
    world.client.force_login(staff(world.ours, world.theirs))
    response = enter(world.client, source, **PHRASE)
    errors = response.context["skip_form"].non_field_errors()
    assert errors == ["您的账号不只一个指挥部，请选择其中一个。"]
    assert not source.skipped_phrases.exists()


def test_public_page_of_a_foreign_draft_is_not_told(world):
    row = owned_by(world.theirs, Project)
    kind = ContentType.objects.get_for_model(Project).pk
    address = reverse("admin:view_on_site", args=[kind, row.pk])
    assert world.client.get(address).status_code == 404
    Project.objects.filter(pk=row.pk).update(review="published")
    assert world.client.get(address).status_code == 302


@pytest.mark.parametrize("written", ["{kind}/ {row}", " {kind}/{row}", "{kind}/+{row}", "x/{row}"])
def test_public_page_is_not_told_by_another_spelling(world, written):
    row = owned_by(world.theirs, Project)
    kind = ContentType.objects.get_for_model(Project).pk
    address = f"/admin/r/{written.format(kind=kind, row=row.pk)}/"
    assert world.client.get(address).status_code == 404


def test_grid_does_not_show_foreign_projects(world):
    foreign = owned_by(world.theirs, Project, name="乙的秘密项目", status="building")
    own = owned_by(world.ours, Project, name="甲的项目", status="building")
    address = reverse("admin:projects_grid")
    for asked in ({}, {"headquarters": world.theirs.pk}, {"command": world.theirs.pk}):
        content = world.client.get(address, asked).content.decode()
        assert foreign.name not in content
    assert own.name in world.client.get(address).content.decode()


def test_month_is_opened_for_own_headquarters_only(world):
    address = reverse("admin:projects_reportingperiod_open")
    world.client.post(address, {"month": "2031-03"})
    opened = ReportingPeriod.objects.filter(month="2031-03-01")
    assert [one.headquarters for one in opened] == [world.ours]


def test_page_of_a_foreign_headquarters_is_not_there(world, admin_client):
    address = reverse("admin:projects_desk", args=[world.theirs.slug])
    assert admin_client.get(address).status_code == 200
    assert world.client.get(address).status_code == 404
    assert world.client.get(address, {"download": "csv"}).status_code == 404
    assert world.theirs.name not in world.client.get(reverse("admin:projects_desks")).headers.get(
        "Location", ""
    )


def test_month_of_a_foreign_headquarters_is_not_summed(world):
    address = reverse("admin:projects_monthly_totals")
    number = Observation.objects.count()
    asked = {"headquarters": world.theirs.pk, "month": "2026-05"}
    for response in (world.client.get(address, asked), world.client.post(address, asked)):
        assert "不在您的范围之内" in response.content.decode()
    assert Observation.objects.count() == number


def test_first_page_counts_no_foreign_rows(world):
    def counted():
        context = world.client.get(reverse("admin:index")).context
        return [(item["what"], item["kind"], item["count"]) for item in context["work"]]

    before = counted()
    owned_by(world.theirs, Project)
    make_milestone(project=owned_by(world.theirs, Project))
    assert counted() == before


# Roles


def test_user_without_rights_comes_nowhere(world, model):
    client = Client()
    client.force_login(staff(world.ours, verbs=()))
    row = owned_by(world.ours, model) if model.OWNERS else owned_by(world.theirs, model)
    found = {status for both in answers(client, row).values() for status in both}
    found |= {client.get(page_of(model, door)).status_code for door in list_doors(model)}
    assert found <= {403, 404, 405}


def test_user_who_only_looks_changes_nothing(world, model):
    client = Client()
    client.force_login(staff(world.ours, verbs=("view",)))
    row = owned_by(world.ours, model) if model.OWNERS else owned_by(world.theirs, model)
    before, number = state(row), model.objects.count()
    answers(client, row, step="submit", version="1")
    for door in list_doors(model) & {"add", "import"}:
        assert client.post(page_of(model, door), {"note": "改"}).status_code == 403
    assert (state(row), model.objects.count()) == (before, number)


def test_observer_reads_all_and_changes_nothing(world, model):
    client = Client()
    client.force_login(staff(world.ours, reach=Account.Reach.READS_ALL))
    row = owned_by(world.theirs, model)
    before = state(row)
    found = answers(client, row, step="submit", version="1")
    assert (found["change"], found["delete"]) == ((200, 403), (403, 403))
    assert client.get(page_of(model, "add")).status_code == 403
    for door in list_doors(model) & {"import", "import_template"}:
        assert client.get(page_of(model, door)).status_code == 403
    assert state(row) == before


def test_nobody_in_particular_is_sent_to_the_log_in(world, model):
    client, row = Client(), owned_by(world.theirs, model)
    found = {status for both in answers(client, row).values() for status in both}
    found |= {client.get(page_of(model, door)).status_code for door in list_doors(model)}
    assert found == {302}
    assert client.get(page_of(row, "change"))["Location"].startswith("/admin/login/")


# Costs


def test_scope_costs_few_queries(world, private, admin_client, django_assert_max_num_queries):
    owned_by(world.ours, private)
    address = page_of(private, "changelist")
    with django_assert_max_num_queries(13):
        world.client.get(address)
