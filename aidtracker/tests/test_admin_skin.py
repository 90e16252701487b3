"""What every list and form of the admin has in common."""

import inspect
import re

import pytest
from django.contrib import admin
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.admin.utils import flatten
from django.contrib.auth.models import Group, Permission, User
from django.urls import reverse

from aidtracker.desk.fields import NameListFormField
from aidtracker.ground.datasets import record_models
from aidtracker.ground.records import Record
from aidtracker.testing import (
    make_batch,
    make_headquarters,
    make_metric,
    make_pairing,
    make_region,
    make_series,
)
from aidtracker.tests.admin_pages import address
from programs.models import Pairing, Region
from projects.models import Revision
from projects.models.reports import MonthlyReport

RECORDS = record_models()
TITLES = {
    "Identification": "名称与类型",
    "Place": "位置",
    "Dates": "日期",
    "Parties": "各方",
    "Relations": "关系",
    "Money": "资金（万元）",
    "Jobs": "就业",
    "Size": "规模",
    "Holder": "获得者",
    "Basis": "依据",
    "Award": "荣誉",
    "Points": "分数",
    "Outcome": "结果",
    "Formula": "公式",
    "Ledger": "台账",
    "Subject": "主体",
    "Scope": "范围",
    "Parts": "其中",
    "Place in the source": "原文位置",
    "Figure": "数值",
    "Meaning": "含义",
    "Period": "期间",
    "Standing": "状态与采用",
    "Text": "全文",
    "Progress": "进度",
    "Sales": "销售",
    "Training": "培训",
    "Counts": "计数",
    "Rule": "规则",
    "Change": "变更内容",
    "Row": "记录",
    "Computation": "计算",
    "Explanation": "说明",
    "Matter": "事由",
    "Answer": "答复",
    "Provenance": "出处",
}
# Fields of a form that are more than a field of the model, and where the model has another.
OWN_FIELDS = {"text_file", "text_summary", "entry", "figures", "new_figure"}
OWN_FIELDS |= {"pasted_text", "replace_reason", "in_sentence", "another_document"}
OWN_FIELDS |= {"way_to_row", "reachable", "plans_in_all", "in_all", "attachments"}
OWN_FIELDS |= {"total", "grid", "lateness"}
NOT_ON_FORMS = {"text", "key", "observations", "records", "weight"}
NOT_ON_FORMS |= {"contact"}


def groups_of_code(model):
    """The comment groups of a model's class: [(heading, [field names])]."""
    groups: list[tuple[str, list[str]]] = []
    for line in inspect.getsource(model).splitlines():
        if heading := re.fullmatch(r"    # ([A-Z].*)", line):
            groups.append((heading[1], []))
        elif (fields := re.match(r"    (\w+(?:, \w+)*) = .*(?:\(|\)$)", line)) and groups:
            groups[-1][1].extend(fields[1].split(", "))
    return groups


def groups_of_model(model):
    """A model's groups with those it inherits: identification first, provenance last."""
    own, names = groups_of_code(model), {field.name for field in model._meta.get_fields()}
    inherited = groups_of_code(Record) if issubclass(model, Record) else []
    merged: dict[str, list[str]] = {"Identification": []} if inherited else {}
    standing = groups_of_code(MonthlyReport) if issubclass(model, MonthlyReport) else []
    for heading, fields in [*inherited[:1], *own, *inherited[1:], *standing]:
        merged.setdefault(heading, []).extend(
            name for name in fields if name in names and model._meta.get_field(name).editable
        )
    return [
        (TITLES[heading], [name for name in fields if name not in NOT_ON_FORMS])
        for heading, fields in merged.items()
    ]


def groups_of_form(model):
    fieldsets = admin.site.get_model_admin(model).fieldsets or ()
    return [
        (
            title,
            [name for name in flatten(options["fields"]) if name not in OWN_FIELDS | NOT_ON_FORMS],
        )
        for title, options in fieldsets
    ]


@pytest.mark.parametrize(
    "model",
    [model for model in RECORDS if groups_of_code(model) and model is not Revision],
    ids=lambda model: model.__name__,
)
def test_groups_of_a_form_are_those_of_the_model(model):
    assert groups_of_form(model) == groups_of_model(model)


# A proposal shows what it would change, in words.
@pytest.mark.parametrize(
    "model", [model for model in RECORDS if model is not Revision], ids=lambda model: model.__name__
)
def test_every_field_is_on_the_form(model):
    names = {
        field.name
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if field.editable and not field.primary_key
    }
    shown = {name for _, fields in groups_of_form(model) for name in fields}
    assert shown | (NOT_ON_FORMS & names) == names


@pytest.mark.once(but=7)
@pytest.mark.django_db
@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.__name__)
def test_no_form_lists_rows_to_choose_from(model, rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    form = admin.site.get_model_admin(model).get_form(request)()
    relations = [
        field.name
        for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
        if field.is_relation and field.name in form.fields
    ]
    plain = [name for name in relations if not hasattr(form.fields[name].widget.widget, "get_url")]
    assert plain == []


# Searching and filtering


def found(client, model, **query):
    response = client.get(address(model, "changelist"), query)
    return sorted(str(row) for row in response.context["cl"].queryset)


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["核桃沟", "htg", "hetaogou", "核桃沟 htg", "别处名"])
def test_search_finds_by_words_pinyin_initials_and_aliases(admin_client, words):
    make_region(name="核桃沟", aliases=["别处名"])
    assert found(admin_client, Region, q=words) == ["核桃沟"]


@pytest.mark.django_db
def test_search_of_rows_without_names_of_their_own_looks_at_what_they_join(admin_client):
    make_pairing(donor=make_region(name="甲省"), recipient=make_region(name="核桃沟"))
    assert found(admin_client, Pairing, q="HTG") == ["甲省 → 核桃沟"]


@pytest.mark.django_db
def test_autocompletion_finds_by_initials(admin_client):
    region = make_region(name="核桃沟")
    query = {
        "term": "htg",
        "app_label": "programs",
        "model_name": "pairing",
        "field_name": "donor",
    }
    response = admin_client.get(reverse("admin:autocomplete"), query)
    assert response.json()["results"] == [{"id": str(region.pk), "text": "核桃沟"}]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "term", "wanted"),
    [
        ("headquarters", "核桃", ["核桃沟指挥部", "阿镇指挥部"]),
        ("batch", "核桃沟第12批", ["核桃沟第12批"]),
    ],
)
def test_autocompletion_has_what_is_meant_first(admin_client, field, term, wanted):
    place = make_region(name="核桃沟", code="659001")
    make_headquarters(name="阿镇指挥部", aliases=["核桃沟阿镇指挥部"])
    make_headquarters(name="核桃沟指挥部")
    make_batch(owner=place, number=11)
    make_batch(owner=place, number=12)
    query = {"term": term, "app_label": "projects", "model_name": "project", "field_name": field}
    found = admin_client.get(reverse("admin:autocomplete"), query).json()["results"]
    assert [row["text"] for row in found] == wanted


@pytest.mark.django_db
def test_autocompletion_has_the_exact_name_first_then_what_the_user_mostly_chose(
    admin_client, admin_user
):
    rows = {name: make_metric(name=name) for name in ("用工", "用工甲", "用工乙")}
    saved = [make_series(metric=rows["用工乙"])]
    LogEntry.objects.log_actions(admin_user.pk, saved, ADDITION, [{"added": {}}])
    query = {"app_label": "projects", "model_name": "series", "field_name": "metric"}

    def found(term):
        answer = admin_client.get(reverse("admin:autocomplete"), query | {"term": term}).json()
        return [row["text"] for row in answer["results"]]

    assert found("用工") == ["用工", "用工乙", "用工甲"]
    assert found("")[0] == "用工乙"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "query"),
    [
        (User, {"password__startswith": "m"}),
        (User, {"groups__permissions__codename__startswith": "a"}),
        (Region, {"code__startswith": "6"}),
        (Region, {"parent__code__startswith": "6"}),
        (Pairing, {"donor__sources__text__contains": "字"}),
        (Region, {"parent__id__exact": "9" * 30}),
        (Region, {"parent__in": "1,x"}),
    ],
)
def test_address_may_not_ask_for_other_fields(admin_client, model, query):
    assert admin_client.get(address(model, "changelist"), query).status_code == 400


@pytest.mark.django_db
@pytest.mark.parametrize(
    "query",
    [
        {"level__exact": "village"},
        {"level__exact": ["village", "township"], "todo": "date"},
        {"parent__id__exact": "1"},
        {"todo": ["source", "date"]},
        {"_facets": "True"},
    ],
)
def test_address_may_ask_for_what_the_filters_offer(admin_client, query):
    assert admin_client.get(address(Region, "changelist"), query).status_code == 200


@pytest.mark.django_db
def test_action_on_rows_that_cannot_be_is_refused(admin_client):
    chosen = {"action": "delete_selected", "_selected_action": ["1", "x"]}
    assert admin_client.post(address(Region, "changelist"), chosen).status_code == 400


# Forms


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("", []),
        ("甲", ["甲"]),
        ("甲\r\n乙", ["甲", "乙"]),
        (" 甲 \n\n乙\n甲", ["甲", "乙"]),
        ('["甲"]', ['["甲"]']),
    ],
)
def test_names_are_written_one_to_a_line(typed, names):
    assert NameListFormField(required=False).clean(typed) == names


def test_names_are_shown_one_to_a_line():
    field = NameListFormField(required=False)
    assert field.prepare_value(["甲", "乙"]) == "甲\n乙"
    assert not field.has_changed(["甲", "乙"], "甲\r\n乙\r\n")
    assert field.has_changed(["甲", "乙"], "甲")


@pytest.mark.django_db
def test_record_is_stored_from_its_form(admin_client):
    typed = {
        "name": "核桃沟",
        "aliases": "甲\n乙",
        "code": "659999",
        "level": "village",
        "valid_from": "2012-03",
    }
    forms = {
        f"{prefix}-{name}": 0
        for prefix in ("pairings_given", "pairings_received")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS")
    }
    admin_client.post(address(Region, "add"), typed | forms)
    row = Region.objects.get(code="659999")
    assert (row.name, row.slug, row.aliases, row.valid_from) == (
        "核桃沟",
        "he-tao-gou",
        ["甲", "乙"],
        "2012-03",
    )


@pytest.mark.django_db
def test_choice_that_must_be_made_is_not_made_beforehand(admin_client):
    response = admin_client.get(address(Region, "add"))
    form = response.context["adminform"].form
    assert form.fields["level"].choices[0] == ("", "请选择")
    assert form["level"].value() is None


# Accounts


@pytest.mark.django_db
def test_account_is_made_with_a_password(admin_client):
    typed = {"username": "录入员", "password1": "核桃-苹果-红枣-7", "password2": "核桃-苹果-红枣-7"}
    admin_client.post(address(User, "add"), typed)
    assert User.objects.get(username="录入员").check_password("核桃-苹果-红枣-7")


@pytest.mark.django_db
def test_form_of_an_account_shows_nothing_of_its_hash(admin_client, admin_user):
    page = admin_client.get(address(User, "change", admin_user.pk)).content.decode()
    algorithm, salt = admin_user.password.split("$")[:2]
    assert [word for word in (algorithm, salt[:6]) if word in page] == []


@pytest.mark.django_db
def test_account_that_changed_something_is_kept(admin_client, admin_user):
    admin_client.post(address(Group, "add"), {"name": "录入组"})
    page = admin_client.get(address(User, "delete", admin_user.pk))
    assert page.status_code == 403


@pytest.mark.django_db
def test_group_is_given_rights_in_chinese(admin_client):
    right = Permission.objects.get(codename="change_region")
    page = admin_client.get(address(Group, "add"))
    choices = dict(page.context["adminform"].form.fields["permissions"].choices)
    assert (right.pk, "修改") in [(choice.value, label) for choice, label in choices["地区"]]
    admin_client.post(address(Group, "add"), {"name": "录入组", "permissions": [right.pk]})
    assert [*Group.objects.get(name="录入组").permissions.all()] == [right]
