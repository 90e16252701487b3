"""What a model of the record declares about itself, feature by feature; `docs/declarations.md`.

A constant is declared where it has a type, with a docstring below it; models that say otherwise
just set it. The type is one of the kinds below, by which the site checks it when it starts.
Features are abstract models, so that migrations do not name them.
"""

from collections.abc import Callable, Collection, Iterable, Iterator
from string import Formatter
from typing import Annotated, Any

from django.conf import settings
from django.db.models import Model, Q

from aidtracker.ground.addresses import address
from aidtracker.ground.fits import Fit
from aidtracker.ground.keys import follow

PUBLISHED = "published"

# What a constant may hold. A kind yields what is wrong with a value, given its model.
Kind = Callable[[type[Model], Any], Iterator[str]]


def fields_at(model: type[Model], path: str) -> list[Any]:
    """The fields along a lookup path; FieldDoesNotExist for a step that is none."""
    found: list[Any] = []
    for name in path.split("__"):
        found.append((found[-1].related_model if found else model)._meta.get_field(name))
    return found


def paths_to_values(model: type[Model], paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        *steps, last = fields_at(model, path)
        if last.is_relation or not all(step.many_to_one for step in steps):
            yield f"{path} leads to no single value"


def paths_to_headquarters(model: type[Model], paths: tuple[str, ...]) -> Iterator[str]:
    for path in paths:
        last = fields_at(model, path)[-1]
        if not last.is_relation or last.related_model._meta.label != settings.HEADQUARTERS_MODEL:
            yield f"{path} leads to no headquarters"


def relations_to_records(model: type[Model], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        field = model._meta.get_field(name)
        if not field.is_relation or not hasattr(field.related_model, "KEY"):
            yield f"{name} names no row of the record"


def keys_to_records(model: type[Model], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        field = model._meta.get_field(name)
        if not field.many_to_one or not hasattr(field.related_model, "KEY"):
            yield f"{name} is no foreign key to the record"


def own_columns(model: type[Model], names: tuple[str, ...] | None) -> Iterator[str]:
    for name in names or ():
        if not model._meta.get_field(name).concrete:
            yield f"{name} is no column"


def own_fields(model: type[Model], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        if model._meta.get_field(name).auto_created:
            yield f"{name} is no field"


def paths_in_braces(model: type[Model], template: str) -> Iterator[str]:
    yield from paths_to_values(model, tuple(path for _, path, _, _ in parts_of(template) if path))


def parts_of(template: str) -> list[tuple[str, str | None, str | None, str | None]]:
    """The words of a name and, after each, the lookup path whose value follows."""
    return list(Formatter().parse(template))


def pairs_of_columns(model: type[Model], pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for pair in pairs:
        yield from own_columns(model, pair)


def choice_of_review(model: type[Model], name: str) -> Iterator[str]:
    field: Any = model._meta.get_field(name) if name else None
    if field is not None and "published" not in dict(field.flatchoices):
        yield f"{name} cannot say published"


def fits_of_keys(model: type[Model], fits: dict[str, tuple[Fit, ...]]) -> Iterator[str]:
    yield from keys_to_records(model, tuple(fits))
    for path in (path for several in fits.values() for fit in several for path in fit.by):
        if not all(step.many_to_one for step in fields_at(model, path)[:-1]):
            yield f"{path} leads to no single value"


def key_to_record(model: type[Model], name: str) -> Iterator[str]:
    if name:
        yield from keys_to_records(model, (name,))


def key_to_reviewed(model: type[Model], name: str) -> Iterator[str]:
    yield from key_to_record(model, name)
    if name and not getattr(model._meta.get_field(name).related_model, "REVIEW", ""):
        yield f"{name} names no reviewed row"


ValuePaths = Annotated[tuple[str, ...], paths_to_values]
HeadquartersPaths = Annotated[tuple[str, ...], paths_to_headquarters]
RelationNames = Annotated[tuple[str, ...], relations_to_records]
KeyNames = Annotated[tuple[str, ...], keys_to_records]
ColumnNames = Annotated[tuple[str, ...], own_columns]
NameTemplate = Annotated[str, paths_in_braces]
FieldNames = Annotated[tuple[str, ...], own_fields]
AnyColumnNames = Annotated[tuple[str, ...] | None, own_columns]
ColumnPairs = Annotated[tuple[tuple[str, str], ...], pairs_of_columns]
Fits = Annotated[dict[str, tuple[Fit, ...]], fits_of_keys]
ReviewName = Annotated[str, choice_of_review]
KeyName = Annotated[str, key_to_record]
WholeName = Annotated[str, key_to_reviewed]


class Keyed(Model):
    """Rows that files name by a key, never by their number in the database."""

    KEY: ValuePaths = ("name",)
    """The lookup paths to the values that together name a row."""

    ADDRESS_SAYS: FieldNames = ()
    """The fields that a row's address repeats beside its key, for who reads it."""

    NAMED_AS: NameTemplate = ""
    """What rows without a name of their own are called, with lookup paths in braces."""

    TOLD_APART_BY: FieldNames = ()
    """Of rows that files may name by their name instead: the fields that tell equal names apart."""

    NUMBERED_IN: KeyName = ""
    """The foreign key to the row in which its `number`, if left empty, counts on."""

    CAN_BE_MERGED: bool = False
    """Whether two rows that turn out to be one thing can be made one."""

    class Meta:
        abstract = True

    @classmethod
    def merge_obstacles(cls, kept: Any, gone: Any) -> Iterable[str]:
        """Why two rows cannot be one thing, beside what their table says of others."""
        return ()

    @classmethod
    def merge_notes(cls, kept: Any, gone: Any) -> Iterable[str]:
        """What whoever merges two rows should know."""
        return ()

    def natural_key(self) -> tuple:
        return tuple(follow(self, path) for path in self.KEY)


class Paged(Model):
    """Rows with a public page of their own."""

    PAGE: ValuePaths = ("slug",)
    """The lookup paths to the values in the address of a row's page."""

    CITED_AS: NameTemplate = ""
    """How public files cite a row, with one lookup path in braces in each part between commas."""

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        return address(self.page_name(), *(follow(self, path) for path in self.PAGE))

    @classmethod
    def page_name(cls) -> str:
        """The name of the pages' addresses."""
        return f"{cls._meta.model_name}-detail"


class Owned(Model):
    """Rows that belong to headquarters; those of none are kept by the keepers of all."""

    OWNERS: HeadquartersPaths = ()
    """The lookup paths to the headquarters any of which may change a row."""

    IS_SHARED: bool = True
    """Whether all staff may read the rows, not only who may change them and observers."""

    SEEN_WITH: RelationNames = ()
    """The relations to rows of which a row tells: who may not see those does not see it."""

    class Meta:
        abstract = True

    @classmethod
    def shared_condition(cls, prefix: str) -> Q | None:
        """Which of rows that are not shared all staff may read nevertheless; None for none."""
        return None


class Public(Model):
    """Rows that the public may see, unless something keeps them back."""

    PUBLIC_WITH: KeyNames = ()
    """The foreign keys to rows without which the public must not see a row."""

    PUBLISHES: KeyNames = ()
    """The foreign keys to rows that the public sees as soon as it sees a row that names them."""

    COUNTED_BY: ColumnNames = ()
    """The columns by whose values rows are counted apart; of reviewed rows it is the review."""

    IS_INTERNAL: bool = False
    """Whether rows are never public, so that none of their changes makes a public page another."""

    class Meta:
        abstract = True

    @classmethod
    def public_condition(cls, prefix: str) -> Q:
        """A further condition that the public may see a row; `prefix` leads to its fields."""
        return Q(**{f"{prefix}pk__in": ()}) if cls.IS_INTERNAL else Q()


class Searched(Model):
    """Rows that words find, in public lists, the search over all and the admin alike."""

    SEARCHED_IN: ColumnNames = ()
    """The text columns that hold the words; names stand in `search_text`, also in pinyin."""

    SEARCHED_WITH: KeyNames = ()
    """The foreign keys to rows whose words find a row as well as its own."""

    class Meta:
        abstract = True


class Fitting(Model):
    """Rows that name only such others as fit what else they say, whoever enters them."""

    FITS: Fits = {}
    """For a foreign key, each `Fit` (`ground.fits`) that a row named by it has to keep."""

    class Meta:
        abstract = True


class Remembered(Model):
    """Rows each state of which is kept, but for long texts."""

    KEPT_BESIDE: ColumnNames = ()
    """The columns that go with a text which no history keeps: undoing leaves both alone."""

    DERIVED: ColumnNames = ()
    """The columns that follow from others when a row is stored (`before_storing`)."""

    class Meta:
        abstract = True


class Reviewable(Model):
    """What every row is asked about its review, with the answers of rows that have none."""

    REVIEW: ReviewName = ""
    """The field that says how far a reviewed row has come; inherit `Reviewed` to have one."""

    WHOLE: WholeName = ""
    """The foreign key to the reviewed row that a row is part of; inherit `PartOfReviewed`."""

    class Meta:
        abstract = True

    @property
    def is_published(self) -> bool:
        """Whether its review lets the public see it."""
        return True

    @classmethod
    def is_only_proposed_by(cls, user: Any) -> bool:
        """Whether a user changes published rows only by proposals that others approve."""
        return False

    @classmethod
    def locks(cls) -> Collection:
        """All that locks rows of the model now, for `is_under_lock` of many rows."""
        return ()

    def is_under_lock(self, locks: Collection | None = None) -> bool:
        """Whether the row changes only for a reason whatever its review: its month is locked.

        `locks` are the model's `locks`, where they have been read already.
        """
        return False

    @classmethod
    def is_correction(cls, before: Any, after: Any, locks: Collection | None = None) -> bool:
        """Whether a stored row becomes another only for a reason, as what is public or locked does.

        None stands for no row: before it is new, after it is gone.
        """
        return False

    def is_proposed(self, before: Any, user: Any) -> bool:
        """Whether what `user` makes of the stored row is only a proposal, for others to approve."""
        return False

    @classmethod
    def doubts(cls, rows: list[Any]) -> Iterable[tuple[int, str, str]]:
        """What of many rows that are to be stored is probably wrong: (place, column, why)."""
        return ()

    @classmethod
    def ask_at_once(cls, rows: Iterable[Any]) -> None:
        """Find out of many stored rows what `is_correction` would have to ask of each alone."""

    def check_edit(
        self, before: Any, user: Any, *, also: Collection = (), locks: Collection | None = None
    ) -> bool:
        """ValidationError for what `user` may not change; whether what was handed on fell back."""
        return False

    def check_whole(self, user: Any) -> None:
        """ValidationError if what the row is part of is open only to others than `user`."""

    @classmethod
    def review_wholes(cls, parts: Iterable[Any]) -> list[Any]:
        """Let what `parts`, as they are and were, belong to be reviewed again: what fell back."""
        return []

    @staticmethod
    def state_in_words(state: Any, name: str) -> str | None:
        """What a kept state says in a field; None for what needs no words of its own."""
        return None
