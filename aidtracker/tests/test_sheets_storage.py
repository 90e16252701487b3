"""Where an upload waits for its confirmation: private, for one day, and few of each person."""

import os
import time

import pytest
from django.core import signing

from aidtracker.sheets.storing import waiting as storage
from aidtracker.sheets.storing.waiting import Pending, TokenError, take


@pytest.fixture
def import_dir(settings, tmp_path):
    settings.IMPORT_DIR = tmp_path / "imports"
    return settings.IMPORT_DIR


PENDING = Pending("名单.csv", 7, "programs.Region", "print")


def test_upload_comes_back_once_to_whom_it_belongs(import_dir):
    token = PENDING.save(b"content")

    assert take(token, 7, "programs.Region") == (PENDING, b"content")
    with pytest.raises(TokenError, match="已经确认过"):
        take(token, 7, "programs.Region")
    assert list(import_dir.iterdir()) == []


@pytest.mark.parametrize(("user", "model"), [(8, "programs.Region"), (7, "programs.Batch")])
def test_upload_of_another_user_or_model_is_refused_and_kept(import_dir, user, model):
    token = PENDING.save(b"content")

    with pytest.raises(TokenError, match="不是您"):
        take(token, user, model)
    assert take(token, 7, "programs.Region") == (PENDING, b"content")


def test_forged_token_is_refused(import_dir):
    secret = import_dir.parent / "secret"
    secret.write_text("x")
    forged = signing.dumps({"stored": "../secret", **vars(PENDING)}, key="other", salt=storage.SALT)

    with pytest.raises(TokenError, match="已过期"):
        take(forged, 7, "programs.Region")
    assert secret.read_text() == "x"


def test_old_uploads_are_purged(import_dir):
    PENDING.save(b"old")
    [old] = import_dir.iterdir()
    day_before = time.time() - storage.MAX_AGE - 60
    os.utime(old, (day_before, day_before))

    PENDING.save(b"new")

    assert [path.read_bytes() for path in import_dir.iterdir()] == [b"new"]


def test_only_the_newest_uploads_of_a_user_wait(import_dir):
    other = Pending("a.csv", 71, "programs.Region").save(b"other")
    tokens = []
    for number in range(storage.MAX_WAITING + 2):
        tokens.append(PENDING.save(b"%d" % number))
        for path in import_dir.iterdir():
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 1))

    with pytest.raises(TokenError, match="已过期"):
        take(tokens[1], 7, "programs.Region")
    assert take(tokens[2], 7, "programs.Region")[1] == b"2"
    assert take(other, 71, "programs.Region")[1] == b"other"
    assert len(list(import_dir.iterdir())) == storage.MAX_WAITING - 1


def test_what_a_dead_process_left_is_purged(import_dir):
    PENDING.save(b"half")
    [first, *_] = import_dir.iterdir()
    first.rename(first.with_suffix(".taken"))
    for path in import_dir.iterdir():
        os.utime(path, (0, 0))

    storage.purge()

    assert list(import_dir.iterdir()) == []


def test_upload_is_private(import_dir):
    PENDING.save(b"content")
    [stored] = import_dir.iterdir()

    assert (import_dir.stat().st_mode & 0o777, stored.stat().st_mode & 0o777) == (0o700, 0o600)
