"""Several proposals for one published row: each is named to whoever opens the row or another."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from aidtracker.testing import make_project
from projects.models import Revision
from projects.tests.review_pages import form_of, propose, said, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(headquarters):
    return staff(headquarters, "change")


@pytest.fixture
def publisher(headquarters):
    return staff(headquarters, "view", "approve", "publish")


@pytest.fixture
def contested(client, clerk, headquarters):
    """A published project with two proposals by one clerk, the second submitted."""
    row = make_project(headquarters=headquarters, name="旧名")
    propose(client, clerk, row, name="新名")
    propose(client, clerk, row, name="另一名", status="completed", _submit="1")
    return row


def test_form_of_a_published_row_names_its_open_proposals(client, clerk, contested):
    page = client.get(form_of(contested))
    first, second = Revision.objects.order_by("number")
    found = [
        (one.words, one.revision.edited, one.address) for one in page.context["review"]["proposals"]
    ]
    assert found == [
        (f"第 1 次变更申请（草稿，{clerk.username}提出）", "名称", form_of(first)),
        (f"第 2 次变更申请（已提交，{clerk.username}提出）", "名称、状态", form_of(second)),
    ]
    assert f'href="{form_of(first)}"' in page.content.decode()


def test_published_proposals_are_not_open(client, publisher, contested):
    Revision.objects.update(review="published")
    assert client.get(form_of(contested)).context["review"]["proposals"] == []


def test_who_proposes_a_second_time_is_told_of_the_first(client, clerk, contested):
    response = propose(client, clerk, contested, note="又一处")
    words = " ".join(said(response))
    assert form_of(Revision.objects.get(number=1)) in words
    assert form_of(Revision.objects.get(number=2)) in words
    assert form_of(Revision.objects.get(number=3)) not in words


def test_approver_sees_what_others_propose_for_the_same_column(client, publisher, contested):
    first, second = Revision.objects.order_by("number")
    client.force_login(publisher)
    page = client.get(form_of(second))
    [rival] = page.context["review"]["rivals"]
    assert (rival.label, rival.proposed, rival.other.revision) == ("名称", "新名", first)
    assert "拟改为“新名”" in page.content.decode()


def test_proposals_cost_a_form_the_same_queries_whatever_their_number(client, clerk, contested):
    def queries():
        with CaptureQueriesContext(connection) as found:
            client.get(form_of(contested))
        return len(found)

    before = queries()
    for number in range(3):
        propose(client, clerk, contested, note=f"第 {number} 处")
    assert queries() == before
