"""Who takes part in a project, and its steps: closed to most once the project was approved."""

import pytest
from django.urls import reverse

from aidtracker.conflicts import marks
from aidtracker.testing import (
    make_headquarters,
    make_project,
    make_project_party,
    make_staff,
)
from aidtracker.tests.admin_pages import send_form, shown_text
from aidtracker.tests.sheet_helpers import messages, rehearsal, stored
from projects.models import ProjectParty

pytestmark = pytest.mark.django_db

MAKERS = {ProjectParty: make_project_party}
FIELDS = {ProjectParty: "organisation"}
both = pytest.mark.parametrize("model", MAKERS, ids=lambda model: model.__name__)


@pytest.fixture
def headquarters():
    return make_headquarters()


def staff(headquarters, *more):
    verbs = ("view", "add", "change", "delete", "import")
    names = ("projectparty",)
    codes = [f"projects.{verb}_{name}" for verb in verbs for name in names]
    return make_staff(headquarters, permissions=("projects.view_project", *codes, *more))


def part_of(model, headquarters, state):
    project = make_project(headquarters=headquarters, review=state)
    return MAKERS[model](project=project, number=1, organisation="甲单位")


def page(row, name, *args):
    return reverse(f"admin:projects_{row._meta.model_name}_{name}", args=args)


def value(row):
    return getattr(type(row).objects.get(pk=row.pk), FIELDS[type(row)])


@both
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
    client, headquarters, model, state, rights, is_open
):
    row = part_of(model, headquarters, state)
    client.force_login(staff(headquarters, *rights))
    address = page(row, "change", row.pk)
    before = value(row)
    if is_open:
        send_form(client, address, **{FIELDS[model]: "乙"})
    else:
        data = {"project": row.project_id, "number": 1, FIELDS[model]: "乙", **dict(marks([row]))}
        assert client.post(address, data).status_code == 403
    assert value(row) == ("乙" if is_open else before)


@both
@pytest.mark.parametrize("state", ["submitted", "returned", "withdrawn"])
def test_project_of_a_changed_part_is_reviewed_again(client, headquarters, model, state):
    row = part_of(model, headquarters, state)
    client.force_login(staff(headquarters))
    send_form(client, page(row, "change", row.pk))
    assert row.project.history.count() == 1
    response = send_form(client, page(row, "change", row.pk), **{FIELDS[model]: "乙"})
    row.project.refresh_from_db()
    assert (row.project.review, row.project.version) == ("draft", 2)
    told = shown_text(client.get(response.url))
    assert ("已回到草稿" in told) == (state == "submitted")


@both
@pytest.mark.parametrize("way", ["form", "list"])
def test_project_of_a_deleted_part_is_reviewed_again(client, headquarters, model, way):
    row = part_of(model, headquarters, "submitted")
    client.force_login(staff(headquarters))
    sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    args = ("changelist",) if way == "list" else ("delete", row.pk)
    client.post(page(row, *args), sent | dict(marks([row])))
    row.project.refresh_from_db()
    assert row.project.review == "draft"


@both
def test_project_of_an_imported_part_is_reviewed_again(headquarters, model):
    row = part_of(model, headquarters, "submitted")
    user = staff(headquarters)
    headings = ["project", "number", FIELDS[model]]
    outcome = stored(model, headings, [row.project.code, "1", "乙"], user=user)
    assert outcome.is_stored
    row.project.refresh_from_db()
    assert (row.project.review, row.project.version) == ("draft", 2)


@both
def test_part_is_not_added_to_a_public_project(client, headquarters, model):
    project = make_project(headquarters=headquarters, review="published", name="甲")
    client.force_login(staff(headquarters))
    address = reverse(f"admin:projects_{model._meta.model_name}_add")
    data = {"project": project.pk, "number": 1, FIELDS[model]: "乙", "role": "owner"}
    response = client.post(address, data)
    words = f"援疆项目“甲”已发布，其{model._meta.verbose_name}只能由有发布权限的人改动。"
    assert response.context["adminform"].form.non_field_errors() == [words]
    assert not model.objects.filter(project=project).exists()


@both
def test_part_is_not_moved_to_a_public_project(client, headquarters, model):
    row = part_of(model, headquarters, "draft")
    public = make_project(headquarters=headquarters, review="published")
    client.force_login(staff(headquarters))
    send_form(client, page(row, "change", row.pk), project=public.pk)
    assert model.objects.get(pk=row.pk).project_id == row.project_id


@both
def test_part_of_a_public_project_is_not_deleted_from_the_list(client, headquarters, model):
    row = part_of(model, headquarters, "published")
    client.force_login(staff(headquarters))
    sent = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    client.post(page(row, "changelist"), sent | dict(marks([row])))
    assert model.objects.filter(pk=row.pk).exists()
    assert client.post(page(row, "delete", row.pk), {"post": "yes"}).status_code == 403


@both
def test_part_of_a_public_project_is_not_imported(headquarters, model):
    row = part_of(model, headquarters, "published")
    headings = ["project", "number", FIELDS[model]]
    cells = [row.project.code, "1", "乙"]
    outcome = rehearsal(model, headings, cells, user=staff(headquarters))
    assert "只能由有发布权限的人改动" in " ".join(map(str, messages(outcome)))
    publisher = staff(headquarters, "projects.publish_project")
    assert not messages(rehearsal(model, headings, cells, user=publisher))
