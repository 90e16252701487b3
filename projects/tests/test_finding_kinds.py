"""A kind of finding is declared once; its choices, texts, filters and pages follow."""

from importlib import import_module
from inspect import signature
from pathlib import Path

import pytest
from django.conf import settings

from aidtracker.ground.records import labels_of
from aidtracker.testing import make_finding, make_observation
from projects import checks
from projects.models import Finding
from projects.models.finding_kinds import KINDS, Kind, kind_choices

pytestmark = pytest.mark.django_db
NEW = Kind("tally", "逐项点数", "所列各项的个数，须与原文的个数一致。")


@pytest.fixture
def finding(monkeypatch):
    """A public finding of a kind that was just declared."""
    monkeypatch.setitem(KINDS, NEW.value, NEW)
    labels_of.cache_clear()  # else made once in a process
    found = make_finding(key="tally:甲", kind=NEW.value, computation="甲 5 家，点得 6 家。")
    found.observations.add(make_observation(status="published"))
    yield found
    labels_of.cache_clear()


def test_new_kind_has_its_pages(client, finding):
    for address in ("/findings/", "/findings/?kind=tally", finding.get_absolute_url()):
        page = client.get(address)
        assert page.status_code == 200
        assert NEW.label in page.content.decode()
    assert NEW.condition in client.get(finding.get_absolute_url()).content.decode()
    assert NEW.condition in client.get("/method/").content.decode()


def test_new_kind_is_offered_to_staff(admin_client, finding):
    page = admin_client.get("/admin/projects/finding/", {"kind__exact": NEW.value})
    assert [row.pk for row in page.context["cl"].result_list] == [finding.pk]
    finding.full_clean()


def test_kind_that_is_no_more_leaves_its_pages_open(client):
    finding = make_finding(key="gone:甲", kind="gone")
    finding.observations.add(make_observation(status="published"))
    assert client.get(finding.get_absolute_url()).status_code == 200


def test_every_kind_fits_its_column():
    longest = Finding._meta.get_field("kind").max_length
    assert [kind.value for kind in KINDS.values() if len(kind.value) > longest] == []


def test_kinds_are_documented():
    words = ", ".join(f"{value} {label}" for value, label in kind_choices())
    text = Path(settings.BASE_DIR, "docs/data-model.md").read_text(encoding="utf-8")
    assert f"- `kind` 规则: one of {words}\n" in text, "docs/data-model.md, section Finding"


def test_every_check_is_applied():
    """A check of series stands in `RULES`."""
    names = sorted(path.stem for path in Path(checks.__file__).parent.glob("*.py"))
    modules = [import_module(f"projects.checks.{name}") for name in names if name != "__init__"]
    found = {
        rule
        for module in modules
        for name, rule in vars(module).items()
        if name.startswith("check_") and [*signature(rule).parameters] == ["series", "evidence"]
    }
    assert found == set(checks.RULES), "RULES in projects/checks/__init__.py"
