"""Forms of reviewed rows: what saving and deleting them does, and to whom they are closed."""

import pytest
from django.urls import reverse

from aidtracker.testing import make_project, make_project_party
from projects.tests.review_pages import CLERK, form_of, said, staff, typed_form

pytestmark = pytest.mark.django_db


def test_change_of_a_submitted_row_makes_it_a_draft_and_says_so(client, headquarters):
    client.force_login(staff(headquarters, *CLERK))
    row = make_project(headquarters=headquarters, review="approved")
    response = client.post(form_of(row), typed_form(client, row, name="改名"), follow=True)
    row.refresh_from_db()
    assert (row.review, row.name) == ("draft", "改名")
    assert "内容有改动，已回到草稿；请重新提交。" in said(response)


def test_change_of_what_belongs_to_a_submitted_row_makes_it_a_draft(admin_client):
    party = make_project_party(project=make_project(review="submitted"), organisation="甲")
    row = party.project
    page = admin_client.get(form_of(row))
    typed = typed_form(admin_client, row)
    for inline in page.context["inline_admin_formsets"]:
        for form in inline.formset.initial_forms:
            typed |= {field.html_name: field.value() for field in form if field.value() is not None}
            typed |= (
                {form.add_prefix("organisation"): "改"} if "organisation" in form.fields else {}
            )
    admin_client.post(form_of(row), typed)
    row.refresh_from_db()
    assert row.review == "draft"


def test_published_row_is_corrected_by_who_publishes(client, headquarters):
    client.force_login(staff(headquarters, *CLERK, "publish"))
    row = make_project(headquarters=headquarters)
    response = client.post(form_of(row), typed_form(client, row, name="改名"))
    assert list(response.context["adminform"].form.errors) == ["correction_reason"]
    client.post(form_of(row), typed_form(client, row, name="改名", correction_reason="更名"))
    row.refresh_from_db()
    assert (row.name, row.review) == ("改名", "published")


def test_who_reviews_does_not_edit(client, headquarters):
    client.force_login(staff(headquarters, "view", "approve"))
    row = make_project(headquarters=headquarters, review="submitted")
    page = client.get(form_of(row))
    assert (page.status_code, page.context["has_change_permission"]) == (200, False)
    assert client.post(form_of(row), {"name": "改名"}).status_code == 403


@pytest.mark.parametrize(
    ("state", "status"), [("draft", 200), ("returned", 200), ("submitted", 403), ("published", 403)]
)
def test_what_was_handed_on_is_not_deleted(client, headquarters, state, status):
    client.force_login(staff(headquarters, *CLERK, "delete"))
    row = make_project(headquarters=headquarters, review=state)
    assert client.get(reverse("admin:projects_project_delete", args=[row.pk])).status_code == status
