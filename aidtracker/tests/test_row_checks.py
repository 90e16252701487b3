"""The rules of tables, judged without the database as the database judges them."""

import random
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from aidtracker.ground.constraints import RowCheck
from aidtracker.ground.datasets import record_models
from aidtracker.testing import make_enterprise, make_observation

pytestmark = pytest.mark.django_db

TEXTS = ("", "2014", "2014-03", "2014-13", "2014-03-02", "ABC-1", "a" * 41, "0" * 64, "\n")
MONEY = (None, Decimal("-1"), Decimal(0), Decimal("0.001"), Decimal(7))
NUMBERS = (None, -1, 0, 1, 1996, 1997, 2100, 2101)
DAYS = (None, date(1996, 12, 1), date(1997, 1, 1), date(2026, 5, 31), date(2100, 12, 1))
ROUNDS = 60


def values_of(field: models.Field, texts: tuple[str, ...]) -> tuple:
    """What a field may hold, whether a rule allows it or not."""
    if isinstance(field, models.BooleanField):
        return (True, False)
    if isinstance(field, models.DecimalField):
        return MONEY
    if isinstance(field, models.DateField):
        return DAYS
    if isinstance(field, models.CharField | models.TextField):
        return (*texts, *(value for value, _ in field.flatchoices))
    return NUMBERS


def words_in(condition: Q) -> set[str]:
    """The texts that a rule names."""
    found: set[str] = set()
    for child in condition.children:
        if isinstance(child, Q):
            found |= words_in(child)
        elif isinstance(child, tuple):
            given = child[1] if isinstance(child[1], tuple | list) else [child[1]]
            found |= {one for one in given if isinstance(one, str) and "__glob" not in child[0]}
    return found


RULES = [
    pytest.param(model, rule, id=rule.name)
    for model in record_models()
    for rule in model._meta.constraints
    if isinstance(rule, models.CheckConstraint)
]


@pytest.mark.parametrize(("model", "rule"), RULES)
def test_row_is_judged_as_the_database_judges_it(model, rule):
    chance = random.Random(rule.name)
    texts = (*TEXTS, *sorted(words_in(rule.condition)))
    names = rule.condition.referenced_base_fields
    fields = [field for field in model._meta.concrete_fields if field.name in names]
    answers = []
    for at in range(ROUNDS):
        row = model()
        for field in fields:
            values = values_of(field, texts)
            # Much is unknown, and of one row all: of many fields, chance would hardly make that.
            is_known = at and chance.random() < 0.6
            setattr(row, field.attname, chance.choice(values) if is_known else values[0])
        known = row._get_field_expression_map(model._meta)
        asked = {name: known[name] for name in names}
        answers.append(rule.is_broken(row))
        assert answers[-1] is not rule.condition.check(asked), vars(row)

    assert {*answers} == {True, False}


def test_every_rule_is_judged_without_the_database():
    assert {type(rule.values[1]) for rule in RULES} == {RowCheck}


def test_rules_of_a_row_cost_no_query(django_assert_num_queries):
    figure = make_observation()
    figure.value_high = Decimal(-1)

    # Only whether another figure of the document has its number.
    with django_assert_num_queries(1), pytest.raises(ValidationError) as caught:
        figure.validate_constraints()

    assert caught.value.messages == ["数值须在下界和上界之间。"]


def test_rule_says_nothing_of_what_is_left_out():
    figure = make_observation()
    figure.value_high = Decimal(-1)

    figure.validate_constraints(exclude={"value_high"})


def test_row_without_what_must_be_unique_looks_for_no_other(django_assert_num_queries):
    firm = make_enterprise()

    with django_assert_num_queries(1):  # the name
        firm.validate_constraints()

    firm.credit_code = "91330100MA27XF1A0X"
    make_enterprise(credit_code=firm.credit_code)
    with pytest.raises(ValidationError) as caught:
        firm.validate_constraints()
    assert caught.value.messages == ["这一统一社会信用代码已登记给另一家企业。"]
