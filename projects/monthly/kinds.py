"""The ledgers that are filled in month by month: what a row is about, and which cells it has."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from aidtracker.ground.money import LedgerAmountField
from aidtracker.sheets import SheetColumn, also_called
from programs.models import Headquarters
from projects.models import (
    Investment,
    InvestmentReport,
    JobsReport,
    Outlet,
    OutletReport,
    ProgressReport,
    Project,
    Target,
    TargetReport,
    TrainingReport,
)

STANDING = {"review", "review_comment", "correction_reason"}
TEXT_TYPES = ("TextField", "CharField")
DIGITS = 18  # more than any row's number has


@dataclass(frozen=True)
class Subject:
    """What one row is about: its headquarters, and the fields that name its reports.

    `counted_as` says of which unit its numbers are, where each row has its own.
    """

    identity: tuple
    name: str
    remark: str
    headquarters: Headquarters
    counted_as: str = field(default="", kw_only=True)

    @property
    def key(self):
        """The identity as one word, for the names of a form's fields."""
        return "-".join(map(str, self.identity))


class GridColumn(SheetColumn):
    """A column of cells to fill in."""

    def __init__(self, field, sum_of=None):
        super().__init__(field.name, field)
        self.sum_of = sum_of

    @property
    def name(self):
        return self.source.name

    @property
    def is_text(self):
        return self.source.get_internal_type() in TEXT_TYPES

    @cached_property
    def choices(self):
        """The words to choose from; none for what is typed."""
        return [str(label) for _, label in self.source.choices or ()]

    def value(self, raw, text, unit=""):
        return self.widget.clean(text) if self.choices else super().value(raw, text, unit)

    @property
    def unit(self):
        """The unit of amounts, which the label leaves out."""
        return "万元" if isinstance(self.source, LedgerAmountField) else ""

    @property
    def labels(self):
        """What the column may be called in a pasted heading."""
        return (self.label, *also_called(self.label))

    @property
    def number_unit(self):
        """The unit of numbers, also where the label has it."""
        return super().unit

    @property
    def is_copied(self):
        """Whether last month's words are mostly a good beginning."""
        return self.name in ("physical_progress", "next_step", "problems")


@dataclass(frozen=True)
class ReportKind:
    """A ledger on the page, and in addresses by its key; the rest its model declares.

    Subjects whose status is among `ended` are left out unless they reported last.
    """

    key: str
    model: Any
    ended: tuple[str, ...] = ()
    adds_up: bool = True  # whether numbers of different rows are of one unit

    @property
    def label(self):
        return self.model._meta.verbose_name

    @cached_property
    def identity(self):
        """The columns that, with the month, name a report."""
        return tuple(field.attname for field in self.model.identity_fields())

    @property
    def pairs(self):
        return self.model.PAIRS

    @property
    def subject_field(self):
        return self.model.identity_fields()[-1]

    @property
    def subject_label(self):
        return self.subject_field.verbose_name

    @property
    def is_regular(self):
        """Whether every subject, each of one headquarters, is reported about each month."""
        return (f"{self.model.SUBJECT}__headquarters",) == self.model.OWNERS

    @cached_property
    def columns(self):
        """The cells of a row, the note last; a cumulative one knows what it is the sum of."""
        sums = {total: part for part, total in self.model.PAIRS}
        fields = [field for field in self.model._meta.concrete_fields if self.is_cell(field)]
        fields.sort(key=lambda field: field.name == "note")
        return [GridColumn(field, sums.get(field.name)) for field in fields]

    def is_cell(self, field):
        named = {*self.identity, *STANDING, "month"}
        return field.editable and not field.primary_key and field.attname not in named

    def named_by(self, key):
        """The condition that a report is about the subject of a key; of none if it is no key."""
        found = dict(zip(self.identity, key.split("-"), strict=False))
        numbers = [part for name, part in found.items() if name.endswith("_id")]
        is_key = key.count("-") == len(self.identity) - 1
        is_key = is_key and all(one.isdecimal() and len(one) < DIGITS for one in numbers)
        return found if is_key else {"pk__in": []}

    def subjects(self, headquarters, reporting, key=""):
        """What headquarters report about, in order; `reporting` are identities never left out.

        With a key, that of the key is among them, and others may be missing.
        """
        by_pk = {one.pk: one for one in headquarters}
        if self.is_regular:
            found = self.own_subjects(by_pk, reporting, key)
        elif self.subject_field.is_relation:
            found = self.linked_subjects(by_pk)
        else:
            found = self.chosen_subjects(by_pk)
        order = {pk: place for place, pk in enumerate(by_pk)}
        return sorted(found, key=lambda subject: order[subject.headquarters.pk])

    def own_subjects(self, own, reporting, key):
        """Projects, investments, outlets: each belongs to one headquarters."""
        model = self.model.subject_model()
        rows = model.objects.filter(headquarters__in=own).defer("search_text")
        if key:
            rows = rows.filter(pk=self.named_by(key).get(*self.identity))
        if hasattr(model, "code"):
            rows = rows.order_by("code")  # as in the headquarters' own lists
        return [
            Subject(
                (row.pk,),
                row.name,
                getattr(row, "code", ""),
                own[row.headquarters_id],
                counted_as=getattr(row, "counted_as", ""),
            )
            for row in rows
            if row.status not in self.ended or (row.pk,) in reporting
        ]

    def linked_subjects(self, headquarters):
        """Sites, once for each headquarters that helped to build them."""
        name = self.subject_field.name
        links = self.model.subject_model().headquarters.through.objects
        rows = links.filter(headquarters__in=headquarters).order_by(f"{name}__slug")
        found = rows.values_list("headquarters_id", f"{name}_id", f"{name}__name")
        return [Subject((pk, row), words, "", headquarters[pk]) for pk, row, words in found]

    def chosen_subjects(self, headquarters):
        """Each kind of training, for each headquarters."""
        return [
            Subject((pk, value), label, "", one)
            for pk, one in headquarters.items()
            for value, label in self.subject_field.choices
        ]


DONE = (
    Project.Status.COMPLETED,
    Project.Status.ACCEPTED,
    Project.Status.HANDED_OVER,
    Project.Status.CANCELLED,
)
# Only what is under way is counted month by month.
NOT_COUNTED = ("", *(one for one in Target.Status if one != Target.Status.RUNNING))
KINDS = {
    kind.key: kind
    for kind in (
        ReportKind("progress", ProgressReport, DONE),
        ReportKind("investment", InvestmentReport, (Investment.Status.ENDED,)),
        ReportKind("outlet", OutletReport, (Outlet.Status.CLOSED,)),
        ReportKind("jobs", JobsReport),
        ReportKind("training", TrainingReport),
        ReportKind("target", TargetReport, NOT_COUNTED, adds_up=False),
    )
}
