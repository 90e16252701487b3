"""Columns of a list as a person chooses them, and the page where views of it are saved."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from aidtracker.desk.list_views import (
    LONGEST_QUERY,
    MOST_VIEWS,
    WIDTHS,
    ListView,
    chosen,
    column_id,
    kept_query,
    view_of,
    views_of,
)
from aidtracker.ground.batches import prefetch_in_batches
from aidtracker.ground.money import labelled
from aidtracker.ground.scope import readable, scope_of
from aidtracker.review.proposals import key_relations
from aidtracker.trail.conflicts import is_versioned, row_number

MOST_LISTS = 2  # columns of which each takes a query of its own
LONGEST_NAME = ListView._meta.get_field("name").max_length


def links_column(field: Any) -> Callable[[Any], str]:
    """The column of a list for what rows name of which there may be several."""

    @admin.display(description=field.verbose_name)
    def column(row: Any) -> str | None:
        return "、".join(map(str, getattr(row, field.name).all())) or None

    column.__name__ = field.name
    return column


def wide(model_admin: Any, column: Any, width: str) -> Callable[[Any], Any]:
    """A column with a width, which the admin takes from its name as it takes its class."""
    own: Any = column if callable(column) else getattr(model_admin, column, None)
    if own is None:
        own = value_column(model_admin.model, column)

    @wraps(own)
    def widened(row: Any) -> Any:
        return own(row)

    widened.__name__ = f"{own.__name__} is-{width}"
    return widened


def value_column(model: type[models.Model], name: str) -> Callable[[Any], Any]:
    """The column of a field as the admin shows it."""
    field: Any = model._meta.get_field(name)

    @admin.display(
        description=field.verbose_name,
        ordering=name,
        boolean=isinstance(field, models.BooleanField),
    )
    def column(row: Any) -> Any:
        shown = f"get_{name}_display" if field.choices else name
        value = getattr(row, shown)
        return value() if field.choices else value

    column.__name__ = name
    return column


class ChosenColumns(admin.ModelAdmin):
    """For a ModelAdmin: its list has the columns, and offers the views, that a person wants."""

    def get_urls(self) -> list:
        name = f"{self.opts.app_label}_{self.opts.model_name}_columns"
        view = self.admin_site.admin_view(self.columns_view)
        return [path("columns/", view, name=name), *super().get_urls()]

    # Which columns

    def offered_columns(self, request: HttpRequest) -> list[str]:
        """What columns there can be: those that the list has anyway, and the form's fields."""
        usual = [column_id(one) for one in self.list_display]
        known = {self.heading(name) for name in usual}
        names = (*flatten_fieldsets(self.get_fieldsets(request)), "updated_at")
        fields = [name for name in names if self.can_be_shown(name)]
        return [*usual, *(one for one in fields if self.heading(one) not in known)]

    def can_be_shown(self, name: str) -> bool:
        """Whether a field of the form is one of the table, and no long text that is kept apart."""
        try:
            field: Any = self.opts.get_field(name)
        except FieldDoesNotExist:
            return False
        is_structure = type(field) is models.JSONField
        return not field.auto_created and field.serialize and not is_structure

    def get_list_display(self, request: HttpRequest) -> Any:
        usual = super().get_list_display(request)
        view = self.view_asked(request)
        if view is None:
            return usual
        offered = {*self.offered_columns(request)}
        own = {column_id(one): one for one in usual}
        names = [name for name in view.widths if name in offered]
        return [own.get(name) or self.further_column(name) for name in names] or usual

    def further_column(self, name: str) -> Any:
        field = self.opts.get_field(name)
        return links_column(field) if field.many_to_many else name

    def view_asked(self, request: HttpRequest) -> ListView | None:
        return view_of(request, self.model) if is_versioned(self.model) else None

    def with_named(self, request: HttpRequest, rows: Any) -> Any:
        """Rows with those that chosen columns name, and with what these are called by."""
        view = self.view_asked(request)
        fields = {one.name: one for one in self.opts.concrete_fields if one.many_to_one}
        for name in view.widths if view else ():
            if name in fields:
                steps = key_relations(fields[name].related_model)
                rows = rows.select_related(name, *(f"{name}__{step}" for step in steps))
        return rows

    def fields_shown(self, request: HttpRequest) -> list[str]:
        """The fields that the columns of a view show, also those shown in words of the list's own;
        none where no view is asked for."""
        view = self.view_asked(request)
        fields = {one.name for one in (*self.opts.concrete_fields, *self.opts.many_to_many)}
        names = [one for one in flatten_fieldsets(self.get_fieldsets(request)) if one in fields]
        called = {self.heading(name): name for name in names}
        shown = view.widths if view else ()
        return [one if one in fields else called.get(self.heading(one), one) for one in shown]

    def read_links(self, request: HttpRequest, rows: list[Any]) -> None:
        """Read at once what the chosen columns name of which there may be several."""
        view = self.view_asked(request)
        many = {field.name: field for field in self.opts.many_to_many}
        for name in view.widths if view and rows else ():
            if name in many:
                seen = readable(many[name].related_model._default_manager.all(), request.user)
                prefetch_in_batches(rows, Prefetch(name, seen))

    # The page

    def columns_view(self, request: HttpRequest) -> HttpResponse:
        """Choosing columns, saving views, sharing and deleting them."""
        self.refuse_without(self.has_view_permission(request) and is_versioned(self.model))
        asked = (
            request.POST.get("query", "") if request.method == "POST" else request.GET.urlencode()
        )
        request.GET = QueryDict(asked)
        if request.method == "POST":
            return self.save_view(request)
        view = self.view_asked(request)
        shown = [column_id(one) for one in self.get_list_display(request)]
        offered = self.offered_columns(request)
        widths = view.widths if view else {}
        context = {
            **self.admin_site.each_context(request),
            "title": f"{self.opts.verbose_name}：列与视图",
            "opts": self.opts,
            "columns": [
                (name, self.heading(name), name in shown, widths.get(name, ""))
                for name in [*shown, *(one for one in offered if one not in shown)]
            ],
            "widths": WIDTHS.items(),
            "views": [one for one in views_of(request, self.model) if one.name],
            "name": view.name if view else "",
            "is_shared": bool(view and view.headquarters_id),
            "query": asked,
            "exports": hasattr(self, "export_view"),
            "home": scope_of(request.user).home,
        }
        return TemplateResponse(request, "admin/columns.html", context)

    def heading(self, name: str) -> str:
        fields = (*self.opts.concrete_fields, *self.opts.many_to_many)
        field = next((one for one in fields if one.name == name), None)
        return labelled(field) if field else str(label_for_field(name, self.model, self))

    def save_view(self, request: HttpRequest) -> HttpResponseRedirect:
        """Save what was chosen as a person's own manner or as a view with a name; or delete."""
        own = ListView.objects.filter(user=request.user, model=self.opts.label)
        address = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        sent = request.POST
        if "reset" in sent or "delete" in sent:
            number = row_number(sent.get("delete", ""))
            gone = None if number is None else own.filter(pk=number)
            (own.filter(name="") if gone is None else gone).delete()
            messages.success(request, "已恢复默认的列。" if gone is None else "视图已删除。")
            return redirect(address)
        columns = chosen(sent.getlist("column"), sent, self.offered_columns(request))
        name = sent.get("name", "").strip()[:LONGEST_NAME] if "named" in sent else ""
        shown = ["", *self.get_list_display(request)]
        query = kept_query(request.GET, shown, [one for one, _ in columns])
        wrong = self.wrong_with(columns, name, query, own, is_named="named" in sent)
        if wrong:
            messages.error(request, f"{wrong}没有保存。")
            page = f"admin:{self.opts.app_label}_{self.opts.model_name}_columns"
            return redirect(f"{reverse(page)}?{request.GET.urlencode()}")
        is_shared = bool(name) and "share" in sent
        with transaction.atomic():
            view, _ = ListView.objects.update_or_create(
                user=request.user,
                model=self.opts.label,
                name=name,
                defaults={
                    "columns": columns,
                    "query": query if name else "",
                    "headquarters_id": scope_of(request.user).home if is_shared else None,
                    "saved_at": timezone.now(),
                },
            )
        messages.success(request, f"已存为视图“{name}”。" if name else "已存为您的列。")
        if name:
            return redirect(f"{address}{view.address}")
        return redirect(f"{address}?{query}" if query else address)

    def wrong_with(self, columns: list, name: str, query: str, own: Any, *, is_named: bool) -> str:
        """Why a view cannot be saved as it was sent; empty if it can."""
        if not columns:
            return "请至少选一列；"
        many = {field.name for field in self.opts.many_to_many}
        if sum(one in many for one, _ in columns) > MOST_LISTS:
            return f"一格列出几项的栏（出处、工程等）最多选 {MOST_LISTS} 个；"
        if is_named and not name:
            return "请给视图起个名称；"
        if len(query) > LONGEST_QUERY:
            return "筛选的条件太多，一个视图放不下；"
        if name and own.exclude(name=name).count() >= MOST_VIEWS:
            return f"每份列表最多存 {MOST_VIEWS} 个视图，请先删去不用的；"
        return ""
