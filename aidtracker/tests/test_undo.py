"""Undoing an act: all of it or nothing, with the rights and the scope of whoever asks."""

from datetime import date
from hashlib import sha256

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from aidtracker.testing import (
    make_headquarters,
    make_progress_report,
    make_project,
    make_project_party,
    make_reporting_period,
    make_series,
    make_site,
    make_source,
    make_staff,
)
from aidtracker.trail import acts
from aidtracker.trail.acts import Way
from aidtracker.trail.history import keep_links
from aidtracker.trail.models import Act
from aidtracker.trail.undo import UndoError, plan_for, undo
from projects.checks.recomputing import recompute
from projects.models import ProgressReport, Project, Site
from projects.tests.figure_sets import flow, observed

pytestmark = pytest.mark.django_db

RIGHTS = tuple(
    f"projects.{verb}_{model}"
    for verb in ("add", "change", "delete", "import")
    for model in ("project", "progressreport", "site")
)


@pytest.fixture
def headquarters():
    return make_headquarters()


@pytest.fixture
def clerk(headquarters):
    return make_staff(headquarters, permissions=RIGHTS)


def act_of(work, way=Way.IMPORT):
    """Do `work` as one act; returns the act."""
    with acts.doing(way) as act:
        work()
    return act


def undo_as(user, act, reason="导错了文件"):
    with acts.doing(Way.FORM) as door:
        undo(act, user, reason)
    return Act.objects.get(pk=door.pk)


def refusals(user, act, reason="导错了文件"):
    with pytest.raises(UndoError) as refused, acts.doing(Way.FORM):
        undo(act, user, reason)
    return refused.value.messages


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def test_undo_deletes_what_an_import_added(headquarters, clerk):
    made = []
    act = act_of(lambda: made.append(make_project(headquarters=headquarters, review="draft")))

    undone = undo_as(clerk, act)

    assert not Project.objects.filter(pk=made[0].pk).exists()
    assert (undone.way, undone.undoes, undone.reason) == (Way.UNDO, act, "导错了文件")
    last = Project.history.filter(id=made[0].pk).first()
    assert (last.history_type, last.act) == ("-", undone)


def test_undo_gives_changed_rows_their_values_back(headquarters, clerk):
    row = make_project(
        headquarters=headquarters, name="渠道", planned_amount="10.5", review="draft"
    )
    act = act_of(lambda: change(row, name="水渠", planned_amount=None))

    undone = undo_as(clerk, act)

    row.refresh_from_db()
    assert (row.name, str(row.planned_amount), row.version) == ("渠道", "10.500000", 3)
    assert row in Project.objects.search("qudao")
    assert (row.history.first().act, row.history.first().name) == (undone, "渠道")


def test_undo_gives_links_back(headquarters, clerk):
    first, second = make_source(), make_source()
    row = make_project(headquarters=headquarters, sources=[first], review="draft")
    keep_links(row)

    def work():
        change(row, note="改过")
        row.sources.set([second])
        keep_links(row)

    undo_as(clerk, act_of(work))

    assert list(row.sources.all()) == [first]
    assert row.history.first().links == {"sources": [first.code]}


def test_undo_brings_deleted_rows_back_as_they_were(headquarters, clerk):
    source = make_source()
    row = make_project(headquarters=headquarters, code="HZ-7", sources=[source], review="draft")
    keep_links(row)
    pk = row.pk
    act = act_of(row.delete, Way.ACTION)

    undo_as(clerk, act)

    back = Project.objects.get(pk=pk)
    assert (back.code, list(back.sources.all()), back.version) == ("HZ-7", [source], 2)
    assert [state.history_type for state in back.history.order_by("history_id")][-2:] == ["-", "+"]


def test_undo_takes_a_tree_of_new_rows_away(headquarters, clerk):
    def work():
        park = make_site(maintainer=headquarters)
        make_site(parent=park, maintainer=headquarters)
        make_progress_report(project=make_project(headquarters=headquarters, review="draft"))

    before = Site.objects.count(), Project.objects.count()

    undo_as(clerk, act_of(work))

    assert (Site.objects.count(), Project.objects.count()) == before
    assert not ProgressReport.objects.exists()


def test_undo_of_an_undo_does_it_again(headquarters, clerk):
    row = make_project(headquarters=headquarters, name="渠道", review="draft")
    undone = undo_as(clerk, act_of(lambda: change(row, name="水渠")))

    undo_as(clerk, undone, "原来没有错")

    row.refresh_from_db()
    assert row.name == "水渠"


def test_undo_twice_is_refused(headquarters, clerk):
    row = make_project(headquarters=headquarters, review="draft")
    act = act_of(lambda: change(row, name="水渠"))
    undo_as(clerk, act)

    assert refusals(clerk, act) == ["这次操作已经撤销过了。"]


def test_undo_is_refused_as_a_whole_when_one_row_changed_since(headquarters, clerk):
    rows = [make_project(headquarters=headquarters, name=name, review="draft") for name in "甲乙"]
    act = act_of(lambda: [change(row, note="导入") for row in rows])
    change(rows[1], name="乙二")

    assert refusals(clerk, act) == ["援疆项目“乙”后来又改过。"]
    assert set(Project.objects.filter(pk__in=[row.pk for row in rows]).values_list("note")) == {
        ("导入",)
    }


def test_undo_is_refused_when_others_name_a_new_row(headquarters, clerk):
    made = []
    act = act_of(
        lambda: made.append(make_project(headquarters=headquarters, name="甲", review="draft"))
    )
    make_progress_report(project=made[0])

    assert refusals(clerk, act) == ["项目月报“甲 2026年5月”已引用这次新增的援疆项目。"]
    assert Project.objects.filter(pk=made[0].pk).exists()


def test_undo_is_refused_when_a_row_is_linked_to_a_new_one(headquarters):
    made = []
    act = act_of(lambda: made.append(make_source(title="新文献")))
    make_site(name="园区", sources=made)
    keeper = make_staff(permissions=RIGHTS, reach="changes_all", is_superuser=True)

    assert refusals(keeper, act) == ["场所“园区”已引用这次新增的文献。"]


def test_undo_is_refused_when_a_former_relation_is_gone(headquarters, clerk):
    other = make_site(name="旧园")
    row = make_project(headquarters=headquarters, site=other, review="draft")
    act = act_of(lambda: change(row, site=None))
    number = other.pk
    other.delete()

    assert refusals(clerk, act) == [f"原来的场所（场所，编号 {number}）已不在。"]


def test_undo_of_foreign_rows_is_refused(headquarters):
    row = make_project(headquarters=headquarters, name="甲", review="draft")
    act = act_of(lambda: change(row, note="改过"))
    stranger = make_staff(make_headquarters(), permissions=RIGHTS)

    assert refusals(stranger, act) == ["援疆项目“甲”不归您的指挥部维护。"]


def test_undo_never_gives_a_row_to_a_foreign_headquarters(headquarters, clerk):
    row = make_project(headquarters=make_headquarters(), name="甲", review="draft")
    act = act_of(lambda: change(row, headquarters=headquarters))

    assert refusals(clerk, act) == ["援疆项目“甲”不归您的指挥部维护。"]


@pytest.mark.parametrize(
    ("missing", "word"), [("change", "修改"), ("import", "导入")], ids=["change", "import"]
)
def test_undo_of_an_import_needs_the_rights_of_importing(headquarters, missing, word):
    row = make_project(headquarters=headquarters, review="draft")
    act = act_of(lambda: change(row, note="改过"))
    rights = [code for code in RIGHTS if code != f"projects.{missing}_project"]
    user = make_staff(headquarters, permissions=rights)

    assert refusals(user, act) == [f"您没有{word}援疆项目的权限。"]


def test_undo_of_new_rows_needs_the_right_to_delete(headquarters):
    act = act_of(lambda: make_project(headquarters=headquarters, review="draft"), Way.GRID)
    user = make_staff(headquarters, permissions=["projects.add_project", "projects.change_project"])

    assert refusals(user, act) == ["您没有删除援疆项目的权限。"]


def test_undo_of_published_rows_needs_the_right_to_publish(headquarters, clerk):
    row = make_project(headquarters=headquarters, review="published")
    act = act_of(lambda: change(row, note="改过"))

    assert refusals(clerk, act) == ["您没有发布援疆项目的权限。"]

    publisher = make_staff(headquarters, permissions=(*RIGHTS, "projects.publish_project"))
    undo_as(publisher, act)
    row.refresh_from_db()
    assert (row.note, row.correction_reason) == ("", "导错了文件")


def test_undo_of_published_rows_needs_a_reason_of_its_own(headquarters):
    row = make_project(
        headquarters=headquarters, name="甲", review="published", correction_reason="更名"
    )
    act = act_of(lambda: change(row, note="改过"))
    publisher = make_staff(headquarters, permissions=(*RIGHTS, "projects.publish_project"))

    assert refusals(publisher, act, "更名") == [
        "援疆项目“甲”上一次更正也是这个理由；请写明这一次的理由。"
    ]
    undo_as(publisher, act, "改错了")
    row.refresh_from_db()
    assert row.correction_reason == "改错了"


@pytest.mark.parametrize("kind", ["add", "change", "delete"])
def test_undo_in_a_locked_month_is_for_who_publishes(headquarters, clerk, kind):
    project = make_project(headquarters=headquarters, name="甲", review="draft")
    rows = [] if kind == "add" else [make_progress_report(project=project)]
    works = {
        "add": lambda: rows.append(make_progress_report(project=project)),
        "change": lambda: change(rows[0], note="改过"),
        "delete": lambda: rows[0].delete(),
    }
    act = act_of(works[kind])
    make_reporting_period(headquarters=headquarters, locked_on=date(2026, 6, 10))

    assert refusals(clerk, act) == ["您没有发布项目月报的权限。"]
    rights = (*RIGHTS, "projects.publish_progressreport")
    undo_as(make_staff(headquarters, permissions=rights), act)
    left = ProgressReport.objects.values_list("note", "correction_reason", "review")
    assert [*left] == ([] if kind == "add" else [("", "导错了文件", "draft")])


def test_undo_of_parts_of_a_public_project_is_for_who_publishes_it(headquarters):
    rights = [f"projects.{verb}_projectparty" for verb in ("add", "change", "delete", "import")]
    project = make_project(headquarters=headquarters, name="甲", review="published")
    act = act_of(lambda: make_project_party(project=project))
    clerk = make_staff(headquarters, permissions=rights)

    assert refusals(clerk, act) == ["援疆项目“甲”已发布，其项目参与方只能由有发布权限的人改动。"]
    undo_as(make_staff(headquarters, permissions=(*rights, "projects.publish_project")), act)
    assert not project.parties.exists()


def test_project_whose_part_an_undo_took_back_is_reviewed_again(headquarters):
    rights = [f"projects.{verb}_projectparty" for verb in ("delete", "import")]
    project = make_project(headquarters=headquarters, review="draft")
    act = act_of(lambda: make_project_party(project=project))
    Project.objects.filter(pk=project.pk).update(review="submitted")

    assert plan_for(act, make_staff(headquarters)).notes == [
        "所属的援疆项目如已提交或审核通过，撤销后退回草稿，须重新提交。"
    ]
    undo_as(make_staff(headquarters, permissions=rights), act)

    assert Project.objects.get(pk=project.pk).review == "draft"
    assert project.history.latest().review == "draft"


def test_project_that_comes_back_with_its_part_stays_as_it_was(headquarters):
    rights = [
        f"projects.{verb}_{name}"
        for verb in ("delete", "import", "change")
        for name in ("projectparty", "project")
    ]
    project = make_project(headquarters=headquarters, review="submitted")

    def add_part():
        make_project_party(project=project)
        change(project, review="draft")

    undo_as(make_staff(headquarters, permissions=rights), act_of(add_part))

    assert Project.objects.get(pk=project.pk).review == "submitted"


@pytest.mark.parametrize("digest", ["", sha256(b"text").hexdigest()], ids=["first", "registered"])
def test_undo_of_an_uploaded_text_is_refused(admin_user, digest):
    row = make_source(title="甲", sha256=digest)

    def upload():
        row.accept_text(b"text")
        row.save()

    assert refusals(admin_user, act_of(upload, Way.FORM)) == [
        "文献“甲”的全文不留历史，上传全文不能撤销；可再上传正确的文件。"
    ]
    assert undo_as(admin_user, act_of(lambda: change(row, note="改过"), Way.FORM))


def test_undo_says_that_a_document_comes_back_without_its_text(admin_user):
    row = make_source(title="甲")
    row.accept_text(b"text")
    row.save()
    act = act_of(row.delete, Way.ACTION)

    assert plan_for(act, admin_user).notes == ["文献“甲”恢复后没有全文，请再上传登记时的原文件。"]


def test_undo_of_reports_asks_the_same_queries_for_more_rows(headquarters, clerk):
    make_reporting_period(
        headquarters=headquarters, locked_on=date(2026, 7, 10), month=date(2026, 6, 1)
    )

    def queries(number):
        act = act_of(lambda: [make_progress_report() for _ in range(number)])
        with CaptureQueriesContext(connection) as captured:
            plan_for(act, clerk)
        return len(captured)

    queries(1)
    assert queries(2) == queries(5)


def test_undo_needs_a_reason(headquarters, clerk):
    row = make_project(headquarters=headquarters, review="draft")
    act = act_of(lambda: change(row, note="改过"))

    assert refusals(clerk, act, " ") == ["请写明撤销的理由。"]


def test_undo_of_an_act_without_changes_is_refused(clerk):
    act = acts.record(Way.EXPORT)

    assert refusals(clerk, act) == ["这次操作没有改动记录，无可撤销。"]


def test_undo_says_when_a_unique_value_was_taken(headquarters, clerk):
    row = make_project(headquarters=headquarters, code="HZ-1", review="draft")
    act = act_of(lambda: change(row, code="HZ-2"))
    make_project(headquarters=headquarters, code="HZ-1")

    assert refusals(clerk, act)[0].startswith("这次操作之前的内容与现有记录冲突")
    row.refresh_from_db()
    assert row.code == "HZ-2"
    assert not Act.objects.filter(undoes=act).exists()


def test_undo_lets_the_findings_follow(django_user_model):
    keeper = django_user_model.objects.create_superuser("keeper")
    series = make_series(metric=flow())
    first = observed(series, "600元")
    act = act_of(lambda: observed(series, "700元"))
    recompute()
    assert first.findings.count() == 1

    undo_as(keeper, act)

    assert first.findings.count() == 0


def test_undo_of_many_rows_takes_few_queries(headquarters, clerk, django_assert_max_num_queries):
    act = act_of(
        lambda: [make_project(headquarters=headquarters, review="draft") for _ in range(30)]
    )

    with django_assert_max_num_queries(160):
        undo_as(clerk, act)

    assert not Project.objects.filter(headquarters=headquarters).exists()


def test_two_undos_of_one_act_cannot_both_be_stored(headquarters):
    act = act_of(lambda: make_project(headquarters=headquarters))
    Act.objects.create(way=Way.UNDO, undoes=act)

    with pytest.raises(IntegrityError):
        Act.objects.create(way=Way.UNDO, undoes=act)
