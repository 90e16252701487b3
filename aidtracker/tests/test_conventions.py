"""The house's conventions, as tests."""

import ast
import re
from pathlib import Path

import grimp
import pytest
import unfold
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Q, TextField

from aidtracker.accounts.own_sessions import StaffSession
from aidtracker.desk.list_views import ListView
from aidtracker.desk.mails import MailChoice
from aidtracker.desk.unsaved import UnsavedForm
from aidtracker.ground.datasets import record_models
from aidtracker.ground.edition import EditionStep
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.tallies import Tally
from aidtracker.opendata.models import KeptFile, Release
from aidtracker.review.comments import Comment
from aidtracker.sheets.storing.models import RememberedColumns, Upload
from aidtracker.testing.rows import MAKERS, maker_name
from aidtracker.trail.models import Act
from aidtracker.trail.notices import Notice
from programs.models import Account
from programs.models.sources import TextVersion
from programs.urls import urlpatterns as PROGRAMS  # noqa: N812
from projects.models.attachments import Attachment
from projects.models.briefings import Briefing, BriefingEdition, Letterhead
from projects.models.requests import Asking, NameRequest
from projects.models.tasks import CollectionTask, CollectionUnit
from projects.urls import urlpatterns as PROJECTS  # noqa: N812

ROOT = Path(settings.BASE_DIR)
APPS = ("aidtracker", "programs", "projects")
MODELS = record_models()
CHINESE = re.compile("[一-鿿]")
MODULES = sorted(path for app in APPS for path in (ROOT / app).rglob("*.py"))
CODE = [path for path in MODULES if not {"migrations", "tests"} & {*path.relative_to(ROOT).parts}]


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
    # What is said of the staff is in no dataset: it never leaves the site. Nor is what waits.
    own = {Account, Act, Asking, Attachment, CollectionTask, CollectionUnit, Comment}
    own |= {Briefing, BriefingEdition, Letterhead}
    own |= {EditionStep, KeptFile, ListView, MailChoice, NameRequest, Notice, Release}
    own |= {RememberedColumns, StaffSession, Tally, TextVersion, UnsavedForm, Upload}
    assert models - histories == {*MODELS, *own}


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

    def test_dates_are_held_to_their_form(self, model):
        dates = {f.name for f in model._meta.fields if isinstance(f, PartialDateField)}
        rules = [rule for rule in model._meta.constraints if rule.name.endswith("_dates")]
        held = {name for rule in rules for name in names_asked(rule.condition)}
        assert dates - held == set(), "partial_date_check among the constraints of the model"

    def test_text_is_never_null(self, model):
        texts = [field for field in model._meta.fields if field.get_internal_type() in TEXTS]
        assert [field.name for field in texts if field.null] == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_rows_can_be_made_for_tests(model):
    try:
        row = MAKERS[model]()
        row.full_clean()
    except (IntegrityError, ValidationError) as error:
        pytest.fail(f"aidtracker/testing/rows.py: write {maker_name(model)}: {error}")


def test_long_texts_have_a_bound():
    """All but a document's own text, which no sheet holds."""
    fields = [field for model in record_models() for field in model._meta.concrete_fields]
    assert [str(one) for one in fields if type(one) is TextField] == ["programs.Source.text"]


def names_asked(rule):
    """The fields that a condition asks about."""
    for one in rule.children:
        yield from names_asked(one) if isinstance(one, Q) else [one[0].split("__")[0]]


TEXTS = ("CharField", "TextField", "SlugField", "URLField")


def test_programs_never_imports_projects():
    lower = [path for path in CODE if path.is_relative_to(ROOT / "programs")]
    upward = [path.name for path in lower for name in imports(path) if name.startswith("projects")]
    assert upward == []


def names_in(path, pattern):
    """Where a module has a text that names what the pattern matches: models, rights, labels."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    for node in (node for node in nodes if isinstance(node, ast.Constant)):
        if isinstance(node.value, str) and pattern.fullmatch(node.value):
            yield f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}"


@pytest.mark.parametrize(
    ("app", "pattern"),
    [
        ("aidtracker", r"(admin:)?(programs|projects)([.:/_]\S*)?"),
        ("aidtracker", "|".join(one.name for one in (*PROGRAMS, *PROJECTS) if one.name != "home")),
        ("programs", r"(admin:)?projects([.:/_]\S*)?"),
    ],
)
def test_lower_app_names_no_higher_one_in_quotes(app, pattern):
    may = {ROOT / "aidtracker/settings.py", ROOT / "aidtracker/urls.py"}
    lower = [path for path in CODE if path.is_relative_to(ROOT / app) and path not in may]
    code = [path for path in lower if not path.is_relative_to(ROOT / "aidtracker/testing")]
    assert [name for path in code for name in names_in(path, re.compile(pattern))] == []


def test_no_modules_import_each_other_in_a_circle():
    graph = grimp.build_graph(*APPS, cache_dir=None)
    left = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    while free := {module for module, needs in left.items() if not needs & left.keys()}:
        left = {module: needs for module, needs in left.items() if module not in free}
    assert left == {}


def test_the_skin_is_imported_in_one_place():
    users = {path.name for path in CODE for name in imports(path) if name.startswith("unfold")}
    assert users <= {"skin.py"}


def test_no_private_method_of_the_admin_or_of_its_forms_is_overridden():
    admins = [*admin.site._registry.values()]
    inlines = [inline for one in admins for inline in one.inlines]
    forms = [kind.form for kind in (*admins, *inlines)]
    formsets = [inline.formset for inline in inlines]
    kinds = {*map(type, admins), *inlines, *forms, *formsets}
    bases = {base for kind in kinds for base in kind.__mro__}
    own = {base for base in bases if base.__module__.startswith(APPS)}
    private = {
        name
        for base in own
        for name in vars(base)
        if name.startswith("_") and not name.startswith("__")
        if any(hasattr(other, name) for other in bases - own)
    }
    assert private - {"_meta"} == set()


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
