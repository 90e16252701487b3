"""The fixtures: one JSON file per dataset, rows in order of their natural keys.

Columns that fixtures leave out (`serialize=False`: a document's text, search text, time of change)
survive loading: Django's own loaddata alone would empty them.
"""

import json

from django.conf import settings
from django.core import serializers
from django.db import transaction
from django.utils import timezone

from aidtracker.accounts.roles import load_groups
from aidtracker.ground.changes import after_change
from aidtracker.ground.datasets import DATASETS, WORKING, dataset_model
from aidtracker.ground.records import SearchTextField
from aidtracker.trail.history import keep_first_states, keep_states


def fixture_paths():
    """Path of each dataset's fixture, by dataset name, in loading order."""
    return {
        name: settings.BASE_DIR / "fixtures" / f"{number:02d}_{name}.json"
        for number, name in enumerate(DATASETS, start=1)
        if name not in WORKING
    }


def sort_key(key):
    """Natural keys in a stable order: numbers by size, texts by character, empty first."""
    return tuple((part is not None, str(part).zfill(9) if part is not None else "") for part in key)


def in_loading_order(rows):
    """Rows by natural key, but each after the rows of its own model that it names."""
    rows = sorted(rows, key=lambda row: sort_key(row.natural_key()))
    by_id = {row.pk: row for row in rows}
    ordered: dict = {}

    def place(row):
        for field in row._meta.concrete_fields:
            target = field.related_model is type(row) and getattr(row, field.attname)
            if target and target not in ordered:
                place(by_id[target])
        ordered.setdefault(row.pk, row)

    for row in rows:
        place(row)
    return list(ordered.values())


def dump_dataset(name):
    """A dataset as fixture text: the same text for the same rows, whatever database holds them."""
    rows = in_loading_order(dataset_model(name).objects.for_fixtures())
    text = serializers.serialize(
        "json", rows, use_natural_foreign_keys=True, use_natural_primary_keys=True
    )
    data = json.loads(text)
    for item in data:
        for value in item["fields"].values():
            if isinstance(value, list) and value and isinstance(value[0], list):
                value.sort(key=sort_key)
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def complete(item):
    """Give a deserialized row the columns that fixtures leave out: kept if it exists, else made.

    Returns whether the row exists and will be another: it is a new version then.
    """
    row = item.object
    stored = type(row)._base_manager.filter(pk=row.pk).values().get() if row.pk else {}
    is_changed = bool(stored) and says_otherwise(item, stored)
    for field in row._meta.concrete_fields:
        if stored and not field.serialize and not field.primary_key:
            setattr(row, field.attname, stored[field.attname])
        if isinstance(field, SearchTextField):
            field.pre_save(row, add=not row.pk)
    if is_changed:
        row.version, row.updated_at = row.version + 1, timezone.now()
    return is_changed


def says_otherwise(item, stored):
    """Whether a deserialized row differs from the stored values, or from the stored links."""
    row = item.object
    fields = [field for field in row._meta.concrete_fields if field.serialize]
    if any(getattr(row, field.attname) != stored[field.attname] for field in fields):
        return True
    return any(
        {getattr(one, "pk", one) for one in linked}
        != set(getattr(row, name).values_list("pk", flat=True))
        for name, linked in item.m2m_data.items()
    )


def key_in(item, model):
    """The natural key of a fixture's row, read from its fields without asking the database."""
    key = []
    for path in model.KEY:
        name, _, rest = path.partition("__")
        value = item["fields"][name]
        if rest and value is not None:
            value = value[model._meta.get_field(name).related_model.KEY.index(rest)]
        key.append(value)
    return tuple(key)


def load_dataset(name, keep_existing):
    """Load one fixture; return how many rows were new and how many were there before.

    Existing rows are kept as they are when `keep_existing`, else brought to the fixture's state.
    """
    model = dataset_model(name)
    items = json.loads(fixture_paths()[name].read_text(encoding="utf-8"))
    known = set(model.objects.values_list(*model.KEY))
    new = [item for item in items if key_in(item, model) not in known]
    changed = []
    for item in serializers.deserialize("python", new if keep_existing else items):
        if complete(item):
            changed.append(item.object)
        item.save()
    keep_states(changed)
    return len(new), len(items) - len(new)


def keep_loaded():
    """Give rows without history their first state: loading does not save, so none was kept."""
    for model in map(dataset_model, DATASETS):
        keep_first_states(model.objects.for_fixtures())


@transaction.atomic
def load_fixtures(keep_existing=True):
    """Load every fixture, all or nothing. Returns {dataset: (new rows, old rows)}."""
    load_groups(keep_existing)
    counts = {
        name: load_dataset(name, keep_existing)
        for name, path in fixture_paths().items()
        if path.exists()
    }
    keep_loaded()
    after_change(dataset_model("observations"))
    return counts
