"""Related rows by their natural key, or by a name that only one of them has."""

from django.conf import settings
from django.db.models import TextField

from aidtracker.ground.batches import in_batches, links_of_field
from aidtracker.ground.features import parts_of
from aidtracker.ground.keys import KEY_SEPARATOR, key_of, key_text
from aidtracker.ground.scope import changeable, readable, scope_of
from aidtracker.sheets.columns.cells import tidy

LIST_SEPARATOR = "\uff1b"  # the full-width semicolon
NAME_FIELDS = ("name", "full_name", "title")
SHOWN_CANDIDATES = 5
BATCH = 2_000
WIDE = 25


def key_labels(model):
    """The Chinese names of the parts of a model's natural key: `文献 / 序号`."""
    names = [path.partition("__")[0] for path in model.KEY]
    return KEY_SEPARATOR.join(str(model._meta.get_field(name).verbose_name) for name in names)


def undistributed_texts(model):
    """The long texts of a model that no spreadsheet holds, such as a document's full text."""
    texts = (field for field in model._meta.concrete_fields if isinstance(field, TextField))
    return [field.name for field in texts if not getattr(field, "serialize", True)]


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
        self.names: dict[int, str] = {}
        self.found: dict = {}
        self.needed: set[str] = set()
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

    def named(self, text):
        """The numbers of the rows that have a name."""
        if not self.is_read:
            self.read()
        return {one for one in self.by_name.get(tidy(text), ()) if isinstance(one, int)}

    def shown(self, pks):
        """The names of rows, in the order of their keys, as files list them."""
        if not self.is_read:
            self.read()
        listed = sorted(pks, key=lambda pk: self.keys.get(pk, ""))
        return LIST_SEPARATOR.join(self.names.get(pk, "") for pk in listed)

    def key(self, found):
        """The natural key, as text, of what `find` gave."""
        if not self.is_read:
            self.read()
        return self.keys.get(found, "") if isinstance(found, int) else key_of(found)

    def all_keys(self):
        """The natural keys of all rows, in order."""
        if not self.is_read:
            self.read()
        return sorted(self.keys.values())

    def all_names(self):
        """What a person may choose, by the order of keys: a name that is one row's, or a key."""
        if not self.is_read:
            self.read()
        rows = sorted(self.keys.items(), key=lambda row: row[1])
        return [
            self.names[pk] if len(self.by_name.get(tidy(self.names[pk]), ())) == 1 else key
            for pk, key in rows
        ]

    def example_key(self) -> str:
        """The key of a row of the user's headquarters, else of any; empty if there is none."""
        keys = self.all_keys()
        own = self.model._base_manager.order_by(*self.model.KEY)
        if self.model._meta.label == settings.HEADQUARTERS_MODEL and self.user is not None:
            own = own.filter(pk__in=scope_of(self.user).headquarters)
        elif self.user is not None:
            own = changeable(own, self.user)
        number = own.values_list("pk", flat=True).first()
        return self.keys.get(number) or next(iter(keys), "")

    def read(self):
        self.is_read = True
        fields = {field.name for field in self.model._meta.concrete_fields}
        names = [name for name in (*NAME_FIELDS, "aliases") if name in fields]
        paths = [path for _, path, _, _ in parts_of(self.model.NAMED_AS) if path]
        rows = self.model._base_manager.all()
        if self.user is not None:
            rows = readable(rows, self.user)
        size = len(self.model.KEY)
        columns = ("pk", *self.model.KEY, *names, *paths)
        for pk, *values in rows.order_by("pk").values_list(*columns):
            self.keys[pk] = key_text(values[:size])
            own = values[size : size + len(names)]
            if paths:
                said = dict(zip(paths, values[size + len(names) :], strict=True))
                own.append(self.model.NAMED_AS.format(**said))
            self.names[pk] = next((name for name in own if name), "")
            self.enter(pk, self.keys[pk], own)

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

    def instances(self, pks, also=()):
        """The rows of some numbers, {number: row}, each read once.

        Of a wide model no more is read than names its rows, leads on, or is needed `also`.
        """
        self.needed.update(also)
        missing = [pk for pk in pks if pk not in self.found]
        rows = self.model._base_manager.defer(*undistributed_texts(self.model))
        if len(self.model._meta.concrete_fields) > WIDE:
            rows = self.model._base_manager.only(*self.light_fields())
        for part in in_batches(missing, BATCH):
            self.found.update((row.pk, row) for row in rows.filter(pk__in=part))
        return self.found

    def light_fields(self):
        named = {*NAME_FIELDS, *self.needed, *self.model.KEY}
        return [
            field.name
            for field in self.model._meta.concrete_fields
            if field.primary_key or field.many_to_one or field.name in named
        ]


def links_of(field, pks):
    """What a many-to-many field of rows names: {row number: {number: natural key}}."""
    found: dict[int, dict[int, str]] = {}
    for pk, number, key in links_of_field(field, pks, BATCH):
        found.setdefault(pk, {})[number] = key
    return found
