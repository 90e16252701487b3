"""Related rows by their natural key, or by a name that only one of them has."""

import re
from difflib import get_close_matches
from functools import cached_property

from django.conf import settings
from django.db.models import CharField, TextField

from aidtracker.ground.batches import in_batches, links_of_field
from aidtracker.ground.features import parts_of
from aidtracker.ground.keys import KEY_SEPARATOR, key_of, key_text
from aidtracker.ground.numerals import read_han_integer
from aidtracker.ground.scope import changeable, readable, scope_of
from aidtracker.sheets.columns.cells import UnknownWordError, folded, tidy

LIST_SEPARATOR = "\uff1b"  # the full-width semicolon
NAME_FIELDS = ("name", "full_name", "title")
SHOWN_CANDIDATES = 5
# What is shown for a name that is not found, if there are not too many to compare with.
SHOWN_NEAR, LIKENESS, MOST_COMPARED = 3, 0.5, 3_000
# What is offered to choose from for such a name: all rows, if they are few.
OFFERED, OFFERED_LIKENESS, ALL_OFFERED = 8, 0.4, 60
HAN_ORDINAL = re.compile("第([一二三四五六七八九十]{1,3})")
BETWEEN_PLACES = re.compile("[-·•.>→]+")  # 阿克苏地区-温宿县
MOST_ASKED = 200  # names that are looked for among all others
# What people say of a whole place.
SAID_AS = {"全疆": "新疆", "疆内": "新疆", "全新疆": "新疆"}
BATCH = 2_000
WIDE = 25
# Keys that are asked for alone before all rows are read: a small file names few of many.
ALONE = 3


def in_digits(text):
    """A text with ordinals as names have them: 第10批 of 第十批."""
    return HAN_ORDINAL.sub(lambda one: f"第{read_han_integer(one[1])}", text)


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

    Read once per import, with no more than what names them; `find` gives a row's number. The
    first few keys are looked up by themselves.
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
        self.folded: dict[str, list] = {}
        self.names_of: dict = {}
        self.alike_names: dict[str, list[str]] = {}
        self.alone: dict[str, list[int]] = {}
        self.is_read = False

    def find(self, text):
        """The number of the row that a cell names, or a row that the same file makes.

        Raises UnknownWordError in Chinese if none or several match.
        """
        wanted = " ".join(tidy(text).split())
        found = self.matching(wanted)
        if len(found) == 1:
            return found[0]
        label, key = self.model._meta.verbose_name, key_labels(self.model)
        if found:
            keys = "、".join(map(self.key, found[:SHOWN_CANDIDATES]))
            words = f"“{wanted}”对应不止一个{label}：{keys}；请填其中一个的{key}。"
            raise UnknownWordError(words, wanted)
        example = next(iter(self.keys.values()), "")
        form = f"，如“{example}”" if example else ""
        raise UnknownWordError(
            f"没有找到{label}“{wanted}”。{self.near(wanted)}"
            f"可填{key}，或只有一个{label}才有的名称、别名{form}；在同一文件中新增的，要排在前面。",
            wanted,
        )

    def matching(self, wanted):
        """The rows that a tidy text may name."""
        if not self.is_read:
            if found := self.found_alone(wanted):
                return found
            self.read()
        return self.by_key.get(wanted) or self.by_name.get(wanted) or self.alike(wanted)

    def found_alone(self, wanted):
        """The row whose key a text is; none if that is not known without reading all rows."""
        if len(self.model.KEY) > 1 or not isinstance(
            self.model._meta.get_field(self.model.KEY[0]), CharField
        ):
            return []
        if wanted not in self.alone and len(self.alone) < ALONE:
            rows = self.readable_rows().filter(**{self.model.KEY[0]: wanted})
            self.alone[wanted] = [*rows.order_by().values_list("pk", flat=True)]
            self.keys |= dict.fromkeys(self.alone[wanted], wanted)
        return self.alone.get(wanted, [])

    def readable_rows(self):
        rows = self.model._base_manager.all()
        return rows if self.user is None else readable(rows, self.user)

    def knows(self, text):
        """Whether a text names one row."""
        return len(self.matching(" ".join(tidy(text).split()))) == 1

    def offered(self, word):
        """What a word may have meant, (key, words): those it names, those alike, all of a few."""
        found = self.matching(word) or [
            row for name in self.names_alike(word) for row in self.by_name[name]
        ]
        keys = [self.key(row) for row in found]
        if len(self.keys) <= ALL_OFFERED:
            keys += sorted(self.keys.values())
        names = {self.keys[pk]: self.names[pk] for pk in self.keys}
        return [
            (key, f"{name}（{key}）" if (name := names.get(key, "")) and name != key else key)
            for key in dict.fromkeys(keys)
        ]

    def names_alike(self, text):
        """The names that are most alike; none once too many were asked for."""
        if text not in self.alike_names:
            if len(self.by_name) > MOST_COMPARED or len(self.alike_names) >= MOST_ASKED:
                return []
            found = get_close_matches(in_digits(text), self.by_name, OFFERED, OFFERED_LIKENESS)
            self.alike_names[text] = found
        return self.alike_names[text]

    def alike(self, text):
        """The rows whose key or name differs only in case, width, dashes or blanks, or that stand
        behind the names of what they lie in: 喀什地区喀什市."""
        if not self.folded:
            for known in (self.by_name, self.by_key):
                for name, rows in known.items():
                    self.fold(name, rows)
        wanted = folded(SAID_AS.get(text, text))
        found = self.folded.get(wanted, [])
        inner = BETWEEN_PLACES.sub("", wanted)
        return [one for at, one in enumerate(found) if one not in found[:at]] or self.placed(inner)

    def fold(self, name, rows):
        self.folded.setdefault(folded(name), []).extend(rows)
        for row in rows if self.parents else ():
            if isinstance(row, int):
                self.names_of.setdefault(row, []).append(folded(name))

    @cached_property
    def parents(self):
        """What each row lies in, {number: number}; None for a model without such places."""
        if "parent" not in {one.name for one in self.model._meta.fields}:
            return None
        return dict(self.model._base_manager.values_list("pk", "parent"))

    def placed(self, text):
        """The rows whose name ends a text that begins with names of what is above them."""
        for at in range(1, len(text) if self.parents else 0):
            rows = [one for one in self.folded.get(text[at:], ()) if isinstance(one, int)]
            if found := {one for one in rows if self.is_below(one, text[:at])}:
                return sorted(found)
        return []

    def is_below(self, row, text):
        """Whether a text is made of names of what stands above a row, the widest first."""
        text = text.removesuffix("直")  # 伊犁州直新源县: right below it
        above, seen = self.parents.get(row), set()
        while text and above is not None and above not in seen:
            seen.add(above)
            ends = [name for name in self.names_of.get(above, ()) if text.endswith(name)]
            text = text.removesuffix(max(ends, key=len, default=""))
            above = self.parents.get(above)
        return not text

    def near(self, text):
        """The names and keys that are most alike, in words."""
        found = get_close_matches(in_digits(text), self.names_alike(text), SHOWN_NEAR, LIKENESS)
        pairs = [(name, self.key(self.by_name[name][0])) for name in found]
        words = "、".join(
            f"“{name}”" + (f"（{key}）" if key != name else "") for name, key in pairs
        )
        return f"相近的有{words}。" if words else ""

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
        if not self.is_read and found not in self.keys:
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
        size = len(self.model.KEY)
        columns = ("pk", *self.model.KEY, *names, *paths)
        for pk, *values in self.readable_rows().order_by("pk").values_list(*columns):
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
            if self.folded:
                self.fold(name, [found])
        if self.folded:
            self.fold(key, [found])

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
        if not missing:
            return self.found
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
