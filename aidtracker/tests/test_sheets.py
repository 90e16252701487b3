"""Every dataset goes out whole and comes back unchanged, as CSV and as Excel."""

import datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from aidtracker import testing
from aidtracker.ground.datasets import dataset_name, datasets, record_models
from aidtracker.ground.months import MonthField
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.records import NameListField
from aidtracker.sheets import resource_for
from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.columns.kinds import widget_for
from aidtracker.sheets.columns.resources import NOT_COVERED
from aidtracker.sheets.reading.uploads import read_upload
from aidtracker.tests.sheet_helpers import cells_of, exported, imported
from programs.models import Region, Source
from projects.models import Observation

pytestmark = pytest.mark.django_db

MODELS = record_models()
TRICKY = [
    "=1+1",
    "+86",
    "-5",
    "@某",
    "\t缩进",
    "'=不是公式",
    "''@",
    "'引号",
    '逗号，分号；竖线|引号"\n第二行\r\n第三行',
    "  两端有空格  ",
    "_x0041_ 生僻字𠮷",
    "0012",
    "#N/A",
]
# What the tables' constraints ask of a row in which everything is filled.
RULES: dict[str, dict[str, Any]] = {
    "Subsidy": {"beneficiaries": ""},
    "Matter": {"state": "settled"},
    "PipelineStage": {"stalled_after": None},
    "PipelineCase": {"project": None},
    "StageEntry": {"stage": None},
    "Source": {"sha256": "a" * 64, "url": "https://example.org/a?b=1"},
    "Region": {"code": "652999", "parent": None},
    "Enterprise": {"credit_code": "91330000MA27XXXX0A"},
    "ProjectParty": {"headquarters": None, "organisation": ""},
    "Award": {"region": None, "enterprise": None, "outlet": None},
    "Criterion": {"full_marks": Decimal("20.25"), "weight": Decimal("0.125")},
    "Assessment": {"site": None},
    "Score": {"points": Decimal("12.75")},
    "Observation": {"start": 3, "printed": "20多家", "value": None, "rank": "preferred"},
    "SkippedPhrase": {"start": 3},
    "Category": {"plan_start": 2021},
    "Revision": {"dataset": "projects", "values": {"name": ["旧", "新"]}},
}

# What the maker of a row chooses, since it must fit together.
FITTING = {"Score": {"assessment", "criterion"}, "Award": {"assessment"}}


def names(model):
    return model._meta.label


def maker(model):
    snake = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in names(model))
    return getattr(testing, f"make{snake.partition('.')[2]}")


def filler(field, text):
    """A value for a field that is hard to carry: full precision, half a date, an odd text."""
    if field.choices:
        return field.choices[-1][0]
    for kind, value in (
        (PartialDateField, "2012-03"),
        (NameListField, [text, "别名；一", "别名|二"]),
        (models.DecimalField, Decimal("123456789.123")),
        (models.IntegerField, 2030),
        (MonthField, datetime.date(2019, 6, 1)),
        (models.DateField, datetime.date(2019, 6, 3)),
        (models.BooleanField, True),
        (models.SlugField, f"slug-{next(testing.numbers)}"),
    ):
        if isinstance(field, kind):
            return value
    return text[: field.max_length]


def make_full(model, text):
    """A row of a model with something in every field."""
    rules = RULES.get(model.__name__, {})
    values: dict[str, Any] = {}
    for field in (*model._meta.concrete_fields, *model._meta.many_to_many):
        left = {*NOT_COVERED, *rules, *values, *FITTING.get(model.__name__, ())}
        if field.name in left:
            continue
        if field.many_to_many:
            make = maker(field.related_model)
            values[field.name] = [make(), make()]
        elif field.is_relation:
            values[field.name] = maker(field.related_model)()
        else:
            values[field.name] = filler(field, text)
    return maker(model)(**values | rules)


@pytest.mark.parametrize("model", MODELS, ids=names)
def test_file_imported_again_changes_nothing(model):
    empty, full = maker(model)(), make_full(model, "=1+1；普通")
    rows = model.objects.filter(pk__in=[empty.pk, full.pk])

    for file_format, headers in product(["csv", "xlsx"], ["label", "code"]):
        outcome = imported(model, exported(rows, file_format, headers), file_format)
        assert outcome.problems == []
        assert (outcome.new, outcome.changed, outcome.unchanged) == (0, 0, 2)


@pytest.mark.once(but=7)
@pytest.mark.parametrize("model", MODELS, ids=names)
def test_real_rows_imported_again_change_nothing(model):
    if not model.objects.exists():
        maker(model)()
    content = exported(model.objects.all(), "xlsx", "label")

    outcome = imported(model, content, "xlsx")

    assert outcome.problems == []
    assert (outcome.new, outcome.changed) == (0, 0)


@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
@pytest.mark.parametrize("text", TRICKY)
def test_tricky_text_comes_back_as_it_was(text, file_format):
    region = testing.make_region(note=text, aliases=[text])
    content = exported(Region.objects.filter(pk=region.pk), file_format, "label")

    page, *_ = read_upload(f"file.{file_format}", content)
    [_, (_, cells)] = page.rows

    assert cells[-3] == text
    assert imported(Region, content, file_format).unchanged == 1


@pytest.mark.once(but=7)
@pytest.mark.parametrize("model", MODELS, ids=names)
def test_every_field_of_every_model_is_covered(model):
    columns = {column.attribute for column in resource_for(model).get_export_fields()}
    fields = {field.name for field in (*model._meta.concrete_fields, *model._meta.many_to_many)}

    assert fields - columns - NOT_COVERED.keys() == set()


@pytest.mark.once(but=7)
@pytest.mark.parametrize("model", MODELS, ids=names)
def test_headings_are_unique_and_chinese(model):
    headings = resource_for(model).headings()

    assert len(set(headings)) == len(headings)
    assert [heading for heading in headings if heading.isascii()] == []


@pytest.mark.once(but=7)
@pytest.mark.parametrize("model", MODELS, ids=names)
def test_exporting_more_rows_takes_no_more_queries(model):
    def queries(rows):
        with CaptureQueriesContext(
            connection,
        ) as context:
            cells_of(rows)
        return len(context)

    row = make_full(model, "甲")
    one = queries(model.objects.filter(pk=row.pk))
    for _ in range(3):
        maker(model)()

    assert queries(model.objects.all()) == one


def test_full_text_of_a_source_is_never_read():
    testing.make_source(text="原文")

    with CaptureQueriesContext(connection) as context:
        cells_of(Source.objects.all())
        cells_of(Observation.objects.all())

    assert [query["sql"] for query in context if '."text"' in query["sql"]] == []


def test_field_of_a_new_kind_is_an_error():
    with pytest.raises(TypeError):
        widget_for(models.DurationField(name="duration"))


def test_dataset_of_every_model_has_a_resource_class_of_one_base():
    labels = {dataset_name(resource_for(model).model) for model in MODELS}
    kinds = {type(column) for model in MODELS for column in resource_for(model).fields.values()}

    assert (labels, kinds) == (set(datasets()), {SheetColumn})
