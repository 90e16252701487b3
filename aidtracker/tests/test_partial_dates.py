"""Dates that are typed as people write them, and what is said of those that are none."""

import pytest
from django.core.exceptions import ValidationError

from aidtracker.ground.partial_dates import ERROR, LONGEST, PartialDateField

FIELD = PartialDateField("计划开工")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("2026年5月", "2026-05"),
        ("2026年10月12日", "2026-10-12"),
        ("2026年", "2026"),
        ("2026.8", "2026-08"),
        ("2026/8/3", "2026-08-03"),
        ("2026-05", "2026-05"),
    ],
)
def test_typed_date_is_kept_in_iso(typed, kept):
    assert FIELD.clean(typed, None) == kept
    assert FIELD.formfield().max_length == LONGEST


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("明年", ERROR),
        ("2026.1", ERROR),
        ("2026-13", ERROR),
        ("2026年2月30日", "日历上没有 2026-02-30 这一天。"),
    ],
)
def test_wrong_date_is_told_once(typed, said):
    with pytest.raises(ValidationError) as refused:
        FIELD.clean(typed, None)
    assert refused.value.messages == [said]
