"""Rows of the database that pages are asked for: always the same ones on the same country."""

from functools import cache
from typing import Any

from django.db.models import Count, Model

from projects.models import Finding, Observation, Series


@cache
def some(model: type[Model]) -> Any:
    """A public row from the middle of a table."""
    rows = model.objects.published().order_by("pk")  # type: ignore[attr-defined]
    return rows[rows.count() // 2]


@cache
def figure() -> Any:
    """A public figure."""
    return (
        Observation.objects.published().select_related("source", "series__metric").order_by("pk")[9]
    )


@cache
def fullest(relation: str) -> Any:
    """Of what public figures name (`source`, `series__metric`), that which most of them name."""
    field = Observation._meta.get_field(relation.partition("__")[0])
    if "__" in relation:
        field = Series._meta.get_field("metric")
    many = (
        Observation.objects.published()
        .order_by()
        .values(relation)
        .annotate(many=Count("pk"))
        .order_by("-many", relation)
    )
    return field.related_model.objects.get(pk=many[0][relation])


@cache
def contradiction() -> Any:
    """A public contradiction, if there is any."""
    found = Finding.objects.published().filter(result=Finding.Result.CONTRADICTION)
    return found.order_by("pk").first()
