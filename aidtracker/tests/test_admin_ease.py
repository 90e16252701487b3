"""What spares a person at the desk a search: ways to errors, to undoing, words for signs."""

import re

import pytest
from django.contrib.admin import AdminSite
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from aidtracker.desk.fields import column_for
from aidtracker.desk.theme import navigation
from aidtracker.testing import make_region
from aidtracker.tests.admin_pages import address, form_inputs, send_form
from aidtracker.trail.acts import Act
from programs.models import Region
from projects.models import Investment, Project

# Errors


def errors_of(response):
    """The lines above a form that say what is wrong."""
    found = re.search(r'<ul class="record-errors">(.*?)</ul>', response.content.decode(), re.DOTALL)
    return [] if found is None else re.findall(r"<li>(.*?)</li>", found[1])


@pytest.mark.django_db
def test_error_leads_to_its_field(admin_client):
    page = send_form(admin_client, address(Region, "add"), name="核桃沟", level="village")
    assert errors_of(page) == ['<a href="#id_code">区划代码</a>：这个字段是必填项。']


@pytest.mark.django_db
def test_error_in_a_row_of_a_form_names_row_and_field(admin_client):
    region = make_region()
    url = address(Region, "change", region.pk)
    typed = form_inputs(admin_client.get(url)) | {"pairings_given-TOTAL_FORMS": "1"}
    page = admin_client.post(url, typed | {"pairings_given-0-valid_from": "2010"})
    way = '<a href="#id_pairings_given-0-recipient">结对关系第 1 行“受援地”</a>'
    assert errors_of(page)[0] == f"{way}：这个字段是必填项。"


# Undoing


def told(response):
    return [str(message) for message in response.context["messages"]]


def way_to_undo():
    act = Act.objects.latest("at")
    return f'<a href="{reverse("admin:aidtracker_act_change", args=[act.pk])}">查看或撤销</a>'


@pytest.mark.django_db
def test_saved_row_says_how_to_undo(admin_client):
    region = make_region(name="核桃沟")
    url = address(Region, "change", region.pk)
    typed = form_inputs(admin_client.get(url)) | {"name": "红枣沟"}
    page = admin_client.post(url, typed, follow=True)
    assert [words.endswith(way_to_undo()) for words in told(page)] == [True]


@pytest.mark.django_db
def test_deleted_row_says_how_to_undo(admin_client):
    url = address(Region, "delete", make_region().pk)
    typed = form_inputs(admin_client.get(url)) | {"post": "yes"}
    page = admin_client.post(url, typed, follow=True)
    assert [words.endswith(way_to_undo()) for words in told(page)] == [True]


@pytest.mark.django_db
def test_row_saved_without_a_change_has_nothing_to_undo(admin_client):
    url = address(Region, "change", make_region().pk)
    page = admin_client.post(url, form_inputs(admin_client.get(url)), follow=True)
    assert [words for words in told(page) if "撤销" in words] == []


# Lists


@pytest.mark.parametrize(
    ("model", "field", "name"),
    [
        (Project, "total_amount", "total_amount is-number"),
        (Investment, "jobs", "jobs is-number"),
        (Project, "planned_start", "planned_start is-date"),
    ],
)
def test_column_says_how_it_is_laid_out(model, field, name):
    assert column_for(model, field).__name__ == name


# The menu


def open_entries(request):
    entries = [item for group in navigation(request) for item in group["items"]]
    return [item["title"] for item in entries if item["active"]]


@pytest.mark.parametrize(
    ("name", "titles"),
    [
        ("projects_monthly_totals", ["月报汇总"]),
        ("projects_observationpart_changelist", ["合计明细"]),
        ("projects_project_add", ["援疆项目"]),
        ("index", []),
    ],
)
def test_menu_marks_the_page_in_use(rf, name, titles):
    request = rf.get(reverse(f"admin:{name}"))
    request.user = AnonymousUser()
    assert open_entries(request) == titles


@pytest.mark.django_db
def test_lists_of_all_apps_are_looked_up_only_where_shown(admin_client, monkeypatch):
    """The skin has the menu instead; a page would ask every admin class for its rights."""
    asked = []
    monkeypatch.setattr(AdminSite, "get_app_list", lambda *args: asked.append(args) or [])
    admin_client.get(reverse("admin:projects_project_changelist"))
    assert asked == []


# Headings


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["projects_project_import", "projects_monthly_totals", "index"])
def test_page_has_one_main_heading(admin_client, page):
    content = admin_client.get(reverse(f"admin:{page}")).content.decode()
    assert content.count("<h1") == 1
