"""The documentation names what is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from aidtracker.ground.datasets import record_models
from aidtracker.trail.models import Act
from programs.models import Account

DOCS = Path(settings.BASE_DIR) / "docs"
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


def test_readme_is_short_and_its_pictures_exist():
    readme = Path(settings.BASE_DIR, "README.md").read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", readme)
    assert len(readme.splitlines()) <= 150
    assert [path for path in pictures if not Path(settings.BASE_DIR, path).exists()] == []
