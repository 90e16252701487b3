"""报表任务: made, filled in by workbook or in the browser, handed in, returned, reminded."""

from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground.months import last_complete_month, month_text
from aidtracker.testing import (
    make_headquarters,
    make_progress_report,
    make_project,
    make_staff,
)
from aidtracker.trail.models import Act
from aidtracker.trail.notices import Notice
from projects.models import ProgressReport
from projects.models.tasks import CollectionTask, CollectionUnit, collectable
from projects.tests.review_pages import said

pytestmark = pytest.mark.django_db

TASKS = reverse("admin:projects_tasks")
VERBS = ("view", "add", "change", "import")
MONTH = last_complete_month()


def person(*headquarters, verbs=VERBS, more=()):
    rights = [f"projects.{verb}_progressreport" for verb in verbs]
    return make_staff(*headquarters, permissions=[*rights, *more])


@pytest.fixture
def units():
    """Two headquarters below one."""
    above = make_headquarters()
    return above, make_headquarters(parent=above), make_headquarters(parent=above)


@pytest.fixture
def collector(units):
    rights = ("projects.add_reportingperiod", "projects.approve_progressreport")
    return person(units[0], verbs=("view",), more=rights)


@pytest.fixture
def clerk(units):
    return person(units[1])


@pytest.fixture
def project(units):
    return make_project(headquarters=units[1], name="农贸市场改造", status="building")


def ask(client, collector, *headquarters, **sent):
    client.force_login(collector)
    sent = {
        "title": "月报收集",
        "dataset": "progress_reports",
        "month": month_text(MONTH),
        "headquarters": [one.pk for one in headquarters],
        "due_on": (timezone.localdate() + timedelta(days=5)).isoformat(),
        "instruction": "按台账填写",
    } | sent
    return client.post(TASKS, sent, follow=True)


@pytest.fixture
def task(client, collector, units, clerk, project):
    ask(client, collector, *units[1:])
    return CollectionTask.objects.get()


def board(task):
    return reverse("admin:projects_task", args=[task.pk])


def unit_of(task, headquarters):
    return CollectionUnit.objects.get(task=task, headquarters=headquarters)


def press(client, task, act, unit=None, **sent):
    data = {"act": act} | ({"unit": unit.pk} if unit else {}) | sent
    return said(client.post(board(task), data, follow=True))


def downloaded(client, task, unit):
    address = reverse("admin:projects_task_workbook", args=[task.pk, unit.pk])
    return openpyxl.load_workbook(BytesIO(client.get(address).getvalue()))


def sent_back(client, task, book):
    """Upload a workbook from the board, look at the preview, and confirm it."""
    file = BytesIO()
    book.save(file)
    page = client.get(board(task))
    address = page.context["import_address"]
    upload = SimpleUploadedFile("a.xlsx", file.getvalue())
    preview = client.post(address, {"file": upload})
    token = preview.context["token"]
    return preview, client.post(address, {"token": token}, follow=True)


def column_of(sheet, heading):
    return next(cell.column for cell in sheet[1] if cell.value == heading)


# Making


def test_task_tells_who_fills_it_in(client, task, clerk, units):
    assert [unit.headquarters for unit in task.units.all()] == sorted(
        units[1:], key=lambda one: one.name
    )
    (notice,) = Notice.objects.all()
    assert (notice.user, notice.kind, notice.words) == (clerk, "task", "按台账填写")
    client.force_login(clerk)
    work = client.get("/admin/").context["own_work"]
    assert ("待报的任务", 1) in [(item["what"], item["count"]) for item in work]
    assert Act.objects.filter(subject="报表任务：月报收集").exists()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"month": ""}, "月报要写明是哪个月的。"),
        ({"headquarters": []}, "必填"),
        ({"due_on": "2020-01-01"}, "截止日期已经过了。"),
        ({"dataset": "regions"}, "不在可用的选项中"),
    ],
)
def test_task_that_says_too_little_is_not_made(client, collector, units, sent, words):
    page = ask(client, collector, *units[1:], **sent)
    assert words in str(page.context["form"].errors)
    assert not CollectionTask.objects.exists()


def test_units_of_one_clerk_are_handed_in_together(client, collector, units, project):
    """Those that are filled in; the others stay and are named."""
    both = person(units[0])
    ask(client, collector, *units[1:])
    task = CollectionTask.objects.get()
    make_project(headquarters=units[2], status="building")
    make_progress_report(project=project, month=MONTH, work_done_month=5, review="draft")
    client.force_login(both)
    words = press(client, task, "hand_in_all")
    assert words == [f"没有填，没有报送：{units[2]}。", f"{units[1]}已报送，提交 1 条。"]
    assert [unit_of(task, one).state for one in units[1:]] == ["sent", "waiting"]
    client.force_login(person(units[2]))
    assert press(client, task, "hand_in_all")[-1] == "没有可以报送的草稿。"


def test_who_does_not_collect_makes_none(client, clerk, units):
    assert ask(client, clerk, units[1]).status_code == 403
    other = make_headquarters()
    collector = person(units[0], more=["projects.add_reportingperiod"])
    ask(client, collector, other)
    assert not CollectionTask.objects.exists()


def test_ledgers_of_one_headquarters_can_be_collected():
    names = {one.name for one in collectable()}
    assert {"projects", "investments", "outlets", "progress_reports", "project_plans"} <= names
    assert not {"regions", "enterprises", "revisions"} & names


# Filling in


def test_workbook_goes_out_and_comes_back(client, task, clerk, units, project):
    unit = unit_of(task, units[1])
    client.force_login(clerk)
    book = downloaded(client, task, unit)
    sheet = book["数据"]
    assert sheet.protection.sheet
    assert sheet["A1"].protection.locked
    texts = [cell.value for cell in sheet[2]]
    assert {project.code, project.name, month_text(MONTH)} <= set(texts)
    amount = sheet.cell(2, column_of(sheet, "累计完成投资（万元）"))
    assert not amount.protection.locked
    amount.value = 120.5
    assert "按台账填写" in [cell.value for cell in book["任务说明"]["B"]]
    preview, page = sent_back(client, task, book)
    assert preview.context["outcome"].new == 1
    assert page.redirect_chain[-1][0] == board(task)
    report = ProgressReport.objects.get(project=project, month=MONTH)
    assert (str(report.work_done_to_date), report.review) == ("120.500000", "draft")
    assert press(client, task, "hand_in", unit) == [f"{units[1]}已报送，提交 1 条。"]
    report.refresh_from_db()
    assert report.review == "submitted"
    assert unit_of(task, units[1]).state == "sent"


def test_what_is_typed_in_the_browser_counts_the_same(client, task, clerk, units, project):
    make_progress_report(project=project, month=MONTH, review="draft", work_done_to_date="9")
    client.force_login(clerk)
    page = client.get(board(task))
    (shown,) = page.context["units"]
    assert (shown.progress.words, shown.progress.missing) == ("1 条草稿", 0)
    assert f"headquarters={units[1].pk}" in shown.grid
    assert press(client, task, "hand_in", shown) == [f"{units[1]}已报送，提交 1 条。"]


def test_collector_uploads_for_a_unit(client, task, units, project):
    other = person(units[0], more=["projects.add_reportingperiod"])
    client.force_login(other)
    book = downloaded(client, task, unit_of(task, units[1]))
    sheet = book["数据"]
    sheet.cell(2, column_of(sheet, "累计完成投资（万元）")).value = 7
    sent_back(client, task, book)
    assert ProgressReport.objects.filter(project=project, month=MONTH).exists()


def test_bad_cell_is_marked_and_nothing_is_stored(client, task, clerk, units, project):
    client.force_login(clerk)
    book = downloaded(client, task, unit_of(task, units[1]))
    sheet = book["数据"]
    sheet.cell(2, column_of(sheet, "累计完成投资（万元）")).value = "一大笔"
    file = BytesIO()
    book.save(file)
    address = client.get(board(task)).context["import_address"]
    page = client.post(address, {"file": SimpleUploadedFile("a.xlsx", file.getvalue())})
    assert len(page.context["outcome"].problems) == 1
    assert not ProgressReport.objects.filter(month=MONTH).exists()


# Watching


def test_return_marks_the_rows(client, task, clerk, collector, units, project):
    unit = unit_of(task, units[1])
    report = make_progress_report(project=project, month=MONTH, review="submitted")
    client.force_login(clerk)
    press(client, task, "hand_in", unit)
    client.force_login(collector)
    assert press(client, task, "give_back", unit) == ["请写明退回意见。"]
    (words,) = press(client, task, "give_back", unit, words="形象进度没写")
    assert words == f"{units[1]}已退回，其中 1 条退回修改。"
    report.refresh_from_db()
    assert (report.review, report.review_comment) == ("returned", "形象进度没写")
    client.force_login(clerk)
    assert "形象进度没写" in client.get(board(task)).content.decode()
    sheet = downloaded(client, task, unit)["数据"]
    assert sheet["A2"].comment.text == "退回：形象进度没写"
    assert Notice.objects.filter(user=clerk, words="形象进度没写").exists()


def test_late_ones_are_reminded_and_the_others_not(client, task, clerk, collector, units):
    CollectionTask.objects.update(due_on=timezone.localdate() - timedelta(days=1))
    client.force_login(collector)
    assert "已过截止" in client.get(board(task)).content.decode()
    Notice.objects.all().delete()
    (words,) = press(client, task, "remind_all")
    assert words == f"已提醒 2 个单位的 1 人。没有人填报、催不到的：{units[2]}。"
    assert [(one.user, one.kind) for one in Notice.objects.all()] == [(clerk, "reminder")]
    unit = unit_of(task, units[1])
    client.force_login(clerk)
    press(client, task, "hand_in", unit)
    client.force_login(collector)
    assert press(client, task, "remind", unit) == ["没有要催的单位。"]
    assert press(client, task, "accept", unit) == [f"{units[1]}已收下。"]


def test_steps_are_for_those_whose_they_are(client, task, clerk, units):
    unit = unit_of(task, units[1])
    client.force_login(clerk)
    for act in ("accept", "give_back", "remind", "remind_all", "close", "other"):
        assert press(client, task, act, unit, words="x") == ["这一步由布置任务的人办。"]
    assert press(client, task, "hand_in", unit_of(task, units[2])) == ["没有这个单位。"]


def test_publisher_of_one_unit_does_not_watch_over_the_task(client, task, units):
    own = person(units[1], verbs=("view",), more=["projects.add_reportingperiod"])
    client.force_login(own)
    assert not client.get(board(task)).context["is_collector"]
    for act in ("close", "accept", "remind_all"):
        words = press(client, task, act, unit_of(task, units[1]))
        assert words == ["这一步由布置任务的人办。"]


def test_task_of_others_is_not_there(client, task):
    stranger = person(make_headquarters())
    client.force_login(stranger)
    unit = task.units.first()
    address = reverse("admin:projects_task_workbook", args=[task.pk, unit.pk])
    assert [client.get(one).status_code for one in (board(task), address)] == [404, 404]
    assert client.get(TASKS).context["rows"] == []


def test_clerk_sees_only_the_own_unit(client, task, clerk, units):
    client.force_login(clerk)
    assert [one.headquarters for one in client.get(board(task)).context["units"]] == [units[1]]
    address = reverse("admin:projects_task_workbook", args=[task.pk, unit_of(task, units[2]).pk])
    assert client.get(address).status_code == 404


def test_two_that_hand_in_at_once_do_it_once(client, task, clerk, units):
    unit = unit_of(task, units[1])
    client.force_login(clerk)
    press(client, task, "hand_in", unit)
    assert press(client, task, "hand_in", unit) == [f"{units[1]}现在是“已报送”。"]


def test_closed_task_takes_nothing(client, task, clerk, collector, units):
    client.force_login(collector)
    assert press(client, task, "close") == ["任务已结束。"]
    client.force_login(clerk)
    assert press(client, task, "hand_in", unit_of(task, units[1])) == ["这份任务已经结束。"]


def test_projects_are_collected_too(client, collector, clerk, units, project):
    rights = [f"projects.{verb}_project" for verb in VERBS]
    clerk = make_staff(units[1], permissions=rights)
    ask(client, collector, units[1], dataset="projects")
    task = CollectionTask.objects.get()
    client.force_login(clerk)
    sheet = downloaded(client, task, task.units.get())["数据"]
    assert project.code in [cell.value for cell in sheet[2]]
    assert client.get(board(task)).context["units"][0].progress.missing is None


def test_board_asks_no_more_for_more_units(client, task, collector, units):
    client.force_login(collector)
    client.get(board(task))
    with CaptureQueriesContext(connection) as few:
        client.get(board(task))
    for _ in range(5):
        one = make_headquarters(parent=units[0])
        make_project(headquarters=one, status="building")
        CollectionUnit.objects.create(task=task, headquarters=one)
    with CaptureQueriesContext(connection) as many:
        assert len(client.get(board(task)).context["units"]) == 7
    assert len(many) <= len(few) <= 12
