"""Pipelines: how far things came, what has stalled, and what pages say of it."""

import json
from datetime import date, timedelta

import pytest
from django.contrib.messages import get_messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground.keys import key_of
from aidtracker.testing import (
    make_activity,
    make_enterprise,
    make_follow_up,
    make_headquarters,
    make_milestone,
    make_pipeline,
    make_pipeline_case,
    make_pipeline_stage,
    make_progress_report,
    make_project,
    make_project_plan,
    make_region,
    make_site,
    make_staff,
    make_stage_entry,
)
from aidtracker.tests.sheet_helpers import rehearsal
from projects.models import PipelineCase, StageEntry
from projects.sums.funnels import funnels

pytestmark = pytest.mark.django_db

TODAY = date(2026, 6, 30)


@pytest.fixture
def stages():
    """拜访, 签约, 投产 of one pipeline; ninety days in each of the first two."""
    pipeline = make_pipeline(name="甲流程")
    days = {"拜访": 90, "签约": 90, "投产": None}
    return [
        make_pipeline_stage(pipeline=pipeline, number=at, name=name, stalled_after=limit)
        for at, (name, limit) in enumerate(days.items(), 1)
    ]


def case_at(stages, *days, **fields):
    """A case that entered the first stages on these days."""
    case = make_pipeline_case(pipeline=stages[0].pipeline, **fields)
    for stage, day in zip(stages, days, strict=False):
        if day is not None:
            make_stage_entry(case=case, stage=stage, entered_on=day)
    return case


def test_funnel_states_its_base_and_what_it_leaves_out(stages):
    for number in range(5):
        case_at(stages, "2026-01", "2026-03" if number < 2 else None)
    case_at(stages, None, "2026-04")
    case_at(stages, "2026-02", dropped_reason="投资方撤出")
    case_at(stages)
    case_at(stages, "2026-01", review="draft")
    (found,) = funnels(stages[0].pipeline.cases.published())
    assert found.words == "甲流程：8 项，其中未开始 1、终止 1"
    first, second, third = found.lines
    assert (first.reached, first.here, first.dropped, first.rate_words) == (6, 3, 1, "")
    assert (second.reached, second.here) == (3, 3)
    assert second.rate_words == "33.3%（到过“拜访”的 6 项中 2 项）"
    assert second.left_out_words == "另 1 项没有“拜访”的记录"
    assert (third.reached, third.rate_words) == (0, "0%（到过“签约”的 3 项中 0 项）")


def test_entries_that_are_not_published_count_for_staff_alone(stages):
    case = case_at(stages, "2026-01")
    make_stage_entry(case=case, stage=stages[1], review="draft")
    make_stage_entry(case=case, stage=stages[2], review="withdrawn")
    (public,) = funnels(stages[0].pipeline.cases.all())
    (staff,) = funnels(stages[0].pipeline.cases.all(), StageEntry.objects.standing())
    assert [line.here for line in public.lines] == [1, 0, 0]
    assert [line.here for line in staff.lines] == [0, 1, 0]
    assert stages[0].pipeline.cases.with_stage().get().stage_words == "拜访"


@pytest.mark.parametrize(
    ("entered", "is_stalled"),
    [
        ("2026-03-31", True),  # 91 days before
        ("2026-04-01", False),
        ("2026-03", True),
        ("2026-04", False),
        ("2025", True),
        ("2026", False),
        ("", False),
    ],
)
def test_case_has_stalled_only_when_it_surely_has(stages, entered, is_stalled, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: TODAY)
    entries = StageEntry.objects.standing()
    case = case_at(stages, entered)
    assert [*PipelineCase.objects.stalled(TODAY)] == [case] * is_stalled
    assert stages[0].pipeline.cases.with_stage(entries).get().is_stalled is is_stalled


def test_only_the_furthest_stage_of_what_is_under_way_stalls(stages):
    case_at(stages, "2020-01", "2026-06")
    case_at(stages, "2020-01", "2020-02", "2020-03")
    case_at(stages, "2020-01", dropped_reason="改投别处")
    case_at(stages, "2020-01", review="withdrawn")
    drafted = case_at(stages, "2020-01", review="draft")
    assert [*PipelineCase.objects.stalled(TODAY)] == [drafted]


def test_stage_of_another_pipeline_is_refused_at_every_door(stages):
    case, foreign = case_at(stages, "2026-01"), make_pipeline_stage(name="评审")
    entry = StageEntry(case=case, stage=foreign)
    case.pipeline, stages[0].pipeline = foreign.pipeline, foreign.pipeline
    for row, words in (
        (entry, "不是这个流程的阶段"),
        (case, "已有阶段记录"),
        (stages[0], "已有事项到过"),
    ):
        with pytest.raises(ValidationError, match=words):
            row.clean()
        with pytest.raises(ValidationError, match=words), transaction.atomic():
            row.save()


def test_stage_entered_with_a_case_is_submitted_with_it(admin_client, stages):
    sent = {"name": "某事项", "code": "T-1", "pipeline": stages[0].pipeline_id, "_submit": "1"}
    sent |= {f"follow_ups-{end}_FORMS": 0 for end in ("TOTAL", "INITIAL")}
    sent |= {"entries-TOTAL_FORMS": 1, "entries-INITIAL_FORMS": 0, "entries-0-stage": stages[0].pk}
    page = admin_client.post(reverse("admin:projects_pipelinecase_add"), sent)
    entry = StageEntry.objects.get(case__code="T-1")
    assert (entry.case.review, entry.review) == ("submitted", "submitted")
    said = [str(one) for one in get_messages(page.wsgi_request)]
    assert said[:2] == ["提交：1 条推进事项。", "提交：1 条阶段记录。"]
    # The board opens with what was entered last.
    make_pipeline_case()
    board = admin_client.get(reverse("admin:projects_board"))
    assert board.context["pipeline"] == PipelineCase.objects.latest("pk").pipeline


def test_pages_of_what_a_case_names_tell_of_it(client, stages):
    named = {
        "enterprise": make_enterprise(),
        "site": make_site(),
        "region": make_region(),
        "headquarters": make_headquarters(),
        "activity": make_activity(name="推介会"),
    }
    case_at(stages, "2026-01", "2026-02", name="乙果业落户", **named)
    case_at(stages, name="还没公开的", review="draft", **named)
    for row in named.values():
        page = client.get(row.get_absolute_url()).content.decode()
        assert "甲流程：1 项，签约 1" in page
        assert "乙果业落户" in page
        assert "还没公开的" not in page


def test_page_and_file_of_a_case_keep_what_is_the_staffs(client, stages):
    case = case_at(stages, "2026-01-01", "2026-03-13", name="乙")
    make_follow_up(case=case, handler="招商一组", next_step="约谈")
    page = client.get(case.get_absolute_url()).content.decode()
    assert "71 天" in page
    whole = page + b"".join(client.get("/cases/", {"download": "csv"})).decode()
    assert "乙" in whole
    assert not [word for word in ("招商一组", "约谈") if word in whole]


def test_list_is_narrowed_to_where_cases_stand(client, stages):
    case_at(stages, "2026-01", "2026-02")
    case_at(stages, "2026-01")
    case_at(stages, "2026-01", dropped_reason="撤出")
    asked = {"pipeline": stages[0].pipeline.slug, "stage": "拜访", "end": "open"}
    page = client.get("/cases/", asked)
    assert page.context["links"].total == 1
    whole = client.get("/cases/", {"pipeline": stages[0].pipeline.slug})
    (funnel,) = whole.context["funnels"]
    here = [row.cells[-2].items[0] for row in funnel.rows]
    assert [one.text for one in here] == ["1", "1", "0"]
    assert client.get(here[0].url).context["links"].total == 1


def test_file_of_a_funnel_has_numbers_and_says_what_each_column_means(client, stages):
    case_at(stages, "2026-01", "2026-02")
    case_at(stages, "2026-01")
    place = stages[0].pipeline.get_absolute_url()
    said = json.loads(b"".join(client.get(f"{place}table.json?section=funnel")))
    assert all(one["description"] for one in said["columns"])
    told = [(row["阶段"], row["到过"], row["现在停在"]) for row in said["rows"]]
    assert told == [("拜访", 2, 1), ("签约", 1, 1), ("投产", 0, 0)]


def test_programs_are_told_of_the_stage_by_its_key_and_may_ask_for_it(client, stages):
    case, begun = case_at(stages, "2026-01", "2026-02"), case_at(stages)
    make_pipeline_stage(name="签约")
    where = "/api/v1/cases"
    stage = client.get(f"{where}/{case.slug}").json()["stage"]
    assert (stage["key"], stage["name"], stage["number"]) == ("甲流程 / 签约", "签约", 2)
    assert (stage["entered_on"], stage["outcome"]) == ("2026-02", None)
    assert client.get(stage["pipeline"]).status_code == 200
    keys = client.get("/api/v1/pipeline-stages?fields=identifier").json()["rows"]
    assert {"identifier": stage["key"]} in keys
    assert client.get(f"{where}/{begun.slug}").json()["stage"] is None

    def found(stage):
        return client.get(where, {"stage": stage, "fields": "code,stage"})

    assert [one["code"] for one in found(stage["key"]).json()["rows"]] == [case.code]
    assert [one["code"] for one in found("甲流程 / 拜访").json()["rows"]] == []
    for words, status, accepted in (("签约", 409, "甲流程 / 签约"), ("没有", 404, "推进流程")):
        problem = found(words)
        assert (problem.status_code, problem["Content-Type"]) == (
            status,
            "application/problem+json",
        )
        assert accepted in problem.json()["detail"]


def test_park_says_how_many_firms_moved_in_and_out_in_which_year(client):
    park, flow = make_site(), make_pipeline(name="入驻", kind="occupancy")
    stages = [
        make_pipeline_stage(pipeline=flow, number=number, name=name, outcome=outcome)
        for number, (name, outcome) in enumerate((("洽谈", ""), ("入驻", "done"), ("退出", "left")))
        if number
    ]
    for days in (("2023-05", "2025"), ("2023",), ("",)):
        case = make_pipeline_case(pipeline=flow, site=park, review="published")
        for stage, day in zip(stages, days, strict=False):
            make_stage_entry(case=case, stage=stage, entered_on=day, review="published")
    sections = client.get(park.get_absolute_url()).context["page"].sections
    (found,) = [one for one in sections if one.anchor == "moves"]
    rows = [[cell.items[0].text for cell in row.cells] for row in found.table.rows]
    assert rows == [["2025年", "—", "1 家"], ["2023年", "2 家", "—"], ["没有日期", "1 家", "—"]]


def test_years_of_a_place_set_what_was_done_beside_the_plan(client):
    place = make_region(name="某师")
    project = make_project(regions=[place])
    for number, amount in ((1, 100), (2, "80.5")):
        make_project_plan(
            project=project,
            year=2025,
            number=number,
            amount=amount,
            reason="调",
            review="published",
        )
    for month, done in ((1, 30), (2, "12.25")):
        make_progress_report(
            project=project, month=date(2025, month, 1), work_done_month=done, review="published"
        )
    make_progress_report(project=project, month=date(2025, 3, 1), work_done_month=9)
    for number, done in ((1, "2025-06"), (2, "")):
        make_milestone(
            project=project, number=number, planned_on="2025-05", actual_on=done, review="published"
        )
    stage = make_pipeline_stage(name="列入年度计划", pipeline=make_pipeline(kind="reserve"))
    for _ in range(2):
        case = make_pipeline_case(pipeline=stage.pipeline, region=place)
        make_stage_entry(case=case, stage=stage, entered_on="2025-03")
    page = client.get(place.get_absolute_url()).content.decode()
    for words in (
        "80.5万元（1 个项目）",
        "42.25万元（2 份月报）",
        "50%（计划的 2 个中 1 个）",
        "列入年度计划 2 项",
    ):
        assert words in page


def test_days_since_a_stage_are_counted_from_the_last_it_may_have_been(stages):
    since = timezone.localdate() - timedelta(days=3)
    case_at(stages, since.isoformat())
    assert stages[0].pipeline.cases.with_stage().get().days == 3


def test_files_keep_to_the_rules_and_to_the_own_headquarters(stages):
    home = make_headquarters()
    rights = [f"projects.{verb}_stageentry" for verb in ("view", "add", "change", "import")]
    user = make_staff(home, permissions=rights)
    own, theirs = case_at(stages, headquarters=home), case_at(stages, name="别人的")
    foreign = make_pipeline_stage(name="评审")
    heading = ("推进事项", "阶段", "进入日期")
    for case, stage, day, words in (
        (own, foreign, "2026-01", "不是这个流程的阶段"),
        (own, stages[0], "2026-13", "日历上没有"),
        (own, stages[0], "2099-01", "还没有到"),
        (theirs, stages[0], "2026-01", "不归您的指挥部维护"),
    ):
        found = rehearsal(StageEntry, heading, (case.code, key_of(stage), day), user=user)
        said = "".join(problem.message for problem in found.problems)
        assert (words in said, found.can_be_stored) == (True, False), said
    row = (own.code, key_of(stages[0]), "2026年1月")
    assert rehearsal(StageEntry, heading, row, user=user).new == 1


def test_stages_are_told_apart_within_their_pipeline_however_they_are_numbered():
    made = []
    for start in (1, 101):
        pipeline = make_pipeline()
        stages = [
            make_pipeline_stage(pipeline=pipeline, number=start + at, name=f"第{at}步")
            for at in range(40)
        ]
        case = make_pipeline_case(pipeline=pipeline)
        for stage in (stages[0], stages[39]):
            make_stage_entry(case=case, stage=stage)
        made.append(case.pk)
    own = PipelineCase.objects.filter(pk__in=made)
    for found in funnels(own, StageEntry.objects.all()):
        assert [line.reached for line in found.lines] == [1, *[0] * 38, 1]
        assert [line.here for line in found.lines] == [*[0] * 39, 1]
