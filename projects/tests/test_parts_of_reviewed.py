"""Who takes part in a project: closed to most once the project was approved, reviewed with it."""

import pytest
from django.urls import reverse

from aidtracker.testing import (
    make_project,
    make_project_party,
    make_staff,
)
from aidtracker.tests.admin_pages import send_form, shown_text
from aidtracker.tests.sheet_helpers import messages, rehearsal, stored
from aidtracker.trail.conflicts import marks
from projects.models import ProjectParty

pytestmark = pytest.mark.django_db


def staff(headquarters, *more):
    verbs = ("view", "add", "change", "delete", "import")
    codes = [f"projects.{verb}_projectparty" for verb in verbs]
    return make_staff(headquarters, permissions=("projects.view_project", *codes, *more))


def part_of(headquarters, state):
    project = make_project(headquarters=headquarters, review=state)
    return make_project_party(project=project, number=1, organisation="甲单位")


def page(name, *args):
    return reverse(f"admin:projects_projectparty_{name}", args=args)


def stored_name(row):
    return ProjectParty.objects.get(pk=row.pk).organisation


@pytest.mark.parametrize(
    ("state", "rights", "is_open"),
    [
        ("draft", (), True),
        ("submitted", (), True),
        ("approved", (), False),
        ("published", (), False),
        ("published", ("projects.publish_project",), True),
    ],
)
def test_form_of_a_part_is_open_until_its_project_was_approved(
    client, headquarters, state, rights, is_open
):
    row = part_of(headquarters, state)
    client.force_login(staff(headquarters, *rights))
    address = page("change", row.pk)
    before = stored_name(row)
    if is_open:
        send_form(client, address, organisation="乙")
    else:
        data = {"project": row.project_id, "number": 1, "organisation": "乙", **dict(marks([row]))}
        assert client.post(address, data).status_code == 403
    assert stored_name(row) == ("乙" if is_open else before)


@pytest.mark.parametrize("state", ["submitted", "returned", "withdrawn"])
def test_project_of_a_changed_part_is_reviewed_again(client, headquarters, state):
    row = part_of(headquarters, state)
    client.force_login(staff(headquarters))
    send_form(client, page("change", row.pk))
    assert row.project.history.count() == 1
    response = send_form(client, page("change", row.pk), organisation="乙")
    row.project.refresh_from_db()
    assert (row.project.review, row.project.version) == ("draft", 2)
    told = shown_text(client.get(response.url))
    assert ("已回到草稿" in told) == (state == "submitted")


@pytest.mark.parametrize("way", ["form", "list"])
def test_project_of_a_deleted_part_is_reviewed_again(client, headquarters, way):
    row = part_of(headquarters, "submitted")
    client.force_login(staff(headquarters))
    sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    args = ("changelist",) if way == "list" else ("delete", row.pk)
    client.post(page(*args), sent | dict(marks([row])))
    row.project.refresh_from_db()
    assert row.project.review == "draft"


def test_project_of_an_imported_part_is_reviewed_again(headquarters):
    row = part_of(headquarters, "submitted")
    user = staff(headquarters)
    headings = ["project", "number", "organisation"]
    outcome = stored(ProjectParty, headings, [row.project.code, "1", "乙"], user=user)
    assert outcome.is_stored
    row.project.refresh_from_db()
    assert (row.project.review, row.project.version) == ("draft", 2)


def test_part_is_not_added_to_a_public_project(client, headquarters):
    project = make_project(headquarters=headquarters, review="published", name="甲")
    client.force_login(staff(headquarters))
    address = page("add")
    data = {"project": project.pk, "number": 1, "organisation": "乙", "role": "owner"}
    response = client.post(address, data)
    words = "援疆项目“甲”已发布，其项目参与方只能由有发布权限的人改动。"
    assert response.context["adminform"].form.non_field_errors() == [words]
    assert not ProjectParty.objects.filter(project=project).exists()


def test_part_is_not_moved_to_a_public_project(client, headquarters):
    row = part_of(headquarters, "draft")
    public = make_project(headquarters=headquarters, review="published")
    client.force_login(staff(headquarters))
    send_form(client, page("change", row.pk), project=public.pk)
    assert ProjectParty.objects.get(pk=row.pk).project_id == row.project_id


def test_part_of_a_public_project_is_not_deleted_from_the_list(client, headquarters):
    row = part_of(headquarters, "published")
    client.force_login(staff(headquarters))
    sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(page("changelist"), sent | dict(marks([row])))
    assert ProjectParty.objects.filter(pk=row.pk).exists()
    assert client.post(page("delete", row.pk), {"post": "yes"}).status_code == 403


def test_part_of_a_public_project_is_not_imported(headquarters):
    row = part_of(headquarters, "published")
    headings = ["project", "number", "organisation"]
    cells = [row.project.code, "1", "乙"]
    outcome = rehearsal(ProjectParty, headings, cells, user=staff(headquarters))
    assert "只能由有发布权限的人改动" in " ".join(map(str, messages(outcome)))
    publisher = staff(headquarters, "projects.publish_project")
    assert not messages(rehearsal(ProjectParty, headings, cells, user=publisher))
