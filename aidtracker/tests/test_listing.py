"""List pages: what is kept of those who take a file along."""

import pytest
from django.urls import reverse

from aidtracker.testing import make_staff
from aidtracker.trail.models import Act

pytestmark = pytest.mark.django_db


def take_file(client):
    response = client.get(reverse("project-list"), {"q": "学校", "download": "csv"})
    assert b"".join(response.streaming_content)
    return response


def test_file_that_staff_take_from_a_public_page_is_an_act(client):
    client.force_login(make_staff(username="clerk"))
    take_file(client)

    act = Act.objects.get(way=Act.Way.EXPORT)
    assert (act.user_name, act.subject) == ("clerk", "公开页面：援疆项目")
    assert act.details == [["格式", "csv"], ["筛选", "q=学校"]]


def test_file_that_a_reader_takes_leaves_no_trace(client):
    response = take_file(client)

    assert not Act.objects.filter(way=Act.Way.EXPORT).exists()
    assert "Cookie" not in response.get("Vary", "")
