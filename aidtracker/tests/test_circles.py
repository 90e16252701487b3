"""No row stands above, or before, itself, by whichever door it comes in."""

import threading
import time

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from aidtracker import testing
from aidtracker.sheets import rehearse, resource_for, store
from aidtracker.tests.foreign_rows import filled, page_of
from aidtracker.tests.sheet_helpers import messages, sheet
from aidtracker.trail import acts
from aidtracker.trail.acts import Way
from aidtracker.trail.undo import UndoError, undo
from programs.models import Region

pytestmark = pytest.mark.django_db
WORDS = "绕成了一个圈"
PATIENCE = 20


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


# Two people at the same moment


def put_by_form(row, above, pause):
    """Put a place in another as a form does; what is said against it."""
    try:
        with transaction.atomic():
            row.parent = above
            row.full_clean()
            row.save()
            pause()
    except ValidationError as refused:
        return refused.messages
    return []


def put_by_import(row, above, pause):
    rows = [["区划代码", "上级"], [row.code, above.code]]
    seen = rehearse(resource_for(Region), sheet(Region, *rows)).fingerprint
    report = lambda step, done: pause() if step == "写入数据库" and done else None  # noqa: E731
    done = store(resource_for(Region), sheet(Region, *rows), seen, report=report)
    return [] if done.is_stored else [words for _, _, words in messages(done)]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="where one writes at a time")
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("first", "second"), [(put_by_form, put_by_import), (put_by_import, put_by_form)]
)
def test_two_who_close_a_circle_at_the_same_moment_are_not_both_stored(first, second):
    one, two = testing.make_region(), testing.make_region()
    is_written, said = threading.Event(), {}

    def others_wait():
        """Whether another transaction waits for the order of rows."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            return bool(cursor.fetchone())

    def pause():
        is_written.set()
        end = time.monotonic() + PATIENCE
        while not others_wait() and time.monotonic() < end:
            time.sleep(0.02)
        said["waited"] = others_wait()

    def run():
        try:
            said["first"] = first(Region.objects.get(pk=one.pk), two, pause)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert is_written.wait(PATIENCE)
    words = second(Region.objects.get(pk=two.pk), one, lambda: None)
    thread.join()

    assert (said["first"], said["waited"]) == ([], True)
    assert any(WORDS in one for one in words)
    parents = [Region.objects.get(pk=row.pk).parent_id for row in (one, two)]
    assert parents == [two.pk, None]
