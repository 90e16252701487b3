"""Whose the figures are that a clerk of several headquarters enters from a document."""

import pytest

from aidtracker.testing import make_headquarters, make_staff
from projects.tests.entry_pages import CLERK, PEOPLE, address, make_bulletin, make_jobs, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def source():
    return make_bulletin()


@pytest.fixture
def jobs():
    return make_jobs()


@pytest.fixture
def several():
    return [make_headquarters(name=name) for name in ("甲指挥部", "乙指挥部")]


@pytest.fixture
def clerk_of_two(client, several):
    user = make_staff(*several, permissions=[f"projects.{right}" for right in CLERK])
    client.force_login(user)
    return client


def chosen(client, source):
    field = client.get(address(source)).context["owner_field"]
    return field.value()


def test_clerk_of_several_headquarters_says_whose_figure_it_is(clerk_of_two, source, jobs, several):
    response = clerk_of_two.post(address(source), typed(PEOPLE, jobs))
    assert "请选择归哪一个维护" in response.content.decode()
    assert not source.observations.exists()
    clerk_of_two.post(address(source), typed(PEOPLE, jobs, maintainer=several[1].pk))
    assert source.observations.get().maintainer == several[1]


def test_choice_of_a_headquarters_is_kept_for_the_next_figure(clerk_of_two, source, jobs, several):
    assert chosen(clerk_of_two, source) is None
    clerk_of_two.post(address(source), typed(PEOPLE, jobs, maintainer=several[1].pk))
    assert chosen(clerk_of_two, source) == several[1].pk


def test_own_document_proposes_its_headquarters(clerk_of_two, source, several):
    source.maintainer = several[0]
    source.save()
    assert chosen(clerk_of_two, source) == several[0].pk


def test_headquarters_of_others_can_not_be_chosen(clerk_of_two, source, jobs):
    other = make_headquarters()
    clerk_of_two.post(address(source), typed(PEOPLE, jobs, maintainer=other.pk))
    assert not source.observations.exists()


def test_skipped_phrases_belong_to_the_chosen_headquarters(clerk_of_two, source, several):
    values = typed(PEOPLE, action="skip", reason="other", maintainer=several[0].pk)
    clerk_of_two.post(address(source), values | {"skip_note": "页码"})
    assert [row.maintainer for row in source.skipped_phrases.all()] == [several[0]]


def test_clerk_of_one_headquarters_has_no_choice(client, source, several):
    client.force_login(make_staff(several[0], permissions=["projects.add_observation"]))
    assert client.get(address(source)).context["owner_field"] is None
