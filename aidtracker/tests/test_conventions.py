"""The house's conventions, as tests."""

import ast
import re
from pathlib import Path

import pytest
import unfold
from django.apps import apps
from django.conf import settings

from aidtracker.ground.datasets import DATASETS, dataset_model
from aidtracker.trail.models import Act
from programs.models import Account

ROOT = Path(settings.BASE_DIR)
APPS = ("aidtracker", "programs", "projects")
MODELS = [dataset_model(name) for name in DATASETS]
CHINESE = re.compile("[一-鿿]")
MODULES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
CODE = [path for path in MODULES if "migrations" not in path.parts and "tests" not in path.parts]


def imports(path):
    """Full names of what a module imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def test_datasets_are_all_models_of_the_apps():
    models = {model for app in APPS for model in apps.get_app_config(app).get_models()}
    histories = {model.history.model for model in MODELS}
    # What is said of the staff is in no dataset: it never leaves the site.
    assert models - histories == {*MODELS, Account, Act}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
class TestModel:
    def test_has_a_docstring_of_its_own(self, model):
        assert model.__doc__
        assert not model.__doc__.startswith(f"{model.__name__}(")

    def test_has_chinese_names(self, model):
        assert CHINESE.search(model._meta.verbose_name)
        assert CHINESE.search(model._meta.verbose_name_plural)

    def test_fields_have_labels_of_their_own(self, model):
        fields = [field for field in model._meta.fields if field.name not in ("id", "sha256")]
        labels = [str(field.verbose_name) for field in fields]
        assert [label for label in labels if not CHINESE.search(label)] == []
        assert len(labels) == len(set(labels))

    def test_is_ordered(self, model):
        assert model._meta.ordering

    def test_constraints_speak_chinese(self, model):
        messages = [str(rule.violation_error_message) for rule in model._meta.constraints]
        assert [message for message in messages if not CHINESE.search(message)] == []

    def test_text_is_never_null(self, model):
        texts = [field for field in model._meta.fields if field.get_internal_type() in TEXTS]
        assert [field.name for field in texts if field.null] == []


TEXTS = ("CharField", "TextField", "SlugField", "URLField")


def test_programs_never_imports_projects():
    lower = [path for path in CODE if path.is_relative_to(ROOT / "programs")]
    upward = [path.name for path in lower for name in imports(path) if name.startswith("projects")]
    assert upward == []


def test_the_skin_is_imported_in_one_place():
    users = {path.name for path in CODE for name in imports(path) if name.startswith("unfold")}
    assert users <= {"skin.py"}


def test_modules_and_functions_have_docstrings():
    silent = [path for path in CODE if path.stat().st_size and not docstring(path)]
    assert silent == []


def docstring(path):
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_every_template_is_used():
    templates = ROOT / "templates"
    names = [str(path.relative_to(templates)) for path in templates.rglob("*.html")]
    users = [*CODE, *templates.rglob("*.html")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in users)
    overrides = ("admin/", "400.html", "403", "404.html", "500.html")
    skin = Path(unfold.__file__).parent / "templates"
    names = [name for name in names if not (skin / name).exists()]
    unused = [name for name in names if name not in text and not name.startswith(overrides)]
    assert unused == []


def test_templates_are_short():
    long = {
        path.name: lines
        for path in (ROOT / "templates").rglob("*.html")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > 80
    }
    assert long == {}


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_functions_are_small(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    sizes = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions}
    assert {name: size for name, size in sizes.items() if size > 30} == {}
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 320
