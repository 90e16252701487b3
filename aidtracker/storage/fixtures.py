"""The fixtures: one JSON file per dataset, rows in order of their natural keys.

Columns that fixtures leave out (`serialize=False`: a document's text, search text, time of change)
survive loading: Django's own loaddata alone would empty them.
"""

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core import serializers
from django.core.management.base import CommandError
from django.core.serializers.base import DeserializedObject
from django.db import transaction
from django.utils import timezone

from aidtracker.accounts.roles import dump_groups, load_groups
from aidtracker.ground.changes import after_load
from aidtracker.ground.datasets import (
    Dataset,
    Fixture,
    dataset_model,
    datasets,
    record_models,
)
from aidtracker.ground.records import each_found_once
from aidtracker.ground.search import SearchTextField
from aidtracker.review.meaning import Meaning
from aidtracker.trail.history import keep_first_states, keep_states

GROUPS = "groups"


def fixture_path(name: str) -> Path:
    return settings.FIXTURE_DIRS[0] / f"{name}.json"


def fixture_paths() -> dict[str, Path]:
    """Path of each dataset's fixture, by dataset name, in loading order."""
    kept = (one for one in datasets().values() if one.fixture != Fixture.NEVER)
    return {dataset.name: fixture_path(dataset.name) for dataset in kept}


def check_names() -> None:
    """Refuse, with CommandError, a folder with a file that would not be loaded."""
    groups = fixture_path(GROUPS)
    unknown = {*groups.parent.glob("*.json")} - {groups, *fixture_paths().values()}
    if unknown:
        names = "、".join(sorted(path.name for path in unknown))
        raise CommandError(f"数据文件 {names} 不属于任何数据集。")


def read_fixture(name: str, label: str) -> list[dict[str, Any]]:
    """The rows in a fixture, all of one model. Raises CommandError, with the file's name."""
    path = fixture_path(name)
    try:
        items = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise CommandError(f"缺少数据文件 {path.name}。") from error
    except ValueError as error:
        raise CommandError(f"数据文件 {path.name} 是空的，或者不是 JSON：{error}") from error
    if not items:
        raise CommandError(f"数据文件 {path.name} 里没有记录。")
    others = {item["model"] for item in items} - {label.lower()}
    if others:
        raise CommandError(f"数据文件 {path.name} 里有别的数据集的记录：{'、'.join(others)}。")
    return items


def items_of(dataset: Dataset) -> list[dict[str, Any]]:
    """The rows in a dataset's fixture; none if there is no file and need not be one."""
    if dataset.fixture == Fixture.IF_ANY and not fixture_path(dataset.name).exists():
        return []
    return read_fixture(dataset.name, dataset.label)


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


def with_keys(rows):
    """Rows with all that their own natural keys and those of the rows they name are read from."""
    model = rows.model
    named = {field.name for field in model._meta.concrete_fields if field.is_relation}
    keys = {path.rpartition("__")[0] for path in model.KEY if "__" in path}
    links = [field.name for field in model._meta.many_to_many]
    return rows.select_related(*named, *keys).prefetch_related(*links)


def dump_dataset(name):
    """A dataset as fixture text: the same text for the same rows, whatever database holds them."""
    rows = in_loading_order(with_keys(dataset_model(name).objects.for_fixtures()))
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
    if stored and isinstance(row, Meaning):
        row.correction_reason = stored["correction_reason"]
    is_changed = bool(stored) and says_otherwise(item, stored)
    for field in row._meta.concrete_fields:
        if stored and not field.serialize and not field.primary_key:
            setattr(row, field.attname, stored[field.attname])
        if isinstance(field, SearchTextField):
            field.pre_save(row, add=not row.pk)
    if is_changed and isinstance(row, Meaning):
        # Kept only if what published rows mean changes by it.
        row.correction_reason = f"{timezone.localtime():%Y-%m-%d %H:%M} 载入数据文件"
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


def load_dataset(name: str, keep_existing: bool, later: list) -> tuple[int, int]:
    """Load one fixture; return how many rows were new and how many were there before.

    Existing rows are kept as they are when `keep_existing`, else brought to the fixture's state.
    Rows that name what is not there yet are added to `later`.
    """
    model, items = dataset_model(name), items_of(datasets()[name])
    known = set(model.objects.values_list(*model.KEY))
    new = [item for item in items if key_in(item, model) not in known]
    changed = []
    rows = new if keep_existing else items
    for item in serializers.deserialize("python", rows, handle_forward_references=True):
        if complete(item):
            changed.append(item.object)
        item.save()
        if item.deferred_fields:
            later.append(item)
    keep_states(changed)
    return len(new), len(items) - len(new)


def keep_loaded():
    """Give rows without history their first state: loading does not save, so none was kept."""
    for model in record_models():
        keep_first_states(model.objects.for_fixtures())


@transaction.atomic
@each_found_once()
def load_fixtures(
    keep_existing: bool = True, *, only_rules: bool = False
) -> dict[str, tuple[int, int]]:
    """Load every fixture, all or nothing. Returns {dataset: (new rows, old rows)}.

    `only_rules`: the roles and what the work goes by, none of the facts.

    Raises CommandError for a file that is missing, empty or no dataset's.
    """
    check_names()
    load_groups(read_fixture(GROUPS, Group._meta.label), keep_existing)
    later: list[DeserializedObject] = []
    names = [one for one in fixture_paths() if not only_rules or datasets()[one].is_working_rule]
    counts = {name: load_dataset(name, keep_existing, later) for name in names}
    for item in later:
        item.save_deferred_fields()
    keep_loaded()
    after_load()
    return counts


def dump_fixtures() -> None:
    """Write all fixtures anew; CommandError, before any is written, if one would have no rows."""
    texts = {name: dump_dataset(name) for name in fixture_paths()}
    empty = {name for name, text in texts.items() if not json.loads(text)}
    missed = [name for name in empty if datasets()[name].fixture == Fixture.ALWAYS]
    if missed:
        files = "、".join(f"{name}.json" for name in sorted(missed))
        raise CommandError(f"{files} 会没有记录；没有写出任何文件。")
    fixture_path(GROUPS).write_text(dump_groups(), encoding="utf-8")
    for name, text in texts.items():
        if name in empty:
            fixture_path(name).unlink(missing_ok=True)
        else:
            fixture_path(name).write_text(text, encoding="utf-8")
