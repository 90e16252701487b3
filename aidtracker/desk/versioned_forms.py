"""Forms that know which version of a row they show, and tell what others changed meanwhile.

What a person typed stays; what they left alone takes the present value.
"""

from functools import cache
from typing import Any

from django import forms
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.forms.formsets import DELETION_FIELD_NAME

from aidtracker.trail.conflicts import (
    as_in_state,
    author,
    hold,
    is_versioned,
    missed,
    name_in,
    present_words,
    row_number,
    same,
    short,
    shown_version,
    typed_words,
)
from aidtracker.trail.differences import value_in

OUTDATED = "这一条在您打开之后已被修改，这次没有保存。请核对下面的内容，再保存一次。"
UNKNOWN_BASE = "无法确定您打开的是哪一版，这次没有保存。请核对下面与现在不同的栏，再保存一次。"
FILES = "选过的文件不能保留，请重新选择。"


class VersionedForm(forms.ModelForm):
    """A form whose page said which version it shows; another one than is stored is a conflict."""

    missed: Any = None

    @property
    def is_outdated(self):
        """Whether the row is not, or not provably, as the page showed it."""
        row = self.instance
        if row._state.adding or not is_versioned(type(row)):
            return False
        return shown_version(self.data, type(row), row.pk) != row.version

    def _post_clean(self):
        if self.is_outdated:
            self.tell_of_conflict()
        else:
            super()._post_clean()  # type: ignore[misc]  # the stubs leave it out

    def tell_of_conflict(self):
        row = self.instance
        self.missed = missed(row, shown_version(self.data, type(row), row.pk))
        for name, field in self.settled_fields():
            self.settle(name, field)
        self.add_error(None, OUTDATED if self.missed.base is not None else UNKNOWN_BASE)
        if self.files:
            self.add_error(None, FILES)

    def settled_fields(self):
        """The fields of the form that stand for a field of the row and can be filled in."""
        for name, form_field in self.fields.items():
            if form_field.disabled or form_field.widget.is_hidden:
                continue
            try:
                yield name, self.instance._meta.get_field(name)
            except FieldDoesNotExist:
                continue

    def is_untouched(self, name, field):
        """Whether a field was sent as the page showed it, as far as that is known."""
        if self.missed.base is None or name not in self.cleaned_data:
            return False
        typed = as_in_state(field, self.cleaned_data[name])
        return same(typed, value_in(self.missed.base, field))

    def settle(self, name, field):
        """Show the present value of an untouched field; mark one that others changed, too."""
        if self.is_untouched(name, field):
            shown: Any = self.fields[name]
            shown.bound_data = lambda data, initial: initial
        elif self.is_contested(name, field):
            self.add_error(name, self.contest(name, field))

    def is_contested(self, name, field):
        """Whether what was typed, and is no mistake of its own, differs from a new value."""
        if name not in self.cleaned_data:
            return False
        typed = as_in_state(field, self.cleaned_data[name])
        is_other = not same(typed, value_in(self.missed.present, field))
        return is_other and (self.missed.base is None or name in self.missed.changes)

    def contest(self, name, field):
        typed = short(typed_words(field, self.cleaned_data[name]))
        present = short(present_words(field, self.missed))
        change = self.missed.changes.get(name)
        who = f"{change.who}已改为" if change else "现在是"
        return f"您填的是“{typed}”，{who}“{present}”。"


class ListForm(VersionedForm):
    """A row edited in a list: one that the person left alone stays as others saved it."""

    def tell_of_conflict(self):
        super().tell_of_conflict()
        if all(self.is_untouched(name, field) for name, field in self.settled_fields()):
            self.errors.clear()
            self.missed = None
            self.__dict__["changed_data"] = []


class VersionedFormSet(forms.BaseInlineFormSet):
    """Rows below a row: one deleted meanwhile comes back as a new row if it was edited here."""

    model: Any
    data: Any

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.lost: list[str] = []
        if self.is_bound and is_versioned(self.model) and not self.save_as_new:
            self.take_out_deleted()

    def take_out_deleted(self):
        """Move the rows that are gone behind those that are there, as new ones."""
        size = self.initial_form_count()
        pks = {index: self.posted_pk(index) for index in range(size)}
        there = hold(self.model, [pk for pk in pks.values() if pk is not None])
        gone = [index for index, pk in pks.items() if pk is not None and pk not in there]
        if not gone:
            return
        states = last_states(self.model, [pks[index] for index in gone])
        kept = [index for index in gone if self.is_edited(index, states.get(pks[index]))]
        self.lost = [lost_words(states.get(pks[index]), index in kept) for index in gone]
        order = [index for index in range(self.total_form_count()) if index not in gone]
        self.renumber(order[: size - len(gone)], kept, order[size - len(gone) :])

    def posted_pk(self, index):
        return row_number(self.data.get(f"{self.add_prefix(index)}-{self.model._meta.pk.name}", ""))

    def is_edited(self, index, state):
        """Whether the row was sent otherwise than it was when it was deleted."""
        prefix = self.add_prefix(index)
        if f"{prefix}-{DELETION_FIELD_NAME}" in self.data:
            return False
        if state is None:
            return True
        kwargs = self.get_form_kwargs(index) | {"instance": state.instance, "prefix": prefix}
        return self.form(data=self.data, files=self.files, **kwargs).has_changed()

    def renumber(self, there, gone, new):
        """Number the rows anew: those there, those to come back without their number, new ones."""
        data = self.data.copy()
        for name in [name for name in data if is_row_input(name, self.prefix)]:
            del data[name]
        for number, index in enumerate([*there, *gone, *new]):
            old, fresh = self.add_prefix(index), self.add_prefix(number)
            for name in [name for name in self.data if name.startswith(f"{old}-")]:
                data.setlist(fresh + name.removeprefix(old), self.data.getlist(name))
            if index in gone:
                data[f"{fresh}-{self.model._meta.pk.name}"] = ""
        data[f"{self.prefix}-INITIAL_FORMS"] = str(len(there))
        data[f"{self.prefix}-TOTAL_FORMS"] = str(len(there) + len(gone) + len(new))
        self.data = data
        del self.management_form

    def get_queryset(self):
        """The rows in the order in which they were sent, so that each stands beside its form."""
        rows = super().get_queryset()
        if not self.is_bound or not is_versioned(self.model):
            return rows
        if not hasattr(self, "_sent_rows"):
            sent = [self.posted_pk(index) for index in range(self.initial_form_count())]
            place = {pk: number for number, pk in enumerate(sent)}
            self._sent_rows = sorted(rows, key=lambda row: place.get(row.pk, len(sent)))
        return self._sent_rows

    def _should_delete_form(self, form):
        """A row that others changed is not deleted unseen."""
        is_to_go = super()._should_delete_form(form)  # type: ignore[misc]  # the stubs leave it out
        return is_to_go and not form.is_outdated

    def clean(self):
        super().clean()
        if self.lost:
            raise ValidationError(self.lost)


def is_row_input(name, prefix):
    """Whether an input belongs to a numbered row of a formset."""
    number, dash, _ = name.removeprefix(f"{prefix}-").partition("-")
    return name.startswith(f"{prefix}-") and number.isdecimal() and bool(dash)


def last_states(model, pks):
    """The last kept state of each row, by the row's number."""
    states = model.history.filter(id__in=pks).select_related("act__user").order_by("history_id")
    return {state.id: state for state in states}


def lost_words(state, is_kept):
    name = f"{author(state)}删除了“{name_in(state)}”" if state else "有一行已被删除"
    if is_kept:
        return f"{name}。您改过这一行，所以还列在这里：再保存会作为新的一行加入；不要就移除它。"
    return f"{name}。请核对后再保存。"


@cache
def versioned(form, kind=VersionedForm):
    """A class of forms or formsets with the knowledge of versions."""
    return form if issubclass(form, kind) else type(form.__name__, (kind, form), {})
