"""From ledger to figure: a month's published reports become figures that lead back to them."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from aidtracker.testing import (
    make_headquarters,
    make_investment,
    make_investment_report,
    make_jobs_report,
    make_outlet,
    make_outlet_report,
    make_progress_report,
    make_project,
    make_staff,
    make_training_report,
)
from aidtracker.trail import acts
from aidtracker.trail.models import Act
from aidtracker.trail.undo import undo
from programs.models import Source
from projects.models import Observation, ObservationPart, ProgressReport, Series
from projects.models.observations import COMPUTED
from projects.monthly.freezing import freeze
from projects.monthly.totals import in_words, monthly_report, rounded

pytestmark = pytest.mark.django_db

MONTH = date(2026, 5, 1)
PAGE = reverse("admin:projects_monthly_totals")


@pytest.fixture
def headquarters():
    return make_headquarters(name="某市援疆指挥部")


def reported(headquarters, review="published", **amounts):
    project = make_project(headquarters=headquarters)
    return make_progress_report(project=project, month=MONTH, review=review, **amounts)


def report_of(headquarters):
    return monthly_report(headquarters, MONTH)


def sums(headquarters):
    return {(one.scope_note, one.label): one.printed for one in report_of(headquarters).sums}


def freeze_now(headquarters):
    with acts.doing(acts.Way.FORM):
        return freeze(report_of(headquarters))


def test_sums_are_of_published_reports_of_the_month_alone(headquarters):
    reported(headquarters, work_done_month="12.345678", work_done_to_date="100")
    reported(headquarters, work_done_month="0.000001", work_done_to_date=None)
    reported(headquarters, work_done_month="7", review="approved")
    hidden = make_project(headquarters=headquarters, review="approved")
    make_progress_report(project=hidden, month=MONTH, review="published", work_done_month="7")
    reported(make_headquarters(parent=headquarters), work_done_month="7")
    other_month = reported(headquarters)
    ProgressReport.objects.filter(pk=other_month.pk).update(month=date(2026, 4, 1))

    found = sums(headquarters)

    assert found["项目月报合计", "本月完成投资"] == "12.345679万元"
    assert found["项目月报合计", "累计完成投资"] == "100万元"
    assert ("项目月报合计", "累计到位") not in found
    assert (report_of(headquarters).unpublished, report_of(headquarters).hidden) == (1, 1)


def test_sums_of_every_kind_of_report(headquarters):
    ready = {"month": MONTH, "review": "published"}
    investment = make_investment(headquarters=headquarters)
    make_investment_report(investment=investment, arrived_month=1, jobs=12, **ready)
    outlet = make_outlet(headquarters=headquarters)
    make_outlet_report(outlet=outlet, tonnes="1.5", sales="20000.50", **ready)
    make_jobs_report(headquarters=headquarters, jobs=30, hired=4, **ready)
    make_training_report(
        headquarters=headquarters, classes=2, trainees=60, person_days=180, **ready
    )
    make_project(headquarters=headquarters, status="building")

    assert sums(headquarters) == {
        ("招商月报合计", "本月到位资金"): "1万元",
        ("招商月报合计", "月末就业人数"): "12人",
        ("网点月报合计", "销售量"): "1.5吨",
        ("网点月报合计", "销售额"): "2.00005万元",
        ("就业月报合计", "月末在岗人数"): "30人",
        ("就业月报合计", "本月新增人数"): "4人",
        ("培训月报合计", "培训班次"): "2班次",
        ("培训月报合计", "培训人次"): "60人次",
        ("培训月报合计", "培训人天"): "180人天",
        ("台账状态：在建", "项目数"): "1个",
    }


def test_freeze_stores_drafts_that_stand_in_the_text(headquarters):
    reported(headquarters, work_done_month=3, paid_to_date="0.5")
    reported(headquarters, work_done_month=4)

    source = freeze_now(headquarters)

    assert (source.kind, source.maintainer) == (Source.Kind.REPORT, headquarters)
    assert source.title == "某市援疆指挥部 2026年5月 月报"
    figures = list(source.observations.order_by("number"))
    assert {(figure.status, figure.maintainer) for figure in figures} == {("draft", headquarters)}
    assert all(source.text[one.start : one.end] == one.printed for one in figures)
    first = figures[0]
    assert (first.printed, first.accumulation) == ("7万元", "period")
    assert (first.period_start, first.period_end) == (MONTH, date(2026, 5, 31))
    assert figures[1].note.startswith("由 1 条记录相加。1 条没有填写，未计入：")


def test_frozen_figures_read_as_they_are_printed(headquarters):
    reported(headquarters, work_done_month="1234.567891")
    for figure in freeze_now(headquarters).observations.all():
        stored = [getattr(figure, name) for name in COMPUTED]
        figure.full_clean()
        assert [getattr(figure, name) for name in COMPUTED] == stored


def test_frozen_parts_add_up_and_name_the_rows_as_they_were(headquarters):
    rows = [reported(headquarters, work_done_month=amount) for amount in (3, "4.000001")]

    figure = freeze_now(headquarters).observations.get(number=1)

    parts = list(figure.ledger_parts.order_by("number"))
    assert [part.row_id for part in parts] == sorted(row.pk for row in rows)
    assert sum(part.amount for part in parts) == figure.value == Decimal("70000.01")
    assert {part.row_version for part in parts} == {1}
    assert (
        ObservationPart.history.filter(act__isnull=False).count() == ObservationPart.objects.count()
    )


def test_freezing_again_without_a_change_adds_nothing(headquarters):
    reported(headquarters, work_done_month=3)
    freeze_now(headquarters)

    assert freeze_now(headquarters) is None
    assert Source.objects.filter(maintainer=headquarters).count() == 1


def test_freezing_again_after_a_change_makes_another_edition(headquarters):
    row = reported(headquarters, work_done_month=3)
    first = freeze_now(headquarters)
    text = first.text
    row.work_done_month = 5
    row.save()

    second = freeze_now(headquarters)

    assert (second.code, second.title) == (f"{first.code}-2", f"{first.title}（第2版）")
    assert second.note == "与上一版不同：项目月报合计，本月完成投资：3万元 → 5万元。"
    first.refresh_from_db()
    assert first.text == text
    assert Series.objects.filter(headquarters=headquarters).count() == len(
        report_of(headquarters).sums
    )
    assert freeze_now(headquarters) is None


def test_month_without_published_reports_is_refused(headquarters):
    reported(headquarters, work_done_month=3, review="draft")

    with pytest.raises(ValidationError, match="没有已发布的月报"):
        freeze_now(headquarters)


def test_negative_sum_is_said_and_left_out(headquarters):
    reported(headquarters, work_done_month=-3)

    report = report_of(headquarters)

    assert [(one.label, one.printed) for one in report.negative] == [("本月完成投资", "-3万元")]


def test_freezing_can_be_undone(headquarters, django_user_model):
    reported(headquarters, work_done_month=3)
    with acts.doing(acts.Way.FORM) as act:
        source = freeze(report_of(headquarters))
    keeper = django_user_model.objects.create_superuser("keeper")

    with acts.doing(acts.Way.FORM):
        undo(Act.objects.get(pk=act.pk), keeper, "月报还没有收齐")

    assert not Source.objects.filter(pk=source.pk).exists()
    assert not Series.objects.filter(headquarters=headquarters).exists()


# The page


def asked(headquarters):
    return {"headquarters": headquarters.pk, "month": "2026-05"}


def test_page_previews_and_freezes(client, headquarters):
    reported(headquarters, work_done_month=3)
    client.force_login(
        make_staff(
            headquarters, permissions=["projects.add_observation", "projects.view_observation"]
        )
    )

    page = client.get(PAGE, asked(headquarters))
    assert page.context["report"].sums[0].printed == "3万元"

    response = client.post(PAGE, asked(headquarters))
    source = Source.objects.get(maintainer=headquarters)
    assert (
        response.url
        == f"{reverse('admin:projects_observation_changelist')}?source__id__exact={source.pk}"
    )
    act = Source.history.get(id=source.pk).act
    assert act.subject == source.title

    again = client.post(PAGE, asked(headquarters), follow=True)
    assert "没有变化，没有新增" in again.content.decode()


def test_page_is_closed_without_the_right_to_add_figures(client, headquarters):
    client.force_login(make_staff(headquarters, permissions=["projects.view_observation"]))

    assert client.get(PAGE).status_code == 403
    assert client.post(PAGE, asked(headquarters)).status_code == 403
    assert PAGE not in client.get("/admin/").content.decode()


def test_page_chooses_the_only_headquarters(client, headquarters):
    client.force_login(make_staff(headquarters, permissions=["projects.add_observation"]))

    assert client.get(PAGE).context["form"]["headquarters"].initial == headquarters


def test_page_sums_no_foreign_headquarters(client, headquarters):
    reported(headquarters, work_done_month=3)
    client.force_login(make_staff(make_headquarters(), permissions=["projects.add_observation"]))

    page = client.post(PAGE, asked(headquarters))

    assert "这个指挥部不在您的范围之内。" in page.content.decode()
    assert not Source.objects.filter(maintainer=headquarters).exists()


@pytest.mark.parametrize("month", ["2026-13", "五月", ""])
def test_page_refuses_what_is_no_month(client, headquarters, month):
    client.force_login(make_staff(headquarters, permissions=["projects.add_observation"]))

    page = client.get(PAGE, asked(headquarters) | {"month": month})

    assert page.context["report"] is None
    assert page.context["form"].errors["month"]


# The public page


def test_public_figure_leads_to_the_rows_in_it(client, headquarters):
    public, hidden = (reported(headquarters, work_done_month=amount) for amount in (3, 4))
    source = freeze_now(headquarters)
    type(hidden.project).objects.filter(pk=hidden.project.pk).update(review="withdrawn")
    source.observations.update(status="published")
    figure = source.observations.get(number=1)

    content = client.get(figure.get_absolute_url()).content.decode()

    assert "2 条记录，相加得 7万元" in content
    assert f'href="{public.project.get_absolute_url()}"' in content
    assert hidden.project.get_absolute_url() not in content
    assert Observation.objects.get(pk=figure.pk).value == 70000


def test_public_sum_that_is_rounded_is_followed_by_the_exact_one(client, headquarters):
    reported(headquarters, work_done_month=Decimal("21934.56"))
    source = freeze_now(headquarters)
    source.observations.update(status="published")

    content = client.get(source.observations.get(number=1).get_absolute_url()).content.decode()

    assert "相加得 约2.19亿元（准确数 21934.56万元）" in content
    assert "数值（万元）" in content
    assert "21934.56" in content


def test_public_page_of_the_report_shows_its_text(client, headquarters):
    reported(headquarters, work_done_month=3)
    source = freeze_now(headquarters)
    source.observations.update(status="published")

    content = client.get(source.get_absolute_url()).content.decode()

    assert "本月完成投资：" in content
    assert 'id="o1"' in content


def test_published_sum_does_not_show_the_drafts_beside_it(client, headquarters):
    reported(headquarters, work_done_month=3, work_done_to_date=8)
    source = freeze_now(headquarters)
    first, *others = source.observations.order_by("number")
    type(first).objects.filter(pk=first.pk).update(status="published")

    pages = [client.get(row.get_absolute_url()).content.decode() for row in (source, first)]

    assert others
    assert all(first.printed in page for page in pages)
    assert not any(one.printed in page for one in others for page in pages)


@pytest.mark.parametrize(
    ("value", "unit", "exact", "short"),
    [
        ("911050000", "元", "9.1105亿元", "约9.11亿元"),
        ("123456.79", "元", "12.345679万元", "约12.35万元"),
        ("9999.5", "元", "9999.5元", "9999.5元"),
        ("123456789", "元", "12345.6789万元", "约1.23亿元"),
        ("1.5", "吨", "1.5吨", "1.5吨"),
        ("123456", "人", "123456人", "123456人"),
        ("0", "元", "0元", "0元"),
    ],
)
def test_amounts_are_said_in_large_units_and_hedged_where_shortened(value, unit, exact, short):
    assert in_words(Decimal(value), unit) == exact
    assert rounded(Decimal(value), unit) == short


def test_page_belongs_to_no_list(headquarters, client):
    client.force_login(make_staff(headquarters, permissions=["projects.add_observation"]))
    page = client.get(PAGE)
    assert PAGE == "/admin/projects/monthly-totals/"
    assert "合计明细" not in page.content.decode()
