"""One field of many rows: drafts directly, what is public as proposals, undone as one."""

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker import testing
from aidtracker.desk.bulk_edits import BulkEdits
from aidtracker.ground.datasets import dataset_of
from aidtracker.tests.admin_pages import make
from aidtracker.tests.foreign_rows import staff
from aidtracker.trail.models import Act
from aidtracker.trail.undo import undo
from projects.models import Project, Revision

pytestmark = pytest.mark.django_db
LIST = reverse("admin:projects_project_changelist")
MANY = reverse("admin:projects_project_many")


@pytest.fixture
def headquarters():
    return testing.make_headquarters()


@pytest.fixture
def clerk(headquarters):
    verbs = ("view", "add", "change", "import")
    return logged_in(staff(headquarters, verbs=verbs))


def logged_in(user):
    client = Client()
    client.force_login(user)
    return client


def drafts(headquarters, number, **kwargs):
    kwargs = {"review": "draft", "headquarters": headquarters} | kwargs
    return [testing.make_project(**kwargs) for _ in range(number)]


def rows_of(*rows):
    return " ".join(f"{row.pk}:{row.version}" for row in rows)


def previewed(client, rows, field, **sent):
    return client.post(MANY, {"rows": rows_of(*rows), "field": field, "asked": field, **sent})


def confirmed(client, rows, field, **sent):
    """The answer to the confirmation of what a preview showed."""
    page = previewed(client, rows, field, **sent)
    sent |= {"sure": "1", "seen": page.context["seen"]}
    return previewed(client, rows, field, **sent)


def stored(rows, name="note"):
    rows = Project.objects.filter(pk__in=[one.pk for one in rows])
    return [*rows.order_by("pk").values_list(name, flat=True)]


def test_chosen_in_the_list_previewed_confirmed_and_undone_as_one(clerk, headquarters):
    rows = drafts(headquarters, 3, delivery="")
    chosen = {"action": "edit_many", "_selected_action": [one.pk for one in rows]}
    shown = {f"version-projects.project-{one.pk}": one.version for one in rows}
    page = clerk.post(LIST, chosen | shown)
    assert page.context["picked"] == rows_of(*rows)

    page = previewed(clerk, rows, "delivery", value="turnkey", reason="按批复")
    assert "修改 3 条" in page.content.decode()
    assert stored(rows, "delivery") == ["", "", ""]

    answer = confirmed(clerk, rows, "delivery", value="turnkey", reason="按批复")
    assert (answer.status_code, answer["Location"]) == (302, LIST)
    act = Act.objects.get(way="list")
    assert (act.reason, act.subject) == ("按批复", "援疆项目：交付方式改为交钥匙")
    assert {one.history.latest("history_id").act for one in rows} == {act}
    assert stored(rows, "delivery") == ["turnkey"] * 3
    assert stored(rows, "version") == [2, 2, 2]

    undo(act, act.user, "改错了")
    assert stored(rows, "delivery") == ["", "", ""]


def test_published_rows_become_proposals_and_what_was_approved_a_draft(clerk, headquarters):
    public, approved = (drafts(headquarters, 1, review=one)[0] for one in ("published", "approved"))
    page = previewed(clerk, [public, approved], "note", value="核实")
    assert "须写明理由" in page.content.decode()
    refused = confirmed(clerk, [public, approved], "note", value="核实")
    assert "请写明理由" in refused.content.decode()
    assert stored([public, approved]) == ["", ""]

    confirmed(clerk, [public, approved], "note", value="核实", reason="原表有误")
    public.refresh_from_db()
    approved.refresh_from_db()
    assert (public.note, approved.note, approved.review) == ("", "核实", "draft")
    revision = Revision.objects.get()
    assert revision.values == {"note": ["", "核实"]}
    assert revision.correction_reason == "原表有误"


def test_who_publishes_only_corrects_what_is_public(headquarters):
    publisher = logged_in(staff(headquarters, verbs=("view", "publish")))
    public, draft = (drafts(headquarters, 1, review=one)[0] for one in ("published", "draft"))
    page = confirmed(publisher, [public, draft], "note", value="核实", reason="原表有误")
    assert page.status_code == 302
    assert (stored([public]), stored([draft])) == (["核实"], [""])


def test_rows_of_others_and_rows_changed_meanwhile_stay(clerk, headquarters):
    [own, changed] = drafts(headquarters, 2)
    [foreign] = drafts(testing.make_headquarters(), 1)
    picked = rows_of(own, changed, foreign)
    Project.objects.get(pk=changed.pk).save()
    sent = {"rows": picked, "field": "note", "asked": "note", "value": "核实"}
    page = clerk.post(MANY, sent)
    words = page.content.decode()
    assert "打开列表后别人改过、不处理 1 条" in words
    assert "不归您改或已删除、不处理 1 条" in words
    assert foreign.name not in words
    clerk.post(MANY, sent | {"sure": "1", "seen": page.context["seen"]})
    assert stored([own]) + stored([changed]) + stored([foreign]) == ["核实", "", ""]


def test_what_was_not_previewed_is_not_stored(clerk, headquarters):
    rows = drafts(headquarters, 2)
    seen = previewed(clerk, rows, "note", value="甲").context["seen"]
    page = previewed(clerk, rows, "note", value="乙", sure="1", seen=seen)
    assert "请核对新的预览" in page.content.decode()
    assert stored(rows) == ["", ""]


def test_links_and_names_are_added_and_taken_away_one_by_one(clerk, headquarters):
    first, second = testing.make_region(), testing.make_region()
    [one] = drafts(headquarters, 1, regions=[first])
    [other] = drafts(headquarters, 1)
    rows = [one, other]
    confirmed(clerk, rows, "regions", how="add", value=[second.pk])
    assert [set(row.regions.all()) for row in rows] == [{first, second}, {second}]
    rows = [*Project.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk")]
    confirmed(clerk, rows, "aliases", how="add", value="又名")
    rows = [*Project.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk")]
    assert [row.aliases for row in rows] == [["又名"], ["又名"]]
    confirmed(clerk, rows, "regions", how="remove", value=[second.pk])
    assert [set(row.regions.all()) for row in rows] == [{first}, set()]


def test_rows_that_name_what_one_must_not_know_keep_it(clerk, headquarters):
    theirs = testing.make_source(kind="report", maintainer=testing.make_headquarters())
    own = testing.make_source(kind="report", maintainer=headquarters)
    [mixed] = drafts(headquarters, 1, sources=[theirs])
    [plain] = drafts(headquarters, 1)
    page = previewed(clerk, [mixed, plain], "sources", how="add", value=[own.pk])
    assert "不处理 1 条" in page.content.decode()
    assert theirs.code not in page.content.decode()
    confirmed(clerk, [mixed, plain], "sources", how="add", value=[own.pk])
    assert ([*mixed.sources.all()], [*plain.sources.all()]) == ([theirs], [own])


def test_bad_values_are_told_at_their_rows_and_nothing_is_stored(clerk, headquarters):
    [early] = drafts(headquarters, 1, planned_start="2026-05")
    [free] = drafts(headquarters, 1)
    page = previewed(clerk, [early, free], "planned_completion", value="2025-01")
    assert early.name in page.content.decode()
    assert not page.context["outcome"].can_be_stored
    page = previewed(clerk, [free], "planned_completion", value="去年")
    assert not page.context["outcome"].can_be_stored
    assert "去年" in page.content.decode()


def test_queries_do_not_grow_with_the_rows(clerk, headquarters):
    def asked(rows, **sent):
        with CaptureQueriesContext(connection) as captured:
            previewed(clerk, rows, "note", **sent)
        return len(captured)

    rows = drafts(headquarters, 12)
    seen = {
        len(part): previewed(clerk, part, "note", value="核实").context["seen"]
        for part in (rows[:2], rows[2:])
    }
    few, many = rows[:2], rows[2:]
    assert asked(few, value="核实") == asked(many, value="核实")
    first = asked(few, value="核实", sure="1", seen=seen[2])
    assert first == asked(many, value="核实", sure="1", seen=seen[10])


MODELS = [
    model
    for model, desk in admin.site._registry.items()
    if isinstance(desk, BulkEdits) and dataset_of(model).is_imported
]


@pytest.mark.once
@pytest.mark.parametrize("model", MODELS)
def test_every_field_of_every_dataset_is_asked_in_words(admin_client, model):
    row = make(model)
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_many")
    page = admin_client.post(address, {"rows": rows_of(row)})
    for column in page.context["columns"]:
        name = column.source.name
        answer = admin_client.post(address, {"rows": rows_of(row), "field": name})
        assert answer.context["form"]["value"].label == column.label
