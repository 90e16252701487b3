"""The one base class of all spreadsheets, and the resource of each model made from it."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from itertools import islice

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from import_export.resources import ModelDeclarativeMetaclass, ModelResource
from import_export.results import RowResult

from aidtracker.keys import key_of, key_text
from aidtracker.spreadsheets.columns import Column
from aidtracker.spreadsheets.loaders import KeyLoader
from aidtracker.spreadsheets.lookups import (
    Lookup,
    heavy_paths,
    related_prefetch,
    relations_of,
)

# Fields that stand in no spreadsheet, and why.
NOT_COVERED = {
    "id": "a number of the database; rows are named by their natural key",
    "updated_at": "set on every save",
    "search_text": "made from the names on every save",
    "text": "a document's full text is not distributed; it is uploaded and checked by its SHA-256",
}
# What every record ends with; all other columns stand in the order of the model's fields.
LAST_COLUMNS = ("aliases", "slug", "sources", "note")
EXPORT_CHUNK = 1_000


class SheetRowResult(RowResult):
    """What became of a row, with the cells it changes: (column, old text, new text, cell read)."""

    def __init__(self):
        super().__init__()
        self.changes = []


class SheetResource(ModelResource):
    """A model as a spreadsheet: one column for each field, rows named by the natural key.

    `queryset` narrows which rows an import may see and change. A resource serves one import.
    """

    RENAMED: dict[str, str] = {}
    COMPUTED: tuple[str, ...] = ()

    class Meta:
        exclude = tuple(NOT_COVERED)
        instance_loader_class = KeyLoader
        clean_model_instances = True
        report_skipped = True
        skip_unchanged = True
        # The library's own comparison copies each instance; `skip_row` below knows the changes.
        skip_diff = True

    def __init__(self, queryset=None, **kwargs):
        super().__init__(**kwargs)
        self.queryset = queryset
        lookups: dict[type, Lookup] = {}
        for column in self.fields.values():
            if column.source.is_relation:
                model = column.source.related_model
                column.widget.lookup = lookups.setdefault(model, Lookup(model))
        self.own_lookup = lookups.get(self._meta.model)
        self.key_columns = [self.fields[name] for name in self.get_import_id_fields()]
        self.columns = [self.fields[name] for name in self.get_export_order()]

    # Columns

    @classmethod
    def field_from_django_field(cls, field_name, django_field, readonly):
        code = cls.RENAMED.get(field_name, "")
        return Column(field_name, django_field, code, readonly=field_name in cls.COMPUTED)

    @classmethod
    def get_row_result_class(cls):
        return SheetRowResult

    def get_export_order(self):
        keys = tuple(self.get_import_id_fields())
        names = [name for name in self.fields if name not in keys and name not in LAST_COLUMNS]
        last = [name for name in LAST_COLUMNS if name in self.fields and name not in keys]
        return (*keys, *names, *last)

    def get_export_fields(self, selected_fields=None):
        return self.columns

    def get_import_fields(self):
        return self.columns

    def headings(self, codes=False):
        """The headings of all columns: Chinese, or codes."""
        return [column.column_name if codes else column.label for column in self.columns]

    # Export

    def rows(self, queryset, codes=False):
        """Each row of the queryset as a list of cells, read in chunks.

        The number of queries depends on the columns and chunks, never on what a row refers to.
        """
        columns = self.columns
        paths = list(dict.fromkeys(["pk", *(path for column in columns for path in column.paths)]))
        found = queryset.values_list(*paths).iterator(chunk_size=EXPORT_CHUNK)
        while chunk := [dict(zip(paths, row, strict=True)) for row in islice(found, EXPORT_CHUNK)]:
            pks = [values["pk"] for values in chunk]
            many = {column: self.many_keys(column, pks) for column in columns if column.is_many}
            for values in chunk:
                yield [
                    column.widget.join(many[column].get(values["pk"], []))
                    if column.is_many
                    else column.cell([values[path] for path in column.paths], codes)
                    for column in columns
                ]

    def many_keys(self, column, pks):
        """The keys of the related rows of a many-to-many column, by the rows' ids."""
        field = column.source
        own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
        paths = [f"{other}__{path}" for path in field.related_model.KEY]
        links = field.remote_field.through._default_manager.filter(**{f"{own}__in": pks})
        keys: dict[int, list[str]] = {}
        for pk, *parts in links.values_list(f"{own}_id", *paths):
            keys.setdefault(pk, []).append(key_text(parts))
        return keys

    # Import

    def get_queryset(self):
        """The rows an import may change, with everything their cells show."""
        rows = super().get_queryset() if self.queryset is None else self.queryset
        relations = relations_of(path for column in self.columns for path in column.paths)
        if relations:
            rows = rows.select_related(*relations)
        many = [related_prefetch(column.source) for column in self.columns if column.is_many]
        rows = rows.prefetch_related(None)  # a list's own would collide with these
        return rows.defer(*heavy_paths(self._meta.model, relations)).prefetch_related(*many)

    def key_of_cells(self, row):
        """The natural key a row's cells spell; None for a new row whose key will be generated.

        Raises ValidationError by field for a cell that cannot be read.
        """
        key, errors = [], {}
        for column in self.key_columns:
            try:
                value = column.value(row[column.column_name], adding=True)
                key.append(getattr(value, "pk", value))
            except ValueError as error:
                errors[column.attribute] = ValidationError(str(error))
        if errors:
            raise ValidationError(errors)
        return tuple(key) if any(part not in (None, "") for part in key) else None

    def before_import_row(self, row, row_number=None, **kwargs):
        self.row_index = row_number - 1
        self.row = row
        self.changes, self.pending = [], {}

    def import_instance(self, instance, row, **kwargs):
        self.computed = {
            column: column.text(instance) for column in self.columns if column.computed
        }
        errors = {}
        for column in self.written_columns(instance, row):
            try:
                self.take(column, instance, row[column.column_name])
            except ValueError as error:
                errors[column.attribute] = ValidationError(str(error))
        if errors:
            raise ValidationError(errors)

    def written_columns(self, instance, row):
        """The columns a row may change: not the key of a row that exists."""
        fixed = () if instance._state.adding else self.key_columns
        return [
            column
            for column in self.columns
            if column.column_name in row and not column.readonly and column not in fixed
        ]

    def take(self, column, instance, raw):
        """Set a field from a cell, unless the cell says what is there already."""
        if column.keeps(instance, raw):
            return
        adding = instance._state.adding
        value = column.value(raw, adding)
        old = "" if adding else column.text(instance)
        if column.is_many:
            self.pending[column] = value
            new = column.widget.join(map(key_of, value))
            unchanged = new == old
        else:
            unchanged = column.get_value(instance) == value and not adding
            setattr(instance, column.attribute, value)
            new = column.text(instance)
            unchanged |= adding and not new
        if not unchanged:
            self.changes.append((column, old, new, raw))

    def skip_row(self, instance, original, row, import_validation_errors=None):
        if import_validation_errors or instance._state.adding or self.changes:
            return False
        self.check_readonly(instance)
        return True

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """The model's own cleaning, without asking the database for each related row again.

        What must be unique and other rules of the table are left to the database, see below.
        """
        errors = dict(import_validation_errors or {})
        known = {
            field.name
            for field in instance._meta.concrete_fields
            if field.is_relation and getattr(instance, field.attname) is not None
        }
        known |= instance.get_deferred_fields()
        try:
            instance.clean_fields(exclude={*errors, *known})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)
        instance.clean()
        self.check_readonly(instance)
        for column, old in self.computed.items():
            if (new := column.text(instance)) != old:
                self.changes.append((column, old, new, new))

    def do_instance_save(self, instance, is_create):
        """Save; if the database refuses, the model that states the broken rule explains it.

        Asking for each rule before saving would take several queries a row.
        """
        try:
            with transaction.atomic():
                super().do_instance_save(instance, is_create)
        except IntegrityError:
            instance.validate_unique()
            instance.validate_constraints()
            raise

    def check_readonly(self, instance):
        """Refuse a cell of a column that follows from others and says something else."""
        errors = {}
        for column in self.columns:
            raw = self.row.get(column.column_name)
            if column.readonly and raw not in (None, "") and not column.agrees(instance, raw):
                shown = column.text(instance) or "空"
                errors[column.attribute] = ValidationError(
                    f"这一列由其他列得出，应为“{shown}”；请改正或留空。"
                )
        if errors:
            raise ValidationError(errors)

    def after_init_instance(self, instance, new, row, **kwargs):
        self.is_new = new

    def after_save_instance(self, instance, row, **kwargs):
        """Let later rows of the file name a row that this one made."""
        if self.is_new and self.own_lookup:
            self.own_lookup.add(instance)

    def save_m2m(self, instance, row, **kwargs):
        for column, rows in self.pending.items():
            getattr(instance, column.attribute).set(rows)

    def after_import_row(self, row, row_result, **kwargs):
        row_result.changes = self.changes

    def after_import(self, dataset, result, **kwargs):
        """Leave the database's counters alone: an import never sets ids."""


@cache
def resource_class(model):
    """The resource class of a model: its app's own `<Model>Resource`, else one made from fields."""
    module = f"{model._meta.app_config.module.__name__}.resources"
    name = f"{model.__name__}Resource"
    if find_spec(module) and hasattr(import_module(module), name):
        return getattr(import_module(module), name)
    return ModelDeclarativeMetaclass(name, (SheetResource,), {"Meta": meta_for(model)})


def meta_for(model):
    """The Meta of a resource: its model, and the fields that make up the natural key."""
    keys = [path.partition("__")[0] for path in model.KEY]
    return type("Meta", (), {"model": model, "import_id_fields": keys})


def resource_for(model, queryset=None):
    """A fresh resource for a model; `queryset` narrows what an import may see and change."""
    return resource_class(model)(queryset=queryset)
