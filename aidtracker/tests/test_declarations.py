"""What models and datasets declare is checked at start and told on one page."""

import ast
import inspect
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin

from aidtracker.ground import checks, datasets
from aidtracker.ground.checks import annotations, models_of_record
from aidtracker.ground.datasets import Dataset, MenuGroup
from aidtracker.ground.fits import same
from programs.models import Account, Batch, Source
from programs.models import Headquarters as Office
from projects.models import (
    Award,
    Matter,
    Observation,
    ProgressReport,
    Project,
    ProjectParty,
    StageEntry,
    WarningRule,
)

PAGE = Path(settings.BASE_DIR, "docs", "declarations.md")
WRONG = [
    (Project, "KEY", ("codes",), "no field named 'codes'"),
    (Project, "KEY", ("headquarters",), "headquarters leads to no single value"),
    (Project, "KEY", ("sources__code",), "sources__code leads to no single value"),
    (Project, "KEY", "code", "'code' is no tuple"),
    (Project, "OWNERS", ("batch",), "batch leads to no headquarters"),
    (ProjectParty, "OWNERS", ("project__headquarter",), "no field named 'headquarter'"),
    (Project, "IS_SHARED", "no", "'no' is no bool"),
    (Project, "CAN_BE_MERGED", "no", "'no' is no bool"),
    (ProjectParty, "NUMBERED_IN", "role", "role is no foreign key to the record"),
    (Observation, "SEEN_WITH", ("printed",), "printed names no row of the record"),
    (Observation, "PUBLIC_WITH", ("findings",), "findings is no foreign key to the record"),
    (Observation, "PUBLIC_WITH", ("serie",), "no field named 'serie'"),
    (Observation, "PUBLISHES", ("printed",), "printed is no foreign key to the record"),
    (Observation, "COUNTED_BY", ("findings",), "findings is no column"),
    (Matter, "IS_INTERNAL", 1, "1 is no bool"),
    (Observation, "PAGE", ("series",), "series leads to no single value"),
    (StageEntry, "FITS", {"entered_on": ()}, "entered_on is no foreign key to the record"),
    (
        StageEntry,
        "FITS",
        {"stage": (same("pipeline", "case__entries__id", ""),)},
        "no single value",
    ),
    (Source, "KEPT_BESIDE", ("sha",), "no field named 'sha'"),
    (Observation, "DERIVED", ("mark",), "no field named 'mark'"),
    (Source, "SEARCHED_IN", ("search",), "no field named 'search'"),
    (Observation, "SEARCHED_WITH", ("printed",), "printed is no foreign key to the record"),
    (Project, "REVIEW", "status", "status cannot say published"),
    (Project, "CORRECTED", ("names",), "no field named 'names'"),
    (Source, "SHOWN", ("titles",), "no field named 'titles'"),
    (Observation, "RESTS_ON", ("printed",), "printed leads to no row that says by SHOWN"),
    (Project, "CAN_BE_WITHDRAWN", None, "None is no bool"),
    (Project, "TOLD", ("names",), "no field named 'names'"),
    (Project, "IS_INTERNAL", None, "None is no bool"),
    (Batch, "NAMED_AS", "第{numbers}批", "no field named 'numbers'"),
    (Observation, "CITED_AS", "《{source__name}》", "no field named 'name'"),
    (Project, "TOLD_APART_BY", ("place",), "no field named 'place'"),
    (Project, "ADDRESS_SAYS", ("heading",), "no field named 'heading'"),
    (Observation, "TELLS_CORRECTIONS", "yes", "'yes' is no bool"),
    (ProjectParty, "WHOLE", "enterprise", "enterprise names no reviewed row"),
    (ProjectParty, "CLOSED", "published", "'published' is no tuple"),
    (Project, "STATES_TELL", ("planned",), "no field named 'planned'"),
    (ProgressReport, "LOCK", 1, "1 is no str"),
    (ProgressReport, "SUBJECT", "month", "month is no foreign key to the record"),
    (ProgressReport, "PAIRS", (("work", "work_done_to_date"),), "no field named 'work'"),
]


@pytest.mark.parametrize(("model", "name", "value", "words"), WRONG)
def test_constant_that_says_what_is_not_is_named(monkeypatch, model, name, value, words):
    monkeypatch.setattr(model, name, value)
    (error,) = checks.check_declarations(None)
    assert error.id == "record.E002"
    assert error.msg.startswith(f"{model._meta.label}.{name}: ")
    assert words in error.msg


def test_every_declared_constant_has_a_wrong_example():
    declared = {name for model in models_of_record() for name in checks.declarations(model)}
    own = {name for model in models_of_record() for name in annotations(model) if name.isupper()}
    assert declared - own == {name for _, name, _, _ in WRONG}


def test_constant_that_nothing_declares_is_named(monkeypatch):
    monkeypatch.setattr(Award, "OWNER", ("maintainer",), raising=False)
    (error,) = checks.check_declarations(None)
    assert (error.id, error.msg) == (
        "record.E001",
        "projects.Award sets OWNER, which no feature declares.",
    )


@pytest.fixture
def declare(monkeypatch):
    """Let other datasets be declared than there are."""

    def declare(*found):
        labels = {dataset.label for dataset in found}
        monkeypatch.setattr(checks, "declared", lambda: found)
        monkeypatch.setattr(checks, "is_dataset", lambda model: model._meta.label in labels)
        return [(error.id, error.msg, error.hint) for error in checks.check_datasets(None)]

    return declare


def test_model_that_is_no_dataset_is_named_with_the_file(declare):
    kept = [dataset for dataset in datasets.declared() if dataset.name != "awards"]
    assert declare(*kept) == [
        (
            "record.E003",
            "projects.Award is no dataset.",
            "Register it in projects/datasets.py.",
        )
    ]


@pytest.mark.parametrize("label", ["projects.Nothing", Account._meta.label])
def test_dataset_without_a_model_of_the_record_is_named(declare, label):
    other = Dataset("others", label, MenuGroup("谁援助谁", 10), "flag")
    errors = declare(*datasets.declared(), other)
    assert errors[0][0] == "record.E004"
    assert errors[0][1].startswith("others: ")
    assert errors[0][2] == f"{label.split('.')[0]}/datasets.py"


def test_dataset_without_an_admin_class_is_named(declare, monkeypatch):
    model = Award
    monkeypatch.setattr(admin.site, "is_registered", lambda one: one is not model)
    words = "awards: projects.Award has no admin class."
    assert declare(*datasets.declared()) == [
        ("record.E005", words, "Write one in projects/admin/.")
    ]


@pytest.mark.parametrize(("shown", "page"), [("home", "List"), ("is_searched", "Detail")])
def test_dataset_that_is_shown_without_a_page_is_named(declare, shown, page):
    found = [
        replace(dataset, **{shown: True}) if dataset.label == WarningRule._meta.label else dataset
        for dataset in datasets.declared()
    ]
    words = (
        f"warning_rules: shown to the public, but no address is called warningrule-{page.lower()}."
    )
    hint = f"Write a {page}Page of it in projects/views/."
    assert declare(*found) == [("record.E006", words, hint)]


def test_two_datasets_of_one_name_are_refused():
    with pytest.raises(datasets.ImproperlyConfigured, match="awards"):
        datasets.register(datasets.datasets()["awards"])


def test_datasets_that_need_each_other_are_named(monkeypatch):
    monkeypatch.setattr(datasets, "references", lambda model, are_firm: {Office, Source} - {model})
    with pytest.raises(datasets.ImproperlyConfigured, match="headquarters"):
        datasets.datasets.__wrapped__()


def features():
    """The classes that declare constants, but for those with constants of their own alone."""
    bases = {base for model in models_of_record() for base in model.__mro__[1:]}
    found = [base for base in bases if any(name.isupper() for name in annotations(base))]
    return sorted(found, key=lambda base: (base.__module__, inspect.getsourcelines(base)[1]))


def docstrings(feature):
    """What is written below each constant of a feature: {name: text}."""
    tree: Any = ast.parse(inspect.getsource(feature)).body[0]
    found = {}
    for line, below in zip(tree.body, tree.body[1:], strict=False):
        is_text = isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant)
        name = ast.unparse(line.target) if isinstance(line, ast.AnnAssign) else ""
        if name.isupper():
            found[name] = below.value.value if is_text else ""
    return found


def test_page_tells_every_feature_in_the_words_of_the_code():
    page = PAGE.read_text(encoding="utf-8")
    for feature in features():
        purpose = " ".join(inspect.cleandoc(feature.__doc__).split("\n\n")[0].split())
        address = sys.modules[feature.__module__].__name__
        lines = [f"- `{name}`: {text}" for name, text in docstrings(feature).items()]
        section = "\n".join([f"### {feature.__name__} (`{address}`)", "", purpose, "", *lines, ""])
        assert section in page, f"docs/declarations.md lacks or tells otherwise:\n{section}"
    told = page.count("\n### ")
    assert told == len(features())
