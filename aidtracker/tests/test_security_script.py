"""`make security` says what it found and, as plainly, what it could not ask."""

import importlib.util
import json
from datetime import date
from types import ModuleType

import pytest
from django.conf import settings


@pytest.fixture(scope="module")
def script() -> ModuleType:
    place = settings.BASE_DIR / "scripts" / "security.py"
    found = importlib.util.spec_from_file_location("security_script", place)
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def answer(*packages):
    return json.dumps({"dependencies": list(packages)})


SOUND = {"name": "django", "version": "5.2", "vulns": []}
HOLED = {"name": "old", "version": "1", "vulns": [{"id": "PYSEC-1"}]}
UNKNOWN = {"name": "here", "skip_reason": "Dependency not found on PyPI"}


@pytest.mark.parametrize(
    ("said", "verdict", "words"),
    [
        (answer(SOUND), "好", "1 个包没有已知的漏洞"),
        (answer(SOUND, HOLED), "有问题", "old PYSEC-1"),
        (answer(SOUND, UNKNOWN), "没有结论", "2 个包中 1 个没有查到"),
        ("", "没有结论", "没有网络或没有回答：no route"),
        ("{}", "没有结论", "没有网络或没有回答：no route"),
    ],
    ids=["sound", "a hole", "not looked up", "no network", "no list"],
)
def test_what_could_not_be_asked_has_no_verdict(script, said, verdict, words):
    found, sentence = script.verdict_of_holes(said, "ERROR\nno route")
    assert found == verdict
    assert sentence.startswith(words)


@pytest.mark.parametrize(
    ("licence", "is_free"),
    [("MIT", True), ("BSD-3-Clause", True), ("MPL-2.0", True), ("GPL-3.0-or-later", False)],
)
def test_licence_that_nobody_expects_is_named(script, licence, is_free):
    assert script.is_free(licence) == is_free


def test_files_that_were_looked_at_are_still_there(script):
    for name in ("habits.json", "no_secrets.json"):
        known = json.loads((script.KNOWN / name).read_text())
        assert [one for one in known if not (script.ROOT / one).is_file()] == []


def test_packages_that_were_long_not_locked_anew_are_told_without_a_verdict(script):
    locked = date(2026, 8, 30)
    assert script.verdict_of_age(locked, date(2026, 11, 30))[0] == "好"
    verdict, words = script.verdict_of_age(locked, date(2026, 12, 1))
    assert (verdict, words[:24]) == ("没有结论", "上次锁定 2026-08-30，93 天前，超过")
    assert script.age()[0] in ("好", "没有结论")
