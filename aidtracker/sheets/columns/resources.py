"""The one base class of all spreadsheets, and the resource of each model made from it."""

from functools import cache, cached_property
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.db.models import Model
from import_export.resources import ModelResource, modelresource_factory

from aidtracker.sheets.columns.column import SheetColumn
from aidtracker.sheets.columns.lookups import NAME_FIELDS, Lookup

# Fields that stand in no spreadsheet, and why.
NOT_COVERED = {
    "id": "a number of the database; rows are named by their natural key",
    "updated_at": "set on every save",
    "search_text": "made from the names on every save",
    "anchor": "made from the text around a figure's words when it is stored",
    "contact": "how to reach a reader is for who answers them, and is deleted then",
    "scope": "computed: what is checked again together with a finding",
    "text": "a document's full text is not distributed; it is uploaded and checked by its SHA-256",
}
VERSION = "version"
# What every record ends with; all other columns stand in the order of the model's fields.
LAST_COLUMNS = ("aliases", "slug", "sources", "note", "maintainer", VERSION)


class SheetResource(ModelResource):
    """A model as a spreadsheet: one column for each field, rows named by the natural key.

    `user` is whose scope an import keeps to; without one it is the program's own. A resource
    serves one import.
    """

    RENAMED: dict[str, str] = {}
    COMPUTED: tuple[str, ...] = ()
    DEFINED: dict[
        str, str
    ] = {}  # what fields mean to readers, where their help is for who fills in

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

    @cached_property
    def name_column(self) -> str:
        """The column that names rows to people, where another one is the key; else empty."""
        return next((name for name in NAME_FIELDS if name in self.fields), "")

    @cached_property
    def code_column(self) -> str:
        """The column of the code that is the key, of rows that are known by their names as well."""
        return self.key_columns[0].column_name if self.model.TOLD_APART_BY else ""

    def lookup(self, model):
        return self.lookups.setdefault(model, Lookup(model, self.user))

    def take_words(self, said: dict[str, str]) -> None:
        """Let columns know what a person said of unknown words: {`column:word`: key}."""
        for name, key in said.items():
            code, _, word = name.partition(":")
            if column := self.columns_by_code.get(code):
                column.widget.said[word] = key

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

    def import_data(self, dataset, **kwargs):
        """Refused: rows come in through `rehearse` and `store`, which know scope and versions."""
        raise TypeError("Use rehearse() and store().")


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
