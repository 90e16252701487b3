"""The links between rows, as tables: which there are, whom they name, setting many at once."""

from aidtracker.ground.batches import BATCH, in_batches
from aidtracker.ground.history import StateOfAct
from aidtracker.ground.keys import KEY_SEPARATOR, key_text


def relations_to(model):
    """The fields of other tables that name rows of a model; those of histories do not count."""
    relations = model._meta.get_fields(include_hidden=True)
    return [
        relation.field
        for relation in relations
        if relation.auto_created
        and not relation.concrete
        and not issubclass(relation.related_model, StateOfAct)
        and not relation.related_model._meta.auto_created
    ]


def link_tables(model):
    """The tables that link rows of a model to others, each with the field that names the row."""
    for field in model._meta.many_to_many:
        yield field.remote_field.through, field.m2m_field_name()
    for field in relations_to(model):
        if field.many_to_many:
            yield field.remote_field.through, field.m2m_reverse_field_name()


def numbers_by_key(model, keys):
    """The rows that natural keys name: {key as text: row id}; unknown ones are left out."""
    first, *others = model.KEY
    starts = {key.split(KEY_SEPARATOR)[0] if others else key for key in keys}
    found: dict = {}
    for part in in_batches(sorted(starts)):
        rows = model._base_manager.filter(**{f"{first}__in": part})
        found |= {key_text(key): pk for pk, *key in rows.values_list("pk", *model.KEY)}
    return {key: found[key] for key in keys if key in found}


def keys_named(field, links):
    """All keys that rows name in a many-to-many field; `links` is {row id: {field: [keys]}}."""
    return {key for each in links.values() for key in each.get(field.name, ())}


def set_links(model, links):
    """Let rows be linked to just what `links` says: {row id: {field: [natural keys]}}."""
    for field in model._meta.many_to_many:
        numbers = numbers_by_key(field.related_model, keys_named(field, links))
        named = {pk: each.get(field.name, ()) for pk, each in links.items()}
        link(field, {pk: [numbers[key] for key in keys] for pk, keys in named.items()})


def link(field, numbers):
    """Let a many-to-many field of rows name just the rows of `numbers`: {row id: [row ids]}."""
    through = field.remote_field.through
    own, other = f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"
    for part in in_batches(list(numbers)):
        through._base_manager.filter(**{f"{own}__in": part}).delete()
    pairs = [(pk, named) for pk, found in numbers.items() for named in found]
    through._base_manager.bulk_create([through(**{own: a, other: b}) for a, b in pairs], BATCH)
