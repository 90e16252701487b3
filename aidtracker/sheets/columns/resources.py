"""The one base class of all spreadsheets, and the resource of each model made from it."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import islice
from typing import Any

from django.db.models import Model
from import_export.resources import ModelResource, modelresource_factory

from aidtracker.ground.publication import public_rule
from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.columns.lookups import Lookup, links_of

# Fields that stand in no spreadsheet, and why.
NOT_COVERED = {
    "id": "a number of the database; rows are named by their natural key",
    "updated_at": "set on every save",
    "search_text": "made from the names on every save",
    "anchor": "made from the text around a figure's words when it is stored",
    "scope": "computed: what is checked again together with a finding",
    "text": "a document's full text is not distributed; it is uploaded and checked by its SHA-256",
}
VERSION = "version"
# What every record ends with; all other columns stand in the order of the model's fields.
LAST_COLUMNS = ("aliases", "slug", "sources", "note", "maintainer", VERSION)
EXPORT_CHUNK = 1_000


class SheetResource(ModelResource):
    """A model as a spreadsheet: one column for each field, rows named by the natural key.

    `user` is whose scope an import keeps to; without one it is the program's own. A resource
    serves one import.
    """

    RENAMED: dict[str, str] = {}
    COMPUTED: tuple[str, ...] = ()

    class Meta:
        model: Any = None
        exclude = tuple(NOT_COVERED)

    def __init__(self, user=None, **kwargs):
        super().__init__(**kwargs)
        self.model = self.Meta.model
        self.user = user
        self.lookups: dict[type, Lookup] = {}
        for column in self.fields.values():
            if column.source.is_relation:
                column.widget.lookup = self.lookup(column.source.related_model)
        self.own_lookup = self.lookups.get(self.model)
        self.key_columns = [self.fields[name] for name in self.get_import_id_fields()]
        self.columns = self.get_export_fields()
        self.columns_by_code = {
            column.column_name: column for column in self.columns if column.attribute != VERSION
        }
        self.computed = [column for column in self.columns if column.attribute in self.COMPUTED]

    def lookup(self, model):
        return self.lookups.setdefault(model, Lookup(model, self.user))

    # Columns

    @classmethod
    def field_from_django_field(cls, field_name, django_field, readonly):
        code = cls.RENAMED.get(field_name, "")
        is_fixed = field_name in cls.COMPUTED or field_name == VERSION
        return SheetColumn(field_name, django_field, code, readonly=is_fixed)

    def get_import_id_fields(self):
        """The fields that make up the natural key."""
        return list(dict.fromkeys(path.partition("__")[0] for path in self.model.KEY))

    def get_export_order(self):
        keys = tuple(self.get_import_id_fields())
        names = [name for name in self.fields if name not in keys and name not in LAST_COLUMNS]
        last = [name for name in LAST_COLUMNS if name in self.fields and name not in keys]
        return (*keys, *names, *last)

    def headings(self, codes=False):
        """The headings of all columns: Chinese, or codes."""
        return [column.column_name if codes else column.heading for column in self.columns]

    # Export

    def rows(self, queryset, codes=False, *, is_public=False):
        """Each row of the queryset as a list of cells, read in chunks.

        For the public, no cell names a row that the public must not see. The number of queries
        depends on the columns and chunks, never on what a row refers to.
        """
        columns = self.columns
        guarded = self.guarded_columns() if is_public else []
        paths = ["pk", *(path for column in columns for path in column.paths)]
        paths += [column.source.attname for column in guarded if not column.is_many]
        paths = list(dict.fromkeys(paths))
        found = queryset.values_list(*paths).iterator(chunk_size=EXPORT_CHUNK)
        while chunk := [dict(zip(paths, row, strict=True)) for row in islice(found, EXPORT_CHUNK)]:
            pks = [values["pk"] for values in chunk]
            many = {column: links_of(column.source, pks) for column in columns if column.is_many}
            for column in guarded:
                hide(column, chunk, many)
            for values in chunk:
                yield [
                    column.widget.join(many[column].get(values["pk"], {}).values())
                    if column.is_many
                    else column.cell([values[path] for path in column.paths], codes)
                    for column in columns
                ]

    def guarded_columns(self):
        """The columns that name rows of which the public may see only some."""
        own = {*self.model._meta.concrete_fields, *self.model._meta.many_to_many}
        return [
            column
            for column in self.columns
            if column.source in own
            and column.source.is_relation
            and public_rule(column.source.related_model)
        ]

    def import_data(self, dataset, **kwargs):
        """Refused: rows come in through `rehearse` and `store`, which know scope and versions."""
        raise TypeError("Use rehearse() and store().")


def hide(column, chunk, many):
    """Take out of some rows' values, and of their links, what the public must not see named."""
    name = column.source.attname if not column.is_many else ""
    links = many.get(column, {})
    named = (
        {values[name] for values in chunk} if name else {pk for own in links.values() for pk in own}
    )
    rows = column.source.related_model.objects.published().filter(pk__in=named - {None})
    seen = set(rows.values_list("pk", flat=True))
    for values in chunk:
        if name and values[name] not in seen:
            values.update(dict.fromkeys(column.paths))
        elif not name and (own := links.get(values["pk"])):
            links[values["pk"]] = {pk: key for pk, key in own.items() if pk in seen}


@cache
def resource_class(model: type[Model]) -> type[SheetResource]:
    """The resource class of a model: its app's own `<Model>Resource`, else one made from fields."""
    own = f"{model.__module__.partition('.')[0]}.resources"
    declared = import_module(own) if find_spec(own) else None
    found = getattr(declared, f"{model.__name__}Resource", None)
    return found or modelresource_factory(model, SheetResource)


def resource_for(model: type[Model], user=None) -> SheetResource:
    """A fresh resource for a model; `user` is whose scope an import keeps to."""
    return resource_class(model)(user=user)
