"""The admin's look in one place: the only module that knows django-unfold.

Every admin class of the project stands on `ModelAdmin`, or on `PlainModelAdmin` where there is
nothing to import or export.
"""

from functools import cache, partial
from typing import Any, ClassVar
from weakref import WeakSet

from django import forms
from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.paginator import Page
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q, Window
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.html import format_html
from django.utils.http import urlencode
from unfold.admin import ModelAdmin as UnfoldModelAdmin
from unfold.admin import StackedInline as UnfoldStackedInline
from unfold.admin import TabularInline as UnfoldTabularInline
from unfold.admin import checkbox
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    BooleanRadioFilter,
    ChoicesCheckboxFilter,
    DropdownFilter,
    RangeDateFilter,
)
from unfold.contrib.filters.admin import CheckboxFilter as UnfoldCheckboxFilter
from unfold.forms import (
    ActionForm,
    AdminPasswordChangeForm,
    AuthenticationForm,
    PaginationInlineFormSet,
    UserChangeForm,
    UserCreationForm,
)
from unfold.mixins import BaseModelAdminMixin
from unfold.sites import UnfoldAdminSite
from unfold.templatetags import unfold_list
from unfold.views import ChangeList as UnfoldChangeList
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from aidtracker.desk import unsaved
from aidtracker.desk.bulk_edits import BulkEdits
from aidtracker.desk.changes import FollowChanges
from aidtracker.desk.copying import Copying
from aidtracker.desk.deletion import deletion
from aidtracker.desk.fields import (
    KeyFormField,
    KeySelect,
    LedgerFormField,
    LinksFormField,
    LinksSelect,
    MonthFormField,
    NameListFormField,
    PlainDecimalFormField,
    column_for,
    read_only_words,
)
from aidtracker.desk.forms import names_any
from aidtracker.desk.formsets import RecordFormSet
from aidtracker.desk.lists import CountedAtOnce, VersionedList, is_row_number
from aidtracker.desk.manual import explained
from aidtracker.desk.merge_pages import Merging
from aidtracker.desk.narrowing import NarrowedChoices
from aidtracker.desk.proposing import Proposals
from aidtracker.desk.ranges import field_at, range_for
from aidtracker.desk.scope import ScopedAdmin, ScopedInline
from aidtracker.desk.spreadsheets import SheetAdminMixin
from aidtracker.desk.theme import navigation
from aidtracker.desk.versions import VersionedAdmin
from aidtracker.ground.datasets import form_of
from aidtracker.ground.money import LedgerAmountField
from aidtracker.ground.months import MonthField
from aidtracker.ground.partial_dates import PartialDateField
from aidtracker.ground.records import NameListField
from aidtracker.ground.scope import readable
from aidtracker.review.proposals import key_relations
from aidtracker.templatetags.formatting import UNKNOWN
from aidtracker.trail.differences import with_relations

__all__ = [
    "AdminPasswordChangeForm",
    "AuthenticationForm",
    "ChangeList",
    "CheckboxFilter",
    "CheckboxList",
    "DropdownFilter",
    "FileInput",
    "ModelAdmin",
    "PlainModelAdmin",
    "RangeDateFilter",
    "ReadOnlyInline",
    "ReasonActionForm",
    "StackedInline",
    "TabularInline",
    "TextArea",
    "TextInput",
    "UserChangeForm",
    "UserCreationForm",
    "form_of",
    "group",
    "link_to",
]

CheckboxList = UnfoldAdminCheckboxSelectMultipleWidget
FileInput = UnfoldAdminFileFieldWidget
TextArea, TextInput = UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

# The skin draws both anew for every row of a list, which takes a third of the page.
HEADINGS = unfold_list.result_headers


def headings(changelist):
    """The headings of a list, made once a page."""
    made = vars(changelist).setdefault("headings", [])
    made.extend(() if made else HEADINGS(changelist))
    return made


unfold_list.result_headers = headings


@cache
def row_box():
    """The box that chooses a row for an action, with {} for the number of the row."""
    return checkbox.render(ACTION_CHECKBOX_NAME, "{}")


NUMBER_INPUT = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"})

FORM_FIELDS = {
    NameListField: {
        "form_class": NameListFormField,
        "widget": UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    },
    PartialDateField: {"widget": UnfoldAdminTextInputWidget(attrs={"placeholder": "2012-03"})},
    models.TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 4})},
    LedgerAmountField: {"form_class": LedgerFormField, "widget": NUMBER_INPUT},
    models.DecimalField: {"form_class": PlainDecimalFormField, "widget": NUMBER_INPUT},
    MonthField: {
        "form_class": MonthFormField,
        "widget": UnfoldAdminTextInputWidget(attrs={"placeholder": "2026-05"}),
    },
    models.DateField: {"widget": UnfoldAdminSingleDateWidget(format="%Y-%m-%d")},
}


# Where somebody asks for a row of a list that others keep: {model: address}; by the apps.
WAYS_TO_ASK: dict[Any, Any] = {}


def group(title, *names):
    """One titled group of a form's fields; a tuple of names stands side by side."""
    return title, {"fields": names}


def begun_with(first, groups):
    """The groups of a form with some fields in front and all others folded, in their order."""
    rest = []
    for _, parts in groups:
        for one in parts["fields"]:
            names = [name for name in ([one] if isinstance(one, str) else one) if name not in first]
            rest += [tuple(names) if len(names) > 1 else names[0]] if names else []
    return [group("先填这些", *first), ("更多", {"fields": rest, "classes": ("collapse",)})]


def link_to(address, words):
    """A link in a list or form."""
    return format_html('<a href="{}" class="text-link">{}</a>', address, words)


def with_row_numbers(posted, names):
    """Posted values, those of the named fields (also of inlines) only where they number a row."""
    kept = posted.copy()
    for key in posted:
        if key.rpartition("-")[2] in names:
            kept.setlist(key, [text for text in posted.getlist(key) if is_row_number(text)])
    return kept


class DeskSite(UnfoldAdminSite):
    """The admin: what no part of a page shows is not looked up for it."""

    def get_app_list(self, request, app_label=None):
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def autocomplete_view(self, request):
        return NarrowedChoices.as_view(admin_site=self)(request)

    def get_sidebar_list(self, request):
        return SimpleLazyObject(partial(navigation, request))


class FormFieldsMixin(BaseModelAdminMixin):
    """Form fields in the site's manner.

    Every related row is found by typing; no form lists many rows to choose from. A choice that
    must be made is not made beforehand by whichever stands first.
    """

    formfield_overrides: ClassVar[Any] = FORM_FIELDS

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """With what the manual says of it, where it stands."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        words = explained().get(str(db_field.verbose_name), "")
        if field is not None and words:
            field.help_text = format_html("{} {}", field.help_text, words).strip()
        return field

    @property
    def readonly_preprocess_fields(self):
        return read_only_words(self.model)

    def formfield_for_choice_field(self, db_field, request, **kwargs):
        if not db_field.has_default():
            blank = [("", "请选择")]
            kwargs["choices"] = db_field.get_choices(include_blank=True, blank_choice=blank)
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        """A row is chosen by typing; the one that stands there is known already."""
        if db_field.name in self.get_autocomplete_fields(request):
            widget = KeySelect(db_field, self.admin_site, using=kwargs.get("using"))
            kwargs = {"form_class": KeyFormField, "widget": widget} | kwargs
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)
        return self.with_way_to_ask(field, db_field, request)

    def formfield_for_manytomany(self, db_field, request, **kwargs):
        if db_field.name in self.get_autocomplete_fields(request):
            widget = LinksSelect(db_field, self.admin_site, using=kwargs.get("using"))
            kwargs = {"form_class": LinksFormField, "widget": widget} | kwargs
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        return self.with_way_to_ask(field, db_field, request)

    def with_way_to_ask(self, field, db_field, request):
        """Who may not add what a field lacks can ask for it, and what is typed here is kept."""
        model = db_field.related_model
        address = WAYS_TO_ASK.get(model)
        if field is None or not address:
            return field
        if self.admin_site.get_model_admin(model).has_add_permission(request):
            return field
        place = {"field": db_field.name, "from": request.path}
        way = f"{address()}&{urlencode(place)}"
        line = '{} <a class="text-link" data-asks="{}" href="{}">列表里没有？申请新增</a>'
        field.help_text = format_html(line, field.help_text, db_field.name, way)
        return field

    def get_autocomplete_fields(self, request):
        return [
            field.name
            for field in (*self.opts.concrete_fields, *self.opts.many_to_many)
            if field.is_relation and self.admin_site.is_registered(field.related_model)
        ]


# The requests for one row's form, which shows the names of all that the row names.
FOR_FORMS: WeakSet[HttpRequest] = WeakSet()


def with_rows_named(rows):
    """Rows with those that they name, and those of whom these names speak; not their long texts.

    Rows that name so many that joining them costs more than the answer know how to bring them.
    """
    if hasattr(rows, "with_named"):
        return rows.with_named()
    named = [field for field in rows.model._meta.concrete_fields if field.many_to_one]
    paths, texts = [], []
    for field in named:
        model = field.related_model
        paths += [field.name, *(f"{field.name}__{path}" for path in key_relations(model))]
        texts += [
            f"{field.name}__{one.name}"
            for one in model._meta.concrete_fields
            if isinstance(one, models.TextField)
        ]
    return rows.select_related(*paths).defer(*texts) if paths else rows


def with_links_known(rows):
    """Rows that know which of their many-to-many fields name anything: the others are not read."""
    many = rows.model._meta.many_to_many
    links = {field.name: field.remote_field.through._base_manager for field in many}
    own = {field.name: {field.m2m_field_name(): OuterRef("pk")} for field in many}
    return rows.annotate(
        **{names_any(name): Exists(links[name].filter(**own[name])) for name in links}
    )


class RelatedFilter(AutocompleteSelectFilter):
    """A filter by a related row, found by typing among those that the user may read.

    A place stands for all that lies in it, too.
    """

    def __init__(self, field, request, params, model, model_admin, field_path):
        super().__init__(field, request, params, model, model_admin, field_path)
        self.has_below = hasattr(field.related_model._default_manager.all(), "and_below")
        if self.has_below:
            self.title = f"{self.title}（含下级）"

    def queryset(self, request, queryset):
        number = self.value()
        if not self.has_below or not number:
            return super().queryset(request, queryset)
        places = self.field.related_model._default_manager.filter(pk=number).and_below()
        return self.within(queryset, places)

    def within(self, queryset, places):
        """The rows that name one of some places."""
        if not self.field.many_to_many:
            return queryset.filter(**{f"{self.field_path}__in": places})
        own = self.field.m2m_field_name()
        links = self.field.remote_field.through._base_manager.filter(
            **{f"{self.field.m2m_reverse_field_name()}__in": places}
        )
        return queryset.filter(pk__in=links.values(f"{own}_id"))

    def choices(self, changelist):
        for choice in super().choices(changelist):
            field = choice["form"].fields[self.lookup_kwarg]
            field.queryset = readable(field.queryset.all(), self.request.user)
            yield choice


class ChoiceFilter(CountedAtOnce, ChoicesCheckboxFilter):
    """A filter by the choices of a field."""


class YesNoFilter(CountedAtOnce, BooleanRadioFilter):
    """A filter by a field that says yes or no."""


class CheckboxFilter(CountedAtOnce, UnfoldCheckboxFilter):
    """A filter by choices of its own, of which several can be ticked."""

    def queryset(self, request, queryset):
        offered = {str(value) for value, _ in self.lookup_choices}
        ticked = [one for one in self.value() or () if one in offered]
        return self.narrowed(queryset, ticked) if ticked else queryset

    def narrowed(self, rows, ticked):
        """The rows that the ticked choices leave."""
        raise NotImplementedError

    def rule(self, rows, choice):
        """The condition that one choice leaves a row."""
        return Q(pk__in=self.narrowed(rows, [choice]).order_by().values("pk"))

    def get_facet_counts(self, pk_attname, filtered_qs):
        """By the rule of each choice; the skin would count what is ticked for all of them."""
        choices = enumerate(choice for choice, _ in self.lookup_choices)
        return {
            f"{at}__c": Count(pk_attname, filter=self.rule(filtered_qs, choice))
            for at, choice in choices
        }


class ReasonActionForm(ActionForm):
    """The box of a list's actions, with room to say why."""

    reason = forms.CharField(
        label="",
        required=False,
        widget=UnfoldAdminTextInputWidget(
            attrs={"placeholder": "退回意见或理由", "aria-label": "理由"}
        ),
    )


class ChangeList(VersionedList, UnfoldChangeList):
    """A page of a list."""


class PlainModelAdmin(ScopedAdmin, VersionedAdmin, Copying, FormFieldsMixin, UnfoldModelAdmin):
    """A list and a form in the site's manner, without import and export."""

    list_select_related: ClassVar[Any] = ()
    empty_value_display = UNKNOWN
    list_per_page = 50
    list_max_show_all = 200
    list_filter_submit = True
    show_full_result_count = False
    search_fields: ClassVar[Any] = ("search_text",)  # of a record, what its model declares
    search_help_text: ClassVar[Any] = "名称、别名、拼音或首字母"
    warn_unsaved_form = True
    # What a new row is begun with; the rest of its form is folded.
    first_fields: ClassVar[tuple[str, ...]] = ()
    # The skin's templates ask for these at each row and field. What a class has not, a template
    # looks for among all its names: a quarter of the time of a list.
    list_sections: ClassVar[tuple[Any, ...]] = ()
    conditional_fields: ClassVar[dict[str, Any]] = {}
    change_form_show_cancel_button = False

    def get_fieldsets(self, request, obj=None):
        groups = super().get_fieldsets(request, obj)
        return groups if obj or not self.first_fields else begun_with(self.first_fields, groups)

    def __init__(self, model, admin_site):
        """What columns name is read along; a list that shows more of other rows says which."""
        super().__init__(model, admin_site)
        keys = {field.name for field in model._meta.concrete_fields if field.many_to_one}
        named = [name for name in self.list_display if name in keys]
        self.list_select_related = self.list_select_related or named

    def add_view(self, request, form_url="", extra_context=None):
        unsaved.refill(request)
        return super().add_view(request, form_url, extra_context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        unsaved.refill(request)
        return super().change_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        return unsaved.shown_only(form) if hasattr(request, "refilled") else form

    def render_change_form(self, request, context, *args, **kwargs):
        context |= {
            "unsaved_at": unsaved.waits_here(request),
            "refilled_at": getattr(request, "refilled", None),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    def get_object(self, request, object_id, from_field=None):
        FOR_FORMS.add(request)
        return super().get_object(request, object_id, from_field)

    def get_queryset(self, request):
        """Rows with what their names and columns show, also for autocompletion and inlines."""
        rows = with_relations(super().get_queryset(request), self)
        return with_links_known(with_rows_named(rows)) if request in FOR_FORMS else rows

    def get_changelist(self, request, **kwargs):
        return ChangeList

    def get_list_display(self, request):
        return [column_for(self.model, name) for name in super().get_list_display(request)]

    @admin.display(description=UnfoldModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, obj):
        return format_html(row_box(), obj.pk)

    def get_list_filter(self, request):
        return [self.filter_for(item) for item in (*self.list_filter, *self.further_filters)]

    def filter_for(self, item):
        """The skin's filter for a field named in `list_filter`; other filters as they are."""
        if not isinstance(item, str):
            return item
        field = field_at(self.model, item)
        if field.is_relation:
            return item, RelatedFilter
        if ranged := range_for(field):
            return item, ranged
        return item, ChoiceFilter if field.choices else YesNoFilter

    def get_changeform_initial_data(self, request):
        """What the address fills in, but for related rows that cannot be."""
        initial = super().get_changeform_initial_data(request)
        for field in self.opts.get_fields():
            value = initial.get(field.name, [])
            numbers = value if isinstance(value, list) else [value]
            if field.is_relation and not all(map(is_row_number, numbers)):
                del initial[field.name]
        return self.with_copied(request, initial)

    def changeform_view(self, request, *args, **kwargs):
        """What cannot be the number of a row is no choice: looking for it would be an error."""
        request.POST = with_row_numbers(request.POST, self.relation_names(request))
        return super().changeform_view(request, *args, **kwargs)

    def relation_names(self, request):
        """The fields of the form and of its inlines that name rows."""
        models = [self.model, *(inline.model for inline in self.get_inline_instances(request))]
        return {
            field.name
            for model in models
            for field in (*model._meta.concrete_fields, *model._meta.many_to_many)
            if field.is_relation
        }

    def get_deleted_objects(self, objs, request):
        return deletion(objs, request, self.admin_site)


class ModelAdmin(Proposals, FollowChanges, Merging, BulkEdits, SheetAdminMixin, PlainModelAdmin):
    """A list and a form with import and export."""

    change_form_outer_before_template = "admin/meaning_panel.html"

    def import_page(self, request, form, **context):
        form.fields["file"].widget = FileInput(attrs=form.fields["file"].widget.attrs)
        return super().import_page(request, form, **context)


class RowsBelow(RecordFormSet, PaginationInlineFormSet):
    """Rows that belong to a row, page by page."""

    def get_page(self, paginator, page):
        """The page to show and how many rows there are in all, in one query."""
        if self.is_bound:  # what is sent is read after it is held
            return super().get_page(paginator, page)
        counted = paginator.object_list.annotate(rows_in_all=Window(Count("pk")))
        rows = counted[(page - 1) * self.per_page :][: self.per_page]
        if not rows and page > 1:
            return super().get_page(paginator, page)
        vars(paginator)["count"] = rows[0].rows_in_all if rows else 0
        return Page(rows, page, paginator)


class TabularInline(ScopedInline, FormFieldsMixin, UnfoldTabularInline):
    """Rows that belong to a row, edited below it as a table."""

    formset: Any = RowsBelow
    extra = 0
    hide_title = True
    show_change_link = True

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """Who listens to the page hears the column's name in each cell."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None:
            field.widget.attrs.setdefault("aria-label", field.label)
        return field

    def get_queryset(self, request):
        return with_rows_named(super().get_queryset(request))


class StackedInline(ScopedInline, FormFieldsMixin, UnfoldStackedInline):
    """Rows that belong to a row, edited below it one under the other."""

    formset = RowsBelow
    extra = 0
    show_change_link = True

    def get_queryset(self, request):
        return with_rows_named(super().get_queryset(request))


class ReadOnlyInline(TabularInline):
    """Rows that refer to a row, shown below it page by page, each linked to its own form."""

    per_page = 20
    can_delete = False
    tab = True

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def get_queryset(self, request):
        related = self.admin_site.get_model_admin(self.model)
        return with_relations(super().get_queryset(request), related)

    @admin.display(description="记录")
    def link(self, row):
        return link_to(form_of(row), row)
