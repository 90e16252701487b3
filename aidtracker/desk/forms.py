"""The forms of the record: what is asked of every row that the admin saves, in one order.

A form says in `typed_checks` what is asked of what was typed, before the row takes it, and in
`row_checks` what is asked of the row then. A check is a function of the form; it raises
ValidationError, or adds its errors itself. A form with more to ask names more.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db.models import Field, Max, Model, UniqueConstraint
from django.forms.models import InlineForeignKeyField

from aidtracker.desk.fields import KeyFormField, LinksFormField
from aidtracker.desk.narrowing import tell_fits
from aidtracker.ground.records import twin
from aidtracker.ground.scope import (
    FOREIGN,
    NOT_FREE,
    check_owner,
    fill_owner,
    hidden,
    is_scoped,
    may_change,
    owner_field,
    scope_of,
)
from aidtracker.review.reviewed import Corrected
from aidtracker.trail.conflicts import (
    Missed,
    as_in_state,
    is_versioned,
    missed,
    present_words,
    same,
    short,
    shown_version,
    typed_words,
)
from aidtracker.trail.differences import value_in
from aidtracker.trail.refused import note

OUTDATED = "这一条在您打开之后已被修改，这次没有保存。请核对下面的内容，再保存一次。"
UNKNOWN_BASE = "无法确定您打开的是哪一版，这次没有保存。请核对下面与现在不同的栏，再保存一次。"
FILES = "选过的文件不能保留，请重新选择。"

NEXT_NUMBER = "留空则排在最后"

Check = Callable[[Any], Any]


def take_number(form: "RecordForm") -> None:
    """Left without its number, a new row comes after the last of those it is counted with."""
    data = form.cleaned_data
    if not form.is_counted_on or data.get("number") is not None or "number" in form.errors:
        return
    if form.below is not None:
        data["number"] = form.below.next_number()
    elif whole := data.get(form._meta.model.NUMBERED_IN):
        data["number"] = last_number(form._meta.model, whole.pk) + 1


def last_number(model: Any, whole: int | None) -> int:
    """The highest number of the rows of a model in one that is stored; 0 where there are none."""
    rows = model._base_manager.filter(**{model.NUMBERED_IN: whole})
    return (rows.aggregate(last=Max("number"))["last"] if whole else None) or 0


def take_owner(form: "RecordForm") -> None:
    """Left without an owner, a row is taken for the user's only headquarters."""
    if field := form.chosen_owner:
        home = field.related_model(pk=scope_of(form.user).home)
        form.cleaned_data[field.name] = form.cleaned_data.get(field.name) or home


def settle_conflict(form: "RecordForm") -> bool:
    """Tell what others changed since the page was shown; whether nothing was typed against it.

    What a person typed stays; what they left alone takes the present value.
    """
    if not form.is_outdated:
        return False
    row = form.instance
    form.missed = missed(row, shown_version(form.data, type(row), row.pk))
    untouched = [form.settle(name, field) for name, field in form.settled_fields()]
    form.add_error(None, OUTDATED if form.missed.base is not None else UNKNOWN_BASE)
    if form.files:
        form.add_error(None, FILES)
    return all(untouched)


def settle_or_leave(form: "RecordForm") -> None:
    """Among the rows of a list, one that the person left alone stays as others saved it."""
    if settle_conflict(form):
        form.errors.clear()
        form.missed = None
        form.changed_data = []


def keep_in_scope(form: "RecordForm") -> None:
    """A row was the user's to change, and stays in their scope."""
    row, model = form.instance, type(form.instance)
    if not is_scoped(model):
        return
    if not row._state.adding and form.has_changed() and not may_change(row, form.user):
        raise ValidationError(f"这条{row._meta.verbose_name}{FOREIGN}没有改动。")
    fill_owner(row, form.user)
    try:
        check_owner(row, form.user)
    except ValidationError as error:
        field = owner_field(model)
        raise ValidationError({field.name if field else NON_FIELD_ERRORS: error}) from error


@dataclass(frozen=True)
class Edit:
    """What the review says of a form that is saved, and of which row, None for a new one."""

    before: Any = None
    is_proposal: bool = False
    fell_back: bool = False


def ask_review(form: "RecordForm") -> None:
    """The review says whether the user may change the row, may only propose it, and why."""
    row = form.instance
    if not isinstance(row, Corrected):
        return
    before = row.stored()
    if form.can_propose and row.is_proposed(before, form.user):
        row.require_reason(before, form.links)
        form.edit = Edit(before, is_proposal=True)
    else:
        fell_back = row.check_edit(before, form.user, also=form.links)
        form.edit = Edit(before, fell_back=fell_back)


def refuse_hidden_doubles(form: "RecordForm") -> None:
    """What only one row may have, and one has that the user must not know of, cannot be taken.

    The sentence tells of no row; Django's own, that there is one, is for those that are seen.
    """
    model: Any = form._meta.model
    if model._meta.proxy or not is_scoped(model) or model.IS_SHARED:
        return
    rows = model._base_manager.exclude(pk=form.instance.pk)
    for name in single_keys(model) & {*form.changed_data}:
        value = form.cleaned_data.get(name)
        if value and hidden(rows.filter(**{name: value}), form.user).exists():
            words = f"这个{model._meta.get_field(name).verbose_name}{NOT_FREE}"
            note(words)
            raise ValidationError({name: words})


@cache
def single_keys(model: type[Model]) -> frozenset[str]:
    """The columns of which no two rows have the same."""
    found = {field.name for field in model._meta.concrete_fields if field.unique}
    rules = (rule for rule in model._meta.constraints if isinstance(rule, UniqueConstraint))
    found |= {rule.fields[0] for rule in rules if len(rule.fields) == 1}
    return frozenset(found - {model._meta.pk.name})


class RecordForm(forms.ModelForm):
    """The form of a row, made for one user, whose page said which version of the row it shows."""

    user: Any = None
    # The rows below a row of which it is one, where it is.
    below: Any = None
    # What others changed since the page was shown, once that was asked.
    missed: Missed | None = None
    # Whether saving the form stored nothing of the row, since it is as it was.
    is_unchanged = False
    # Whether it can be saved as a proposal, as the one form of a page can; and what it became.
    can_propose = False
    edit = Edit()
    do_not_call_in_templates = True  # the skin names the class; forms may need more to be made

    typed_checks: ClassVar[tuple[Check, ...]] = (
        *(take_owner, take_number, settle_conflict, refuse_hidden_doubles),
    )
    row_checks: ClassVar[tuple[Check, ...]] = (keep_in_scope, ask_review)

    def __init__(self, *args: Any, below: Any = None, **kwargs: Any) -> None:
        if (row := kwargs.get("instance")) is not None:
            know_empty_links(row)
        super().__init__(*args, **kwargs)
        self.below = below
        row = self.instance
        if is_versioned(type(row)) and not row._state.adding:
            # What is saved was read while it was held: it is as it is stored.
            row.as_read = twin(row) if self.is_bound else None
            self.know_rows_named()
        if field := self.chosen_owner:
            self.fields[field.name].required = False
            if self.instance._state.adding and not self.initial.get(field.name):
                self.initial[field.name] = scope_of(self.user).home
        if is_scoped(self._meta.model) and not scope_of(self.user).reads_all:
            self.keep_choices()
        if self.is_counted_on:
            number: Any = self.fields["number"]
            number.required = False
            number.help_text = "；".join(filter(None, (number.help_text, NEXT_NUMBER)))
        tell_fits(self, *(below.above if below is not None else ()))

    @property
    def is_counted_on(self) -> bool:
        """Whether it is a new row that may be left without its number."""
        is_new = self.instance._state.adding and getattr(self._meta.model, "NUMBERED_IN", "")
        return bool(is_new) and "number" in self.fields

    def know_rows_named(self) -> None:
        """What the row names and was read with it, no field has to look for."""
        row: Any = self.instance
        fields: dict[str, Any] = self.fields
        for name, shown in fields.items():
            if isinstance(shown, LinksFormField):
                shown.known = self.initial.get(name) or ()
            elif isinstance(shown, KeyFormField):
                named = row._meta.get_field(name).get_cached_value(row, default=None)
                shown.known = () if named is None else (named,)

    @property
    def chosen_owner(self) -> Any:
        """The field in which the user may choose the row's headquarters but need not; or None."""
        field = owner_field(self._meta.model)
        shown = self.fields.get(field.name) if field else None
        is_given = shown is None or isinstance(shown, InlineForeignKeyField)
        if is_given or "__" in field.model.OWNERS[0] or not scope_of(self.user).home:
            return None
        return field

    def keep_choices(self) -> None:
        """What the row refers to already stays a choice, even if it is no longer the user's."""
        fields: dict[str, Any] = self.fields
        for name, field in fields.items():
            rows = getattr(field, "queryset", None)
            stored = getattr(self.instance, f"{name}_id", None)
            if rows is not None and stored and is_scoped(rows.model) and not rows.model.IS_SHARED:
                field.queryset = rows | rows.model._default_manager.filter(pk=stored)

    @property
    def links(self) -> dict[str, Any]:
        """What the many-to-many fields that were changed shall name: {field name: rows}."""
        many = {field.name for field in self._meta.model._meta.many_to_many}
        return {name: self.cleaned_data[name] for name in self.changed_data if name in many}

    @property
    def entered(self) -> list[str]:
        """The names of the table's fields that were changed and are no part of the review."""
        names = {field.name for field in self.instance.entered_fields()}
        return [name for name in self.changed_data if name in names]

    # Checks

    def clean(self) -> dict[str, Any]:
        super().clean()
        for check in self.typed_checks:
            self.ask(check)
        # A row that others changed takes nothing of what was typed, nor is it deleted unseen.
        return {} if self.is_outdated else self.cleaned_data

    def validate_unique(self) -> None:
        """Django's last question of a row that has taken what was typed; then the site's own."""
        super().validate_unique()
        for check in self.row_checks:
            if not self.errors:
                self.ask(check)

    def ask(self, check: Check) -> None:
        try:
            check(self)
        except ValidationError as error:
            self.add_error(None, error)

    def add_error(self, field: str | None, error: Any) -> None:
        """What is wrong with a row as a whole stands beside the field where it can be put right."""
        if field is not None or not isinstance(error, ValidationError):
            super().add_error(field, error)
            return
        placed: dict[str, list[ValidationError]] = {}
        for name, found in error.update_error_dict({}).items():
            for one in found:
                names = getattr(one, "names", ()) if name == NON_FIELD_ERRORS else (name,)
                place = self.place_of(getattr(one, "left_out", ()))
                place = self.place_of(names) if place == NON_FIELD_ERRORS else place
                placed.setdefault(place, []).append(one)
        super().add_error(None, ValidationError(placed))

    def place_of(self, names: Iterable[str]) -> str:
        """The last of some fields that can be filled in here; of none, the top of the form."""
        open_fields = [
            name
            for name, field in self.fields.items()
            if not field.disabled and not field.widget.is_hidden
        ]
        return next((one for one in reversed(open_fields) if one in names), NON_FIELD_ERRORS)

    # Changed by others meanwhile

    @property
    def is_outdated(self) -> bool:
        """Whether the row is not, or not provably, as the page showed it."""
        row = self.instance
        if row._state.adding or not is_versioned(type(row)):
            return False
        return shown_version(self.data, type(row), row.pk) != row.version

    def settled_fields(self) -> Iterable[tuple[str, Any]]:
        """The fields of the form that stand for a field of the row and can be filled in."""
        for name, form_field in self.fields.items():
            if form_field.disabled or form_field.widget.is_hidden:
                continue
            try:
                yield name, self.instance._meta.get_field(name)
            except FieldDoesNotExist:
                continue

    def settle(self, name: str, field: Field) -> bool:
        """Show the present value of a field sent as the page showed it; is it such a one?

        A field is marked that others changed, too, and that was no mistake of its own.
        """
        said: Any = self.missed
        if name not in self.cleaned_data:
            return False
        typed = as_in_state(field, self.cleaned_data[name])
        if said.base is not None and same(typed, value_in(said.base, field)):
            shown: Any = self.fields[name]
            shown.bound_data = lambda data, initial: initial
            return True
        is_other = not same(typed, value_in(said.present, field))
        if is_other and (said.base is None or name in said.changes):
            self.add_error(name, self.contest(name, field))
        return False

    def contest(self, name: str, field: Field) -> str:
        """What was typed into a field, and what others made of it."""
        said: Any = self.missed
        typed = short(typed_words(field, self.cleaned_data[name]))
        change = said.changes.get(name)
        who = f"{change.who}已改为" if change else "现在是"
        return f"您填的是“{typed}”，{who}“{short(present_words(field, said))}”。"


def names_any(name: str) -> str:
    """The attribute of a row read for its form that says whether a many-to-many field is empty."""
    return f"names_{name}"


def know_empty_links(row: Model) -> None:
    """Nothing is read for the many-to-many fields that are known to name no row."""
    cached: Any = row.__dict__.setdefault("_prefetched_objects_cache", {})
    for field in row._meta.many_to_many:
        if not getattr(row, names_any(field.name), True):
            cached.setdefault(field.name, field.related_model._base_manager.none())


class ListForm(RecordForm):
    """A row edited in a list."""

    typed_checks = (take_owner, settle_or_leave, refuse_hidden_doubles)


def stored_by(form: forms.ModelForm, formsets: Iterable[Any]) -> list[Model]:
    """The rows that saving a form and those below it has stored."""
    is_proposal = getattr(form, "edit", Edit()).is_proposal
    rows = [] if getattr(form, "is_unchanged", False) or is_proposal else [form.instance]
    for formset in formsets:
        rows += [*formset.new_objects, *(row for row, _ in formset.changed_objects)]
    return rows


def has_saved(form: forms.ModelForm, formsets: Iterable[Any]) -> bool:
    """Whether saving a form and those below it has stored or deleted anything."""
    formsets = [*formsets]
    is_less = any(formset.deleted_objects for formset in formsets)
    return is_less or bool(stored_by(form, formsets))
