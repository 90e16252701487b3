"""Assessments: totals that follow from points, what lifts who was rated, awards, late rounds."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from aidtracker.review.steps import APPROVE, PUBLISH, SUBMIT, WITHDRAW, take_step
from aidtracker.testing import (
    make_assessment,
    make_assessment_round,
    make_assessment_scheme,
    make_award,
    make_criterion,
    make_headquarters,
    make_outlet,
    make_program,
    make_score,
    make_site,
    make_staff,
)
from aidtracker.tests.foreign_rows import filled
from projects.models import Assessment, AssessmentScheme, Award, Score
from projects.monthly.rounds import late_rounds
from projects.monthly.saving import ConflictError
from projects.monthly.scores import ScoreGrid

pytestmark = pytest.mark.django_db

YEAR = 2025


@pytest.fixture
def home():
    return make_headquarters(name="甲指挥部")


@pytest.fixture
def scheme(home):
    """陈列 counts once, 服务 twice: 300 points at most."""
    scheme = make_assessment_scheme(
        name="门店评定",
        headquarters=home,
        assessed="outlet",
        program=make_program(name="某工程"),
        award_name="示范店",
        level="other",
        review="draft",
    )
    make_criterion(scheme=scheme, number=1, name="陈列", full_marks=100, weight=1)
    make_criterion(scheme=scheme, number=2, name="服务", full_marks=100, weight=2)
    scheme.review = "published"
    scheme.save()
    return scheme


@pytest.fixture
def round_(scheme):
    return make_assessment_round(scheme=scheme, year=YEAR, granted_on="2026-01", basis="某号通报")


def outlet_of(scheme, **kwargs):
    return make_outlet(headquarters=scheme.headquarters, program=scheme.program, **kwargs)


def rated(round_, *points, review="published", **kwargs):
    """An assessment with points for the first criteria."""
    if not kwargs.keys() & {"outlet", "site"}:
        kwargs["outlet"] = outlet_of(round_.scheme)
    row = make_assessment(round=round_, review="draft", **kwargs)
    for criterion, number in zip(round_.scheme.criteria.order_by("number"), points, strict=False):
        make_score(assessment=row, criterion=criterion, points=number)
    row.review = review
    row.save()
    return row


def facts(page):
    return {one.label: one.items[0].text for one in page.context["page"].facts}


def lines(page):
    """The points of an assessment as a reader sees them."""
    found = page.context["page"].sections[0].data["table"]
    labels = [heading.label for heading in found.headings]
    cells = ([cell.items[0].text for cell in row.cells] for row in found.rows)
    return [dict(zip(labels, items, strict=True)) for items in cells]


def test_total_is_the_sum_of_points_by_weight(client, round_):
    row = rated(round_, Decimal("80.5"), 90)
    rated(round_, 60, 100)
    page = client.get(row.get_absolute_url())
    assert facts(page)["总分"] == "260.5 分（满分 300）"
    assert facts(page)["名次"] == "本轮已公布、评全的 2 家中第 1"


def test_what_is_not_rated_whole_says_so_and_has_no_place(client, round_):
    row = rated(round_, 100)
    whole = rated(round_, 1, 1)
    page = client.get(row.get_absolute_url())
    assert facts(page)["总分"] == "未评全：2 项中评了 1 项"
    assert facts(page)["名次"] == "—"
    assert facts(client.get(whole.get_absolute_url()))["名次"].startswith("本轮已公布、评全的 1 家")
    best_first = client.get("/assessments/", {"sort": "-5"}).context["table"].rows
    assert [one.cells[3].items[0].text for one in best_first] == [
        "3 分（满分 300）",
        "未评全：2 项中评了 1 项",
    ]


def test_page_says_what_would_lift_it_and_what_it_did_since(client, scheme, round_):
    before = make_assessment_round(scheme=scheme, year=YEAR - 1)
    shop = outlet_of(scheme)
    rated(before, 95, 60, outlet=shop)
    row = rated(round_, 90, 70, outlet=shop)
    rated(round_, 80, 90)
    rated(round_, 0, 0, review="draft")
    page = client.get(row.get_absolute_url())
    display, service = lines(page)
    assert (service["失分"], service["本轮均分"], service["比均分"]) == ("60", "80", "−10")
    assert (display["比均分"], display["比2024年"], service["比2024年"]) == ("+5", "−5", "+10")
    assert page.context["page"].sections[0].data["words"] == [
        "能提分的：服务失 60 分（低于均分 10）；陈列失 10 分（不低于均分）。",
        "比 2024 年：陈列 −5；服务 +10。",
    ]
    assert row.round.scheme.name in client.get(shop.get_absolute_url()).content.decode()


# Into the record


def staff(home, *verbs, models=("assessment", "score")):
    return make_staff(
        home, permissions=[f"projects.{verb}_{name}" for name in models for verb in verbs]
    )


def approved_by_others(row, home):
    """Take a row through its steps; the outcome of the last."""
    clerk = staff(home, "view", "change")
    rows = type(row)._base_manager.filter(pk=row.pk)
    take_step(SUBMIT, rows, clerk)
    take_step(APPROVE, rows, staff(home, "view", "approve", models=["assessment"]))
    return take_step(PUBLISH, rows, staff(home, "view", "publish", models=["assessment"]))


def test_who_is_published_as_granted_an_award_has_it_once(client, home, round_):
    row = rated(round_, 90, 90, review="draft", outcome="award")
    assert approved_by_others(row, home).done
    award = Award.objects.get(assessment=row)
    assert (award.name, award.granted_on, award.note) == ("示范店", "2026-01", "依据：某号通报")
    assert (award.outlet, award.edition, award.maintainer) == (row.outlet, "2025年", home)
    page = client.get(award.get_absolute_url())
    assert row.get_absolute_url() in page.content.decode()
    assert facts(client.get(row.get_absolute_url()))["荣誉"] == "示范店"

    rows = Assessment.objects.filter(pk=row.pk)
    take_step(WITHDRAW, rows, staff(home, "publish", models=["assessment"]), "评错了")
    assert client.get(award.get_absolute_url()).status_code == 404
    row.refresh_from_db()
    approved_by_others(row, home)
    assert Award.objects.filter(assessment=row).count() == 1
    assert client.get(award.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("outcome", ["award", "none", ""])
def test_what_lacks_points_is_not_submitted_and_says_of_which(home, round_, outcome):
    row = rated(round_, 90, review="draft", outcome=outcome)
    whole = rated(round_, 90, 90, review="draft")
    taken = take_step(SUBMIT, Assessment.objects.filter(round=round_), staff(home, "change"))
    assert [*taken.refused] == ["还没有评分：服务"]
    assert taken.done == [whole]
    row.refresh_from_db()
    assert row.review == "draft"


@pytest.mark.parametrize(("missing", "outcome"), [("granted_on", "award"), ("basis", "none")])
def test_day_and_ground_are_asked_when_the_outcome_is_published(home, round_, missing, outcome):
    setattr(round_, missing, "")
    round_.save()
    row = rated(round_, 90, 90, review="draft", outcome=outcome)
    refused = approved_by_others(row, home).refused
    assert ["公布日期和公布依据" in why for why in refused] == [True]
    row.refresh_from_db()
    assert row.review == "approved"
    assert not Award.objects.filter(assessment=row).exists()


def test_outcome_with_an_award_cannot_become_another(round_):
    row = rated(round_, 90, 90, review="withdrawn", outcome="award")
    make_award(outlet=row.outlet, assessment=row)
    row.outcome = "none"
    with pytest.raises(ValidationError, match="已经授予荣誉"):
        row.full_clean()


def test_what_is_published_says_nothing_else_until_it_is_withdrawn(round_):
    row = rated(round_, 90, 90, outcome="none")
    row.outcome, row.correction_reason = "award", "重新评"
    with pytest.raises(ValidationError, match="先写明理由撤回"):
        row.full_clean()
    row.outcome, row.note = "none", "现场查看"
    row.full_clean()
    with pytest.raises(ValidationError, match="先写明理由撤回"):
        row.scores.first().check_edit(None, None)


@pytest.mark.parametrize(
    ("outcome", "is_own", "words"),
    [("none", True, "不是“评上”"), ("award", False, "不是这个获得者")],
)
def test_award_rests_only_on_what_granted_it(round_, outcome, is_own, words):
    row = rated(round_, 90, 90, outcome=outcome)
    outlet = row.outlet if is_own else outlet_of(round_.scheme)
    award = Award(name="示范店", level="other", outlet=outlet, assessment=row)
    with pytest.raises(ValidationError, match=words):
        award.full_clean()


def test_award_of_another_headquarters_does_not_rest_on_it(round_):
    row = rated(round_, 90, 90, outcome="award")
    award = Award(name="示范店", level="other", outlet=row.outlet, assessment=row)
    award.maintainer = make_headquarters()
    with pytest.raises(ValidationError, match="别的指挥部"):
        award.full_clean()


@pytest.mark.parametrize("door", ["full_clean", "save"])
@pytest.mark.parametrize("subject", ["foreign", "other kind", "other programme"])
def test_only_what_the_scheme_is_for_is_rated(scheme, round_, door, subject):
    named = {"site": make_site()} if subject == "other kind" else {}
    if subject == "foreign":
        named["outlet"] = make_outlet(headquarters=make_headquarters(), program=scheme.program)
    elif subject == "other programme":
        named["outlet"] = make_outlet(headquarters=scheme.headquarters, program=make_program())
    row = Assessment(round=round_, number=1, **named)
    with pytest.raises(ValidationError, match=r"及其下属|评的不是场所|所属工程"):
        getattr(row, door)()


def test_what_was_rated_stays_so_under_another_programme_but_not_by_another_scheme(home, round_):
    row = rated(round_, 90, review="draft")
    row.outlet.program = make_program()
    row.outlet.save()
    row.note = "改了备注"
    row.full_clean()
    row.save()
    other = make_assessment_scheme(headquarters=home, assessed="outlet", program=None)
    row.round = make_assessment_round(scheme=other)
    with pytest.raises(ValidationError, match="请先删去评分"):
        row.full_clean()


def test_outlet_of_a_headquarters_below_may_be_rated(home, scheme, round_):
    outlet = make_outlet(headquarters=make_headquarters(parent=home), program=scheme.program)
    Assessment(round=round_, number=1, outlet=outlet).full_clean()


def test_criteria_without_numbers_are_counted_on(admin_client, home):
    sent = {"name": "某办法", "code": "B-1", "assessed": "outlet", "headquarters": home.pk}
    sent |= {f"rounds-{end}_FORMS": 0 for end in ("TOTAL", "INITIAL")}
    sent |= {"criteria-TOTAL_FORMS": 3, "criteria-INITIAL_FORMS": 0}
    for at, (number, name) in enumerate((("", "一"), ("2", "二"), ("", "三"))):
        row = {"number": number, "name": name, "full_marks": 100, "weight": 1}
        sent |= {f"criteria-{at}-{key}": value for key, value in row.items()}
    admin_client.post(reverse("admin:projects_assessmentscheme_add"), sent)
    scheme = AssessmentScheme.objects.get(code="B-1")
    numbers = dict(scheme.criteria.values_list("name", "number"))
    assert numbers == {"一": 3, "二": 2, "三": 4}
    alone = {"scheme": scheme.pk, "name": "四", "full_marks": 100, "weight": 1}
    admin_client.post(reverse("admin:projects_criterion_add"), alone)
    assert scheme.criteria.get(name="四").number == 5


def test_criteria_stay_once_totals_are_public(scheme, round_):
    rated(round_, 1, 1)
    criterion = scheme.criteria.first()
    criterion.weight = 3
    with pytest.raises(ValidationError, match="另立一个办法"), transaction.atomic():
        criterion.save()
    with pytest.raises(ValidationError, match="另立一个办法"), transaction.atomic():
        make_criterion(scheme=scheme, number=3, name="三")
    criterion.refresh_from_db()
    criterion.evidence = "看现场"
    criterion.save()


def test_points_are_of_the_same_scheme_and_at_most_the_full_marks(scheme, round_):
    row = rated(round_, review="draft")
    score = Score(assessment=row, criterion=scheme.criteria.first(), points=101)
    with pytest.raises(ValidationError, match="满分 100"), transaction.atomic():
        score.save()
    score = Score(assessment=row, criterion=make_criterion(), points=1)
    with pytest.raises(ValidationError, match="不是这一轮"), transaction.atomic():
        score.save()


@pytest.mark.parametrize("change", [{"points": "99"}, {"DELETE": "on"}])
@pytest.mark.parametrize("review", ["draft", "published"])
def test_points_below_the_form_stay_once_published(client, home, round_, review, change):
    row = rated(round_, 50, 50, review=review)
    verbs = ("view", "add", "change", "delete", "approve", "publish")
    codes = Permission.objects.filter(content_type__app_label="projects")
    user = staff(home)
    user.user_permissions.add(*codes.filter(codename__regex=f"^({'|'.join(verbs)})_"))
    client.force_login(user)
    address = reverse("admin:projects_assessment_change", args=[row.pk])
    sent = filled(client.get(address))
    sent |= {f"scores-0-{name}": value for name, value in change.items()}
    client.post(address, sent | {"correction_reason": "重新评"})
    points = [*row.scores.order_by("pk").values_list("points", flat=True)]
    assert (points == [50, 50]) is (review == "published")


# The grid


@pytest.fixture
def clerk(home, client):
    client.force_login(staff(home, "view", "add", "change", models=[*RATING]))
    return client


RATING = ("assessmentscheme", "assessmentround", "criterion", "assessment", "score")


def grid_address(round_):
    return reverse("admin:projects_scoring", query={"round": round_.pk})


def send(client, round_, subject, values, version=0):
    body = {"key": str(subject.pk), "values": values, "version": version}
    address = grid_address(round_)
    return client.post(address, json.dumps(body), content_type="application/json")


def cells(scheme, *texts):
    columns = scheme.criteria.order_by("number").values_list("pk", flat=True)
    return {f"points{pk}": text for pk, text in zip(columns, texts, strict=False)}


def test_grid_rates_row_by_row(clerk, scheme, round_):
    shop = outlet_of(scheme)
    make_outlet(headquarters=make_headquarters(), program=scheme.program)
    outlet_of(scheme, status="closed")
    last = rated(make_assessment_round(scheme=scheme, year=YEAR - 1), 55, outlet=shop)
    [row] = clerk.get(grid_address(round_)).context["grid"].rows
    assert (row.subject.name, row.last, row.cells[0].last) == (shop.name, last, "55")

    answer = send(clerk, round_, shop, cells(scheme, "80.5", ""))
    assert answer.json()["warnings"] == ["未评全：2 项中评了 1 项"]
    answer = send(clerk, round_, shop, cells(scheme, "81", "90") | {"outcome": "评上"}, 1)
    assert answer.json()["warnings"] == ["261 分（满分 300）"]
    stored = Assessment.objects.get(round=round_)
    assert (stored.outcome, stored.review, stored.version) == ("award", "draft", 2)
    send(clerk, round_, shop, cells(scheme, ""), 2)
    assert list(stored.scores.values_list("criterion__name", "points")) == [("服务", 90)]


def test_grid_says_what_is_wrong_and_stores_nothing(clerk, scheme, round_):
    shop = outlet_of(scheme)
    wrong = cells(scheme, "101", "很好") | {"outcome": "最好"}
    errors = send(clerk, round_, shop, wrong).json()["errors"]
    assert errors.keys() == {"outcome", [*cells(scheme, "", "")][1]}
    errors = send(clerk, round_, shop, cells(scheme, "101", "5")).json()["errors"]
    assert errors == {next(iter(cells(scheme, ""))): "“陈列”满分 100 分。"}
    assert not Assessment.objects.exists()
    assert not Score.objects.exists()


def test_grid_tells_what_another_person_saved_meanwhile(clerk, scheme, round_):
    shop = outlet_of(scheme)
    send(clerk, round_, shop, cells(scheme, "50"))
    answer = send(clerk, round_, shop, cells(scheme, "60"))
    assert answer.status_code == 409
    assert answer.json()["values"] == cells(scheme, "50", "") | {"outcome": "", "note": ""}
    assert [*Score.objects.values_list("points", flat=True)] == [50]


def test_who_comes_second_to_a_new_row_is_told_of_the_first(home, scheme, round_):
    """As on PostgreSQL, where both find no row before one of them has the round."""
    user = staff(home, "view", "add", "change", models=[*RATING])
    shop = outlet_of(scheme)
    [row] = ScoreGrid.of(round_, user).shown
    first = rated(round_, 50, 60, review="draft", outlet=shop)
    with pytest.raises(ConflictError) as told, transaction.atomic():
        row.new_report()
    assert told.value.report == first


def test_grid_is_closed_to_others(client, home, scheme, round_):
    shop = outlet_of(scheme)
    client.force_login(staff(make_headquarters(), "view", "add", "change", models=[*RATING]))
    assert send(client, round_, shop, cells(scheme, "50")).status_code == 404
    client.force_login(staff(home, "view", models=[*RATING]))
    assert send(client, round_, shop, cells(scheme, "50")).status_code == 403
    assert not Assessment.objects.exists()


def test_submitted_row_is_rated_no_more(clerk, home, scheme, round_):
    row = rated(round_, 50, 50, review="submitted")
    answer = send(clerk, round_, row.outlet, cells(scheme, "60"), row.version)
    assert "已提交" in answer.json()["errors"][""]
    assert row.scores.first().points == 50


def test_grid_has_few_queries(clerk, scheme, round_):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert clerk.get(grid_address(round_)).status_code == 200
        return len(found)

    rated(round_, 50, review="draft")
    few = queries()
    for _ in range(5):
        rated(round_, 50, review="draft")
    assert queries() == few


# Late ones


def test_leader_sees_a_round_that_is_not_rated_whole_in_time(client, home, scheme, round_):
    today = timezone.localdate()
    round_.due_on = today - timedelta(days=1)
    round_.save()
    rated(round_, 50, 50)
    rated(round_, 50)
    outlet_of(scheme)
    make_assessment_round(scheme=scheme, year=YEAR + 1, due_on=today)
    [late] = late_rounds(home, today)
    assert (late.expected, late.missing) == (3, 2)
    client.force_login(make_staff(home, permissions=["projects.view_project"]))
    page = client.get(reverse("admin:projects_desk", args=[home.slug])).content.decode()
    assert "应评 3 家，还有 2 家没有评全" in page
    assert late_rounds(make_headquarters(), today) == []
    assert late_rounds(home, date(YEAR, 1, 1)) == []
