"""报表任务: the pages on which they are made, filled in and watched."""

from collections.abc import Callable, Iterator
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from aidtracker.desk import home
from aidtracker.desk.fields import MonthFormField
from aidtracker.desk.skin import CheckboxList, TextArea, TextInput
from aidtracker.ground.datasets import admin_page
from aidtracker.ground.months import last_complete_month, month_text
from aidtracker.ground.scope import scope_of
from aidtracker.sheets import prefilled_file
from aidtracker.sheets.storing.running import may_import
from aidtracker.trail import acts
from aidtracker.trail.conflicts import row_number
from projects.admin.monthly_totals import own_headquarters
from projects.models.tasks import (
    CollectionTask,
    CollectionUnit,
    collectable,
    may_collect,
)
from projects.monthly import collecting
from projects.monthly.collecting import fills_in, grid_address, progress, workbook_of
from projects.monthly.kinds import KINDS

SHOWN = 100
NOT_YOURS = "这一步由布置任务的人办。"


class TaskForm(forms.Form):
    """What is asked of whom, until when."""

    title = forms.CharField(label="名称", max_length=120, widget=TextInput)
    dataset = forms.ChoiceField(label="填哪份台账")
    month = MonthFormField(
        label="月份", required=False, widget=TextInput, help_text="月报必填，例如 2026-05"
    )
    headquarters = forms.ModelMultipleChoiceField(
        label="哪些指挥部", queryset=None, widget=CheckboxList
    )
    due_on = forms.DateField(label="截止", widget=forms.DateInput(attrs={"type": "date"}))
    instruction = forms.CharField(
        label="要求", required=False, max_length=2000, widget=TextArea(attrs={"rows": 4})
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.name, str(one.model._meta.verbose_name)) for one in collectable()]
        self.fields["dataset"].choices = choices  # type: ignore[attr-defined]
        self.fields["headquarters"].queryset = own_headquarters(user)  # type: ignore[attr-defined]
        self.initial.setdefault("dataset", "progress_reports")
        # Mostly all are asked.
        self.initial.setdefault("headquarters", self.fields["headquarters"].queryset)  # type: ignore[attr-defined]
        self.initial.setdefault("month", month_text(last_complete_month()))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        chosen = next((one for one in collectable() if one.name == data.get("dataset")), None)
        is_monthly = chosen is not None and chosen.model in [one.model for one in KINDS.values()]
        if is_monthly and not data.get("month") and "month" not in self.errors:
            self.add_error("month", "月报要写明是哪个月的。")
        if not is_monthly:
            data["month"] = None
        if data.get("due_on") and data["due_on"] < timezone.localdate():
            self.add_error("due_on", "截止日期已经过了。")
        return data


def tasks(request: HttpRequest) -> HttpResponse:
    """All tasks that concern the user; who collects makes new ones here."""
    form = TaskForm(request.user, request.POST or None) if may_collect(request.user) else None
    if request.method == "POST":
        if form is None:
            raise PermissionDenied
        if form.is_valid():
            data = form.cleaned_data
            headquarters = list(data.pop("headquarters"))
            task = collecting.make(CollectionTask(**data), headquarters, request.user)
            messages.success(request, f"已布置给 {len(headquarters)} 个单位，填报的人会收到通知。")
            return HttpResponseRedirect(collecting.address_of(task))
    rows = CollectionTask.objects.visible(request.user).select_related("made_by")
    rows = rows.prefetch_related("units")
    context = {
        **admin.site.each_context(request),
        "title": "报表任务",
        "form": form,
        "rows": [counted(one) for one in rows[:SHOWN]],
    }
    return TemplateResponse(request, "admin/projects/tasks.html", context)


def counted(task: Any) -> Any:
    """A task that knows how many of its units have handed in."""
    units = task.units.all()
    task.sent = sum(not one.is_waiting for one in units)
    task.in_all = len(units)
    return task


def task(request: HttpRequest, number: int) -> HttpResponse:
    """The board of a task: each unit, how far it is, and what the user can do with it."""
    found = get_object_or_404(CollectionTask.objects.visible(request.user), pk=number)
    if request.method == "POST":
        act(request, found)
        return HttpResponseRedirect(collecting.address_of(found))
    units = list(units_of(request, found))
    far = progress(found, [one.headquarters_id for one in units])
    is_collector = collects(request, found)
    back = urlencode({"back": collecting.address_of(found)})
    for one in units:
        one.task = found
        one.progress = far[one.headquarters_id]
        one.is_mine = fills_in(one, request.user) and found.closed_at is None
        one.grid = grid_address(one) if one.is_mine else ""
    context = {
        **admin.site.each_context(request),
        "title": found.title,
        "task": found,
        "units": units,
        "is_collector": is_collector,
        "imports": may_import(request.user, found.model),
        "import_address": f"{admin_page(found.model, 'import')}?{back}",
        "waiting": sum(one.is_waiting for one in units),
        "mine_waiting": sum(one.is_mine and one.is_waiting for one in units),
    }
    return TemplateResponse(request, "admin/projects/task.html", context)


def units_of(request: HttpRequest, found: CollectionTask) -> Any:
    rows = CollectionUnit.objects.of(request.user).filter(task=found)
    return rows.select_related("headquarters", "sent_by")


def collects(request: HttpRequest, found: CollectionTask) -> bool:
    """Whether the user watches over a task: its maker, or who collects of all of its units."""
    if not may_collect(request.user) or found.closed_at is not None:
        return False
    if found.made_by_id == request.user.pk:
        return True
    return not found.units.exclude(pk__in=units_of(request, found).values("pk")).exists()


@require_safe
def workbook(request: HttpRequest, number: int, unit: int) -> HttpResponseBase:
    """The workbook of one unit, with its rows."""
    found = get_object_or_404(CollectionTask.objects.visible(request.user), pk=number)
    one = get_object_or_404(units_of(request, found), pk=unit)
    one.task = found
    if not may_view(request, found):
        raise PermissionDenied
    name = f"{found.title}-{one.headquarters}.xlsx"
    acts.record(acts.Way.EXPORT, request=request, subject=f"报表任务：{one}")
    return prefilled_file(workbook_of(one, request.user), name)


def may_view(request: HttpRequest, found: CollectionTask) -> bool:
    name = found.model._meta.model_name
    return any(request.user.has_perm(f"projects.{verb}_{name}") for verb in ("view", "change"))


# What the buttons do


def act(request: HttpRequest, found: CollectionTask) -> None:
    """Do what a button says, and tell what became of it."""
    name = request.POST.get("act", "")
    try:
        messages.success(request, done(request, found, name))
    except ValidationError as error:
        for words in error.messages:
            messages.error(request, words)


def done(request: HttpRequest, found: CollectionTask, name: str) -> str:
    if name == "hand_in":
        one = unit_named(request, found)
        if not fills_in(one, request.user):
            raise ValidationError("这个单位不归您填报。")
        return collecting.hand_in(one, request.user)
    if name == "hand_in_all":
        own = [one for one in with_task(units_of(request, found), found) if one.is_waiting]
        return hand_in_all(request, [one for one in own if fills_in(one, request.user)])
    if name not in (*BY_COLLECTOR, "remind_all", "close") or not collects(request, found):
        raise ValidationError(NOT_YOURS)
    if name == "close":
        return collecting.close(found, request.user)
    if name == "remind_all":
        return collecting.remind(with_task(units_of(request, found), found), request.user)
    return BY_COLLECTOR[name](request, unit_named(request, found))


def hand_in_all(request: HttpRequest, units: list[CollectionUnit]) -> str:
    """Hand in what is filled in of several units; each that cannot be is told of."""
    filled = [one for one in units if collecting.drafts_of(one, request.user).exists()]
    said = []
    for one in filled:
        try:
            said.append(collecting.hand_in(one, request.user))
        except ValidationError as error:
            messages.error(request, f"{one.headquarters}：{''.join(error.messages)}")
    if left := [str(one.headquarters) for one in units if one not in filled]:
        messages.warning(request, f"没有填，没有报送：{'、'.join(left)}。")
    if not said:
        raise ValidationError("没有可以报送的草稿。")
    return "".join(said)


def unit_named(request: HttpRequest, found: CollectionTask) -> CollectionUnit:
    number = row_number(request.POST.get("unit", ""))
    one = units_of(request, found).filter(pk=number).first()
    if one is None:
        raise ValidationError("没有这个单位。")
    one.task = found
    return one


def with_task(units: Any, found: CollectionTask) -> list[CollectionUnit]:
    rows = list(units)
    for one in rows:
        one.task = found
    return rows


BY_COLLECTOR: dict[str, Callable[[HttpRequest, CollectionUnit], str]] = {
    "accept": lambda request, one: collecting.accept(one, request.user),
    "give_back": lambda request, one: collecting.give_back(
        one, request.user, request.POST.get("words", "")
    ),
    "remind": lambda request, one: collecting.remind([one], request.user),
}


# On the first page


def tasks_to_fill_in(user: Any) -> Iterator[home.Work]:
    """What the user's headquarters still have to hand in."""
    line = {"key": "due", "what": "待报的任务", "kind": "报表任务"}
    mine = CollectionUnit.objects.open().filter(headquarters__in=scope_of(user).headquarters)
    yield {**line, "link": reverse("admin:projects_tasks")}, mine
