"""Rows edited below a row: those that others deleted meanwhile come back, or are named."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import DELETION_FIELD_NAME

from aidtracker.desk.forms import last_number
from aidtracker.ground.scope import FOREIGN, is_scoped, may_change
from aidtracker.trail.conflicts import author, hold, is_versioned, name_in, row_number


class RecordFormSet(forms.BaseInlineFormSet):
    """Rows below a row: one deleted meanwhile comes back as a new row if it was edited here."""

    model: Any
    data: Any
    prefix: Any

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lost: list[str] = []
        if self.is_bound and is_versioned(self.model) and not self.save_as_new:
            self.take_out_deleted()

    def get_form_kwargs(self, index: int | None) -> dict[str, Any]:
        """Each form knows below what it stands."""
        return {**super().get_form_kwargs(index), "below": self}

    @property
    def above(self) -> tuple[str, int | None]:
        """The foreign key to the row above, whose form may decide on choices, and its number."""
        return self.fk.name, self.instance.pk

    def next_number(self) -> int:
        """The number after the highest of the rows, as they are stored and as they were sent."""
        if not hasattr(self, "_last_number"):
            sent = (
                row_number(self.data.get(f"{self.add_prefix(index)}-number", ""))
                for index in range(self.total_form_count())
            )
            self._last_number = max(
                [last_number(self.model, self.instance.pk), *filter(None, sent)]
            )
        self._last_number += 1
        return self._last_number

    def take_out_deleted(self) -> None:
        """Move the rows that are gone behind those that are there, as new ones."""
        size = self.initial_form_count()
        pks: dict[int, Any] = {index: self.posted_pk(index) for index in range(size)}
        there = hold(self.model, pks.values())
        gone = [index for index, pk in pks.items() if pk is not None and pk not in there]
        if not gone:
            return
        states = last_states(self.model, [pks[index] for index in gone])
        kept = [index for index in gone if self.is_edited(index, states.get(pks[index]))]
        self.lost = [lost_words(states.get(pks[index]), index in kept) for index in gone]
        order = [index for index in range(self.total_form_count()) if index not in gone]
        self.renumber(order[: size - len(gone)], kept, order[size - len(gone) :])

    def posted_pk(self, index: int) -> int | None:
        return row_number(self.data.get(f"{self.add_prefix(index)}-{self.model._meta.pk.name}", ""))

    def is_edited(self, index: int, state: Any) -> bool:
        """Whether the row was sent otherwise than it was when it was deleted."""
        prefix = self.add_prefix(index)
        if f"{prefix}-{DELETION_FIELD_NAME}" in self.data:
            return False
        if state is None:
            return True
        kwargs = self.get_form_kwargs(index) | {"instance": state.instance, "prefix": prefix}
        return self.form(data=self.data, files=self.files, **kwargs).has_changed()

    def renumber(self, there: list[int], gone: list[int], new: list[int]) -> None:
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

    def get_queryset(self) -> Any:
        """The rows in the order in which they were sent, so that each stands beside its form."""
        rows = super().get_queryset()
        if not self.is_bound or not is_versioned(self.model):
            return rows
        if not hasattr(self, "_sent_rows"):
            sent = [self.posted_pk(index) for index in range(self.initial_form_count())]
            place = {pk: number for number, pk in enumerate(sent)}
            self._sent_rows = sorted(rows, key=lambda row: place.get(row.pk, len(sent)))
        return self._sent_rows

    def clean(self) -> None:
        """Rows that were lost are named; rows of others are not deleted."""
        super().clean()
        if self.lost:
            raise ValidationError(self.lost)
        stored: list[Any] = self.initial_forms
        for form in stored:
            is_to_go = getattr(form, "cleaned_data", {}).get(DELETION_FIELD_NAME)
            if is_to_go and is_scoped(self.model) and not may_change(form.instance, form.user):
                raise ValidationError(f"“{form.instance}”{FOREIGN}不能删除。")


def is_row_input(name: str, prefix: str) -> bool:
    """Whether an input belongs to a numbered row of a formset."""
    number, dash, _ = name.removeprefix(f"{prefix}-").partition("-")
    return name.startswith(f"{prefix}-") and number.isdecimal() and bool(dash)


def last_states(model: Any, pks: list[Any]) -> dict[int, Any]:
    """The last kept state of each row, by the row's number."""
    states = model.history.filter(id__in=pks).select_related("act__user").order_by("history_id")
    return {state.id: state for state in states}


def lost_words(state: Any, is_kept: bool) -> str:
    name = f"{author(state)}删除了“{name_in(state)}”" if state else "有一行已被删除"
    if is_kept:
        return f"{name}。您改过这一行，所以还列在这里：再保存会作为新的一行加入；不要就移除它。"
    return f"{name}。请核对后再保存。"
