"""Imports of changes to what is public: corrected with a reason, or only proposed."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aidtracker import testing
from aidtracker.sheets import resource_for
from aidtracker.sheets.storing.storing import store
from aidtracker.tests.sheet_helpers import messages, rehearsal, sheet, stored
from aidtracker.trail import acts
from aidtracker.trail.models import Act
from aidtracker.trail.undo import UndoError, undo
from projects.models import Observation, ProgressReport, Project, Revision

pytestmark = pytest.mark.django_db
PAGE = "/admin/projects/project/import/"
CLERK = ("view", "add", "change", "import")


def staff(headquarters, *verbs, model="project"):
    codes = [f"projects.{verb}_{model}" for verb in (*CLERK, *verbs)]
    own = [f"projects.{verb}_revision" for verb in ("view", "change", "delete")]
    return testing.make_staff(headquarters, permissions=[*codes, "projects.delete_project", *own])


@pytest.fixture
def headquarters():
    return testing.make_headquarters()


@pytest.fixture
def clerk(headquarters):
    return staff(headquarters)


@pytest.fixture
def publisher(headquarters):
    return staff(headquarters, "publish")


def imported(user, *rows, reason="", model=Project):
    """The outcome of importing rows with a reason given at the confirmation."""
    fingerprint = rehearsal(model, *rows, user=user).fingerprint
    with acts.doing(acts.Way.FORM) as act:
        act.user_name = "张三"
        return store(resource_for(model, user), sheet(model, *rows), fingerprint, "表.xlsx", reason)


def numbers(outcome):
    return outcome.new, outcome.changed, outcome.proposed, outcome.unchanged


# Proposals


def test_published_row_of_a_clerk_becomes_a_proposal(clerk, headquarters):
    row = testing.make_project(headquarters=headquarters, name="旧名", paid_amount=5)
    region = testing.make_region()

    headings = ["code", "name", "paid_amount", "regions"]
    outcome = imported(clerk, headings, [row.code, "新名", "7.5", region.code], reason="原表有误")

    row.refresh_from_db()
    revision = Revision.objects.get()
    assert (outcome.is_stored, numbers(outcome)) == (True, (0, 0, 1, 0))
    assert (row.name, row.version, row.history.count()) == ("旧名", 1, 1)
    assert revision.values == {
        "name": ["旧名", "新名"],
        "paid_amount": ["5", "7.5"],
        "regions": [[], [[*region.natural_key()]]],
    }
    assert (revision.review, revision.correction_reason, revision.row_version) == (
        "draft",
        "原表有误",
        1,
    )
    assert (revision.number, revision.headquarters) == (1, headquarters)


def test_proposals_and_changes_of_one_file_are_one_act(clerk, headquarters):
    public = testing.make_project(headquarters=headquarters, review="published")
    draft = testing.make_project(headquarters=headquarters, review="draft")

    rows = [[public.code, "新"], [draft.code, "新"], ["N-1", "新"]]
    outcome = imported(clerk, ["code", "name"], *rows, reason="核实")

    act = Act.objects.get(way="import")
    state = Revision.history.get()
    assert numbers(outcome) == (1, 1, 1, 0)
    assert {state.act, draft.history.latest("history_id").act} == {act}
    assert (act.reason, state.history_type) == ("核实", "+")
    assert ["变更申请", 1] in act.details


def test_further_proposals_count_on_for_each_row(clerk, headquarters):
    first, second = (testing.make_project(headquarters=headquarters) for _ in range(2))
    imported(clerk, ["code", "note"], [first.code, "甲"], reason="核实")

    imported(clerk, ["code", "note"], [first.code, "乙"], [second.code, "乙"], reason="核实")

    found = Revision.objects.order_by("row_id", "number").values_list("row_id", "number")
    assert [*found] == [(first.pk, 1), (first.pk, 2), (second.pk, 1)]


def test_computed_columns_are_no_part_of_a_proposal(headquarters):
    row = testing.make_observation(maintainer=headquarters, printed="5家", status="published")
    user = staff(headquarters, model="observation")

    headings = ["source", "number", "printed"]
    imported(user, headings, [row.source.code, row.number, "6家"], reason="笔误", model=Observation)

    assert Revision.objects.get().values == {"printed": ["5家", "6家"]}


def test_proposal_is_held_to_the_rules_of_the_table(clerk, headquarters):
    row = testing.make_project(headquarters=headquarters)

    headings = ["code", "计划开工", "计划完工"]
    outcome = imported(clerk, headings, [row.code, "2027", "2026"], reason="核实")

    assert messages(outcome) == [(2, "计划开工、计划完工", "计划完工不能早于计划开工。")]
    assert not Revision.objects.exists()


def test_reason_alone_proposes_nothing(clerk, headquarters):
    row = testing.make_project(headquarters=headquarters)

    outcome = rehearsal(Project, ["code", "更正理由"], [row.code, "笔误"], user=clerk)

    assert (numbers(outcome), outcome.warning_count) == ((0, 0, 0, 1), 1)


def test_number_of_queries_does_not_grow_with_the_proposals(clerk, headquarters):
    def queries(count):
        made = [testing.make_project(headquarters=headquarters) for _ in range(count)]
        rows = [["code", "note"], *([row.code, "新"] for row in made)]
        with CaptureQueriesContext(connection) as context:
            assert imported(clerk, *rows, reason="核实").proposed == count
        return len(context)

    queries(1)
    assert queries(1) == queries(5)


def test_import_of_proposals_is_undone_as_a_whole(clerk, headquarters):
    row = testing.make_project(headquarters=headquarters)
    imported(clerk, ["code", "name"], [row.code, "新"], ["N-1", "新"], reason="核实")
    act = Act.objects.get(way="import")

    with acts.doing(acts.Way.FORM):
        undo(act, clerk, "传错了")

    assert not Revision.objects.exists()
    assert not Project.objects.filter(code="N-1").exists()


def test_import_is_not_undone_once_a_proposal_was_handed_on(clerk, headquarters):
    row = testing.make_project(headquarters=headquarters)
    imported(clerk, ["code", "name"], [row.code, "新"], reason="核实")
    revision = Revision.objects.get()
    revision.review = "submitted"
    revision.save()

    with acts.doing(acts.Way.FORM), pytest.raises(UndoError, match="后来又改过"):
        undo(Act.objects.get(way="import"), clerk, "传错了")


# The reason


def test_reason_of_the_confirmation_is_for_the_rows_without_their_own(publisher, headquarters):
    first, second = (testing.make_project(headquarters=headquarters) for _ in range(2))

    headings = ["code", "note", "correction_reason"]
    rows = [first.code, "新", "自己的"], [second.code, "新", ""]
    outcome = imported(publisher, headings, *rows, reason="统一的")

    assert (outcome.lacking, numbers(outcome)) == (1, (0, 2, 0, 0))
    found = Project.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk")
    assert [row.correction_reason for row in found] == ["自己的", "统一的"]
    assert Act.objects.get(way="import").reason == "统一的"


def test_own_reasons_are_those_of_the_proposals(clerk, headquarters):
    row = testing.make_project(headquarters=headquarters)

    outcome = stored(Project, ["code", "note", "更正理由"], [row.code, "新", "笔误"], user=clerk)

    assert (outcome.is_stored, outcome.lacking) == (True, 0)
    assert Revision.objects.get().correction_reason == "笔误"
    assert list(Revision.objects.get().values) == ["note"]


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("", "请写明理由：有 1 行要有理由才能改动。"),
        ("旧理由", "第 2 行上一次更正也是这个理由；请写明这一次的理由。"),
        ("长" * 201, "理由最多 200 字。"),
    ],
)
@pytest.mark.parametrize("who", ["clerk", "publisher"])
def test_reason_that_will_not_do_stores_nothing(request, headquarters, who, reason, words):
    row = testing.make_project(headquarters=headquarters, correction_reason="旧理由", note="旧")

    headings = ["code", "note", "correction_reason"]
    outcome = imported(
        request.getfixturevalue(who), headings, [row.code, "新", "旧理由"], reason=reason
    )

    row.refresh_from_db()
    assert (outcome.is_stored, outcome.reason_error, outcome.reason) == (False, words, reason)
    assert (row.note, Revision.objects.exists()) == ("旧", False)


def test_report_of_a_locked_month_takes_the_reason_of_the_confirmation(headquarters):
    project = testing.make_project(headquarters=headquarters)
    row = testing.make_progress_report(project=project, month="2026-03-01", review="draft")
    testing.make_reporting_period(
        headquarters=headquarters, month="2026-03-01", locked_on="2026-04-10"
    )
    user = staff(headquarters, model="progressreport")

    rows = ["project", "month", "note"], [project.code, "2026-03", "新"]
    assert rehearsal(ProgressReport, *rows, user=user).lacking == 1
    imported(user, *rows, reason="补报", model=ProgressReport)

    row.refresh_from_db()
    assert (row.note, row.correction_reason) == ("新", "补报")


# Proposals that wait


def test_same_proposal_is_not_made_twice(clerk, headquarters):
    row = testing.make_project(headquarters=headquarters)
    rows = ["code", "note", "headquarters"], [row.code, "新", headquarters.name]
    imported(clerk, *rows, reason="核实")

    outcome = imported(clerk, *rows, reason="再核实")

    assert (outcome.is_stored, outcome.can_be_stored, outcome.repeated) == (False, False, 1)
    assert numbers(outcome) == (0, 0, 0, 1)
    assert messages(outcome) == [
        (2, "整行", "已有相同的第 1 次变更申请（草稿，张三提出），不再另存。")
    ]
    assert Revision.objects.count() == 1


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "returned"])
def test_proposal_that_waits_is_named(clerk, headquarters, state):
    row = testing.make_project(headquarters=headquarters)
    imported(clerk, ["code", "note"], [row.code, "甲"], reason="核实")
    Revision.objects.update(review=state)

    outcome = rehearsal(Project, ["code", "note"], [row.code, "乙"], user=clerk)

    label = Revision.objects.get().review_state.label
    [changed] = outcome.rows
    assert (outcome.proposed, outcome.warning_count) == (1, 1)
    assert [one.words for one in changed.waiting] == [f"第 1 次变更申请（{label}，张三提出）"]


def test_proposal_that_took_effect_is_not_named(clerk, headquarters):
    row = testing.make_project(headquarters=headquarters)
    imported(clerk, ["code", "note"], [row.code, "甲"], reason="核实")
    Revision.objects.update(review="published")

    assert rehearsal(Project, ["code", "note"], [row.code, "乙"], user=clerk).problems == []


# The pages


@pytest.fixture
def page(client, clerk, headquarters):
    """The preview of a file that a clerk uploaded, with one published row changed."""
    row = testing.make_project(headquarters=headquarters, name="旧名", code="P-1")
    client.force_login(clerk)
    content = f"项目编号,名称\r\n{row.code},新名".encode()
    return client.post(PAGE, {"file": SimpleUploadedFile("名单.csv", content)})


def test_preview_tells_what_becomes_of_public_rows(page):
    text = page.content.decode()

    assert "修改 0，变更申请 1，没有变化 0" in text
    assert "已发布的 1 条不直接改动，存为变更申请，提交、审核、发布后生效。" in text
    assert 'name="reason"' in text
    assert "<del>旧名</del>" in text


def test_confirmation_without_a_reason_keeps_the_preview(client, page):
    again = client.post(PAGE, {"token": page.context["token"], "reason": " "})

    assert "请写明理由：有 1 行要有理由才能改动。" in again.content.decode()
    assert again.context["outcome"].proposed == 1
    done = client.post(PAGE, {"token": again.context["token"], "reason": "核实"}, follow=True)
    [told] = [str(message) for message in done.context["messages"]]
    assert told.startswith("已导入：新增 0 条，修改 0 条，变更申请 1 条（待提交）。<a")
    assert Revision.objects.get().correction_reason == "核实"


def test_preview_without_public_rows_asks_for_no_reason(client, page):
    content = "项目编号,名称\r\nN-1,新".encode()
    new = client.post(PAGE, {"file": SimpleUploadedFile("名单.csv", content)})

    assert 'name="reason"' not in new.content.decode()


def test_columns_that_an_import_leaves_alone_are_marked(client, page):
    text = client.get(PAGE).content.decode()

    assert text.count("不导入：由审核的各步得出。") == 2


# On the way to the public


@pytest.mark.parametrize("state", ["submitted", "approved"])
def test_links_that_an_import_changes_make_a_draft_again(clerk, headquarters, state):
    row = testing.make_project(headquarters=headquarters, review=state)
    region = testing.make_region()

    outcome = imported(clerk, ["code", "regions"], [row.code, region.code])

    row.refresh_from_db()
    assert (numbers(outcome), row.review) == ((0, 1, 0, 0), "draft")
    assert list(row.regions.all()) == [region]
