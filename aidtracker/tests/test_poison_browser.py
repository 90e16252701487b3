"""Words that would be a script in a page stand in every field of a row, and run in no page."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db import DatabaseError, transaction
from django.db.models import CharField, Model, TextField
from django.urls import reverse

from aidtracker.ground.datasets import record_models
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.records import NameListField
from aidtracker.testing.browser import Person

pytestmark = pytest.mark.browser

POISON = "\"'><img src=x onerror=window.ran=1><script>window.ran=1</script>{{7*7}}</textarea>"
KEYS = {"slug", "code", "sha256", "search_text", "records", "counted_rows", "dataset"}


def poison(row: Model, said: str = POISON) -> set[str]:
    """Put the words into each field of a row that takes them, past all forms; into which."""
    took = set()
    for field in row._meta.concrete_fields:
        is_free = isinstance(field, (CharField, TextField, NameListField)) and not field.choices
        if not is_free or field.name in KEYS or isinstance(field, PartialDateField):
            continue
        words = said[: field.max_length] if field.max_length else said
        value = [words] if isinstance(field, NameListField) else words
        try:
            with transaction.atomic():
                type(row)._base_manager.filter(pk=row.pk).update(**{field.name: value})
            took.add(field.name)
        except DatabaseError:
            continue  # the database holds what stands there to a form of its own
    return took


def pages(row: Model) -> Iterator[str]:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}"
    if admin.site.is_registered(type(row)):
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_change", args=[row.pk])
        yield reverse(f"{name}_history", args=[row.pk])
    if hasattr(row, "get_absolute_url") and (address := row.get_absolute_url()):
        yield address


def test_no_page_runs_what_stands_in_a_field(new_page, admin_user):
    page = new_page(admin_user)
    told: list[str] = []
    page.on("dialog", lambda dialog: told.append(dialog.message) or dialog.dismiss())
    # A script that the policy stops would be one that got into the page.
    page.on("console", lambda said: told.append(said.text) if "Refused" in said.text else None)
    page.on("console", lambda said: told.append(said.text) if "Policy" in said.text else None)
    person, fields, shown, seen = Person(page), 0, 0, {}
    for model in record_models():
        row = model._base_manager.order_by("pk").first()
        if row is None:
            continue
        fields += len(poison(row))
        row = model._base_manager.get(pk=row.pk)
        for address in pages(row):
            person.open(address)
            shown += "onerror=window.ran" in person.see("document.body.innerText")
            if told or person.see("window.ran"):
                seen[address] = told.copy() or ["ran"]
                told.clear()
    for address in (
        "/",
        "/search/?q=onerror",
        "/corrections/",
        "/timeline/",
        "/compare/",
        "/admin/",
    ):
        person.open(address)
        if told or person.see("window.ran"):
            seen[address] = told.copy() or ["ran"]
            told.clear()
    assert seen == {}
    # The words were there to be run.
    assert (fields > 100, shown > 50) == (True, True)
