"""Related rows by their natural key, or by a name that only one of them has."""

from django.db.models import Prefetch, TextField

from aidtracker.records import follow
from aidtracker.spreadsheets.cells import tidy

KEY_SEPARATOR = " / "
NAME_FIELDS = ("name", "full_name", "title")
SHOWN_CANDIDATES = 5


def key_text(parts):
    """A natural key as one text, its parts joined with ` / `; empty for no row at all."""
    if all(part is None for part in parts):
        return ""
    return KEY_SEPARATOR.join("" if part is None else str(part) for part in parts)


def key_of(row):
    """The natural key of a model instance as one text; empty for None."""
    return "" if row is None else key_text([follow(row, path) for path in row.KEY])


def key_labels(model):
    """The Chinese names of the parts of a model's natural key: `文献 / 序号`."""
    names = [path.partition("__")[0] for path in model.KEY]
    return KEY_SEPARATOR.join(str(model._meta.get_field(name).verbose_name) for name in names)


def relations_of(paths):
    """The relations that lookup paths lead through, for select_related."""
    return {path.rpartition("__")[0] for path in paths if "__" in path}


def undistributed_texts(model):
    """The long texts of a model that no spreadsheet holds, such as a document's full text."""
    texts = (field for field in model._meta.concrete_fields if isinstance(field, TextField))
    return [field for field in texts if not getattr(field, "serialize", True)]


def heavy_paths(model, relations):
    """Lookup paths of long texts that are never needed here, of a model and of related ones.

    What a model derives on saving is not among its own: a deferred field would not be saved.
    """
    paths = [field.name for field in undistributed_texts(model) if field.editable]
    for relation in relations:
        end = model
        for name in relation.split("__"):
            end = end._meta.get_field(name).related_model
        paths += [f"{relation}__{field.name}" for field in undistributed_texts(end)]
    return paths


def related_prefetch(field):
    """The related rows of a many-to-many field, with no more than their natural keys."""
    model = field.related_model
    relations = relations_of(model.KEY)
    rows = model._default_manager.only(*model.KEY)
    return Prefetch(field.name, rows.select_related(*relations) if relations else rows)


class Lookup:
    """All rows of one related model, read once per import and found by key, name or alias."""

    def __init__(self, model):
        self.model = model
        self.by_key: dict[str, list] = {}
        self.by_name: dict[str, list] = {}
        self.is_read = False

    def find(self, text):
        """The row that a cell names. Raises ValueError in Chinese if none or several match."""
        if not self.is_read:
            self.read()
        wanted = tidy(text)
        found = self.by_key.get(wanted) or self.by_name.get(wanted) or []
        if len(found) == 1:
            return found[0]
        label, key = self.model._meta.verbose_name, key_labels(self.model)
        if found:
            keys = "、".join(key_of(row) for row in found[:SHOWN_CANDIDATES])
            raise ValueError(f"“{wanted}”对应不止一个{label}：{keys}；请填其中一个的{key}。")
        raise ValueError(
            f"没有找到{label}“{wanted}”。可填{key}，或只有一个{label}才有的名称、别名；"
            "在同一文件中新增的，要排在前面。"
        )

    def read(self):
        self.is_read = True
        required = [
            field.name
            for field in self.model._meta.concrete_fields
            if field.many_to_one and not field.null
        ]
        rows = self.model._default_manager.order_by("pk")
        if required:
            rows = rows.select_related(*required)
        for row in rows.defer(*heavy_paths(self.model, required)):
            self.add(row)

    def add(self, row):
        """Make a row findable; one that an import has just stored, too."""
        if not self.is_read:
            return
        self.by_key.setdefault(tidy(key_of(row)), []).append(row)
        names = [getattr(row, name, "") for name in NAME_FIELDS] + getattr(row, "aliases", [])
        for name in {tidy(name) for name in names if name}:
            self.by_name.setdefault(name, []).append(row)
