"""Where an upload waits for its confirmation: private, for one day, and few of each person."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import signing
from django.db import connection
from django.utils import timezone

from aidtracker.sheets.storing import waiting
from aidtracker.sheets.storing.models import MAX_AGE, OvertakenError, State, Upload
from aidtracker.sheets.storing.waiting import TokenError, keep, opened
from programs.models import Batch, Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    return User.objects.create_user("clerk")


def uploaded(person: User, content: bytes = b"content") -> Upload:
    return Upload(user=person, model="programs.Region", file_name="名单.csv", content=content)


def test_upload_comes_back_once_to_whom_it_belongs(person: User):
    token = keep(uploaded(person))

    upload = opened(token, person.pk, Region)
    assert (upload.file_name, bytes(upload.content)) == ("名单.csv", b"content")
    assert upload.take(State.WAITING)
    upload.end(State.STORED)

    with pytest.raises(TokenError, match="已经确认过"):
        opened(token, person.pk, Region)
    assert bytes(Upload.objects.get().content) == b""


def test_of_two_confirmations_at_once_one_gets_the_upload(person: User):
    token = keep(uploaded(person))
    first, second = (opened(token, person.pk, Region) for _ in range(2))

    assert [first.take(State.WAITING), second.take(State.WAITING)] == [True, False]


@pytest.mark.parametrize(("is_other", "model"), [(True, Region), (False, Batch)])
def test_upload_of_another_user_or_model_is_refused_and_kept(
    person: User, is_other: bool, model: type
):
    token = keep(uploaded(person))
    user = User.objects.create_user("other") if is_other else person

    with pytest.raises(TokenError, match="不是您"):
        opened(token, user.pk, model)
    assert bytes(opened(token, person.pk, Region).content) == b"content"


def test_forged_token_is_refused(person: User):
    keep(uploaded(person))
    forged = signing.dumps(str(Upload.objects.get().pk), key="other", salt=waiting.SALT)

    with pytest.raises(TokenError, match="已过期"):
        opened(forged, person.pk, Region)
    assert bytes(Upload.objects.get().content) == b"content"


def test_token_is_too_old_after_a_day(person: User, time_machine):
    token = keep(uploaded(person))
    time_machine.move_to(timezone.now() + MAX_AGE + timedelta(minutes=1))

    with pytest.raises(TokenError, match="已过期"):
        opened(token, person.pk, Region)


@pytest.mark.parametrize("state", State)
def test_old_uploads_are_purged_whatever_became_of_them(person: User, state: State):
    old = timezone.now() - MAX_AGE - timedelta(minutes=1)
    keep(uploaded(person, b"old"))
    Upload.objects.update(created_at=old, state=state)

    keep(uploaded(person, b"new"))

    assert [bytes(one.content) for one in Upload.objects.all()] == [b"new"]


def test_only_the_newest_uploads_of_a_user_wait(person: User):
    other = User.objects.create_user("other")
    others = keep(uploaded(other, b"other"))
    tokens = [keep(uploaded(person, b"%d" % number)) for number in range(waiting.MAX_WAITING + 2)]

    with pytest.raises(TokenError, match="已过期"):
        opened(tokens[1], person.pk, Region)
    assert bytes(opened(tokens[2], person.pk, Region).content) == b"2"
    assert bytes(opened(others, other.pk, Region).content) == b"other"
    assert Upload.objects.filter(user=person).count() == waiting.MAX_WAITING


def test_upload_that_others_took_over_cannot_be_ended(person: User):
    keep(uploaded(person))
    dead, heir = Upload.objects.get(), Upload.objects.get()
    assert dead.take(State.WAITING)
    assert heir.take(State.RUNNING, State.WAITING)

    with pytest.raises(OvertakenError):
        dead.end(State.STORED)
    heir.end(State.STORED)
    assert Upload.objects.get().state == State.STORED


def test_program_before_decisions_still_stores_uploads(person: User):
    keep(uploaded(person))
    table, names = Upload._meta.db_table, [one.column for one in Upload._meta.concrete_fields]
    names.remove("decisions")
    columns = ", ".join(map(connection.ops.quote_name, names))
    other = Upload(user=person, model="programs.Batch", file_name="旧.csv", content=b"")
    values = [
        one.get_db_prep_save(one.pre_save(other, True), connection)
        for one in Upload._meta.concrete_fields
        if one.column in names
    ]
    marks = ", ".join(["%s"] * len(values))

    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", values)

    assert Upload.objects.get(file_name="旧.csv").decisions == {}
