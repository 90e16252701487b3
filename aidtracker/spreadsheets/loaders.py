"""Finds the existing rows of an import by their natural keys, all at once."""

from django.core.exceptions import ValidationError
from import_export.instance_loaders import BaseInstanceLoader

BATCH = 500


class KeyLoader(BaseInstanceLoader):
    """Rows of the database by the keys of a sheet's rows, read in a few queries."""

    def __init__(self, resource, dataset=None):
        super().__init__(resource, dataset)
        self.first_numbers: dict[tuple, int] = {}
        for number, row in zip(dataset.numbers, dataset.records(), strict=True):
            key = self.readable_key(row)
            if key is not None:
                self.first_numbers.setdefault(key, number)
        self.existing = {self.key_of(instance): instance for instance in self.candidates()}

    def readable_key(self, row):
        """The key of a row, None where it cannot be read; the row's own turn reports that."""
        try:
            return self.resource.key_of_cells(row)
        except ValidationError:
            return None

    def candidates(self):
        """Rows of the database that share the first part of their key with a row of the sheet."""
        first = self.resource.key_columns[0]
        wanted = sorted({key[0] for key in self.first_numbers}, key=str)
        for start in range(0, len(wanted), BATCH):
            part = {f"{first.attribute}__in": wanted[start : start + BATCH]}
            yield from self.resource.get_queryset().filter(**part)

    def key_of(self, instance):
        values = (column.get_value(instance) for column in self.resource.key_columns)
        return tuple(getattr(value, "pk", value) for value in values)

    def get_instance(self, row):
        """The row's instance or None. Raises ValidationError for a key that came before."""
        key = self.resource.key_of_cells(row)
        if key is None:
            return None
        number = self.dataset.numbers[self.resource.row_index]
        first = self.first_numbers.get(key, number)
        if first != number:
            labels = "、".join(column.label for column in self.resource.key_columns)
            raise ValidationError(f"与第 {first} 行重复：{labels}相同，一条记录只能占一行。")
        return self.existing.get(key)
