"""What a clerk types into the admin's forms: amounts, addresses that fill in, pages that expire."""

from decimal import Decimal

import pytest
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.forms import modelform_factory
from django.test import Client

from aidtracker.desk.fields import LedgerFormField
from aidtracker.desk.forms import RecordForm
from aidtracker.ground.columns import LONGEST
from aidtracker.testing import make_investment, make_pipeline, make_project, make_region
from aidtracker.tests.admin_pages import address, foreign_words, title
from aidtracker.tests.sheet_helpers import messages, rehearsal
from programs.models import Official, Region
from projects.models import Observation, PipelineCase, Project


@pytest.mark.django_db
@pytest.mark.parametrize("login", ["/admin/login/", "/admin/login/?next=/admin/"])
def test_login_leads_to_the_first_page(client, admin_user, login):
    response = client.post(login, {"username": "admin", "password": "password"})
    assert response.url == "/admin/"


@pytest.mark.django_db
def test_form_that_has_expired_says_how_to_keep_what_was_typed(admin_user):
    client = Client(enforce_csrf_checks=True)
    response = client.post("/admin/login/", {"username": "admin"})
    assert (response.status_code, title(response)) == (403, "这一页已过期 · 对口援疆数据")
    assert foreign_words(response, {"Cookie"}) == []


@pytest.mark.django_db
@pytest.mark.parametrize(("amount", "shown"), [("1500", "1500"), ("0.50", "0.5"), (None, None)])
def test_amount_is_shown_without_idle_zeros(admin_client, amount, shown):
    project = make_project(total_amount=amount)
    page = admin_client.get(address(Project, "change", project.pk))
    assert page.context["adminform"].form["total_amount"].value() == shown


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("9.11亿", 91100),
        ("９.11 亿元", 91100),
        ("1,500", 1500),
        ("5000元", Decimal("0.5")),
        ("", None),
    ],
)
def test_amount_is_stored_in_its_unit(typed, stored):
    assert LedgerFormField(required=False).clean(typed) == stored


@pytest.mark.parametrize("typed", ["1500吨", "约3", "1e3", "NaN"])
def test_amount_that_is_no_number_is_refused(typed):
    with pytest.raises(ValidationError, match="应为数字"):
        LedgerFormField().clean(typed)


@pytest.mark.django_db
def test_amount_is_typed_as_text_of_digits(admin_client):
    form = admin_client.get(address(Project, "add")).context["adminform"].form
    widget = form.fields["total_amount"].widget
    assert (widget.input_type, widget.attrs["inputmode"]) == ("text", "decimal")


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["x", "9" * 30, ""])
def test_form_is_not_filled_in_with_rows_that_cannot_be(admin_client, number):
    query = {"parent": number, "sources": f"1,{number}", "name": "某地"}
    form = admin_client.get(address(Region, "add"), query).context["adminform"].form
    assert form.initial["name"] == "某地"
    assert not {"parent", "sources"} & {name for name, value in form.initial.items() if value}


@pytest.mark.django_db
@pytest.mark.parametrize("odd", ["abc", "²", "\0", "9" * 23])
@pytest.mark.parametrize("model", [Official, Project, Observation])
def test_odd_values_in_every_field_are_refused_by_the_form(admin_client, model, odd):
    page = admin_client.get(address(model, "add"))
    data = dict.fromkeys(page.context["adminform"].form.fields, odd)
    for inline in page.context["inline_admin_formsets"]:
        prefix = inline.formset.prefix
        data |= {f"{prefix}-TOTAL_FORMS": 1, f"{prefix}-INITIAL_FORMS": 0}
        data |= {f"{prefix}-0-{field}": odd for field in inline.formset.empty_form.fields}

    assert admin_client.post(address(model, "add"), data).context["errors"]


@pytest.mark.django_db
def test_words_are_bounded_in_the_form_as_in_a_file(admin_client):
    region, long = make_region(), "备" * (LONGEST + 1)
    fits = rehearsal(Region, ["区划代码", "备注"], [region.code, long[1:]])
    file = rehearsal(Region, ["区划代码", "备注", "别名"], [region.code, long, long])
    page = admin_client.post(address(Region, "add"), {"note": long, "aliases": long})

    words = [f"{start}最多 30000 个字，这里有 30001 个。" for start in ("", "合起来")]
    errors = page.context["adminform"].form.errors
    assert messages(fits) == []
    assert messages(file) == [(2, "备注", words[0]), (2, "别名", words[1])]
    assert [errors["note"], errors["aliases"]] == [[one] for one in words]


@pytest.mark.django_db
def test_rule_about_several_fields_is_told_beside_the_last_of_them(admin_client):
    named = {"investment": make_investment().pk, "project": make_project().pk}
    sent = {"name": "某事项", "code": "T-1", "pipeline": make_pipeline().pk, **named}
    parts = ("entries", "follow_ups")
    sent |= {f"{part}-{end}_FORMS": 0 for part in parts for end in ("TOTAL", "INITIAL")}
    page = admin_client.post(address(PipelineCase, "add"), sent)
    assert page.context["adminform"].form.errors == {"project": ["招商项目和援疆项目只填一个。"]}
    assert (
        '<a href="#id_project">援疆项目</a>：招商项目和援疆项目只填一个。' in page.content.decode()
    )


@pytest.mark.django_db
def test_rule_about_no_field_of_the_form_is_told_on_top(admin_user):
    form = modelform_factory(PipelineCase, form=RecordForm, fields=("name", "project"))
    form.user, form.base_fields["project"].disabled = admin_user, True
    assert form().place_of(("investment", "project")) == NON_FIELD_ERRORS
    assert form().place_of(("name", "project")) == "name"
