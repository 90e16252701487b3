"""`__glob`: forms of texts, tested alike by both databases."""

import pytest
from django.db.models import CharField, Value

from aidtracker.ground.patterns import in_regex
from programs.models import Region

pytestmark = pytest.mark.django_db


def rows_with(text):
    """Rows of the database that say the text."""
    return Region.objects.annotate(text=Value(text, CharField()))


@pytest.mark.parametrize(
    ("text", "forms", "is_of_form"),
    [
        ("65", "[0-9][0-9]", True),
        ("65", "[0-9]", False),
        ("x65", "[0-9][0-9]", False),
        ("65\n", "[0-9][0-9]", False),
        ("ab", "AB", False),
        ("AB", "ab|AB", True),
        ("2014", "????|????-??", True),
        ("2014-03", "????|????-??", True),
        ("2014-3", "????|????-??", False),
        ("a.c", "a.c", True),
        ("abc", "a.c", False),
        ("喀什地区", "喀什*", True),
        ("喀什", "喀什*", True),
        ("新喀什", "喀什*", False),
        ("第一行\n第二行", "第*行", True),
        ("a", "[^a-z]", False),
        ("甲", "[^a-z]", True),
        ("(a)", "(a)", True),
        ("a\\b", "a\\b", True),
        ("", "*", True),
        ("", "?", False),
    ],
)
def test_text_is_of_one_of_the_forms(text, forms, is_of_form):
    assert rows_with(text).filter(text__glob=forms).exists() is is_of_form


def test_excluded_form_is_no_row_of_it():
    assert not rows_with("b").exclude(text__glob="[a-c]").exists()
    assert rows_with("b").exclude(text__glob="[d-f]").exists()


def test_forms_are_written_as_one_regular_expression():
    assert in_regex("a?[0-9]|*.x") == r"^(a.[0-9]|.*\.x)$"
