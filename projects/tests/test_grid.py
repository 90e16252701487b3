"""The page on which a month is filled in: what it shows, what it saves, what it refuses."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from aidtracker.testing import (
    make_headquarters,
    make_progress_report,
    make_project,
    make_reporting_period,
    make_site,
    make_staff,
)
from aidtracker.trail.models import Act
from projects.models import (
    JobsReport,
    Outlet,
    OutletReport,
    ProgressReport,
    Project,
    Review,
    TrainingReport,
)
from projects.monthly import grid
from projects.monthly.beginnings import FIRST, MISSING, OPENING, SUMMED
from projects.monthly.kinds import KINDS

pytestmark = pytest.mark.django_db

APRIL = date(2026, 4, 1)
CLERK = [
    f"projects.{verb}_{kind.model._meta.model_name}"
    for kind in KINDS.values()
    for verb in ("view", "add", "change")
]


@pytest.fixture
def headquarters():
    return make_headquarters(name="甲指挥部")


@pytest.fixture
def project(headquarters):
    return make_project(headquarters=headquarters, name="水厂")


@pytest.fixture
def clerk(headquarters, client):
    client.force_login(make_staff(headquarters, permissions=CLERK, username="小王"))
    return client


def address(kind="progress", month="2026-05", **query):
    query = {"kind": kind, "month": month} | query
    return reverse("admin:projects_grid", query=query)


def send(client, subject, values, version=0, kind="progress", **more):
    key = str(getattr(subject, "pk", subject))
    body = {"key": key, "values": values, "version": version} | more
    return client.post(address(kind), json.dumps(body), content_type="application/json")


def rows_of(client, **query):
    return client.get(address(**query)).context["grid"].rows


# What it shows


def test_subjects_are_those_of_ones_own_headquarters(clerk, project):
    make_project()
    assert [row.subject.name for row in rows_of(clerk)] == ["水厂"]


def test_finished_projects_are_left_out_unless_they_reported_last(clerk, headquarters):
    make_project(headquarters=headquarters, status=Project.Status.COMPLETED)
    reporting = make_project(
        headquarters=headquarters, status=Project.Status.COMPLETED, name="学校"
    )
    make_progress_report(project=reporting, month=APRIL)
    assert [row.subject.name for row in rows_of(clerk)] == ["学校"]


def test_last_report_stands_beside_even_if_a_month_is_missing(clerk, project):
    make_progress_report(project=project, month=date(2026, 2, 1), work_done_to_date=5)
    make_progress_report(project=project, month=date(2026, 3, 1), work_done_to_date=7)
    row = rows_of(clerk)[0]
    cell = next(cell for cell in row.cells if cell.column.name == "work_done_to_date")
    assert (cell.last, row.last_month) == ("7", "2026年3月")


def test_sites_have_a_row_for_each_own_headquarters(clerk, headquarters):
    make_site(headquarters=[headquarters], name="产业园")
    make_site(headquarters=[make_headquarters()])
    assert [row.subject.name for row in rows_of(clerk, kind="jobs")] == ["产业园"]


def test_training_has_a_row_for_each_kind(clerk):
    names = [row.subject.name for row in rows_of(clerk, kind="training")]
    assert names == TrainingReport.Kind.labels


def test_counts_stand_in_the_head(clerk, headquarters):
    for state in (None, Review.DRAFT, Review.SUBMITTED):
        project = make_project(headquarters=headquarters)
        if state:
            make_progress_report(project=project, review=state, problems="无")
    grid = clerk.get(address()).context["grid"]
    assert (len(grid.rows), grid.filled, grid.handed_in) == (3, 2, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_every_ledger_opens(clerk, kind):
    response = clerk.get(address(kind))
    assert response.context["grid"].kind.key == kind


def test_unknown_ledger_is_not_found(clerk):
    assert clerk.get(address("nonsense")).status_code == 404


def test_headquarters_of_others_is_not_found(clerk):
    assert clerk.get(address(headquarters=make_headquarters().pk)).status_code == 404


def test_nobody_sees_it_without_the_right(client, headquarters):
    client.force_login(make_staff(headquarters))
    assert client.get(address()).status_code == 403


def test_who_may_only_read_finds_no_cells_to_write_in(client, headquarters, project):
    client.force_login(make_staff(headquarters, permissions=["projects.view_progressreport"]))
    page = client.get(address()).content.decode()
    assert ("水厂" in page, "<textarea" in page) == (True, False)


@pytest.mark.parametrize("kind", ["progress", "jobs"])
def test_queries_do_not_grow_with_rows(clerk, headquarters, kind, django_assert_num_queries):
    def fill(number):
        for _ in range(number):
            make_progress_report(project=make_project(headquarters=headquarters), month=APRIL)
            make_site(headquarters=[headquarters])

    fill(3)
    clerk.get(address(kind))
    with django_assert_num_queries(15, exact=False) as few:
        clerk.get(address(kind))
    fill(27)
    with django_assert_num_queries(len(few)):
        clerk.get(address(kind))


# What it saves


def test_row_is_saved_as_a_draft(clerk, project):
    typed = {"physical_progress": "主体封顶", "work_done_month": "1,234.5"}
    answer = send(clerk, project, typed).json()
    report = ProgressReport.objects.get()
    assert (answer["version"], answer["label"]) == (1, "草稿")
    assert (report.physical_progress, report.work_done_month) == ("主体封顶", Decimal("1234.5"))
    assert report.review == Review.DRAFT


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        *(("9.11亿元", "91100"), ("１２．５", "12.5"), ("35 万元", "35"), ("5000元", "0.5")),
        *((word, "") for word in ("—", "无", "-", "暂无", "－", "/")),
    ],
)
def test_amounts_are_read_as_in_an_import(clerk, project, typed, stored):
    answer = send(clerk, project, {"work_done_month": typed}).json()
    assert answer["values"]["work_done_month"] == stored


@pytest.mark.parametrize(
    ("typed", "to_date"),
    [
        ({"work_done_month": "20"}, "120"),
        ({"work_done_month": "20", "work_done_to_date": "125"}, "125"),
        ({"problems": "无"}, ""),
    ],
    ids=["follows", "typed", "nothing to add"],
)
def test_total_goes_on_from_the_last_unless_typed(clerk, project, typed, to_date):
    make_progress_report(project=project, month=APRIL, work_done_to_date=100)
    answer = send(clerk, project, typed).json()
    assert answer["values"]["work_done_to_date"] == to_date


def test_total_follows_a_second_change(clerk, project):
    make_progress_report(project=project, month=APRIL, work_done_to_date=100)
    send(clerk, project, {"work_done_month": "20"})
    answer = send(clerk, project, {"work_done_month": "30"}, version=1).json()
    assert (answer["values"]["work_done_to_date"], answer["version"]) == ("130", 2)


def test_first_total_is_the_month_and_says_so(clerk, project):
    assert total_cell(clerk).beginning.words == FIRST
    answer = send(clerk, project, {"work_done_month": "20"}).json()
    assert answer["values"]["work_done_to_date"] == "20"


def test_first_total_goes_on_from_what_the_ledger_states(clerk, headquarters):
    project = make_project(headquarters=headquarters, work_done_amount=100)
    assert total_cell(clerk).beginning.words == OPENING.format(amount=100)
    answer = send(clerk, project, {"work_done_month": "20"}).json()
    assert answer["values"]["work_done_to_date"] == "120"


def test_total_goes_on_from_former_months_that_have_none(clerk, project):
    make_progress_report(project=project, month=date(2026, 2, 1), work_done_to_date=50)
    for month, amount in ((3, 3), (4, Decimal("4.5"))):
        make_progress_report(project=project, month=date(2026, month, 1), work_done_month=amount)
    assert total_cell(clerk).beginning.words == SUMMED.format(amount="57.5")
    answer = send(clerk, project, {"work_done_month": "20"}).json()
    assert answer["values"]["work_done_to_date"] == "77.5"


@pytest.mark.parametrize("stated", [None, 100], ids=["a month unknown", "perhaps stated with it"])
def test_total_that_cannot_be_known_is_told(clerk, headquarters, stated):
    project = make_project(headquarters=headquarters, name="水厂", work_done_amount=stated)
    make_progress_report(
        project=project, month=APRIL, work_done_month=None if stated is None else 5
    )
    assert (total_cell(clerk).base, total_cell(clerk).beginning.words) == ("", MISSING)
    answer = send(clerk, project, {"work_done_month": "20"}).json()
    assert answer["values"]["work_done_to_date"] == ""
    page = clerk.post(address(), {"action": "submit"}, follow=True)
    assert [str(one) for one in page.context["messages"]][-1] == (
        "填了本月而没有累计：水厂。请补上，以后各月才接得上。"
    )


def total_cell(client):
    cells = client.get(address()).context["grid"].shown[0].cells
    return next(cell for cell in cells if cell.column.name == "work_done_to_date")


def test_act_says_that_it_was_the_grid(clerk, project):
    send(clerk, project, {"problems": "缺水泥"})
    report = ProgressReport.objects.get()
    act = report.history.get().act
    assert (act.way, act.user_name, act.subject) == (Act.Way.GRID, "小王", str(report))


def test_sending_what_is_stored_changes_nothing(clerk, project):
    make_progress_report(project=project, problems="无")
    answer = send(clerk, project, {"problems": "无"}, version=1).json()
    assert answer["version"] == 1


def test_jobs_of_a_site_are_saved(clerk, headquarters):
    site = make_site(headquarters=[headquarters])
    send(clerk, f"{headquarters.pk}-{site.pk}", {"jobs": "475"}, kind="jobs")
    report = JobsReport.objects.get()
    assert (report.headquarters, report.site, report.jobs) == (headquarters, site, 475)


def test_training_is_saved(clerk, headquarters):
    send(clerk, f"{headquarters.pk}-vocational", {"trainees": "600"}, kind="training")
    report = TrainingReport.objects.get()
    assert (report.kind, report.trainees) == ("vocational", 600)


# What it refuses


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"work_done_month": "若干"}, "应为数字"),
        ({"received_to_date": "-5"}, "金额不能是负数"),
    ],
)
def test_wrong_cell_says_why(clerk, project, typed, sentence):
    response = send(clerk, project, typed)
    assert response.status_code == 400
    assert {
        name: words.startswith(sentence) for name, words in response.json()["errors"].items()
    } == {next(iter(typed)): True}
    assert not ProgressReport.objects.exists()


def test_project_of_others_is_not_found(clerk):
    response = send(clerk, make_project(), {"problems": "无"})
    assert (response.status_code, "其他指挥部" in response.json()["errors"][""]) == (404, True)
    assert not ProgressReport.objects.exists()


def test_reader_can_not_save(client, headquarters, project):
    client.force_login(make_staff(headquarters, permissions=["projects.view_progressreport"]))
    assert send(client, project, {"problems": "无"}).status_code == 403
    assert not ProgressReport.objects.exists()


@pytest.mark.parametrize("key", ["", "x", "1-2", "9" * 40, "-", "1-"])
@pytest.mark.parametrize("kind", ["progress", "jobs"])
def test_row_of_no_subject_is_not_found(clerk, project, kind, key):
    body = json.dumps({"key": key, "values": {}, "version": 0})
    response = clerk.post(address(kind), body, content_type="application/json")
    assert response.status_code == 404


@pytest.mark.parametrize("body", [" ", "[]", "{}", '{"key": 1, "values": 3, "version": 0}'])
def test_incomplete_row_is_refused(clerk, body):
    assert clerk.post(address(), body, content_type="application/json").status_code == 400


def test_row_changed_meanwhile_is_a_conflict(clerk, project):
    report = make_progress_report(project=project, problems="缺水泥")
    report.problems = "缺人"
    report.save()
    response = send(clerk, project, {"problems": "缺电"}, version=1)
    answer = response.json()
    assert (response.status_code, answer["values"]["problems"], answer["version"]) == (
        409,
        "缺人",
        2,
    )
    assert ProgressReport.objects.get().problems == "缺人"


def test_row_reported_meanwhile_is_a_conflict(clerk, project):
    make_progress_report(project=project, problems="缺水泥")
    assert send(clerk, project, {"problems": "缺电"}).status_code == 409


def test_row_handed_in_is_not_changed_here(clerk, project):
    make_progress_report(project=project, review=Review.SUBMITTED)
    response = send(clerk, project, {"problems": "缺电"}, version=1)
    assert response.json()["errors"] == {"": "这一行已提交，不能在这里改；请打开它的表单。"}


@pytest.mark.parametrize(("reason", "status"), [("", 400), ("漏填", 200)])
def test_locked_month_takes_a_reason(clerk, headquarters, project, reason, status):
    make_reporting_period(headquarters=headquarters, locked_on="2026-06-10")
    assert send(clerk, project, {"problems": "无"}, reason=reason).status_code == status
    said = f"{headquarters}的2026年5月已锁定，更正须写明理由"
    assert said in clerk.get(address()).content.decode()


# Without a script


def form_of(response):
    """What a browser would send back of a page: the values of all its cells."""
    rows = [row for row in response.context["grid"].rows if row.is_open]
    cells = {cell.name: cell.text for row in rows for cell in row.cells}
    return cells | {f"{row.subject.key}:version": row.version for row in rows}


def test_form_saves_what_was_changed(clerk, headquarters, project):
    other = make_project(headquarters=headquarters)
    typed = form_of(clerk.get(address())) | {f"{project.pk}:problems": "缺电"}
    response = clerk.post(address(), typed | {"action": "save"})
    assert response.status_code == 302
    assert [report.project for report in ProgressReport.objects.all()] == [project]
    assert other.progress_reports.count() == 0


def test_form_keeps_what_is_wrong(clerk, project):
    typed = form_of(clerk.get(address())) | {f"{project.pk}:work_done_month": "若干"}
    response = clerk.post(address(), typed | {"action": "save"})
    row = response.context["grid"].rows[0]
    cell = next(cell for cell in row.cells if cell.column.name == "work_done_month")
    assert (cell.text, cell.error[:4]) == ("若干", "应为数字")


def test_form_does_not_overwrite_what_others_changed(clerk, project):
    report = make_progress_report(project=project, problems="缺水泥")
    typed = form_of(clerk.get(address())) | {f"{project.pk}:problems": "缺电"}
    report.problems = "缺人"
    report.save()
    response = clerk.post(address(), typed | {"action": "save"})
    row = response.context["grid"].rows[0]
    assert (row.cells[1].text, row.version) == ("缺电", 2)
    assert "又改了这一行" in response.content.decode()
    assert ProgressReport.objects.get().problems == "缺人"


def test_all_drafts_are_handed_in(clerk, headquarters):
    for state in (Review.DRAFT, Review.DRAFT, Review.APPROVED):
        project = make_project(headquarters=headquarters)
        make_progress_report(project=project, review=state, problems="无")
    clerk.post(address(), form_of(clerk.get(address())) | {"action": "submit"})
    states = sorted(report.review for report in ProgressReport.objects.all())
    assert states == ["approved", "submitted", "submitted"]


def test_returned_row_is_handed_in_only_once_it_was_changed(clerk, project):
    make_progress_report(project=project, review=Review.RETURNED, problems="无")
    page = clerk.post(address(), form_of(clerk.get(address())) | {"action": "submit"}, follow=True)
    assert ProgressReport.objects.get().review == "returned"
    assert [str(one) for one in page.context["messages"]] == [
        "退回、撤回后没有改动，没有提交：水厂。改好即成草稿，再提交。"
    ]
    typed = form_of(page) | {f"{project.pk}:problems": "缺电", "action": "submit"}
    clerk.post(address(), typed)
    assert ProgressReport.objects.get().review == "submitted"


def test_wrong_row_does_not_keep_the_others_back(clerk, headquarters, project):
    other = make_project(headquarters=headquarters)
    typed = {f"{project.pk}:work_done_month": "若干", f"{other.pk}:problems": "缺电"}
    sent = form_of(clerk.get(address())) | typed | {"action": "submit"}
    page = clerk.post(address(), sent).context["grid"]
    report = ProgressReport.objects.get()
    assert (report.project, report.review) == (other, "submitted")
    shown = {row.subject.name: row for row in page.rows}
    assert shown["水厂"].errors["work_done_month"][:4] == "应为数字"
    assert shown["水厂"].typed == {"work_done_month": "若干"}
    assert shown[other.name].state == "submitted"


def test_what_was_saved_is_warned_of(clerk, project):
    make_progress_report(project=project, month=APRIL, work_done_to_date=100)
    typed = {"work_done_month": "20", "work_done_to_date": "500"}
    warned = send(clerk, project, typed).json()["warnings"]
    assert len(warned) == 1
    assert rows_of(clerk)[0].warnings == warned


def test_emptied_draft_counts_as_not_filled_and_is_not_handed_in(clerk, project):
    send(clerk, project, {"problems": "无"})
    answer = send(clerk, project, {"problems": ""}, version=1).json()
    assert (answer["state"], answer["label"]) == ("", "未填")
    grid = clerk.get(address()).context["grid"]
    assert grid.filled == 0
    clerk.post(address(), form_of(clerk.get(address())) | {"action": "submit"})
    assert ProgressReport.objects.get().review == Review.DRAFT


def test_months_are_chosen_in_chinese_from_a_list(clerk, project):
    page = clerk.get(address(month="2019-03")).content.decode()
    assert '<option value="2019-03" selected>2019年3月</option>' in page
    assert 'type="month"' not in page


def test_headings_may_be_called_otherwise_in_a_pasted_sheet():
    columns = {column.name: column for column in KINDS["progress"].columns}
    assert "当月完成投资" in columns["work_done_month"].labels
    assert columns["work_done_month"].number_unit == "万元"
    outlets = {column.name: column.number_unit for column in KINDS["outlet"].columns}
    assert (outlets["sales"], outlets["tonnes"]) == ("元", "吨")


# Many rows


def test_ledger_of_more_than_a_thousand_outlets_opens(clerk, headquarters):
    """SQLite takes no condition of 1,000 keys."""
    names = [f"网点{number}" for number in range(1_001)]
    outlets = Outlet.objects.bulk_create(
        Outlet(slug=f"o-{name}", name=name, headquarters=headquarters) for name in names
    )
    may = date(2026, 5, 1)
    OutletReport.objects.bulk_create(
        OutletReport(outlet=outlet, month=may, sales=1) for outlet in outlets
    )
    page = clerk.get(address("outlet"))
    assert page.status_code == 200
    assert sum(row.is_filled for row in page.context["grid"].rows) == len(names)


# Very many rows


@pytest.fixture
def many(headquarters, monkeypatch):
    """Five projects on pages of two rows, one already reported about and one handed in."""
    monkeypatch.setattr(grid, "PAGE_ROWS", 2)
    found = [make_project(headquarters=headquarters, code=f"P{number}") for number in range(5)]
    make_progress_report(project=found[4], problems="无", review=Review.SUBMITTED)
    make_progress_report(project=found[3], problems="无", review=Review.DRAFT)
    for project in found:
        make_progress_report(project=project, month=APRIL, work_done_to_date=7)
    return found


def shown(client, **query):
    return [row.subject.identity[0] for row in client.get(address(**query)).context["grid"].shown]


def test_rows_stand_on_pages_and_counts_are_of_all(clerk, many):
    pks = [project.pk for project in many]
    pages = [shown(clerk, page=number) for number in (1, 2, 3)]
    assert pages == [pks[:2], pks[2:4], pks[4:]]
    assert shown(clerk, page="all") == pks
    assert shown(clerk, page="9") == pks[4:]
    assert shown(clerk, page="x") == pks[:2]
    page = clerk.get(address(page="2"))
    sums = page.context["grid"]
    assert (len(sums.rows), sums.filled, sums.handed_in) == (5, 2, 1)
    ways = [(words, is_here) for words, _, is_here in page.context["pages"]]
    assert ways == [("1", False), ("2", True), ("3", False), ("全部", False)]
    assert [row.last.work_done_to_date for row in sums.shown] == [7, 7]


def test_form_of_a_page_saves_its_rows_and_hands_in_all(clerk, many):
    cell = f"{many[2].pk}:problems"
    other = f"{many[0].pk}:problems"
    sent = {cell: "缺水", other: "不在这一页", "action": "submit"}
    clerk.post(address(page="2"), sent)
    found = ProgressReport.objects.filter(month=date(2026, 5, 1)).order_by("project__code")
    assert [(one.project, one.problems, one.review) for one in found] == [
        (many[2], "缺水", "submitted"),
        (many[3], "无", "submitted"),
        (many[4], "无", "submitted"),
    ]


def test_row_of_any_page_is_saved_by_itself(clerk, many):
    answer = send(clerk, many[4], {"problems": "缺水"}, version=1)
    assert answer.status_code == 400  # handed in already, but found
    assert send(clerk, many[2], {"problems": "缺水"}).json()["values"]["problems"] == "缺水"


def test_page_asks_no_more_for_more_rows(clerk, many, headquarters, django_assert_num_queries):
    clerk.get(address())
    with django_assert_num_queries(11) as few:
        clerk.get(address())
    for number in range(5, 9):
        make_project(headquarters=headquarters, code=f"P{number}")
    with django_assert_num_queries(len(few)):
        clerk.get(address())


# Several months of one subject


def months_of(client, subject, **query):
    return client.get(address(subject=str(subject.pk), **query))


def test_months_of_one_project_stand_on_one_page(clerk, project):
    make_progress_report(project=project, month=APRIL, review="published", work_done_month=3)
    page = months_of(clerk, project).context["grid"]
    assert [row.subject.name for row in page.shown][-3:] == ["2026年3月", "2026年4月", "2026年5月"]
    assert len(page.shown) == 12
    words = [row.beginnings["work_done_to_date"].words for row in page.shown]
    assert words[:11] == [FIRST, *["上一行的累计 ＋本月"] * 10]
    assert [row.is_open for row in page.shown][-3:] == [True, False, True]
    assert page.shown[-1].last.month == APRIL


def test_months_follow_each_other_as_they_are_saved(clerk, project):
    place = address(subject=str(project.pk))
    for month, paid in (("2026-03", "5"), ("2026-04", "7")):
        body = {"key": f"{project.pk}@{month}", "values": {"work_done_month": paid}, "version": 0}
        answer = clerk.post(place, json.dumps(body), content_type="application/json")
        assert answer.status_code == 200
    saved = ProgressReport.objects.filter(project=project).order_by("month")
    assert [one.work_done_to_date for one in saved] == [5, 12]
    sent = {
        f"{project.pk}@2026-04:work_done_month": "8",
        f"{project.pk}@2026-04:version": "1",
        f"{project.pk}@2026-05:work_done_month": "2",
        f"{project.pk}@2026-05:version": "0",
    }
    clerk.post(place, sent)
    assert [one.work_done_to_date for one in saved.all()] == [5, 13, 15]


def test_months_of_others_and_of_no_subject_are_not_there(clerk, project):
    foreign = make_project()
    for subject in (foreign.pk, "x", f"{project.pk}@2026-04", 10**30):
        assert clerk.get(address(subject=str(subject))).status_code == 404
    body = {"key": f"{foreign.pk}@2026-04", "values": {"note": "改"}, "version": 0}
    place = address(subject=str(project.pk))
    answer = clerk.post(place, json.dumps(body), content_type="application/json")
    assert answer.status_code == 404


def test_locked_month_among_several_needs_a_reason(clerk, project, headquarters):
    make_reporting_period(headquarters=headquarters, month=APRIL, locked_on="2026-05-06")
    page = months_of(clerk, project)
    assert "2026年4月已锁定" in page.content.decode()
    sent = {f"{project.pk}@2026-04:work_done_month": "8", f"{project.pk}@2026-04:version": "0"}
    clerk.post(address(subject=str(project.pk)), sent)
    assert not ProgressReport.objects.exists()
    clerk.post(address(subject=str(project.pk)), sent | {"reason": "补报"})
    assert ProgressReport.objects.get().work_done_month == 8


def test_months_ask_the_same_queries_however_many_are_reported(clerk, project):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            months_of(clerk, project)
        return len(captured)

    make_progress_report(project=project, month=APRIL, work_done_month=3, review="draft")
    few = asked()
    for month in (1, 2, 3):
        make_progress_report(
            project=project, month=date(2026, month, 1), work_done_month=3, review="draft"
        )
    assert asked() == few
