"""Amounts of ledgers lead to the figures that they were taken from, or say that they have none."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from aidtracker.ground.changes import after_change
from aidtracker.testing import (
    make_headquarters,
    make_investment,
    make_investment_report,
    make_metric,
    make_observation,
    make_outlet_report,
    make_progress_report,
    make_project,
    make_project_plan,
    make_series,
    make_site,
    make_staff,
)
from aidtracker.tests.sheet_helpers import exported, stored
from aidtracker.trail import acts
from projects.models import Finding, Investment, Project, Site
from projects.monthly.ledger_follow import follow

pytestmark = pytest.mark.django_db

PUBLISHED = {"review": "published"}


def money(printed="1500万元", ledger_field="", unit="元", **kwargs):
    """A figure in money about something else than the ledger's row."""
    metric = make_metric(kind="flow", unit=unit, ledger_field=ledger_field)
    return make_observation(series=make_series(metric=metric), printed=printed, **kwargs)


def project(figure=None, **kwargs):
    row = make_project(**kwargs)
    if figure:
        row.amount_figures.add(figure)
    return row


def section(client, row, anchor="funding"):
    page = client.get(row.get_absolute_url()).context["page"]
    (found,) = (one for one in page.filled_sections if one.anchor == anchor)
    return found


def bases(client, row):
    """What an amount of a project is said to rest on, by its name."""
    rows = section(client, row).table.rows
    return {line.cells[0].items[0].text: line.cells[-1].items for line in rows}


def test_amount_of_a_project_leads_to_its_figure(client):
    figure = money(ledger_field="total_amount")
    row = project(figure, total_amount=1500, planned_amount=900)

    said = bases(client, row)

    (item,) = said["总投资"]
    assert item.url == figure.get_absolute_url()
    assert item.text == f"原文1500万元，《{figure.source}》第 {figure.number} 处"
    assert [one.text for one in said["援疆资金计划"]] == ["指挥部填报"]
    assert [one.text for one in said["资金到位"]] == ["—"]


def test_fixtures_lead_from_the_new_park_to_its_article(client):
    row = Project.objects.get(code="000-01")

    (item,) = bases(client, row)["总投资"]

    assert "1500万元" in item.text
    assert item.url == "/observations/000_f5721398328a87b1/17/"


def test_number_tells_which_amount_a_figure_speaks_of(client):
    row = project(money("900万元"), total_amount=1500, planned_amount=900)

    said = bases(client, row)

    assert [one.text for one in said["总投资"]] == ["指挥部填报"]
    assert said["援疆资金计划"][0].url


@pytest.mark.parametrize("state", ["draft", "submitted", "withdrawn"])
def test_figure_that_is_not_public_is_not_shown(client, state):
    row = project(money(status=state), total_amount=1500)

    (item,) = bases(client, row)["总投资"]

    assert (item.text, item.url) == ("指挥部填报，或出自还没有公开的数字", "")


def test_lists_lead_from_an_amount_to_its_figure(client):
    figure = money()
    row = project(figure, total_amount=1500, planned_amount=7)

    query = {"headquarters": row.headquarters.slug}
    page = client.get(reverse("project-list"), query)

    (line,) = page.context["table"].rows
    cells = {cell.label: cell.items[0].url for cell in line.cells}
    assert (cells["总投资"], cells["资金计划"]) == (figure.get_absolute_url(), "")
    assert "其余是指挥部填报的" in page.content.decode()


def test_list_asks_once_for_the_figures_of_all_rows(client, django_assert_max_num_queries):
    headquarters = make_headquarters()
    for number in range(3):
        project(money(), headquarters=headquarters, code=f"AF-{number}", total_amount=1500)
    query = {"headquarters": headquarters.slug}
    client.get(reverse("project-list"), query)

    with django_assert_max_num_queries(14):
        page = client.get(reverse("project-list"), query)

    cells = [cell for line in page.context["table"].rows for cell in line.cells]
    urls = [cell.items[0].url for cell in cells if cell.label == "总投资"]
    assert len(set(filter(None, urls))) == 3


def test_investment_plan_and_report_lead_to_their_figures(client):
    figure = money("900万元")
    deal = make_investment(arrived_amount=900)
    plan = make_project_plan(project=project(), amount=900, **PUBLISHED)
    report = make_investment_report(investment=deal, arrived_to_date=900, **PUBLISHED)
    progress = make_progress_report(project=plan.project, paid_to_date=900, **PUBLISHED)
    for row in (deal, plan, report, progress):
        row.amount_figures.add(figure)

    places = [(deal, "funding"), (plan.project, "plans"), (deal, "reports")]
    places.append((plan.project, "reports"))

    for row, anchor in places:
        (line,) = section(client, row, anchor).table.rows
        urls = [item.url for cell in line.cells for item in cell.items]
        assert figure.get_absolute_url() in urls, anchor


def counted(printed, unit, ledger_field="", **kwargs):
    """A figure that counts or measures."""
    metric = make_metric(kind="stock", unit=unit, ledger_field=ledger_field)
    return make_observation(series=make_series(metric=metric), printed=printed, **kwargs)


def test_area_and_jobs_lead_to_their_figures_or_say_that_they_have_none(client):
    site, deal = make_site(area=20000), make_investment(jobs=2000, agreed_amount=900)
    for row in (site, deal):
        (item,) = section(client, row).table.rows[-1].cells[-1].items
        assert (item.text, item.url) == ("指挥部填报", "")
    site.amount_figures.add(counted("30亩", "亩"))
    deal.amount_figures.add(counted("近2000人", "人"))
    for row in (site, deal):
        figure = row.amount_figures.get()
        assert bases(client, row)[NAMED[type(row)]][0].url == figure.get_absolute_url()
        page = client.get(row.get_absolute_url()).context["page"]
        facts = [item.url for fact in page.facts for item in fact.items]
        assert figure.get_absolute_url() in facts
    assert [one.text for one in bases(client, deal)["协议资金"]] == ["指挥部填报"]


NAMED = {Site: "面积", Investment: "就业人数"}


def test_sales_of_an_outlet_lead_to_their_figure(client):
    report = make_outlet_report(sales=1200000, tonnes=30, **PUBLISHED)
    figure = money("120万元")
    report.amount_figures.add(figure)
    (line,) = section(client, report.outlet, "reports").table.rows
    urls = {cell.label: [item.url for item in cell.items] for cell in line.cells}
    assert urls["销售额（元）"] == [figure.get_absolute_url()]
    assert urls["销售量（吨）"] == [""]


# Forms and files


def test_form_offers_the_figures_and_keeps_what_was_chosen():
    figure = money()
    row = project(review="draft", total_amount=1500)
    user = make_staff(row.headquarters)
    for codename in ("view_project", "change_project", "view_observation"):
        user.user_permissions.add(Permission.objects.get(codename=codename))
    client = Client()
    client.force_login(user)
    address = reverse("admin:projects_project_change", args=[row.pk])
    form = client.get(address).context["adminform"].form
    typed = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}

    assert "amount_figures" in form.fields
    assert form.fields["amount_figures"].queryset.filter(pk=figure.pk).exists()
    assert typed["amount_figures"] == []


def test_form_does_not_offer_the_drafts_of_others():
    others = money(status="draft", maintainer=make_headquarters())
    row = project(review="draft")
    user = make_staff(row.headquarters, permissions=["projects.change_project"])
    client = Client()
    client.force_login(user)

    form = client.get(reverse("admin:projects_project_change", args=[row.pk])).context["adminform"]

    assert not form.form.fields["amount_figures"].queryset.filter(pk=others.pk).exists()


def test_file_names_the_figures_and_brings_them_back():
    figure = money()
    row = project(figure, total_amount=1500, code="AF-1")
    key = f"{figure.source.code} / {figure.number}"
    headings = ["code", "name", "headquarters", "amount_figures"]
    content = exported(Project.objects.filter(pk=row.pk), "csv", "code")
    assert key in content.decode("utf-8-sig")

    row.amount_figures.clear()
    stored(Project, headings, [row.code, row.name, row.headquarters.name, key])

    assert list(row.amount_figures.all()) == [figure]


# What checking says


def findings(figure):
    after_change()
    rows = Finding.objects.filter(observations=figure, kind="ledger")
    return [(row.result, row.computation) for row in rows]


def test_finding_says_that_amount_and_figure_agree():
    figure = money()
    with acts.doing(acts.Way.PROGRAM):
        row = project(total_amount=1500)
        row.amount_figures.add(figure)
        row.save()
        ((result, words),) = findings(figure)

    assert result == "holds"
    assert words == f"{row}：台账总投资1500万元，注明出自原文1500万元（{figure.series}），相符。"


@pytest.mark.parametrize("ledger_field", ["total_amount", ""])
def test_finding_says_that_amount_and_figure_disagree(ledger_field):
    figure = money(ledger_field=ledger_field)
    with acts.doing(acts.Way.PROGRAM):
        row = project(total_amount=1600)
        row.amount_figures.add(figure)
        row.save()
        ((result, words),) = findings(figure)

    assert result == "contradiction"
    assert words == f"{row}：台账总投资1600万元，注明出自原文1500万元（{figure.series}），不符。"


def test_finding_says_that_another_currency_is_not_compared():
    figure = money("1500万美元", unit="美元")
    with acts.doing(acts.Way.PROGRAM):
        row = project(total_amount=1500)
        row.amount_figures.add(figure)
        row.save()
        ((result, words),) = findings(figure)

    assert result == "unchecked"
    assert words.endswith("不能比较大小。")


@pytest.mark.parametrize(("area", "said"), [(20000, "holds"), (30000, "contradiction")])
def test_finding_compares_an_area_in_another_unit(area, said):
    figure = counted("30亩", "亩")
    with acts.doing(acts.Way.PROGRAM):
        row = make_site(area=area)
        row.amount_figures.add(figure)
        row.save()
        ((result, words),) = findings(figure)

    assert result == said
    assert words.startswith(f"{row}：台账面积{area}平方米，注明出自原文30亩")


def test_finding_goes_with_the_link_and_with_the_row():
    figure = money()
    with acts.doing(acts.Way.PROGRAM):
        row = project(total_amount=1600)
        row.amount_figures.add(figure)
        row.save()
        assert findings(figure) != []
    with acts.doing(acts.Way.PROGRAM):
        row.amount_figures.clear()
        row.save()
        assert findings(figure) == []
    with acts.doing(acts.Way.PROGRAM):
        row.amount_figures.add(figure)
        row.save()
        assert findings(figure) != []
    with acts.doing(acts.Way.PROGRAM):
        row.review = "withdrawn"
        row.save()
        assert findings(figure) == []


def test_finding_follows_a_plan_and_the_figure():
    figure = money("900万元")
    with acts.doing(acts.Way.PROGRAM):
        plan = make_project_plan(project=project(), amount=900, **PUBLISHED)
        plan.amount_figures.add(figure)
        plan.save()
        assert [result for result, _ in findings(figure)] == ["holds"]
    with acts.doing(acts.Way.PROGRAM):
        figure.printed = "800万元"
        figure.correction_reason = "看错了"
        figure.clean()
        figure.save()
        assert [result for result, _ in findings(figure)] == ["contradiction"]


# What follows from reports


def test_amount_that_follows_a_report_no_longer_leads_to_an_old_figure():
    total, paid = money("1500万元", "total_amount"), money("900万元", "paid_amount")
    row = project(total, total_amount=1500, paid_amount=900)
    row.amount_figures.add(paid)
    report = make_progress_report(
        project=row, month=date(2026, 5, 1), paid_to_date=1000, **PUBLISHED
    )

    follow([report])

    row.refresh_from_db()
    assert (row.paid_amount, list(row.amount_figures.all())) == (1000, [total])
