"""What the sheets take from django-import-export, and what other rooms take from the sheets."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from import_export.resources import ModelResource

from aidtracker.sheets import cell_text, resource_for
from aidtracker.tests.sheet_helpers import cells_of
from aidtracker.tests.test_sheets import MODELS, make_full, maker, names

ROOT = settings.BASE_DIR
CODE = [
    path
    for app in ("aidtracker", "programs", "projects")
    for path in sorted((ROOT / app).rglob("*.py"))
    if not {"tests", "testing", "migrations"} & {*path.relative_to(ROOT).parts}
]
# The documented names of the library, by module.
PUBLIC = {
    "import_export": {"widgets"},
    "import_export.fields": {"Field"},
    "import_export.resources": {"ModelResource", "modelresource_factory"},
}
# The rooms of the sheets, lowest first, and what other rooms of the site may import from them.
SHEETS = "aidtracker.sheets"
ROOMS = ["columns", "reading", "rehearsing", "storing", "writing"]
STORING = {f"{SHEETS}.storing.{name}" for name in ("models", "running", "waiting")}
OFFERED = {SHEETS, *STORING}


def imports(path: Path) -> list[tuple[str, str]]:
    """The modules that a file imports from, each with a name: `from module import name`."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            found += [(node.module or "", one.name) for one in node.names]
        elif isinstance(node, ast.Import):
            found += [(one.name, "") for one in node.names]
    return found


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def room_of(module: str) -> int:
    """The place of a module's room among those of the sheets; the whole is above them all."""
    room = f"{module}..".split(".")[2]
    return ROOMS.index(room) if room in ROOMS else len(ROOMS)


def test_only_documented_names_of_the_library_are_imported():
    found = {
        (module_of(path), module, name)
        for path in CODE
        for module, name in imports(path)
        if module.partition(".")[0] == "import_export"
    }

    assert found
    assert {one for one in found if one[2] not in PUBLIC.get(one[1], ())} == set()


def asks_too_much(path: Path) -> set[str]:
    """What a module imports of the sheets and may not."""
    module = module_of(path)
    used = {one for one, _ in imports(path) if one == SHEETS or one.startswith(f"{SHEETS}.")}
    if module.startswith(f"{SHEETS}."):
        return {one for one in used if room_of(one) > room_of(module)}
    return used - OFFERED


def test_rooms_import_from_lower_ones_and_others_what_the_sheets_offer():
    assert {module_of(path): found for path in CODE if (found := asks_too_much(path))} == {}
    assert len(CODE) > 500


@pytest.mark.once(but=7)
@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=names)
@pytest.mark.parametrize("codes", [False, True], ids=["labels", "codes"])
def test_export_of_the_library_gives_the_cells_of_our_stream(model, codes):
    maker(model)()
    make_full(model, "甲")
    rows = model.objects.order_by("pk")
    resource = resource_for(model)

    exported = resource.export(rows, codes=codes)

    assert isinstance(resource, ModelResource)
    assert exported.headers == resource.headings(codes=True)
    assert [[*map(exact_text, row)] for row in exported] == cells_of(rows, codes=codes)


def exact_text(value):
    """A cell of the library as text; a text as it is."""
    return value if isinstance(value, str) else cell_text(value)
