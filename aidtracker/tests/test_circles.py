"""No row stands above, or before, itself, by whichever door it comes in."""

import pytest
from django.core.exceptions import ValidationError

from aidtracker import testing
from aidtracker.tests.foreign_rows import filled, page_of
from aidtracker.trail import acts
from aidtracker.trail.acts import Way
from aidtracker.trail.undo import UndoError, undo
from programs.models import Region

pytestmark = pytest.mark.django_db
WORDS = "绕成了一个圈"


@pytest.fixture
def chain():
    """Three places, each in the one before."""
    one = testing.make_region()
    two = testing.make_region(parent=one)
    return one, two, testing.make_region(parent=two)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_model_refuses_a_circle_of_any_length(chain, place):
    one = chain[0]
    one.parent = chain[place]

    with pytest.raises(ValidationError) as refused:
        one.full_clean()

    assert any(WORDS in words for words in refused.value.message_dict["parent"])


def test_form_refuses_a_circle(admin_client, chain):
    one, _, three = chain
    sent = filled(admin_client.get(page_of(one, "change"))) | {"parent": three.pk}

    answer = admin_client.post(page_of(one, "change"), sent)

    (words,) = answer.context_data["adminform"].form.errors["parent"]
    assert WORDS in words
    assert Region.objects.get(pk=one.pk).parent is None


def test_each_key_to_its_own_table_is_looked_at_alone():
    site = testing.make_site()
    part = testing.make_site(parent=site)
    site.predecessor = part

    site.full_clean()  # a part may have been there before the whole


def test_unchanged_row_asks_nothing(chain, django_assert_num_queries):
    row = chain[2]
    row.as_read = row
    with django_assert_num_queries(0):
        row.clean_fields()


def test_undo_refuses_a_circle_that_others_would_close(admin_user):
    one, two = testing.make_region(), testing.make_region()
    one.parent = two
    one.save()
    with acts.doing(Way.FORM) as act:
        one.parent = None
        one.save()
    two.parent = one
    two.save()

    with pytest.raises(UndoError) as refused, acts.doing(Way.FORM):
        undo(act, admin_user, "改错了")

    assert any(WORDS in words for words in refused.value.messages)
