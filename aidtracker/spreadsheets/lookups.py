"""Related rows by their natural key, or by a name that only one of them has."""

from django.db.models import Prefetch, TextField

from aidtracker.keys import KEY_SEPARATOR, key_of, key_text
from aidtracker.scope import readable
from aidtracker.spreadsheets.cells import tidy

NAME_FIELDS = ("name", "full_name", "title")
SHOWN_CANDIDATES = 5
BATCH = 2_000


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
    """All rows of one related model that a person may read, found by key, name or alias.

    Read once per import, with no more than what names them; `find` gives a row's number.
    """

    def __init__(self, model, user=None):
        self.model = model
        self.user = user
        self.by_key: dict[str, list] = {}
        self.by_name: dict[str, list] = {}
        self.keys: dict = {}
        self.found: dict = {}
        self.is_read = False

    def find(self, text):
        """The number of the row that a cell names, or a row that the same file makes.

        Raises ValueError in Chinese if none or several match.
        """
        if not self.is_read:
            self.read()
        wanted = tidy(text)
        found = self.by_key.get(wanted) or self.by_name.get(wanted) or []
        if len(found) == 1:
            return found[0]
        label, key = self.model._meta.verbose_name, key_labels(self.model)
        if found:
            keys = "、".join(map(self.key, found[:SHOWN_CANDIDATES]))
            raise ValueError(f"“{wanted}”对应不止一个{label}：{keys}；请填其中一个的{key}。")
        raise ValueError(
            f"没有找到{label}“{wanted}”。可填{key}，或只有一个{label}才有的名称、别名；"
            "在同一文件中新增的，要排在前面。"
        )

    def key(self, found):
        """The natural key, as text, of what `find` gave."""
        if not self.is_read:
            self.read()
        return self.keys.get(found, "") if isinstance(found, int) else key_of(found)

    def read(self):
        self.is_read = True
        fields = {field.name for field in self.model._meta.concrete_fields}
        names = [name for name in (*NAME_FIELDS, "aliases") if name in fields]
        rows = self.model._base_manager.all()
        if self.user is not None:
            rows = readable(rows, self.user)
        size = len(self.model.KEY)
        for pk, *values in rows.order_by("pk").values_list("pk", *self.model.KEY, *names):
            self.keys[pk] = key_text(values[:size])
            self.enter(pk, self.keys[pk], values[size:])

    def enter(self, found, key, names):
        self.by_key.setdefault(tidy(key), []).append(found)
        listed = (name if isinstance(name, list) else [name] for name in names)
        for name in {tidy(name) for group in listed for name in group if name}:
            self.by_name.setdefault(name, []).append(found)

    def add(self, row):
        """Make a row findable that the file makes."""
        if not self.is_read:
            self.read()
        names = [getattr(row, name, "") for name in (*NAME_FIELDS, "aliases")]
        self.enter(row, key_of(row), names)

    def instances(self, pks):
        """The rows of some numbers, {number: row}, each read once, with what names it."""
        missing = list({pk for pk in pks if pk not in self.found})
        fields = self.model._meta.concrete_fields
        light = [*self.model.KEY, *(f.name for f in fields if f.name in NAME_FIELDS or f.many_to_one)]
        own = [name for name in light if "__" not in name]
        for start in range(0, len(missing), BATCH):
            rows = self.model._base_manager.filter(pk__in=missing[start : start + BATCH])
            self.found.update((row.pk, row) for row in rows.only("pk", *own))
        return self.found
