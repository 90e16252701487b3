"""The filters that find work to do."""

import pytest

from aidtracker.desk.filters import kinds_of_work
from aidtracker.ground.datasets import record_models
from aidtracker.testing import (
    make_finding,
    make_headquarters,
    make_investment,
    make_observation,
    make_project,
    make_region,
    make_source,
    make_staff,
)
from aidtracker.tests.admin_pages import address
from programs.models import Batch, Region, Source
from projects.models import Finding, Observation, Project

REVIEW = {
    "returned": "退回给我的",
    "draft": "我的草稿",
    "approve": "等我审核",
    "publish": "等我发布",
}
WORK = {
    Observation: REVIEW | {"date": "日期未知", "place": "没有位置"},
    Finding: {"contradiction": "矛盾待处理", "candidate": "待看"},
    Project: REVIEW | {"source": "没有出处", "amount": "金额未知", "date": "日期未知"},
    Source: {"date": "日期未知", "text": "没有全文"},
    Batch: {"source": "没有出处", "date": "日期未知"},
}


@pytest.mark.django_db
@pytest.mark.parametrize("model", WORK, ids=lambda model: model.__name__)
def test_kinds_of_work_follow_from_the_fields(model, admin_user):
    kinds = kinds_of_work(model, admin_user)
    assert {key: label for key, (label, _) in kinds.items()} == WORK[model]


@pytest.mark.django_db
def test_every_record_with_sources_can_be_asked_for_those_without(admin_user):
    models = record_models()
    with_sources = [model for model in models if hasattr(model, "sources")]
    assert [
        model for model in with_sources if "source" not in kinds_of_work(model, admin_user)
    ] == []


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
    assert finds(admin_client, "approve", submitted, draft)


@pytest.mark.django_db
def test_work_is_what_is_in_ones_own_charge(client):
    own, other = make_headquarters(), make_source()
    client.force_login(make_staff(own, permissions=["programs.change_source"]))
    row = make_source(maintainer=own)
    assert other in found(client, Source)
    assert found(client, Source, "text") == {row}


@pytest.mark.django_db
def test_who_only_views_has_no_work():
    reader = make_staff(permissions=["projects.view_project"])
    assert kinds_of_work(Project, reader) == {}


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
