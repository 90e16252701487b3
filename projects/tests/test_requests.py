"""Asking for a name that a list lacks: from where it is missed, parked, answered, gone on with."""

import pytest
from django.test import Client
from django.urls import reverse

from aidtracker.desk.unsaved import UnsavedForm
from aidtracker.testing import make_enterprise, make_headquarters, make_metric, make_staff
from programs.models import Account
from projects.models import Metric
from projects.models.requests import Asking, NameRequest
from projects.tests.entry_pages import PEOPLE, make_bulletin, typed

pytestmark = pytest.mark.django_db

ENTER = [f"projects.{name}" for name in ("add_observation", "add_series", "view_metric")]
KEEP = [f"projects.{verb}_metric" for verb in ("add", "view", "change")]
QUEUE, ASK = "/admin/projects/requests/", "/admin/projects/requests/ask/"
WANTED = {"kind": "metric", "name": "某新指标", "why": "简报里有"}


def staff(rights, **kwargs):
    """A client of a new member of the staff."""
    client = Client()
    client.user = make_staff(make_headquarters(), permissions=rights, **kwargs)
    client.force_login(client.user)
    return client


@pytest.fixture
def clerk():
    return staff(ENTER)


@pytest.fixture
def keeper():
    return staff(KEEP, reach=Account.Reach.CHANGES_ALL)


def answer(client, asked, **sent):
    return client.post(reverse("admin:projects_request_answer", args=[asked.pk]), sent)


def test_refused_form_leads_to_the_request(clerk):
    page = clerk.get("/admin/projects/metric/add/")
    assert page.status_code == 403
    assert "安全管理员" not in page.content.decode()
    assert f'href="{ASK}?kind=metric">申请新增指标' in page.content.decode()


def test_request_waits_for_who_keeps_the_list(clerk, keeper):
    assert clerk.post(ASK, WANTED).url == QUEUE
    assert "申请新增 <strong>1</strong>" in keeper.get("/admin/").content.decode()
    assert "申请新增 <strong>" not in clerk.get("/admin/").content.decode()
    page = keeper.get(QUEUE).content.decode()
    assert "简报里有" in page
    assert "/admin/projects/metric/add/?name=" in page
    assert "/admin/projects/metric/add/" not in clerk.get(QUEUE).content.decode()


def test_request_is_not_seen_by_others(clerk):
    clerk.post(ASK, WANTED)
    other = staff(ENTER)
    assert "某新指标" not in other.get(QUEUE).content.decode()
    asked = NameRequest.objects.get()
    assert answer(other, asked, action="refuse", words="不").status_code == 404
    assert answer(clerk, asked, action="refuse", words="不").status_code == 404


def test_second_request_for_a_name_joins_the_first(clerk, keeper):
    other = staff(ENTER)
    clerk.post(ASK, WANTED)
    page = other.post(ASK, WANTED | {"name": " 某新 指标".replace(" ", "")}, follow=True)
    assert "已有人申请" in page.content.decode()
    assert NameRequest.objects.count() == 1
    assert Asking.objects.count() == 2


def test_name_that_is_there_is_not_asked_for(clerk):
    make_metric(name="某新指标", unit="人")
    assert "已有“某新指标”" in clerk.post(ASK, WANTED).content.decode()
    assert not NameRequest.objects.exists()


def test_new_row_of_the_name_answers_by_itself(clerk, keeper):
    clerk.post(ASK, WANTED)
    new = {
        "name": "某新指标",
        "unit": "人",
        "kind": "flow",
        "direction": "up",
        "sector": "employment",
    }
    new |= {"aliases": "", "definition": "", "base": "last_year", "note": ""}
    page = keeper.post("/admin/projects/metric/add/", new)
    assert page.status_code == 302, page.context["errors"]
    asked = NameRequest.objects.get()
    assert (asked.state, asked.target_name) == ("granted", "某新指标")
    assert asked.answered_by == keeper.user
    assert "申请有了答复" in clerk.get("/admin/").content.decode()
    assert "请用“某新指标”" in clerk.get(QUEUE).content.decode()
    assert "申请有了答复" not in clerk.get("/admin/").content.decode()


def test_answers_point_at_a_row_or_say_why_not(clerk, keeper):
    metric = make_metric(name="旧指标", unit="人")
    clerk.post(ASK, WANTED)
    asked = NameRequest.objects.get()
    answer(keeper, asked, action="point", existing="没有这个")
    answer(keeper, asked, action="refuse", words=" ")
    asked.refresh_from_db()
    assert asked.state == "open"
    answer(keeper, asked, action="point", existing="旧指标")
    asked.refresh_from_db()
    assert (asked.state, asked.target_id) == ("pointed", metric.pk)
    second = answer(keeper, asked, action="refuse", words="晚了")
    assert "已由" in keeper.get(second.url).content.decode()
    asked.refresh_from_db()
    assert asked.state == "pointed"


def test_refused_name_can_be_asked_for_again(clerk, keeper):
    clerk.post(ASK, WANTED)
    answer(keeper, NameRequest.objects.get(), action="refuse", words="与某指标相同")
    assert "与某指标相同" in clerk.get(QUEUE).content.decode()
    clerk.post(ASK, WANTED)
    assert NameRequest.objects.open().count() == 1


def test_figure_goes_on_with_the_answer(clerk, keeper):
    source = make_bulletin()
    place = reverse("admin:projects_observation_enter", args=[source.code])
    half = typed(PEOPLE, metric="某新指标", subject="企业：甲公司", note="半条")
    clerk.post(f"/admin/unsaved/?at={place}", half)
    clerk.post(f"{ASK}?field=metric&from={place}", WANTED)
    make_metric(name="招工人数", unit="人")
    answer(keeper, NameRequest.objects.get(), action="point", existing="招工人数")
    UnsavedForm.objects.all().delete()  # however long it took
    asking = Asking.objects.get()
    way = reverse("admin:projects_request_go_on", args=[asking.pk])
    assert staff(ENTER).post(way).status_code == 404
    assert clerk.post(way).url == f"{place}?again=1"
    page = clerk.get(f"{place}?again=1")
    assert page.context["series_form"]["metric"].value() == "招工人数"
    assert page.context["figure_form"]["printed"].value() == PEOPLE
    assert page.context["figure_form"]["note"].value() == "半条"


def test_alias_is_for_who_keeps_the_enterprise(clerk):
    home = make_headquarters()
    enterprise = make_enterprise(name="甲公司", maintainer=home)
    wanted = WANTED | {"kind": "alias", "name": "甲司", "about": "甲公司"}
    assert clerk.post(ASK, wanted | {"about": "乙"}).status_code == 200
    clerk.post(ASK, wanted)
    owner = staff([f"projects.{verb}_enterprise" for verb in ("view", "change")])
    owner.user.account.headquarters.set([home])
    page = owner.get(QUEUE).content.decode()
    assert f"/admin/projects/enterprise/{enterprise.pk}/change/" in page


def test_who_enters_nothing_asks_for_nothing():
    reader = staff(["projects.view_metric"])
    assert reader.get(ASK).status_code == 403


def test_form_offers_to_ask_to_who_may_not_add():
    rights = [f"projects.{verb}_project" for verb in ("add", "view", "change")]
    page = staff([*rights, "programs.view_category"]).get("/admin/projects/project/add/")
    way = f"{ASK}?kind=category&amp;field=category&amp;from=%2Fadmin%2Fprojects%2Fproject%2Fadd%2F"
    assert way in page.content.decode()


def test_name_stays_unasked_without_metrics(clerk):
    assert Metric.objects.filter(name="某新指标").count() == 0
    assert "没有申请" in clerk.get(QUEUE).content.decode()
