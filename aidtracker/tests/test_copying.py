"""A row begun as a copy of another one; the plans of a year copied to the next."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from aidtracker import testing
from aidtracker.tests.admin_pages import make
from aidtracker.tests.foreign_rows import RECORDS, model_id, page_of, staff
from aidtracker.trail.models import Act
from aidtracker.trail.undo import undo
from projects.models import Project, ProjectPlan

pytestmark = pytest.mark.django_db
PLANS = reverse("admin:projects_projectplan_changelist")


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


def test_form_of_a_new_row_begins_as_the_other_one():
    headquarters = testing.make_headquarters()
    client = client_of(staff(headquarters))
    region, hidden = (
        testing.make_region(),
        testing.make_source(kind="report", maintainer=testing.make_headquarters()),
    )
    row = testing.make_project(
        headquarters=headquarters,
        code="P-1",
        aliases=["又名"],
        total_amount=900,
        regions=[region],
        sources=[hidden],
        review="published",
        correction_reason="旧的理由",
    )
    page = client.get(page_of(row, "change"))
    assert f"/add/?copy={row.pk}" in page.content.decode()
    form = client.get(page_of(Project, "add"), {"copy": row.pk}).context["adminform"].form
    initial = form.initial
    assert (initial["name"], initial["total_amount"]) == (row.name, 900)
    assert (initial["regions"], initial["sources"]) == ([region.pk], [])
    assert not {"code", "slug", "aliases", "correction_reason", "review"} & {*initial}


def test_row_of_others_is_not_copied():
    client = client_of(staff(testing.make_headquarters()))
    foreign = testing.make_project(name="别人的", headquarters=testing.make_headquarters())
    for number in (foreign.pk, "0", "x", 10**30):
        page = client.get(page_of(Project, "add"), {"copy": number})
        assert page.status_code == 200
        assert "别人的" not in page.content.decode()


@pytest.mark.once
@pytest.mark.parametrize("model", RECORDS, ids=model_id)
def test_every_dataset_can_be_copied_that_can_be_added(admin_client, rf, admin_user, model):
    row = make(model)
    rf.user = admin_user
    page = admin_client.get(page_of(model, "add"), {"copy": row.pk})
    request = page.wsgi_request
    expected = 200 if admin.site.get_model_admin(model).has_add_permission(request) else 403
    assert page.status_code == expected


def test_plans_of_a_year_are_copied_to_the_next_as_drafts_and_undone_as_one():
    headquarters = testing.make_headquarters()
    user = staff(headquarters, verbs=("view", "add", "change", "delete", "import"))
    client = client_of(user)
    first, second = (
        testing.make_project(headquarters=headquarters, review="published") for _ in range(2)
    )
    plans = [
        testing.make_project_plan(project=first, year=2025, number=1, amount=100),
        testing.make_project_plan(
            project=first, year=2025, number=2, amount=80, reason="调减", target="建成"
        ),
        testing.make_project_plan(project=second, year=2025, amount=50),
        testing.make_project_plan(project=second, year=2026, amount=60),
    ]
    theirs = testing.make_project_plan(
        project=testing.make_project(headquarters=testing.make_headquarters()), year=2025
    )
    chosen = [*plans[:3], theirs]
    sent = {
        "action": "copy_to_next_year",
        "_selected_action": [one.pk for one in chosen],
        **{f"version-projects.projectplan-{one.pk}": one.version for one in chosen},
    }
    words = client.post(PLANS, sent, follow=True).content.decode()
    assert "1 个项目已有下一年的计划" in words
    new = ProjectPlan.objects.get(project=first, year=2026)
    assert (new.number, new.amount, new.target, new.review) == (1, 80, "建成", "draft")
    assert ProjectPlan.objects.filter(year=2026).exclude(project=second).count() == 1
    act = new.history.get().act
    assert act.subject == "照抄为下一年的计划 1 条"
    undo(Act.objects.get(pk=act.pk), user, "还没有批复")
    assert not ProjectPlan.objects.filter(project=first, year=2026).exists()
