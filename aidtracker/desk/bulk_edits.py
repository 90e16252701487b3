"""One field of many rows at once: chosen in a list, previewed, then stored or proposed as one act.

The rows go the way of an import: what that asks of the rows of a file about scope, review,
proposals, reasons, locked months and versions is asked of them, in as few queries.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from hashlib import sha256
from operator import eq
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.views.decorators.http import require_POST

from aidtracker.desk.narrowing import tell_fits_of_many
from aidtracker.desk.scope import answer_at_once
from aidtracker.ground.batches import in_batches, links_of_field
from aidtracker.ground.datasets import dataset_of
from aidtracker.ground.keys import key_of
from aidtracker.ground.records import NameListField
from aidtracker.ground.scope import hidden, is_scoped, scope_of
from aidtracker.review.proposals import key_relations
from aidtracker.review.reviewed import REASON_LENGTH
from aidtracker.sheets import (
    Guard,
    Outcome,
    Sheet,
    SheetColumn,
    SheetResource,
    rehearse,
    resource_for,
    store,
)
from aidtracker.trail import acts
from aidtracker.trail.conflicts import row_number

MOST = 2_000  # rows that are changed at once, within one request
SHOWN_PROBLEMS = 30
SET, ADD, REMOVE = "set", "add", "remove"
WAYS = ((SET, "改为"), (ADD, "加上"), (REMOVE, "去掉"))
TOO_MANY = f"一次最多改 {MOST} 条，所选的不止这些；请先筛选，分几次改。"
STALE = "预览之后数据有变，什么也没有保存；请核对新的预览。"


@admin.action(description="批量修改一栏", permissions=["change"])
def edit_many(model_admin, request, queryset):
    """On from a list to the page that asks which field, and what it shall be."""
    found = list(queryset.order_by().values_list("pk", "version")[: MOST + 1])
    if len(found) > MOST:
        messages.error(request, TOO_MANY)
        return None
    picked = " ".join(f"{pk}:{version}" for pk, version in sorted(found))
    return model_admin.page_of_many(request, picked, query=request.GET.urlencode())


def picked_rows(text: str) -> dict[int, int]:
    """The chosen rows, each with the version that the list showed: {number: version}."""
    found: dict[int, int] = {}
    for pair in text.split()[: MOST + 1]:
        pk, version = (row_number(part) for part in (*pair.split(":"), "", "")[:2])
        if pk is not None and version is not None:
            found[pk] = version
    return found


class ValueForm(forms.Form):
    """What a field shall be, and why; the field itself is put in by the list's admin."""

    how = forms.ChoiceField(label="怎么改", choices=WAYS)
    reason = forms.CharField(
        label="理由",
        required=False,
        max_length=REASON_LENGTH,
        help_text="记入操作记录；已发布、已锁定的必填，发布后公布在更正记录",
    )

    def __init__(self, *args: Any, column: SheetColumn, value: forms.Field, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not is_list(column):
            del self.fields["how"]
        value.label, value.help_text = column.label, column.source.help_text
        self.fields["value"] = value
        self.order_fields(["how", "value", "reason"])


def is_list(column: SheetColumn) -> bool:
    """Whether a field holds several things, of which some can be added or taken away."""
    return column.is_many or isinstance(column.source, NameListField)


class Cells:
    """The cells of one column, as a person wants them in some rows of a model."""

    def __init__(self, column: SheetColumn, rows: list[Any], how: str, value: Any) -> None:
        self.column, self.how, self.value = column, how, value
        self.present: dict[int, list[str]] = {}
        if how != SET and column.is_many:
            for pk, _, key in links_of_field(column.source, [row.pk for row in rows]):
                self.present.setdefault(pk, []).append(key)

    @property
    def words(self) -> str:
        """What is wanted, for the audit trail."""
        said = self.text(self.wanted) or "空"
        return f"{self.column.label}{dict(WAYS)[self.how]}{said}"

    @property
    def wanted(self) -> Any:
        if self.column.is_many:
            return [key_of(row) for row in self.value]
        return self.value

    def text(self, value: Any) -> str:
        if self.column.is_many:
            return self.column.widget.join(value)
        if self.column.source.is_relation:
            return "" if value is None else key_of(value)
        return self.column.text_of(value)

    def cell(self, row: Any) -> str:
        """The cell of one row: what is wanted, or what the row has with it or without it."""
        if self.how == SET:
            return self.text(self.wanted)
        own = self.present.get(row.pk, []) if self.column.is_many else getattr(row, self.name)
        rest = [one for one in own if one not in self.wanted]
        return self.text([*rest, *self.wanted] if self.how == ADD else rest)

    @property
    def name(self) -> str:
        return self.column.source.name


def sheet_of_rows(
    resource: SheetResource, rows: list[Any], versions: dict[int, int], cells: Cells
) -> Sheet:
    """Rows as a file would have them that says of each only one thing."""
    keys = resource.key_columns
    codes = [*(column.column_name for column in keys), cells.column.column_name]
    filled = [
        (number, [*(one.text(row) for one in keys), cells.cell(row), str(versions[row.pk])])
        for number, row in enumerate(rows, 1)
    ]
    columns = [(code, at, "") for at, code in enumerate(codes)]
    return Sheet("", columns, filled, version_at=len(codes))


class BulkEdits(admin.ModelAdmin):
    """For the ModelAdmin of any model that comes in as a sheet: one field of chosen rows."""

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_many"
        view = self.admin_site.admin_view(self.many_view)
        return [path("many/", view, name=name), *super().get_urls()]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        found = super().get_actions(request)
        if self.may_edit_many(request):
            found["edit_many"] = self.get_action(edit_many)
        return found

    def may_edit_many(self, request: HttpRequest) -> bool:
        return dataset_of(self.model).is_imported and self.has_change_permission(request)

    # What can be changed

    def columns_of_many(self, request: HttpRequest) -> dict[str, SheetColumn]:
        """The fields of the form that can be the same in many rows, by name, in the form's order.

        What names a row, its address, and what must be its own cannot.
        """
        resource = resource_for(self.model, request.user)
        kept = {*self.get_readonly_fields(request), *Guard(self.model, request.user).ignored}
        keys = {*resource.key_columns}
        return {
            name: column
            for name in flatten_fieldsets(self.get_fieldsets(request))
            if name not in kept
            and (column := resource.fields.get(name)) is not None
            and column not in keys
            and not (column.readonly or column.stays or column.source.unique)
        }

    def value_field(self, column: SheetColumn, request: HttpRequest, picked: str) -> forms.Field:
        """The form's own field for a column; of rows, what fits all that are chosen."""
        if isinstance(column.source, models.BooleanField):
            choices = (("", "请选择"), ("1", "是"), ("0", "否"))
            return forms.TypedChoiceField(choices=choices, coerce=partial(eq, "1"))
        field: Any = self.formfield_for_dbfield(column.source, request)
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        if column.source.many_to_one:
            rows = self.get_queryset(request).filter(pk__among=[*picked_rows(picked)])
            tell_fits_of_many(field.widget, rows, column.source.name)
        return field

    def rows_of_many(
        self, request: HttpRequest, pks: Iterable[int], column: SheetColumn
    ) -> tuple[list[Any], int]:
        """The chosen rows that are the user's to change, and how many are not, or are gone."""
        wanted = sorted(pks)
        own = self.model._base_manager.select_related(*key_relations(self.model))
        seen: list[Any] = []
        for part in in_batches(wanted):
            found = list(own.filter(pk__in=part).order_by("pk"))
            if found:
                answer_at_once(request, found)
            kept = naming_hidden(column, part, request.user)
            able = [row for row in found if self.has_change_permission(request, row)]
            seen += [row for row in able if row.pk not in kept]
        return seen, len(wanted) - len(seen)

    # The pages

    @method_decorator(require_POST)
    def many_view(self, request: HttpRequest) -> HttpResponse:
        """Which field; what it shall be; what that changes; then the change itself."""
        if not self.may_edit_many(request):
            raise PermissionDenied
        picked, name = request.POST.get("rows", ""), request.POST.get("field", "")
        column = self.columns_of_many(request).get(name)
        if column is None or request.POST.get("asked") != name:
            return self.page_of_many(request, picked, column)
        value = self.value_field(column, request, picked)
        form = ValueForm(request.POST, column=column, value=value)
        versions = picked_rows(picked)
        if not form.is_valid() or len(versions) > MOST:
            return self.page_of_many(request, picked, column, form=form)
        rows, left = self.rows_of_many(request, versions, column)
        how = form.cleaned_data.get("how", SET)
        cells = Cells(column, rows, how, form.cleaned_data["value"])
        resource = resource_for(self.model, request.user)
        sheet = sheet_of_rows(resource, rows, versions, cells)
        reason = form.cleaned_data["reason"].strip()
        outcome = rehearse(resource, sheet)
        seen = f"{outcome.fingerprint} {sha256(cells.words.encode()).hexdigest()}"
        if "sure" in request.POST and outcome.can_be_stored:
            if seen == request.POST.get("seen"):
                outcome = self.store_many(request, sheet, cells, outcome.fingerprint, reason)
            if outcome.is_stored:
                return self.after_many(request, outcome)
            if not outcome.reason_error:
                messages.error(request, STALE)
        shown = {"outcome": outcome, "seen": seen, "left": left}
        shown["problems"] = list(problems(outcome, rows))
        return self.page_of_many(request, picked, column, form=form, **shown)

    def store_many(
        self, request: HttpRequest, sheet: Sheet, cells: Cells, seen: str, reason: str
    ) -> Outcome:
        """Store what was previewed, as one act with its own words."""
        resource = resource_for(self.model, request.user)
        subject = f"{self.opts.verbose_name}：{cells.words}"
        return store(resource, sheet, seen, subject, reason, way=acts.Way.LIST)

    def page_of_many(
        self,
        request: HttpRequest,
        picked: str,
        column: SheetColumn | None = None,
        *,
        form: ValueForm | None = None,
        **shown: Any,
    ) -> TemplateResponse:
        if form is None and column is not None:
            form = ValueForm(column=column, value=self.value_field(column, request, picked))
        number = len(picked_rows(picked))
        context = {
            **self.admin_site.each_context(request),
            "title": f"批量修改{self.opts.verbose_name} {number} 条",
            "opts": self.opts,
            "media": self.media + (form.media if form else forms.Media()),
            "picked": picked,
            "query": shown.pop("query", request.POST.get("query", "")),
            "columns": self.columns_of_many(request).values(),
            "column": column,
            "form": form,
            "outcome": None,
            **shown,
        }
        return TemplateResponse(request, "admin/many.html", context)

    def after_many(self, request: HttpRequest, outcome: Outcome) -> HttpResponseRedirect:
        """Back to the list as it was, with what was done and the way to undo it."""
        done = [f"修改 {outcome.changed} 条"] if outcome.changed else []
        done += [f"存为变更申请 {outcome.proposed} 条（待提交）"] if outcome.proposed else []
        done += [f"没有变化 {outcome.unchanged} 条"] if outcome.unchanged else []
        done += [f"别人先改过、没有处理 {outcome.conflicting} 条"] if outcome.conflicting else []
        words = '批量修改：{}。<a href="{}">查看或撤销</a>'
        trail = reverse("admin:aidtracker_act_change", args=[acts.current().pk])
        messages.success(request, format_html(words, "，".join(done), trail))
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        query = request.POST.get("query", "")
        return redirect(f"{address}?{query}" if query else address)


def naming_hidden(column: SheetColumn, pks: list[int], user: Any) -> set[int]:
    """The rows that name, in a list, rows of which a user must not know: they would be lost."""
    field = column.source
    if not column.is_many or not is_scoped(field.related_model) or scope_of(user).reads_all:
        return set()
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    unseen = hidden(field.related_model._base_manager.all(), user)
    links = field.remote_field.through._base_manager.filter(**{f"{own}__in": pks})
    return {*links.filter(**{f"{other}__in": unseen}).values_list(f"{own}_id", flat=True)}


def problems(outcome: Outcome, rows: list[Any]) -> Iterator[tuple[bool, str, str]]:
    """What is wrong or doubtful, with the rows it is about: (is an error, names, why)."""
    for same in outcome.grouped[:SHOWN_PROBLEMS]:
        names = [f"“{rows[one.number - 1]}”" for one in same[:3]]
        more = f"等 {len(same)} 条" if len(same) > len(names) else ""
        yield same[0].is_error, "、".join(names) + more, same[0].message
