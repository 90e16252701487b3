"""The rules of the database, each with the sentence that every door says when it is broken."""

from typing import Any

from django.db import models
from django.db.models import Q


def row_check(name: str, condition: Q, words: str) -> models.CheckConstraint:
    """What is so of every row."""
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=words)


def once(name: str, words: str, *fields: str, **kwargs: Any) -> models.UniqueConstraint:
    """No two rows, of those that meet the `condition` if there is one, agree in all the fields."""
    return models.UniqueConstraint(
        fields=fields, name=name, violation_error_message=words, **kwargs
    )
