"""The audit trail in the admin: for those who may see it, for nobody to change."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aidtracker.pages.paging import MOST_COUNTED
from aidtracker.review.steps import PUBLISH, take_step
from aidtracker.testing import make_headquarters, make_progress_report, make_project, make_staff
from aidtracker.trail import acts
from aidtracker.trail.acts import Way
from aidtracker.trail.effects import touched_by
from aidtracker.trail.history import FOLLOW_ON
from aidtracker.trail.models import Act
from aidtracker.trail.undo import undo
from projects.models import ProgressReport, Project

pytestmark = pytest.mark.django_db

LIST = reverse("admin:aidtracker_act_changelist")
EXPORT = reverse("admin:aidtracker_act_export")
RIGHTS = tuple(f"projects.{verb}_project" for verb in ("add", "change", "delete", "import", "view"))


@pytest.fixture
def headquarters():
    return make_headquarters()


@pytest.fixture
def auditor(client):
    user = make_staff(permissions=["aidtracker.view_act"], reach="reads_all")
    client.force_login(user)
    return client


@pytest.fixture
def import_act(headquarters):
    """An import that renamed one project and added another."""
    row = make_project(headquarters=headquarters, code="HZ-1", name="渠道", review="draft")
    with acts.doing(Way.IMPORT, subject="援疆项目") as act:
        act.details = ["新增 1，修改 1"]
        row.name = "水渠"
        row.save()
        make_project(headquarters=headquarters, code="HZ-2", name="学校", review="draft")
    return Act.objects.get(pk=act.pk)


def page(act, name="change"):
    return reverse(f"admin:aidtracker_act_{name}", args=[act.pk])


def table_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_act_list_shows_what_an_act_changed(auditor, import_act):
    shown = auditor.get(LIST, {"q": "援疆项目"}).context["cl"]

    assert [
        (row.get_way_display(), row.subject, str(shown.facts[row.pk])) for row in shown.result_list
    ] == [("导入", "援疆项目", "2 条")]


def test_act_list_takes_the_same_queries_for_many_acts(
    auditor, import_act, django_assert_num_queries
):
    auditor.get(LIST)
    with django_assert_num_queries(8) as few:
        auditor.get(LIST)
    for number in range(40):
        with acts.doing(Way.FORM, subject=f"操作{number}"):
            make_project()

    with django_assert_num_queries(len(few)):
        auditor.get(LIST)


def test_act_list_counts_once_what_acts_of_former_days_changed(auditor, import_act):
    Act.objects.filter(pk=import_act.pk).update(at=timezone.now() - timedelta(days=2))
    told = []
    for is_counted in (True, False):
        with CaptureQueriesContext(connection) as asked:
            shown = auditor.get(LIST, {"way__exact": "import"}).context["cl"]
        told.append([str(shown.facts[row.pk]) for row in shown.result_list])
        assert any("COUNT(DISTINCT" in one["sql"] for one in asked) == is_counted
    assert told == [["2 条"], ["2 条"]]


def test_act_list_never_counts_the_whole_trail(auditor):
    Act.objects.bulk_create(Act(way=Way.LOGIN) for _ in range(MOST_COUNTED + 5))

    assert auditor.get(LIST, {"way__exact": "login"}).context["cl"].result_count == MOST_COUNTED


def test_act_list_filters_by_day_person_and_way(auditor):
    user = make_staff(username="clerk")
    old = acts.record(Way.EXPORT, user=user, subject="旧")
    Act.objects.filter(pk=old.pk).update(at=timezone.now() - timedelta(days=9))
    acts.record(Way.EXPORT, user=user, subject="新")
    today = timezone.localdate().isoformat()

    def found(**query):
        return [act.subject for act in auditor.get(LIST, query).context["cl"].result_list]

    asked = {"person": user.pk, "way__exact": "export"}
    assert found(**asked) == ["新", "旧"]
    assert found(**asked, at_from=today, at_to=today) == ["新"]
    assert found(**asked, at_to=(timezone.localdate() - timedelta(days=1)).isoformat()) == ["旧"]
    assert found(**asked, at_from="2026-99-99") == ["新", "旧"]


def test_act_list_shows_others_what_they_did_themselves(client, import_act):
    user = make_staff(permissions=RIGHTS)
    own = Act.objects.create(way="form", subject="自己做的", user=user)
    client.force_login(user)

    assert [*client.get(LIST).context["cl"].result_list] == [own]
    words = b"".join(client.get(EXPORT, {"format": "csv"}).streaming_content).decode("utf-8-sig")
    assert "自己做的" in words
    assert import_act.subject not in words


def test_act_list_names_no_colleagues_to_who_sees_only_their_own(client, import_act):
    client.force_login(make_staff(username="clerk"))
    make_staff(username="colleague", last_name="同事")

    page = client.get(LIST).content.decode()

    assert "colleague" not in page
    assert "person=" not in page


def test_act_page_says_old_and_new_in_words(auditor, import_act):
    response = auditor.get(page(import_act))

    [part] = response.context["changes"]
    assert (part.title, part.count) == ("援疆项目", "2 条")
    assert [(row.name, row.kind) for row in part.rows] == [("水渠", "修改"), ("学校", "新增")]
    assert part.rows[0].changes == [("名称", "渠道", "水渠")]
    assert "新增 1，修改 1" in response.content.decode()
    assert response.context["undo_label"] == ""


def test_act_page_lists_the_first_200_rows(admin_client, headquarters):
    with acts.doing(Way.IMPORT) as act:
        for _ in range(205):
            make_project(headquarters=headquarters)

    [part] = admin_client.get(page(act)).context["changes"]

    assert (part.count, len(part.rows), part.unlisted) == ("205 条", 200, 5)


def publishing(user, headquarters):
    """The act of publishing two reports, after which two projects follow."""
    for _ in range(2):
        project = make_project(headquarters=headquarters, name="渠", paid_amount=1)
        make_progress_report(project=project, review="approved", paid_to_date=12)
    with acts.doing(Way.ACTION) as act:
        act.user = user
        take_step(PUBLISH, ProgressReport.objects.all(), user)
    return act


def test_amounts_that_followed_are_counted_apart(admin_client, admin_user, headquarters):
    act = publishing(admin_user, headquarters)
    shown = admin_client.get(LIST, {"q": "发布"}).context["cl"]
    assert [str(shown.facts[row.pk]) for row in shown.result_list] == [
        "2 条，另有 2 条随月报、计划更新"
    ]

    parts = {part.title: part for part in admin_client.get(page(act)).context["changes"]}
    assert parts["项目月报"].count == "2 条"
    assert parts["援疆项目"].count == "2 条随月报、计划更新"
    assert {row.kind for row in parts["援疆项目"].rows} == {"随月报、计划更新"}


def test_undoing_a_publication_takes_back_what_followed(admin_user, headquarters):
    act = publishing(admin_user, headquarters)
    undo(act, admin_user, "发错了")
    own = Project.objects.filter(headquarters=headquarters)
    assert [*own.values_list("paid_amount", flat=True)] == [1, 1]
    assert [*ProgressReport.objects.values_list("review", flat=True)] == ["approved"] * 2


@pytest.mark.parametrize("reason", ["", FOLLOW_ON])
def test_no_reason_of_a_person_hides_a_change(headquarters, reason):
    with acts.doing(Way.FORM) as act:
        acts.describe(reason=reason)
        make_project(headquarters=headquarters)
    assert str(touched_by(act)["projects"]) == "1 条"


def test_act_page_of_others_is_not_there(client, import_act):
    client.force_login(make_staff(permissions=RIGHTS))

    assert client.get(page(import_act)).status_code == 404
    assert client.get(page(import_act, "undo")).status_code == 404


@pytest.mark.parametrize("name", ["delete", "history"])
def test_act_has_no_page_to_change_it(admin_client, import_act, name):
    response = admin_client.get(page(import_act, name))

    assert response.status_code == {"delete": 403, "history": 404}[name]


def test_act_is_not_changed_by_posting(admin_client, import_act):
    response = admin_client.post(page(import_act), {"reason": "改写"})

    assert response.status_code == 405
    assert Act.objects.get(pk=import_act.pk).reason == ""


def test_undo_page_asks_and_undoes(client, headquarters, import_act):
    clerk = make_staff(headquarters, permissions=RIGHTS)
    Act.objects.filter(pk=import_act.pk).update(user=clerk)
    client.force_login(clerk)
    assert client.get(page(import_act)).context["undo_label"] == "撤销本次导入"

    asked = client.get(page(import_act, "undo"))
    rows = asked.context["changes"][0].rows
    assert [(row.name, row.kind) for row in rows] == [("水渠", "改回"), ("学校", "删除")]
    assert rows[0].changes == [("名称", "水渠", "渠道")]

    response = client.post(page(import_act, "undo"), {"reason": "导错了文件"})
    undone = Act.objects.get(undoes=import_act)
    assert response.url == page(undone)
    assert (undone.user, undone.way, undone.reason) == (clerk, Way.UNDO, "导错了文件")
    assert list(Project.objects.filter(headquarters=headquarters).values_list("name")) == [
        ("渠道",)
    ]
    assert client.get(response.url).context["undo_label"] == "撤销"


def test_undo_page_without_reason_changes_nothing(admin_client, import_act):
    response = admin_client.post(page(import_act, "undo"), {"reason": " "})

    assert "请写明撤销的理由。" in response.content.decode()
    assert Project.objects.filter(code="HZ-2").exists()


def test_undo_page_lists_what_is_in_the_way(admin_client, import_act):
    row = Project.objects.get(code="HZ-1")
    row.note = "又改"
    row.save()

    response = admin_client.post(page(import_act, "undo"), {"reason": "导错了文件"})

    assert response.context["obstacles"] == ["援疆项目“水渠”后来又改过。"]
    assert Project.objects.filter(code="HZ-2").exists()


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_export_of_acts_is_an_act_itself(auditor, import_act, file_format):
    response = auditor.get(EXPORT, {"format": file_format, "q": "援疆项目"})

    assert len(b"".join(response.streaming_content)) > 300
    act = Act.objects.get(way=Way.EXPORT)
    assert (act.subject, act.details[0]) == ("操作记录", ["格式", file_format])


def test_export_of_acts_has_a_line_for_each_row_changed(auditor, import_act):
    lines = table_of(auditor.get(EXPORT, {"format": "csv", "q": "援疆项目"}))

    assert [(line["记录"], line["变动"]) for line in lines] == [("水渠", "修改"), ("学校", "新增")]
    assert lines[0]["旧值 → 新值"] == "名称：渠道 → 水渠"
    assert (lines[0]["方式"], lines[0]["明细"]) == ("导入", "新增 1，修改 1")


def test_export_of_acts_takes_queries_by_portions(auditor, django_assert_max_num_queries):
    for _ in range(60):
        with acts.doing(Way.FORM, subject="一批"):
            make_project()

    with django_assert_max_num_queries(40):
        lines = table_of(auditor.get(EXPORT, {"format": "csv", "q": "一批"}))

    assert len(lines) == 60 * 3
