"""Twelve rows of each mechanism typed in a real browser, taken out and in again, seen by others."""

from datetime import timedelta
from itertools import product

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground.months import first_of_month, month_text, previous
from aidtracker.review.steps import APPROVE, PUBLISH, SUBMIT
from aidtracker.sheets import chunks
from aidtracker.testing import (
    make_assessment_round,
    make_assessment_scheme,
    make_criterion,
    make_headquarters,
    make_matter,
    make_outlet,
    make_pipeline,
    make_pipeline_stage,
    make_staff,
    make_stage_entry,
)
from aidtracker.testing.browser import Person
from projects.models import (
    Assessment,
    Matter,
    PipelineCase,
    Score,
    StageEntry,
    Subsidy,
    Target,
    TargetReport,
)
from projects.tests.review_steps import step

pytestmark = pytest.mark.browser

ROWS = range(1, 13)
RATED = "assessmentscheme criterion assessmentround assessment score"


def staff(home, names, *verbs):
    codes = product(("view", *verbs), names.split())
    return make_staff(home, permissions=[f"projects.{verb}_{name}" for verb, name in codes])


def type_rows(clerk, model, row):
    """Fill in the form of a model with what `row` says of each number, twelve times."""
    clerk.open(reverse(f"admin:projects_{model._meta.model_name}_add"))
    for number in ROWS:
        values = row(number)
        for name, value in values.items():
            field = clerk.find(f"#id_{name}")
            is_choice = field.evaluate("field => field.tagName === 'SELECT'")
            field.select_option(value) if is_choice else field.fill(value)
        clerk.find("[name=_addanother]").click()
        first = next(iter(values))
        clerk.wait(f"document.getElementById('id_{first}')?.value === ''")


def comes_back_unchanged(client, user, rows):
    """The file of some rows changes nothing when it is imported again."""
    client.force_login(user)
    file = SimpleUploadedFile("台账.xlsx", b"".join(chunks(rows, "xlsx")))
    address = reverse(f"admin:projects_{rows.model._meta.model_name}_import")
    return f"没有变化 {rows.count()}，" in client.post(address, {"file": file}).content.decode()


def subsidy(number):
    return {
        "name": f"第{number}笔补贴",
        "code": f"B-{number}",
        "kind": ("premium", "interest", "freight")[number % 3],
        "beneficiaries": "红枣种植户",
        "starts_on": "2024-03",
        "amount": str(number),
        "moved": "insured",
        "moved_amount": str(number * 10),
    }


def test_subsidies_from_the_form_to_a_reader(new_page, client, transactional_db):
    home = make_headquarters()
    user = staff(home, "subsidy", "add", "change", "import")
    type_rows(Person(new_page(user)), Subsidy, subsidy)
    rows = Subsidy.objects.filter(headquarters=home)
    assert sorted(rows.values_list("amount", flat=True)) == [*ROWS]
    assert {*rows.values_list("review", flat=True)} == {"draft"}
    assert comes_back_unchanged(client, user, rows)

    step(SUBMIT, user, *rows)
    step(APPROVE, staff(home, "subsidy", "approve"), *rows)
    step(PUBLISH, staff(home, "subsidy", "publish"), *rows)
    reader = Person(new_page())
    reader.open("/subsidies/?q=笔补贴")
    assert "78万元" in reader.find("#totals").inner_text()
    assert "10 倍" in reader.find("#by-kind").inner_text()


def test_matters_from_the_form_to_the_leader_and_a_reader(new_page, client, transactional_db):
    home, today = make_headquarters(), timezone.localdate()
    user = staff(home, "matter", "add", "change", "import")

    def matter(number):
        late = today - timedelta(days=1)
        return {
            "message": f"第{number}件：运价上涨",
            "kind": ("freight", "finance", "labour")[number % 3],
            "raised_by": "电商企业座谈会",
            "raised_on": f"{late - timedelta(days=30):%Y-%m-%d}",
            "handler": "产业处",
            "due_on": f"{late if number <= 4 else today:%Y-%m-%d}",
        }

    type_rows(Person(new_page(user)), Matter, matter)
    rows = Matter.objects.filter(headquarters=home)
    assert rows.count() == len(ROWS)
    assert rows.late(today).count() == 4
    assert comes_back_unchanged(client, user, rows)

    leader = Person(new_page(staff(home, "project")))
    leader.open(reverse("admin:projects_desk", args=[home.slug]))
    assert leader.find("[aria-labelledby=desk-matters] li").count() == 4
    make_matter(message="读者的话", headquarters=home)
    for row in rows.filter(kind="freight"):
        row.state, row.answer = Matter.State.SETTLED, "与物流公司签了一年运价"
        row.is_released = row.message.startswith("第3件")
        row.save()
    reader = Person(new_page())
    reader.open("/matters/")
    text = reader.find("main").inner_text()
    assert "第3件：运价上涨" in text
    assert "第6件" not in text
    assert "读者的话" not in text


def test_targets_from_the_form_and_the_grid_to_the_leader_and_a_reader(
    new_page, client, transactional_db
):
    home, today = make_headquarters(), timezone.localdate()
    user = staff(home, "target targetreport", "add", "change", "import")

    def target(number):
        return {
            "name": f"第{number}项培训",
            "code": f"T-{number:02}",
            "kind": ("training", "medical", "culture")[number % 3],
            "starts_on": f"{today.year - 1}",
            "ends_on": f"{today.year - 1 if number <= 3 else today.year + 1}",
            "unit": "场",
            "planned": str(number * 10),
        }

    clerk = Person(new_page(user))
    type_rows(clerk, Target, target)
    rows = Target.objects.filter(headquarters=home)
    assert rows.count() == len(ROWS)
    assert comes_back_unchanged(client, user, rows)

    month = previous(first_of_month(today))
    clerk.open(f"{reverse('admin:projects_grid')}?kind=target&month={month_text(month)}")
    for number, row in enumerate(rows.order_by("code"), start=1):
        clerk.find(f'[name="{row.pk}:done"]').fill(str(number))
        if number == 1:
            clerk.find(f'[name="{row.pk}:problems"]').fill("教师轮换")
    clerk.find("#grid-search").focus()  # a row is saved when it is left
    clerk.wait(f"document.querySelectorAll('tr[data-saving=saved]').length === {len(ROWS)}")
    reports = TargetReport.objects.filter(target__in=rows)
    assert sorted(reports.values_list("done_to_date", flat=True)) == [*ROWS]

    for ledger in (rows, reports):
        name = ledger.model._meta.model_name
        step(SUBMIT, user, *ledger)
        step(APPROVE, staff(home, name, "approve"), *ledger)
        step(PUBLISH, staff(home, name, "publish"), *ledger)
    leader = Person(new_page(staff(home, "project")))
    leader.open(reverse("admin:projects_desk", args=[home.slug]))
    assert "到期没有做完" in leader.find("body").inner_text()
    reader = Person(new_page())
    reader.open("/targets/?q=项培训&standing=late")
    text = reader.find("main").inner_text()
    assert "共 3 条" in text
    assert "到期没有做完" in text
    assert "教师轮换" in text


@pytest.fixture
def late_round(transactional_db):
    """A round that should be over, of as many outlets as there are rows, and one more."""
    home = make_headquarters()
    scheme = make_assessment_scheme(
        headquarters=home, assessed="outlet", award_name="示范店", level="other"
    )
    for number, name in enumerate(("陈列", "服务"), start=1):
        make_criterion(scheme=scheme, number=number, name=name)
    for number in range(1, len(ROWS) + 2):
        make_outlet(name=f"第{number:02}店", headquarters=home)
    return make_assessment_round(
        scheme=scheme,
        year=2025,
        due_on=timezone.localdate() - timedelta(days=1),
        granted_on="2026-01",
        basis="第1号通报",
    )


def test_assessments_from_the_grid_to_the_leader_and_a_reader(new_page, client, late_round):
    home = late_round.scheme.headquarters
    user = staff(home, RATED, "add", "change", "import")
    clerk = Person(new_page(user))
    clerk.open(reverse("admin:projects_scoring", query={"round": late_round.pk}))
    clerk.find("td[data-column] input").first.focus()
    for number in ROWS:
        clerk.type(str(60 + number), "Tab")
        clerk.type(str(100 - number), "Tab")
        clerk.press(*(["ArrowDown"] if number == 1 else ["ArrowDown"] * 2), "Tab", "Tab")
    clerk.wait(f"document.querySelectorAll('tr[data-saving=saved]').length === {len(ROWS)}")
    assert "160 分（满分 200）" in clerk.find("tr[data-row]").first.inner_text()
    rows, scores = Assessment.objects.all(), Score.objects.all()
    assert (rows.count(), scores.count()) == (len(ROWS), 2 * len(ROWS))
    assert comes_back_unchanged(client, user, rows)
    assert comes_back_unchanged(client, user, scores)

    leader = Person(new_page(staff(home, "project")))
    leader.open(reverse("admin:projects_desk", args=[home.slug]))
    late = leader.find("[aria-labelledby=desk-rounds] li").inner_text()
    assert "应评 13 家，还有 1 家没有评全" in late
    step(SUBMIT, user, *rows)
    step(APPROVE, staff(home, "assessment", "approve"), *rows)
    step(PUBLISH, staff(home, "assessment", "publish"), *rows)
    reader = Person(new_page())
    reader.open("/awards/?q=示范店")
    reader.page.locator("main table a", has_text="示范店").first.click()
    reader.page.locator("main a", has_text="2025年评定").first.click()
    assert "服务失 1 分" in reader.find("#points").inner_text()
    assert "第01店" in reader.find("h1").inner_text()


CASES = "pipelinecase stageentry followup"


@pytest.fixture
def deals(transactional_db):
    """A pipeline of two stages, in the first of which ninety days are a stall."""
    pipeline = make_pipeline(name="招商")
    make_pipeline_stage(pipeline=pipeline, number=1, name="拜访", stalled_after=90)
    make_pipeline_stage(pipeline=pipeline, number=2, name="签约", outcome="done")
    return pipeline


def type_cases(clerk, pipeline):
    """The form of a case twelve times, begun from the board, so that it knows the pipeline."""
    for number in ROWS:
        clerk.open(reverse("admin:projects_pipelinecase_add", query={"pipeline": pipeline.pk}))
        clerk.find("#id_name").fill(f"第{number:02}家企业")
        clerk.find("#id_code").fill(f"T-{number}")
        clerk.find("#id_code").press("Enter")
        clerk.page.wait_for_url("**/pipelinecase/")


def offered_stages(clerk, pipeline):
    """What the form of a new case offers as its first stage."""
    clerk.open(reverse("admin:projects_pipelinecase_add", query={"pipeline": pipeline.pk}))
    clerk.find("#entries-group :is(a.add-row, .add-row a)").click()
    clerk.find("#id_entries-0-stage + .select2 .select2-selection").click()
    clerk.find(".select2-results__option[aria-selected]").first.wait_for()
    return clerk.find(".select2-results__option[aria-selected]").all_inner_texts()


def test_cases_from_the_form_and_the_board_to_the_leader_and_a_reader(new_page, client, deals):
    home, today = make_headquarters(), timezone.localdate()
    user = staff(home, f"{CASES} pipeline pipelinestage", "add", "change", "import")
    clerk = Person(new_page(user))
    make_pipeline_stage(name="评审")
    assert offered_stages(clerk, deals) == [str(one) for one in deals.stages.order_by("number")]
    type_cases(clerk, deals)
    rows = PipelineCase.objects.filter(headquarters=home)
    assert rows.count() == len(ROWS)
    first = deals.stages.get(number=1)
    for number, case in enumerate(rows.order_by("name"), start=1):
        days = 100 if number <= 4 else 10
        day = (today - timedelta(days=days)).isoformat()
        make_stage_entry(case=case, stage=first, entered_on=day, review="draft")

    clerk.open(reverse("admin:projects_board", query={"pipeline": deals.slug}))
    card = clerk.find(".board-card").filter(has_text="第01家企业")
    card.locator("summary").first.focus()
    clerk.press("Enter", "Tab")
    assert clerk.see("document.activeElement.name") == "stage"
    card.locator("button[value=move]").focus()  # the date between has a stop for each part
    clerk.press("Enter")
    clerk.find(".board-lane:last-child .board-card").wait_for(state="attached")
    entries = StageEntry.objects.filter(case__in=rows)
    assert entries.get(stage__number=2).case.name == "第01家企业"
    for ledger in (rows, entries):
        assert comes_back_unchanged(client, user, ledger)
        name = ledger.model._meta.model_name
        step(SUBMIT, user, *ledger)
        step(APPROVE, staff(home, name, "approve"), *ledger)
        step(PUBLISH, staff(home, name, "publish"), *ledger)

    leader = Person(new_page(staff(home, "project")))
    leader.open(reverse("admin:projects_desk", args=[home.slug]))
    assert leader.find("[aria-labelledby=desk-cases] li").count() == 3
    reader = Person(new_page())
    reader.open(f"/cases/?pipeline={deals.slug}")
    assert "8.3%（到过“拜访”的 12 项中 1 项）" in reader.find("#funnels").inner_text()
