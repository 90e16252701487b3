"""A public document is everybody's; an internal report is its headquarters'."""

import pytest
from django.urls import reverse

from aidtracker.ground.scope import changeable, readable
from aidtracker.testing import make_headquarters, make_observation, make_source, make_staff
from programs.models import Source

pytestmark = pytest.mark.django_db


@pytest.fixture
def other():
    return make_staff(make_headquarters(), permissions=("projects.add_observation",))


def test_public_document_of_one_headquarters_is_read_by_all_and_changed_by_its_own(other):
    source = make_source(maintainer=make_headquarters())
    assert source in readable(Source.objects.all(), other)
    assert source not in changeable(Source.objects.all(), other)


def test_internal_report_is_read_by_its_headquarters_only(other):
    report = make_source(maintainer=make_headquarters(), kind="report")
    assert report not in readable(Source.objects.all(), other)


def test_document_of_others_can_be_entered_from(other, client):
    source = make_source(maintainer=make_headquarters(), text="共有5家。")
    client.force_login(other)
    page = client.get(reverse("admin:projects_observation_enter", args=[source.code]))
    assert page.status_code == 200


def test_document_is_public_with_its_first_published_figure(client):
    source = make_source(text="共有5家。")
    assert client.get(source.get_absolute_url()).status_code == 404
    make_observation(source=source, status="draft")
    assert client.get(source.get_absolute_url()).status_code == 404
    make_observation(source=source)
    assert client.get(source.get_absolute_url()).status_code == 200
