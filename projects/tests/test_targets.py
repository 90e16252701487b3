"""What is set out to do: plan against done, lights by rules, parts that may be added, months."""

import json
from copy import copy
from datetime import date

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from aidtracker.testing import (
    make_headquarters,
    make_metric,
    make_observation,
    make_program,
    make_region,
    make_reporting_period,
    make_series,
    make_staff,
    make_target,
    make_target_report,
)
from projects.models import Target, TargetReport, WarningRule
from projects.monthly.ledger_follow import follow
from projects.sums.standings import with_standing
from projects.tests.full_rows import FEW, MANY, queries
from projects.warnings import warnings_for

pytestmark = pytest.mark.django_db

TODAY = date(2026, 7, 1)  # half of 2026 has passed
YEAR = {"starts_on": "2026", "ends_on": "2026"}
ADDABLE = "各班学员名单没有重复"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-07-01T10:00:00+08:00"):
        yield


def cells(table, row):
    """What a row of a table shows, by heading."""
    labels = [heading.label for heading in table.headings]
    return dict(zip(labels, table.rows[row].cells, strict=True))


def texts(table, row):
    return {label: cell.items[0].text for label, cell in cells(table, row).items()}


def section(client, row, anchor):
    page = client.get(row.get_absolute_url()).context["page"]
    return next((one for one in page.sections if one.anchor == anchor), None)


# Lights


def late(headquarters):
    """What rules say of targets themselves; that months are missing is told apart."""
    found = warnings_for([headquarters.pk], TODAY)
    return [one for one in found if one.rule.kind != "missing"]


@pytest.mark.parametrize(
    ("values", "codes", "tone", "words"),
    [
        ({"planned": 100, "done": 20}, ["target-behind"], "candidate", "落后于时间进度"),
        ({"planned": 100, "done": 45}, [], "holds", "正常"),
        ({"planned": 100, "done": 120}, [], "holds", "已达到"),
        ({"planned": 100, "done": 20, "status": "cancelled"}, [], "unchecked", "已取消"),
        (
            {"planned": 100, "done": 20, "starts_on": "2025", "ends_on": "2025"},
            ["target-unfinished"],
            "contradiction",
            "到期没有做完",
        ),
        ({"planned": 0, "done": 0}, [], "holds", "已达到"),
    ],
)
def test_light_follows_from_rules(client, values, codes, tone, words):
    own = make_headquarters()
    make_target(headquarters=own, **YEAR | values)
    assert [one.rule.code for one in late(own)] == codes
    light = cells(section(client, own, "targets").table, 0)["进度"].value
    assert (light.tone, light.words) == (tone, words)


def test_what_nobody_counted_is_late_for_the_leader_and_has_no_share(client):
    own = make_headquarters()
    row = make_target(headquarters=own, planned=9, starts_on="2025", ends_on="2025-06")
    (found,) = late(own)
    assert found.sentence == "2025年6月到期，已过 366 天，还没有完成数。"
    assert row.share_words == ""
    client.force_login(make_staff(own, permissions=["projects.view_project"]))
    page = client.get(reverse("admin:projects_desk", args=[own.slug])).content.decode()
    assert "到期没有完成数" in page


def test_light_says_what_the_rule_found_and_why(client):
    own = make_headquarters()
    row = make_target(headquarters=own, planned=100, done=20, **YEAR)
    make_target_report(target=row, month=date(2026, 4, 1), problems="教师轮换", review="published")
    make_target_report(target=row, month=date(2026, 5, 1), problems="未公开的", review="draft")
    page = client.get(row.get_absolute_url()).content.decode()
    sentence = "完成 20，计划 100（20%），时间已过 49.9%。2026年4月：教师轮换"
    assert sentence in page
    assert "未公开的" not in page


def test_sums_that_do_not_follow_and_counts_far_over_the_plan_are_told():
    own = make_headquarters()
    row = make_target(headquarters=own, planned=10, done=30, **YEAR)
    for month, done, total in ((4, 5, 5), (5, 35, 30)):
        make_target_report(
            target=row, month=date(2026, month, 1), done=done, done_to_date=total, review="approved"
        )
    assert {one.rule.code: one.sentence for one in late(own)} == {
        "target-not-continuous": "累计完成 30，不等于上月累计 5 加本月 35（应为 40）。",
        "target-over-plan": "累计完成 30，计划 10，超过一倍以上，请核对单位。",
        "target-month-over-plan": "本月完成 35，超过整项任务的计划 10，请核对数和单位。",
        "target-month-over-total": "本月完成 35，超过累计完成 30。",
    }


def test_rules_that_could_not_be_counted_are_refused():
    rule = WarningRule.objects.get(code="target-behind")
    for name, path, words in (("left", "name", "要是数"), ("right", "ends_on", "要是数")):
        changed = copy(rule)
        setattr(changed, name, path)
        with pytest.raises(ValidationError, match=words):
            changed.clean()
    rule = WarningRule.objects.get(code="target-uncounted")
    rule.left = "unit"
    with pytest.raises(ValidationError, match="要是日期"):
        rule.clean()


# What documents say


def test_counts_of_documents_lead_to_their_words(client):
    page = client.get("/targets/", {"kind": "tourism", "q": "接待游客"})
    shown = cells(page.context["table"], 0)
    planned, done = shown["计划"].items[0], shown["完成"].items[0]
    assert (planned.text, done.text) == ("1000万人次", "892.18 万人次")
    assert shown["完成率"].items[0].text == "89.22%"
    light = shown["进度"].value
    assert (light.words, light.why) == (
        "到期未达到",
        "据文献，计划 1000万人次，完成 892.18 万人次",
    )
    assert client.get(planned.url, follow=True).status_code == 200


def test_hedged_figures_are_not_divided(client):
    series = make_series(metric=make_metric(unit="人次"))
    own = make_target(series=series, unit="人次", planned=5000)
    make_observation(series=series, printed="超过1000人次", nature="actual")
    shown = texts(client.get("/targets/", {"q": own.name}).context["table"], 0)
    assert shown["完成"] == "超过1000人次"
    assert "完成率" not in shown


@pytest.mark.parametrize(
    ("printed", "year", "month", "planned", "standing", "ground"),
    [
        ("超过1000人次", 2025, 12, 1000, "reached", "document"),
        ("超过1000人次", 2025, 12, 5000, "unknown", ""),
        ("近1000人次", 2025, 12, 5000, "late", "document"),
        ("800人次", 2026, 6, 1000, "open", "document"),
        ("800人次", 2024, 12, 500, "unknown", ""),  # of another year
        ("800人次", 2025, 12, None, "late", "document"),  # of 900 that were planned in words
    ],
)
def test_standing_takes_what_documents_say_of_the_same_time(
    printed, year, month, planned, standing, ground
):
    series, of_year = make_series(metric=make_metric(unit="人次")), str(max(year, 2025))
    values = {"starts_on": of_year, "ends_on": of_year, "planned": planned, "unit": "人次"}
    make_target(series=series, **values)
    make_observation(series=series, printed="900人次", nature="plan", as_of=date(2025, 1, 31))
    days = {"period_start": date(year, 1, 1), "period_end": date(year, month, 30)}
    make_observation(series=series, printed=printed, nature="actual", **days)
    (found,) = with_standing(Target.objects.filter(series=series))
    assert (found.standing, found.ground) == (standing, ground)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "start", "end", "standing"),
    [
        ("2025", "2025", (2025, 1, 1), (2025, 6, 30), "unknown"),
        ("2025", "2025", (2025, 7, 1), (2025, 12, 31), "unknown"),
        ("2025-03", "2025", (2025, 3, 1), (2025, 12, 31), "late"),
        ("2025-03", "2025", (2025, 3, 2), (2025, 12, 31), "unknown"),
        ("", "2025", (2025, 12, 1), (2025, 12, 31), "unknown"),
        ("", "2025-12-31", (2025, 12, 1), (2025, 12, 31), "unknown"),
        ("", "2025", (2025, 1, 1), (2025, 12, 31), "late"),
    ],
)
def test_part_of_the_time_is_not_late(starts_on, ends_on, start, end, standing):
    series = make_series(metric=make_metric(unit="人次"))
    values = {"starts_on": starts_on, "ends_on": ends_on, "planned": 1000, "unit": "人次"}
    make_target(series=series, **values)
    days = {"period_start": date(*start), "period_end": date(*end)}
    make_observation(series=series, printed="400人次", nature="actual", **days)
    (found,) = with_standing(Target.objects.filter(series=series))
    assert found.standing == standing


def test_words_name_the_figure_that_decided(client):
    series, own = make_series(metric=make_metric(unit="人次")), make_headquarters()
    row = make_target(headquarters=own, series=series, unit="人次", planned=1000, ends_on="2025")
    of_year = {"series": series, "nature": "actual"}
    make_observation(printed="800人次", as_of=date(2025, 12, 31), **of_year)
    make_observation(printed="30人次", rank="preferred", rank_reason="更新", **of_year)
    of_list = client.get("/targets/", {"q": row.name}).context["table"]
    for found in (of_list, section(client, own, "targets").table):
        assert texts(found, 0)["完成"] == "800人次"


# Parts


def plan_with_parts(**values):
    own = make_headquarters()
    whole = make_target(name="青蓝工程", headquarters=own, status="", unit="", **values)
    for planned, done in ((100, 50), (300, None), (None, 7)):
        make_target(headquarters=own, parent=whole, unit="对", planned=planned, done=done, **YEAR)
    make_target(headquarters=own, parent=whole, unit="场", planned=5)
    make_target(headquarters=own, parent=whole, unit="对", planned=9000, review="draft")
    return whole


def test_parts_of_one_unit_are_added_with_what_is_left_out(client):
    found = section(client, plan_with_parts(parts_ground=ADDABLE), "parts")
    totals = {label: (one.amount, len(one.exclusions)) for label, one in found.data}
    assert totals == {
        "计划（对）": ("已知 2 项：400 对；另 1 项没有确数", 1),
        "完成（对）": ("已知 2 项：57 对；另 1 项没有确数", 1),
        "完成率（对）": ("50%", 2),
    }
    assert found.data[0][1].formula.endswith(f"可以相加：{ADDABLE}。")


def test_parts_are_not_added_without_a_ground(client):
    found = section(client, plan_with_parts(), "parts")
    assert len(found.table.rows) == 4
    assert found.data is None


def test_part_belongs_to_ones_own_or_the_headquarters_above():
    above = make_headquarters()
    own, other = make_headquarters(parent=above), make_headquarters()
    make_target(headquarters=own, parent=make_target(headquarters=above))
    make_target(headquarters=own, parent=make_target(headquarters=own))
    foreign = make_target(headquarters=other)
    for values in ({"headquarters": own}, {}):
        with pytest.raises(ValidationError, match="别的指挥部"), transaction.atomic():
            make_target(parent=foreign, **values)


# The list


def test_sums_by_type_lead_to_just_their_rows(client):
    program = make_program()
    for done in (None, 0, 50, 100, 130):
        make_target(kind="culture", program=program, planned=100, done=done, **YEAR)
    make_target(kind="culture", program=program, planned=1, done=0, ends_on="2026-06")
    make_target(kind="culture", program=program, planned=1, done=0, ends_on="2026-07")
    page = client.get("/targets/", {"program": program.slug})
    shown = cells(page.context["by_kind"], 0)
    found = {label: shown[label].items[0] for label in list(shown)[1:]}
    assert {label: one.text for label, one in found.items()} == {
        "任务": "7 项",
        "达到计划": "2 项",
        "未到期": "3 项",
        "到期未达到": "1 项",
        "无法判断": "1 项",
        "其中据文献": "0",
    }
    for one in list(found.values())[:-1]:
        assert f"{client.get(one.url).context['links'].total} 项" == one.text


# Months


def test_months_after_the_end_are_not_missing():
    own = make_headquarters()
    make_target(headquarters=own, **YEAR)
    make_target(headquarters=own, starts_on="2025", ends_on="2026-04")
    found = [one for one in warnings_for([own.pk], TODAY) if one.rule.kind == "missing"]
    assert sorted(one.sentence for one in found) == [
        "还没有提交2026年4月的月报。",
        "还没有提交2026年4月的月报。",
        "还没有提交2026年5月的月报。",
    ]


CLERK = [
    f"projects.{verb}_{name}"
    for name in ("target", "targetreport")
    for verb in ("view", "add", "change", "import")
]


@pytest.fixture
def own():
    return make_headquarters(name="甲指挥部")


@pytest.fixture
def clerk(own, client):
    client.force_login(make_staff(own, permissions=CLERK))
    return client


def grid(**query):
    return reverse("admin:projects_grid", query={"kind": "target", "month": "2026-05"} | query)


def send(client, target, version=0, month="2026-05", reason="", **values):
    body = {"key": str(target.pk), "values": values, "version": version, "reason": reason}
    return client.post(grid(month=month), json.dumps(body), content_type="application/json")


def test_what_is_under_way_is_filled_in_and_brings_the_count_up_to_date(clerk, own):
    row = make_target(headquarters=own, code="YL-01", unit="对", planned=500, done=100, **YEAR)
    for status in ("", "planned", "finished", "cancelled"):
        make_target(headquarters=own, status=status)
    make_target(headquarters=make_headquarters())
    (shown,) = clerk.get(grid()).context["grid"].rows
    assert (shown.subject.remark, shown.subject.counted_as) == ("YL-01", "计划 500 对")
    answer = send(clerk, row, done="1,5００", problems="学期还没有结束").json()
    assert answer["values"]["done_to_date"] == "1600"
    report = TargetReport.objects.get()
    report.review = "published"
    report.save()
    follow([report])
    row.refresh_from_db()
    assert (row.done, row.share_words) == (1600, "320%")


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"done": "二十场左右"}, "done"),
        ({"done": "3万元"}, "done"),
        ({"done": "1" * 14}, "done"),
        ({"done": "0.0001"}, "done"),
        ({"done_to_date": "-1"}, ""),
        ({"done": "#REF!"}, "done"),
    ],
)
def test_bad_cell_says_why_and_stores_nothing(clerk, own, values, name):
    response = send(clerk, make_target(headquarters=own), **values)
    assert response.status_code == 400
    assert list(response.json()["errors"]) == [name]
    assert not TargetReport.objects.exists()


def test_targets_of_others_cannot_be_filled_in_nor_changed(clerk, own):
    foreign = make_target(headquarters=make_headquarters(), review="draft")
    assert send(clerk, foreign, done="1").status_code == 404
    for page in ("change", "delete", "history"):
        address = reverse(f"admin:projects_target_{page}", args=[foreign.pk])
        assert clerk.get(address, follow=True).status_code in (403, 404)
    sheet = f"任务编号,月份,本月完成\n{foreign.code},2026-05,5\n".encode("utf-8-sig")
    file = SimpleUploadedFile("月报.csv", sheet)
    clerk.post(reverse("admin:projects_targetreport_import"), {"file": file})
    assert not TargetReport.objects.exists()


def test_two_people_and_locked_months(clerk, own):
    row = make_target(headquarters=own)
    report = make_target_report(target=row, month=date(2026, 5, 1), done=3, review="draft")
    assert send(clerk, row, done="4").status_code == 409
    assert send(clerk, row, version=report.version, done="4").status_code == 200
    make_reporting_period(headquarters=own, month=date(2026, 4, 1), locked_on=TODAY)
    assert send(clerk, row, month="2026-04", done="4").status_code == 400
    assert send(clerk, row, month="2026-04", done="4", reason="漏报").status_code == 200


def test_months_of_what_only_stands_for_its_parts_are_refused(own):
    report = TargetReport(
        target=make_target(headquarters=own, unit=""), month=date(2026, 5, 1), done=1
    )
    with pytest.raises(ValidationError, match="没有单位"):
        report.full_clean()


# Pages


def test_pages_ask_no_more_for_more_rows(client, django_assert_max_num_queries):
    region, whole = make_region(), make_target(parts_ground=ADDABLE)
    series = make_series(program=make_program())
    make_observation(series=series)
    pages = [one.get_absolute_url() for one in (region, whole)] + ["/targets/"]

    def asked():
        return [queries(client, one, django_assert_max_num_queries) for one in pages]

    def make(count):
        for _ in range(count):
            row = make_target(region=region, parent=whole, series=series, planned=9, done=2, **YEAR)
            make_target_report(target=row, problems="天气", review="published")

    make(FEW)
    few = asked()
    make(MANY)
    assert asked() == few


def test_village_shows_before_and_after(client):
    village = make_region(level="village")
    metric = make_metric(name="旅游收入", unit="元")
    series = make_series(metric=metric, region=village)
    values = {"series": series, "nature": "actual", "accumulation": "period"}
    make_observation(printed="300万元", period_text="原来", **values)
    make_observation(
        printed="800万元", period_start="2023-01-01", period_end="2023-12-31", **values
    )
    make_observation(printed="900万元", as_of=date(2030, 1, 1), **values | {"nature": "target"})
    shown = texts(section(client, village, "before-after").table, 0)
    assert (shown["之前"], shown["变化"]) == ("300万元（原来）", "增加 500万元（166.67%）")
    assert shown["之后"].startswith("800万元")
    assert section(client, make_region(level="county"), "before-after") is None


def test_rule_is_told_beside_what_was_left_out(admin_client):
    sent = {"name": "某任务", "code": "T-9", "kind": "training", "planned": "12"}
    page = admin_client.post(reverse("admin:projects_target_add"), sent)
    assert [*page.context["adminform"].form.errors] == ["unit"]
    sent = {"name": "某补贴", "code": "B-9", "kind": "premium", "moved_amount": "500"}
    page = admin_client.post(reverse("admin:projects_subsidy_add"), sent)
    assert [*page.context["adminform"].form.errors] == ["moved"]
