"""What every record of the site stands on: a natural key, a stable address, names to search by."""

import contextlib
from collections.abc import Collection, Iterator, Sequence
from contextvars import ContextVar
from functools import cache
from itertools import chain, count
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Case, When
from django.db.models.base import ModelState
from django.db.models.signals import pre_save
from django.utils import timezone
from django.utils.text import slugify

from aidtracker.ground.circles import check_circles
from aidtracker.ground.columns import LONGEST, PlainColumn, WordsField
from aidtracker.ground.features import (
    Fitting,
    Keyed,
    Owned,
    Paged,
    Public,
    Remembered,
    Reviewable,
    Searched,
)
from aidtracker.ground.fits import refuse_unfit
from aidtracker.ground.history import History
from aidtracker.ground.pinyin import syllables
from aidtracker.ground.publication import public_rule
from aidtracker.ground.search import SearchTextField, closeness, search_rule, search_text

_found: ContextVar[dict | None] = ContextVar("found", default=None)


@contextlib.contextmanager
def each_found_once() -> Iterator[None]:
    """While many rows are loaded, read what they name by natural key once and remember it."""
    token = _found.set({})
    try:
        yield
    finally:
        _found.reset(token)


class KeyedQuerySet(models.QuerySet):
    """Rows that can be named by their natural key."""

    def get_by_natural_key(self, *key):
        found, place = _found.get(), (self.model, key)
        if found is not None and place in found:
            return found[place]
        row = self.get(**dict(zip(self.model.KEY, key, strict=True)))
        if found is not None:
            found[place] = row
        return row

    def published(self):
        """Those the public may see."""
        return self.filter(public_rule(self.model))

    def search(self, words: str) -> Self:
        """Rows that hold every word of the query, or are found with what holds it."""
        return self.filter(search_rule(self.model, words))

    def best_for(self, words: str, used: Collection[int] = ()) -> Self:
        """What a search finds, to choose from: each row with its `closeness`, the closest first.

        Of equally close ones those with the numbers `used` come first.
        """
        found = self.search(words).annotate(closeness=closeness(self.model, words))
        used_first = [Case(When(pk__in=used, then=0), default=1)] if used else []
        return found.order_by("closeness", *used_first, *self.model._meta.ordering)

    def at_first(self, limit: int) -> Self:
        """The query of the first rows; of a model whose rows name many others, their numbers are
        found first."""
        return self[:limit]

    def first_rows(self, limit: int) -> list[Any]:
        """The first rows."""
        return list(self.at_first(limit))

    def for_fixtures(self):
        """The rows that fixtures keep."""
        return self.all()

    def entered(self):
        """Without what is only computed and is computed again when what it speaks of is gone."""
        return self.all()


class UpdatedAtField(PlainColumn, models.DateTimeField):
    """When a row was last saved; fixtures leave it out."""

    def __init__(self, *args, **kwargs):
        kwargs.update(editable=False, serialize=False, db_index=True, default=timezone.now)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        setattr(model_instance, self.attname, timezone.now())
        return super().pre_save(model_instance, add)


class VersionField(PlainColumn, models.PositiveIntegerField):
    """How often a row was saved: whoever saves an older version than is stored has missed a change.

    Fixtures leave it out.
    """

    def __init__(self, *args, **kwargs):
        kwargs.update(editable=False, serialize=False, default=1)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance, add):
        # A state in a history is no new version of anything.
        if not add and isinstance(model_instance, KeyedModel):
            setattr(model_instance, self.attname, getattr(model_instance, self.attname) + 1)
        return super().pre_save(model_instance, add)


class MaintainerField(PlainColumn, models.ForeignKey):
    """The headquarters that keeps a row which otherwise belongs to nobody in particular."""

    def __init__(self, verbose_name="维护单位", **kwargs):
        kwargs.setdefault("to", settings.HEADQUARTERS_MODEL)
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        kwargs.setdefault("help_text", "由哪个指挥部维护；留空的由全国数据管理员维护")
        kwargs.update(null=True, blank=True)
        super().__init__(verbose_name=verbose_name, **kwargs)


@cache
def labels_of(field: models.Field) -> dict[Any, str]:
    """What each choice of a field is called."""
    return {value: str(label) for value, label in field.flatchoices}


class KeyedModel(Keyed, Owned, Public, Fitting, Remembered, Reviewable, Searched, models.Model):
    """A row of the record: what it declares about itself stands in `aidtracker.ground.features`."""

    updated_at = UpdatedAtField("更新时间")
    version = VersionField("版本")

    objects = KeyedQuerySet.as_manager()
    history = History()

    class Meta:
        abstract = True
        # Importing a spreadsheet is a right of its own, besides adding and changing.
        default_permissions = ("add", "change", "delete", "view", "import")

    def save_base(self, *args, **kwargs):
        """Store a row and the state that is kept of it together or not at all."""
        self.as_read = None
        with transaction.atomic(savepoint=False):
            super().save_base(*args, **kwargs)
            self.after_storing([self])

    def _get_FIELD_display(self, field: models.Field) -> Any:  # noqa: N802 (Django's name)
        """As Django's, which makes a dictionary of all choices anew for each row."""
        value = getattr(self, field.attname)
        return labels_of(field).get(value, value)

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """As Django's, which looks for each row that is named, also for one that is at hand.

        Nor may a row stand above itself.
        """
        at_hand = {
            field.name
            for field in self._meta.concrete_fields
            if field.many_to_one
            and field.is_cached(self)
            and getattr(field.get_cached_value(self), "pk", None) is not None
        }
        super().clean_fields({*(exclude or ()), *at_hand})
        check_circles(self, {*(exclude or ())})

    @classmethod
    def before_storing(cls, rows: Sequence[Self]) -> None:
        """What must hold of rows at every door, and what follows from them; ValidationError if not.

        Asked before a row is saved (`ask_before_storing`, also for fixtures, which Django stores
        past `save_base`) and before many are (`ground.bulk`). Whoever asks a person checks the same
        earlier, in `clean`.
        """
        refuse_unfit(rows)

    @classmethod
    def after_storing(cls, rows: Sequence[Self]) -> None:
        """What other rows must follow in the same transaction, at the doors that ask before."""

    def made_search_text(self) -> str:
        """What its names are searched as."""
        return search_text(self.search_names)

    as_read: Any = None
    """The row as it was read, where nobody can have changed it since; until it is saved."""

    def stored(self) -> Self | None:
        """The row as it is stored; None for a new one."""
        if self.as_read is not None or self.pk is None:
            return self.as_read
        return type(self)._base_manager.filter(pk=self.pk).first()

    def complete(self, before: Self | None) -> None:
        """Fill in and check what the model itself knows, as `clean`; `before` is the stored row."""
        self.clean()


def twin(row: Any) -> Any:
    """A row as it is now, to remain so; what it refers to is not taken along."""
    model: Any = type(row)
    before = model.__new__(model)
    before.__dict__.update(row.__dict__)
    before._prefetched_objects_cache = {}
    before._state = ModelState()
    before._state.db, before._state.adding = row._state.db, row._state.adding
    return before


def ask_before_storing(sender: type, instance: models.Model, **kwargs) -> None:
    """Let a row about to be saved be checked by its model."""
    if isinstance(instance, KeyedModel):
        instance.before_storing([instance])


def connect() -> None:
    """A signal, since nothing else is called for every row that Django stores by itself."""
    pre_save.connect(ask_before_storing, dispatch_uid="aidtracker.ground.records")


def refuse_long_lists(names: list[str]) -> None:
    """As a text: a cell of a sheet holds all the names together."""
    if (length := sum(map(len, map(str, names)))) > LONGEST:
        raise ValidationError(f"合起来最多 {LONGEST} 个字，这里有 {length} 个。")


class NameListField(PlainColumn, models.JSONField):
    """Other names of a thing, a list of texts."""

    default_validators = [refuse_long_lists]

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


class SlugFromPinyinField(PlainColumn, models.SlugField):
    """The readable part of a page's address; made from the name's pinyin when left empty."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 120)
        kwargs.setdefault("unique", True)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def clone(self):
        # A history keeps an address many times: a copy of its field must not fall back to unique.
        _, _, args, kwargs = self.deconstruct()
        return type(self)(*args, **{"unique": self.unique} | kwargs)

    def pre_save(self, model_instance, add):
        if not getattr(model_instance, self.attname):
            setattr(model_instance, self.attname, self.unused_slug(model_instance))
        return super().pre_save(model_instance, add)

    def stem(self, row):
        """The pinyin of the row's name; of what others must not know of, with its code or whose it
        is.

        Else a number behind it would tell that somebody has a row of the same name.
        """
        stem = slugify("-".join(syllables(row.slug_source)))[:110].strip("-")
        if not row.IS_SHARED and (own := self.own_part(row)):
            stem = f"{stem[:60]}-{own[:49]}".strip("-")
        return stem or "record"

    def own_part(self, row):
        """What nobody else's rows have in their addresses; empty for a row of nobody's."""
        if row.KEY == ("code",):
            return slugify("-".join(syllables(row.code)))
        owner = getattr(row, row.OWNERS[0], None) if row.OWNERS else None
        return getattr(owner, "slug", "")

    def unused_slug(self, row):
        """The pinyin of the row's name, numbered if another row has it already."""
        stem = self.stem(row)
        rows = type(row).objects
        # Mostly the stem is free, and the index says so without reading all addresses.
        if not rows.filter(**{self.attname: stem}).exists():
            return stem
        similar = rows.filter(**{f"{self.attname}__startswith": stem})
        return first_free(stem, set(similar.values_list(self.attname, flat=True)))


def first_free(stem, taken):
    """The stem, with the first number behind it that makes it none of those that are taken."""
    numbered = (f"{stem}-{number}" for number in count(2))
    return next(slug for slug in chain([stem], numbered) if slug not in taken)


class RecordQuerySet(KeyedQuerySet):
    """Named things."""


class Record(Paged, KeyedModel):
    """A named thing with other names, sources that speak of it, a note, and a page of its own."""

    OWNERS = ("maintainer",)
    SEARCHED_IN = ("search_text",)

    # Identification
    name = models.CharField("名称", max_length=200)
    slug = SlugFromPinyinField("网址名", help_text="网页地址的一部分；留空则取名称的拼音")
    aliases = NameListField("别名", help_text="其他叫法，每行一个")

    # Provenance
    sources = models.ManyToManyField(
        settings.SOURCE_MODEL, verbose_name="出处", blank=True, related_name="%(class)s_set"
    )
    note = WordsField("备注", blank=True)
    maintainer = MaintainerField()
    search_text = SearchTextField("检索文字")

    objects = RecordQuerySet.as_manager()

    class Meta(KeyedModel.Meta):
        abstract = True
        ordering = ("slug",)

    def __str__(self):
        return self.name

    @property
    def slug_source(self):
        return self.name

    @property
    def search_names(self):
        return [self.name, *self.aliases]
