"""The filters that find work to do, and the first page that counts it."""

import pytest
from django.contrib.auth.models import Permission, User
from django.urls import reverse

from aidtracker.admin_filters import kinds_of_work
from aidtracker.datasets import DATASETS, dataset_model
from aidtracker.testing import (
    make_finding,
    make_investment,
    make_observation,
    make_project,
    make_region,
    make_source,
)
from aidtracker.tests.admin_pages import address
from programs.models import Batch, Region, Source
from projects.models import Finding, Investment, Observation, Project

WORK = {
    Observation: {"date": "日期未知", "place": "没有位置", "review": "待审核"},
    Finding: {"contradiction": "矛盾待处理", "candidate": "待看"},
    Project: {"source": "没有出处", "amount": "金额未知", "date": "日期未知"},
    Source: {"date": "日期未知", "text": "没有全文"},
    Batch: {"source": "没有出处", "date": "日期未知"},
}


@pytest.mark.parametrize("model", WORK, ids=lambda model: model.__name__)
def test_kinds_of_work_follow_from_the_fields(model):
    assert {key: label for key, (label, _) in kinds_of_work(model).items()} == WORK[model]


def test_every_record_with_sources_can_be_asked_for_those_without():
    models = [dataset_model(name) for name in DATASETS]
    with_sources = [model for model in models if hasattr(model, "sources")]
    assert [model for model in with_sources if "source" not in kinds_of_work(model)] == []


def found(client, model, *kinds):
    response = client.get(address(model, "changelist"), {"todo": kinds})
    return {*response.context["cl"].queryset}


def finds(client, kind, lacking, complete):
    """Whether the filter shows the row that lacks something, and not the complete one."""
    rows = found(client, type(lacking), kind)
    return lacking in rows and complete not in rows


@pytest.mark.django_db
def test_filter_finds_records_without_source(admin_client):
    assert finds(admin_client, "source", make_region(), make_region(sources=[make_source()]))


@pytest.mark.django_db
def test_filter_finds_amounts_unknown_but_not_zero(admin_client):
    assert finds(admin_client, "amount", make_project(), make_project(paid_amount=0))
    assert finds(admin_client, "amount", make_investment(), make_investment(agreed_amount=1))


@pytest.mark.django_db
def test_filter_finds_dates_unknown(admin_client):
    assert finds(admin_client, "date", make_project(), make_project(actual_start="2019"))
    assert finds(admin_client, "date", make_observation(), make_observation(as_of="2019-04-12"))


@pytest.mark.django_db
def test_filter_finds_figures_without_place(admin_client):
    assert finds(admin_client, "place", make_observation(), make_observation(start=3, end=5))


@pytest.mark.django_db
def test_filter_finds_figures_to_review(admin_client):
    draft, submitted = make_observation(status="draft"), make_observation(status="submitted")
    assert finds(admin_client, "review", submitted, draft)


@pytest.mark.django_db
def test_filter_finds_documents_without_text(admin_client):
    assert finds(admin_client, "text", make_source(), make_source(text="一二三"))


@pytest.mark.django_db
def test_filter_finds_findings_to_settle(admin_client):
    settled = make_finding(state="dismissed", explanation="不同的园区")
    assert finds(admin_client, "candidate", make_finding(), settled)


@pytest.mark.django_db
def test_two_ticks_ask_for_both(admin_client):
    both, one = make_region(), make_region(valid_from="1996")
    rows = found(admin_client, Region, "source", "date")
    assert (both in rows, one in rows) == (True, False)


@pytest.mark.django_db
def test_unknown_kind_of_work_filters_nothing(admin_client):
    region = make_region()
    assert region in found(admin_client, Region, "nothing")


# The first page


@pytest.mark.django_db
def test_first_page_counts_what_the_filter_finds(admin_client):
    make_observation(status="submitted")
    work = admin_client.get(reverse("admin:index")).context["work"]
    rows = {
        (model._meta.verbose_name_plural, label): len(found(admin_client, model, key))
        for model in (Observation, Finding, Project, Investment, Source)
        for key, (label, _) in kinds_of_work(model).items()
    }
    counted = {(item["what"], item["kind"]): item["count"] for item in work}
    assert counted == {kind: count for kind, count in rows.items() if count}


@pytest.mark.django_db
def test_first_page_shows_only_what_a_person_may_open(client):
    clerk = User.objects.create(username="录入员", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_region"))
    client.force_login(clerk)
    context = client.get(reverse("admin:index")).context
    assert context["groups"] == [
        {
            "title": "谁援助谁",
            "lists": [{"title": "地区", "link": "/admin/programs/region/", "add_link": ""}],
        }
    ]
    assert context["work"] == []


@pytest.mark.django_db
def test_first_page_asks_few_queries(admin_client, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        admin_client.get(reverse("admin:index"))
