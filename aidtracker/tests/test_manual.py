"""The manual inside the admin, beside the fields it speaks of; the first day; the first steps."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse

from aidtracker.desk.manual import blocks, chapters, explained, inline
from aidtracker.desk.notices import MailChoice
from aidtracker.ground.datasets import record_models
from aidtracker.testing import (
    make_headquarters,
    make_project,
    make_reporting_period,
    make_staff,
)
from programs.models import Region
from projects.models import Project

pytestmark = pytest.mark.django_db

WORDS = ("网址名", "层级", "面向县及以下", "第二主体", "累计方式", "版次")


def test_manual_is_the_file_chapter_by_chapter(admin_client):
    page = admin_client.get(reverse("admin:manual")).content.decode()
    assert len(chapters()) > 15
    for one in chapters():
        assert f'<h2 id="{one.anchor}">{one.title}</h2>' in page
    assert '<th scope="col">组</th>' in page
    assert not re.search(r"\*\*|^- |^\|", page, re.MULTILINE)


def test_signs_of_the_file_are_read():
    (words,) = blocks(("一行", "又一行 <b>"))
    assert inline("".join(words)) == "一行又一行 &lt;b&gt;"
    assert inline("**粗** `x`") == "<strong>粗</strong> <code>x</code>"
    assert [len(one) for one in blocks(("- 甲", "  接着", "- 乙", "", "| a |", "|---|"))] == [2, 2]


@pytest.mark.parametrize("label", WORDS)
def test_hard_words_are_explained_in_the_manual(label):
    assert len(explained()[label]) > 20


def test_what_is_explained_is_a_field():
    labels = {str(f.verbose_name) for model in record_models() for f in model._meta.concrete_fields}
    assert set(explained()) - labels == {"第二主体"}


def test_form_explains_a_field_where_it_stands(admin_client):
    page = admin_client.get(reverse("admin:projects_project_add")).content.decode()
    for label in ("网址名", "层级", "面向县及以下"):
        assert explained()[label] in page
    form = admin_client.get(reverse("admin:projects_observation_add"))
    assert explained()["累计方式"] in form.content.decode()


# A new project


def test_new_project_begins_with_twelve_fields(admin_client):
    page = admin_client.get(reverse("admin:projects_project_add"))
    first, more = page.context["adminform"].fieldsets
    assert (first[0], len(first[1]["fields"])) == ("先填这些", 12)
    assert (more[0], more[1]["classes"]) == ("更多", ("collapse",))
    content = page.content.decode()
    assert content.index("id_name") < content.index("<details>") < content.index("id_slug")


def test_all_fields_stand_in_the_form_of_a_new_project_and_of_an_old_one(admin_client):
    new = admin_client.get(reverse("admin:projects_project_add")).context["adminform"]
    address = reverse("admin:projects_project_change", args=[make_project().pk])
    old = admin_client.get(address).context["adminform"]
    assert len(old.fieldsets) == 6
    assert set(names_in(new)) == set(names_in(old))
    assert len(names_in(new)) == len(set(names_in(new)))


def names_in(form):
    found = []
    for _, parts in form.fieldsets:
        for one in parts["fields"]:
            found += [one] if isinstance(one, str) else one
    return found


def test_twelve_fields_are_enough(admin_client, admin_user):
    data = {"name": "新和县养老院改造", "code": "T-1", "headquarters": make_headquarters().pk}
    page = admin_client.get(reverse("admin:projects_project_add"))
    for inline_form in page.context["inline_admin_formsets"]:
        data |= {one.html_name: one.value() for one in inline_form.formset.management_form}
    admin_client.post(reverse("admin:projects_project_add"), data)
    assert Project.objects.get(code="T-1").name == "新和县养老院改造"


# Walks


def done(client, name):
    page = client.get(reverse(f"admin:{name}"))
    return {step.title: is_done for step, is_done in page.context["steps"]}


def test_first_day_follows_the_rights_and_ticks_itself(client):
    headquarters = make_headquarters()
    rights = [f"projects.{verb}_progressreport" for verb in ("view", "add", "change")]
    clerk = make_staff(headquarters, permissions=rights)
    client.force_login(clerk)
    assert done(client, "first_day") == dict.fromkeys(
        ("登录与安全", "选好提醒邮件", "填第一条", "填一个月"), False
    )
    MailChoice.objects.create(user=clerk, how="off")
    assert done(client, "first_day")["选好提醒邮件"]
    reviewer = make_staff(headquarters, permissions=["projects.approve_project"])
    client.force_login(reviewer)
    assert "审核一条" in done(client, "first_day")
    assert "填一个月" not in done(client, "first_day")


def test_first_steps_are_done_as_the_record_says(admin_client):
    before = done(admin_client, "first_steps")
    assert list(before)[:2] == ["登记地区", "登记援疆指挥部"]
    assert before["登记地区"] == Region.objects.exists()
    assert not before["开账期"]
    make_reporting_period()
    assert done(admin_client, "first_steps")["开账期"]


def test_first_steps_are_of_ones_own_rights(client):
    client.force_login(make_staff(make_headquarters(), permissions=["projects.view_project"]))
    page = client.get(reverse("admin:first_steps"))
    assert page.context["steps"] == []
    assert "没有您要办的" in page.content.decode()


def test_walk_is_one_query(admin_client, django_assert_max_num_queries):
    admin_client.get(reverse("admin:first_steps"))
    with django_assert_max_num_queries(6):
        admin_client.get(reverse("admin:first_steps"))
    assert get_user_model().objects.count() == 1
