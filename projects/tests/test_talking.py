"""Comments on a row: returns and answers as one conversation, and who is told."""

import pytest
from django.core.exceptions import ValidationError

from aidtracker.review.comments import LONGEST, Comment, say
from aidtracker.testing import make_headquarters, make_project, make_staff
from aidtracker.trail.models import Act
from aidtracker.trail.notices import Notice
from programs.models import Account
from projects.tests.review_pages import CLERK, LIST, act, form_of, panel, press, said, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(headquarters):
    return staff(headquarters, *CLERK)


@pytest.fixture
def reviewer(headquarters):
    return staff(headquarters, "view", "approve")


@pytest.fixture
def row(client, headquarters, clerk):
    """A project that its clerk handed in."""
    row = make_project(headquarters=headquarters, review="draft")
    client.force_login(clerk)
    press(client, row, "submit")
    return row


def talk(client, row):
    shown = panel(client, row)["talk"]
    return shown and [(one.who, one.words, one.is_return) for one in shown["said"]]


def told(user):
    return [(one.kind, one.words) for one in Notice.objects.filter(user=user)]


def test_return_and_answer_are_one_conversation(client, row, clerk, reviewer):
    client.force_login(reviewer)
    press(client, row, "return", reason="金额与批复不符")
    client.force_login(clerk)
    press(client, row, "submit", answer="批复是二号文，已核对")
    assert row.review == "submitted"
    assert talk(client, row) == [
        (reviewer.username, "金额与批复不符", True),
        (clerk.username, "批复是二号文，已核对", False),
    ]
    assert told(clerk) == [("return", "金额与批复不符")]
    assert told(reviewer) == [("comment", "批复是二号文，已核对")]


def test_comment_is_an_act_and_changes_no_version(client, row, reviewer):
    client.force_login(reviewer)
    version = row.version
    response = press(client, row, "comment", words="  面积单位是亩吗？ ")
    assert said(response) == ["已留言，填报和留过言的人会收到通知。"]
    assert (row.version, Comment.objects.get().words) == (version, "面积单位是亩吗？")
    assert Act.objects.filter(user=reviewer, subject__startswith="留言：援疆项目").count() == 1


def test_queue_shows_what_was_said_last(client, row, clerk, reviewer):
    say(row, clerk, "先看这一条")
    say(row, clerk, "改好了")
    client.force_login(reviewer)
    page = client.get(f"{LIST}?todo=approve").content.decode()
    assert f"{clerk.username}：改好了" in page
    assert "先看这一条" not in page
    assert "改好了" not in client.get(LIST).content.decode()


def test_others_neither_read_nor_speak(client, row, clerk):
    say(row, clerk, "内部的话")
    row.review = "published"
    row.save()
    other = staff(make_headquarters(), "view", "approve")
    client.force_login(other)
    assert press(client, row, "comment", words="我也说一句").status_code == 404
    with pytest.raises(ValidationError, match="不在您的范围"):
        say(row, other, "我也说一句")
    assert "内部的话" not in client.get(f"/projects/{row.slug}/").content.decode()


def test_observer_reads_and_does_not_speak(client, row, clerk):
    say(row, clerk, "核对过")
    rights = ["projects.view_project", "projects.change_project"]
    observer = make_staff(permissions=rights, reach=Account.Reach.READS_ALL)
    client.force_login(observer)
    assert talk(client, row) == [(clerk.username, "核对过", False)]
    assert not panel(client, row)["talk"]["may_speak"]
    assert said(press(client, row, "comment", words="我说")) == [
        "这条记录不在您的范围之内，不能留言。"
    ]


@pytest.mark.parametrize("words", [" ", "字" * (LONGEST + 1)])
def test_what_is_no_comment_is_told(client, row, words):
    (sentence,) = said(press(client, row, "comment", words=words))
    assert "留言" in sentence
    assert not Comment.objects.exists()


def test_who_left_is_not_told(client, row, clerk, reviewer):
    clerk.is_active = False
    clerk.save()
    client.force_login(reviewer)
    press(client, row, "return", reason="请补充")
    assert told(clerk) == []


def test_many_returns_are_one_notice(client, headquarters, clerk, reviewer):
    rows = [make_project(headquarters=headquarters, review="draft") for _ in range(6)]
    client.force_login(clerk)
    act(client, "submit", *rows)
    client.force_login(reviewer)
    act(client, "return", *rows, reason="请补充金额")
    (notice,) = Notice.objects.filter(user=clerk)
    assert (notice.about, notice.words) == ("6 条援疆项目", "请补充金额")
    client.force_login(clerk)
    page = client.get(f"/admin/notices/{notice.pk}/", follow=True)
    assert len(page.context["cl"].result_list) == 6


def test_conversation_costs_no_more_with_its_length(
    client, row, clerk, reviewer, django_assert_max_num_queries
):
    client.force_login(reviewer)
    say(row, clerk, "第一句")
    client.get(form_of(row))
    with django_assert_max_num_queries(17) as asked:
        client.get(form_of(row))
    before = len(asked)
    for number in range(8):
        say(row, clerk, f"再说{number}次")
    with django_assert_max_num_queries(before):
        assert len(talk(client, row)) == 9
