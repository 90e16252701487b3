"""Two rows that are one thing made one: what names the one that goes, names the kept one then.

Where that must not be, or would say something twice, nothing is merged and every reason is told.
The trail says what went into what (`trail.merged`), so that former addresses lead there; undoing
the act brings both rows and all that named them back.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from aidtracker.desk.moving import NAMED, Moved, by_number, doubled, number_anew, store
from aidtracker.ground.batches import held, in_batches, prefetch_in_batches
from aidtracker.ground.changes import after_change
from aidtracker.ground.circles import circle_closed, circles, own_keys
from aidtracker.ground.keys import key_of
from aidtracker.ground.records import KeyedModel, NameListField, SlugFromPinyinField, twin
from aidtracker.ground.scope import FOREIGN, changeable, may_change
from aidtracker.review.reviewed import Reviewed, follow
from aidtracker.review.revisions import revision_model
from aidtracker.trail import acts
from aidtracker.trail.links import relations_to
from aidtracker.trail.merged import Along, merged_detail
from aidtracker.trail.undo import delete

MOST_MOVED = 5_000
# What says how a row is kept, not what it is.
KEPT_APART = ("version", "updated_at", "search_text", "correction_reason", "review_comment")
NO_REASON = "请写明合并的理由。"
CLASH = "合并后会与现有的记录重复或不合规则，没有合并。"


class MergeError(ValidationError):
    """The whole list of what keeps two rows from being merged."""


@dataclass
class Merge:
    """What making one row of two means: what moves, what the kept row takes, what is in the way."""

    kept: Any
    gone: Any
    user: Any
    reason: str = ""
    moves: list[Moved] = field(default_factory=list)
    taken: list[tuple[str, str]] = field(default_factory=list)
    links: dict[Any, set[int]] = field(default_factory=dict)
    obstacles: list[str] = field(default_factory=list)
    before: Any = None
    # Each row that moves once, whichever of its fields name the row that goes: (row, as stored).
    known: dict[tuple[Any, int], tuple[Any, Any]] = field(default_factory=dict)

    @property
    def model(self) -> Any:
        return type(self.kept)

    # What moves

    def look(self) -> None:
        """Find out what merging means; the rows are held where a transaction is open."""
        self.before = twin(self.kept)
        for one in relations_to(self.model):
            if moved := self.moved(one):
                self.moves.append(moved)
        self.take_values()
        self.obstacles += [*self.in_the_way()]

    def moved(self, one: Any) -> Moved | None:
        """The rows that name the row that goes in a field of another table."""
        manager = one.model._base_manager
        rows = manager.filter(**{one.name: self.gone.pk}).distinct()
        if one.model is self.model:
            rows = rows.exclude(pk__in=(self.kept.pk, self.gone.pk))
        if not issubclass(one.model, KeyedModel):
            return Moved(one, list(rows)) if rows.exists() else None
        numbers = list(rows.values_list("pk", flat=True)[: MOST_MOVED + 1])
        if len(numbers) > MOST_MOVED:
            words = f"{one.model._meta.verbose_name}超过 {MOST_MOVED} 条，一次合并不了。"
            self.obstacles.append(words)
            return None
        own = changeable(manager.filter(pk__among=numbers), self.user)
        if transaction.get_connection().in_atomic_block:
            own = held(own)
        found = list(own)
        owners = (path.partition("__")[0] for path in one.model.OWNERS)
        prefetch_in_batches(found, *{*filter(None, (one.model.WHOLE, *owners))})
        pairs = [self.known.setdefault((one.model, row.pk), (row, twin(row))) for row in found]
        for row, _ in pairs if not one.many_to_many else ():
            setattr(row, one.attname, self.kept.pk)
        rows, befores = [row for row, _ in pairs], [before for _, before in pairs]
        return Moved(one, rows, befores, len(numbers) - len(found)) if numbers else None

    # What the kept row takes

    def take_values(self) -> None:
        """The names of the row that goes become other names; what is empty is filled from it."""
        for one in self.model._meta.concrete_fields:
            if isinstance(one, NameListField):
                self.take_names(one)
            elif self.can_fill(one):
                setattr(self.kept, one.attname, getattr(self.gone, one.attname))
                self.taken.append((str(one.verbose_name), str(getattr(self.gone, one.name))))
            elif one.related_model is self.model and self.names_other(one):
                setattr(self.kept, one.attname, None)
                self.taken.append((str(one.verbose_name), "空（原来是要并入的这一条）"))
        for one in self.model._meta.many_to_many:
            own = {row.pk for row in getattr(self.kept, one.name).all()}
            others = [row for row in getattr(self.gone, one.name).all() if row.pk not in own]
            if others:
                self.links[one] = own | {row.pk for row in others}
                added = "、".join(map(str, others[:NAMED])) + ("等" if len(others) > NAMED else "")
                self.taken.append((str(one.verbose_name), f"加上{added}"))

    def take_names(self, one: Any) -> None:
        own = {str(self.kept), *getattr(self.kept, one.name)}
        others = [str(self.gone), *getattr(self.gone, one.name)]
        added = [name for name in dict.fromkeys(others) if name not in own]
        if added:
            setattr(self.kept, one.name, [*getattr(self.kept, one.name), *added])
            self.taken.append((str(one.verbose_name), f"加上{'、'.join(added)}"))

    def can_fill(self, one: Any) -> bool:
        """Whether the kept row has nothing in a field and the other one has something."""
        apart = one.primary_key or isinstance(one, SlugFromPinyinField) or one.name in KEPT_APART
        is_text = one.name in self.model.KEPT_BESIDE or not one.serialize
        if apart or is_text or not (one.null or one.blank):
            return False
        empty = (None, "", [])
        other = getattr(self.gone, one.attname)
        is_kept = one.related_model is self.model and other == self.kept.pk
        return getattr(self.kept, one.attname) in empty and other not in empty and not is_kept

    def names_other(self, one: Any) -> bool:
        return getattr(self.kept, one.attname) == self.gone.pk

    # What is in the way

    def in_the_way(self) -> Iterator[str]:
        for row in (self.kept, self.gone):
            if not may_change(row, self.user):
                yield f"“{row}”{FOREIGN}"
        if not self.reason:
            yield NO_REASON
        yield from self.open_proposals()
        yield from self.model.merge_obstacles(self.before, self.gone)
        for one in self.moves:
            name = one.model._meta.verbose_name
            if one.foreign:
                yield f"有 {one.foreign} 条{name}不归您的指挥部维护，须由能改它们的人合并。"
            if issubclass(one.model, KeyedModel):
                yield from self.refused(one)
                yield from doubled(one)
        yield from self.refusal_of(self.kept, self.before)
        yield from self.circles_closed()

    def open_proposals(self) -> Iterator[str]:
        """Changes of the row that goes that were proposed and are not decided."""
        rows = revision_model().objects.exclude(review="published").filter(row_id=self.gone.pk)
        for one in rows:
            if one.model is self.model:
                yield f"“{self.gone}”有未生效的变更申请（第 {one.number} 次），请先办完。"

    def refused(self, moved: Moved) -> Iterator[str]:
        """Why rows cannot be changed: each sentence once, with how many rows it is about."""
        said: dict[str, int] = {}
        locks = moved.model.locks()
        moved.model.ask_at_once(moved.befores)
        for row, before in zip(moved.rows, moved.befores, strict=True):
            for words in self.refusal_of(row, before, moved.field, locks):
                said[words] = said.get(words, 0) + 1
        for words, number in said.items():
            yield f"{moved.model._meta.verbose_name} {number} 条：{words}"

    def circles_closed(self) -> Iterator[str]:
        """Rows that would come to stand above themselves."""
        if own_keys(self.model):
            rows = [row for (model, _), (row, _) in self.known.items() if model is self.model]
            for _, closing in circles([*rows, self.kept], self.model):
                yield circle_closed(str(closing.verbose_name))

    def refusal_of(
        self, row: Any, before: Any, one: Any = None, locks: Any = None
    ) -> Iterator[str]:
        """Why the user may not change a row so; the reason is theirs, if it needs one."""
        model, also = type(row), ({one.name} if one is not None and one.many_to_many else ())
        locks = model.locks() if locks is None else locks
        if hasattr(row, "correction_reason") and model.is_correction(before, row, locks):
            row.correction_reason = self.reason
        if row.is_proposed(before, self.user):
            yield "已发布的内容，您没有发布权限，不能合并。"
            return
        try:
            row.check_edit(before, self.user, also=also, locks=locks)
        except ValidationError as error:
            yield from error.messages

    # Doing it

    def carry_out(self) -> None:
        self.move_all()
        self.move_by_number()
        delete(self.model, [self.gone])
        for link, numbers in self.links.items():
            getattr(self.kept, link.name).set(numbers)
        store([self.kept], {one.name for one in self.model._meta.concrete_fields})
        self.let_follow()

    def move_all(self) -> None:
        names: dict[Any, set[str]] = {}
        for one in self.moves:
            if not issubclass(one.model, KeyedModel):
                self.take_along(one.model, one.field.attname, [row.pk for row in one.rows])
            elif one.field.many_to_many:
                names.setdefault(one.model, set())
                self.move_links(one)
            else:
                names.setdefault(one.model, set()).add(one.field.name)
                number_anew(one)
        for model, changed in names.items():
            store([row for (of, _), (row, _) in self.known.items() if of is model], changed)

    def let_follow(self) -> None:
        """What follows from rows that are public, or belong to others, does."""
        for one in self.moves:
            published = [row for row in one.rows if isinstance(row, Reviewed) and row.is_published]
            if published:
                follow(published)
            if issubclass(one.model, KeyedModel):
                one.model.review_wholes([*one.rows, *one.befores])
        after_change()

    def move_links(self, moved: Moved) -> None:
        """Let a field of several name the kept row in place of the other one, once."""
        through = moved.field.remote_field.through._base_manager
        own, other = moved.field.m2m_field_name(), moved.field.m2m_reverse_field_name()
        for part in in_batches([row.pk for row in moved.rows]):
            links = through.filter(**{f"{own}__in": part})
            doubled = links.filter(**{other: self.kept.pk}).values_list(f"{own}_id", flat=True)
            links.filter(**{other: self.gone.pk, f"{own}__in": [*doubled]}).delete()
            links.filter(**{other: self.gone.pk}).update(**{other: self.kept.pk})

    def move_by_number(self) -> None:
        """What tables say of the row by its kind and number, they say of the kept one."""
        for model, kind in by_number(self.model):
            rows = model._base_manager.filter(**kind, row_id=self.gone.pk)
            if not issubclass(model, KeyedModel):
                self.take_along(model, "row_id", [*rows.values_list("pk", flat=True)])
                continue
            found = list(rows)
            for row in found:
                row.row_id, row.row_key = self.kept.pk, key_of(self.kept)
            store(found, {"row_id", "row_key"})

    def take_along(self, model: Any, column: str, numbers: list[int]) -> None:
        """Let rows without a history name the kept row; the act says which did."""
        if numbers:
            along = Along(model, column, numbers, self.gone.pk, self.kept.pk)
            along.move()
            acts.describe(details=[*acts.current().details, along.detail])


@acts.one_act()
def merge(kept: Any, gone: Any, user: Any, reason: str) -> Merge:
    """Make one row of two, or nothing. Raises MergeError with every reason why not."""
    model = type(kept)
    try:
        with transaction.atomic():
            rows = {
                row.pk: row for row in held(model._base_manager.filter(pk__in=(kept.pk, gone.pk)))
            }
            is_same = len(rows) == 2 and all(
                rows[one.pk].version == one.version for one in (kept, gone)
            )
            if not is_same:
                raise MergeError(["您打开之后其中一条有改动或已删除，没有合并；请核对新的预览。"])
            plan = Merge(rows[kept.pk], rows[gone.pk], user, reason.strip())
            plan.look()
            if plan.obstacles:
                raise MergeError(plan.obstacles)
            acts.describe(
                way=acts.Way.ACTION,
                subject=f"合并{model._meta.verbose_name}：{key_of(gone)} 并入 {key_of(kept)}",
                reason=plan.reason,
                details=[merged_detail(gone, kept)],
            )
            plan.carry_out()
    except IntegrityError as error:
        raise MergeError([CLASH]) from error
    return plan
