"""The documentation names what is there."""

import functools
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import migrations, models

from aidtracker.ground.datasets import record_models
from aidtracker.trail.models import Act
from programs.models import Account

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
PAGES = [
    ROOT / "README.md",
    ROOT / "benchmarks/README.md",
    ROOT / "deploy/README.md",
    *sorted(DOCS.rglob("*.md")),
]
PARTS = ("aidtracker", "programs", "projects", "benchmarks", "docs", "fixtures", "locale")
FILES = [
    path.relative_to(ROOT)
    for part in (*PARTS, "deploy", "scripts", "templates")
    for path in (ROOT / part).rglob("*")
    if path.is_file() and "__pycache__" not in path.parts
]
FILES += [path.relative_to(ROOT) for path in ROOT.glob("*") if path.is_file()]
PLACES = {f"/{place}" for path in FILES for place in (path, *path.parents)}
# What a person could be told of: names in code, templates and settings of tools.
SPOKEN = {".py", ".html", ".js", ".css", ".toml", ".json", "", ".conf", ".yaml", ".ini", ".cfg"}
# Examples, settings of others, and what was never taken or is made only by a running site.
NOT_HERE = {"leader_name", "leader_office", "pint", "CONN_MAX_AGE", "effective_cache_size"}
MADE = {"staticfiles"}
# Derived; the same in every model, or what a finding is found again by.
LEFT_OUT = {"id", "scope", "search_text", "updated_at", "version"}


def sections():
    """The text under each model's heading of docs/data-model.md."""
    text = (DOCS / "data-model.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (\w+) .*$", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize(
    "model",
    [*record_models(), Account, Act],
    ids=lambda model: model._meta.label_lower,
)
def test_data_model_names_every_field(model):
    fields = [field.name for field in (*model._meta.fields, *model._meta.many_to_many)]
    section = sections().get(model.__name__, "")
    written = re.findall(r"^- `(\w+)`", section, flags=re.MULTILINE)
    wanted = [field for field in fields if field not in LEFT_OUT]
    assert written == wanted, f"docs/data-model.md, section {model.__name__}"


def written(page):
    """What a page says as code: between ticks, and the folders in a map of them."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```$(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    text = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    maps = [block for block in blocks if "projects/ " in block]
    drawn = [name for block in maps for name in re.findall(r"\b[a-z_]+(?:/|\.py)", block)]
    return {*re.findall(r"`([^`\n]+)`", text), *drawn}


def is_place(name):
    """Whether a name is meant as a file, module or folder: `views/added.py`, `monthly/`."""
    return bool(re.fullmatch(r"[a-z][\w./]*(/|/\w+|\.py|\.md)", name))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page):
    names = {name.strip("/") for name in written(page) if is_place(name)}
    there = (name for name in names for end in ("", ".py") if is_there(f"/{name}{end}"))
    assert sorted(names - {*there} - MADE) == []


def is_there(end):
    return any(place.endswith(end) for place in PLACES)


@functools.cache
def words():
    """Every word of the code, of its files' names and of what it stands on."""
    own = [path for path in FILES if path.suffix in SPOKEN and path.parts[0] != "docs"]
    text = "\n".join((ROOT / path).read_text(encoding="utf-8") for path in own)
    found = re.findall(r"\w+", text) + [path.stem for path in FILES]
    return {*found, *dir(models), *dir(migrations), *dir(models.Field())}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_names_that_a_page_uses_exist(page):
    """Symbols as `KeyedModel.save_base` or `OWNERS`, each of their words."""
    spoken = [name for name in written(page) if not is_place(name)]
    symbols = {
        word
        for name in spoken
        if re.fullmatch(r"[\w.]+(\(\W*\))?", name)
        for word in re.findall(r"[A-Za-z]\w+", name)
    }
    assert sorted(symbols - words() - NOT_HERE) == []


def test_readme_is_short_and_its_pictures_exist():
    readme = Path(settings.BASE_DIR, "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", readme)
    assert len(readme.splitlines()) <= 150
    assert [path for path in pictures if not Path(settings.BASE_DIR, path).exists()] == []


def test_tests_that_the_page_of_security_names_exist():
    """A line is verified by a test, not by a name."""
    named = {*re.findall(r"`(test_\w+)`", (ROOT / "docs" / "security.md").read_text())}
    places = ROOT.glob("*/tests/test_*.py")
    there = {
        name for one in places for name in re.findall(r"^def (test_\w+)", one.read_text(), re.M)
    }
    assert len(named) > 50
    assert sorted(named - there) == []
