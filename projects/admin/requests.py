"""申请新增: asking for a name that a list lacks, the queue of what was asked, and its answers."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from aidtracker.desk import unsaved
from aidtracker.desk.skin import TextInput
from aidtracker.ground.batches import held
from aidtracker.ground.datasets import admin_page
from aidtracker.ground.scope import may, readable
from aidtracker.ground.search import normal
from projects.models import Enterprise
from projects.models.requests import MODELS, Asking, NameRequest, names_of

SHOWN = 200
LONGEST = 120


class AskForm(forms.Form):
    """What is missing: its kind and name; of an alias, whose it is."""

    kind = forms.ChoiceField(label="缺什么", choices=NameRequest.Kind.choices)
    name = forms.CharField(label="名称", max_length=LONGEST, widget=TextInput)
    about = forms.CharField(
        label="哪家企业",
        required=False,
        max_length=LONGEST,
        widget=TextInput,
        help_text="申请企业别名时，填这家企业登记的名称",
    )
    why = forms.CharField(
        label="用在哪里",
        required=False,
        max_length=300,
        widget=TextInput,
        help_text="哪份文献、哪张表里有，单位是什么",
    )

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.errors:
            return data
        is_alias = data["kind"] == NameRequest.Kind.ALIAS
        data["enterprise"] = self.enterprise(data["about"]) if is_alias else None
        row = here(readable(MODELS[data["kind"]]._default_manager.all(), self.user), data["name"])
        if row is not None:
            self.add_error("name", f"已有“{row.name}”，请直接选用，不必申请。")
        return data

    def enterprise(self, name: str) -> Enterprise | None:
        row = readable(Enterprise.objects.all(), self.user).filter(name=name).first()
        if row is None:
            self.add_error("about", f"没有登记叫“{name}”的企业。" if name else "请填写是哪家企业。")
        return row


def here(rows: Any, name: str) -> Any:
    """The row of a list that is called so already."""
    spelled = normal(name)
    return next((row for row in rows.search(name)[:50] if spelled in names_of(row)), None)


def ask(request: HttpRequest) -> HttpResponse:
    """The form; what is half typed on the page where the name is missed goes along."""
    refuse_readers(request.user)
    form = AskForm(request.user, request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        asking, is_joined = park(request, form.cleaned_data)
        words = "已有人申请，您加入了这份申请" if is_joined else "已提交申请"
        messages.success(request, f"{words}：{asking.request}。答复后在首页“我的待办”提醒您。")
        return HttpResponseRedirect(reverse("admin:projects_requests"))
    return page(request, "申请新增", form=form)


def refuse_readers(user: Any) -> None:
    """Who enters nothing has nothing to ask for."""
    if not any(right.split(".")[1].startswith(("add_", "change_")) for right in rights_of(user)):
        raise PermissionDenied


def rights_of(user: Any) -> set[str]:
    return user.get_all_permissions()


def park(request: HttpRequest, data: dict[str, Any]) -> tuple[Asking, bool]:
    """Join the open request for a name, or make one; two people at once make one."""
    wanted = {"kind": data["kind"], "spelled": normal(data["name"])}
    asked = NameRequest.objects.open().filter(**wanted).first()
    is_joined = asked is not None
    if asked is None:
        try:
            with transaction.atomic():
                asked = NameRequest.objects.create(
                    **wanted, name=data["name"], about=data["enterprise"]
                )
        except IntegrityError:
            asked, is_joined = NameRequest.objects.open().get(**wanted), True
    place = request.GET.get("from", "")
    place = place if unsaved.is_kept_for(place) else ""
    kept = unsaved.kept_for(request, place) if place else None
    parked = {"why": data["why"], "field": request.GET.get("field", "")[:60]}
    parked["typed"] = kept.typed if kept else {}
    own = {"request": asked, "user": request.user, "page": place}
    return Asking.objects.update_or_create(**own, defaults=parked)[0], is_joined


# The queue


def queue(request: HttpRequest) -> HttpResponse:
    """What was asked for, as far as it is the user's to know; open ones first."""
    rows = NameRequest.objects.visible(request.user)
    rows = rows.prefetch_related("askings__user").select_related("answered_by")
    mine = NameRequest.objects.open().answerable(request.user)
    answerable = set(mine.values_list("pk", flat=True))
    shown = sorted(rows[:SHOWN], key=lambda row: row.state != NameRequest.State.OPEN)
    for row in shown:
        row.is_mine_to_answer = row.pk in answerable
        row.own = [one for one in row.askings.all() if one.user_id == request.user.pk]
        row.way = way_to_add(row) if row.is_mine_to_answer else ""
    Asking.objects.filter(
        user=request.user, is_seen=False, request__in=[row for row in shown if row.answered_at]
    ).update(is_seen=True)
    return page(request, "申请新增", rows=shown)


def way_to_add(asked: NameRequest) -> str:
    """The form in which a request is granted: saved, it answers the request by itself."""
    if asked.about_id:
        return admin_page(Enterprise, "change", asked.about_id)
    query = QueryDict(mutable=True)
    query["name"] = asked.name
    return f"{admin_page(asked.model, 'add')}?{query.urlencode()}"


@require_POST
def answer(request: HttpRequest, number: int) -> HttpResponse:
    """Point at an existing row, or refuse with words; of two answers the first one holds."""
    with transaction.atomic():
        rows = NameRequest.objects.answerable(request.user)
        asked = get_object_or_404(held(rows), pk=number)
        if asked.state != NameRequest.State.OPEN:
            words = f"{asked}已由{asked.answered_by or '别人'}答复：{asked.get_state_display()}。"
            messages.warning(request, words)
        elif problem := settle(request, asked):
            messages.error(request, problem)
        else:
            messages.success(request, f"已答复{asked}：{asked.get_state_display()}。")
    return HttpResponseRedirect(reverse("admin:projects_requests"))


def settle(request: HttpRequest, asked: NameRequest) -> str:
    """Store an answer; what is wrong with it, or nothing."""
    words = request.POST.get("words", "").strip()[:300]
    if request.POST.get("action") == "refuse":
        if not words:
            return "不新增的，请写明理由。"
        asked.settle(NameRequest.State.REFUSED, request.user, answer=words)
        return ""
    name = request.POST.get("existing", "").strip()
    rows = readable(asked.model._default_manager.all(), request.user)
    row = here(rows, name) if name else None
    if row is None:
        return f"没有叫“{name}”的{asked.model._meta.verbose_name}，请填写现有的名称。"
    asked.settle(NameRequest.State.POINTED, request.user, row=row, answer=words)
    return ""


@require_POST
def go_on(request: HttpRequest, number: int) -> HttpResponse:
    """Back to what was half typed, with the name that the answer gave in its field."""
    asking = get_object_or_404(Asking.objects.filter(user=request.user), pk=number)
    asked = asking.request
    if not asking.page or not asking.typed:
        return HttpResponseRedirect(asking.page or reverse("admin:index"))
    typed = dict(asking.typed)
    if asked.target_id and asking.field:
        typed[asking.field] = with_answer(typed, asking.field, asked)
    data = QueryDict(mutable=True)
    for name, values in typed.items():
        data.setlist(name, values)
    unsaved.keep(request.user.pk, asking.page, data)
    unsaved.remember(request, asking.page)
    return HttpResponseRedirect(unsaved.way_back(asking.page))


def with_answer(typed: dict[str, list[str]], field: str, asked: NameRequest) -> list[str]:
    """What the field then holds: beside a document a name, in other forms the number of a row."""
    if "text_sha256" not in typed:
        return [*filter(None, typed.get(field, [])), str(asked.target_id)]
    if field == "metric":
        return [asked.target_name]
    return [f"{asked.model._meta.verbose_name}：{asked.target_name}"]


def page(request: HttpRequest, title: str, **context: Any) -> HttpResponse:
    context |= {**admin.site.each_context(request), "title": title}
    context.setdefault("form", None)
    context.setdefault("rows", None)
    return TemplateResponse(request, "admin/projects/requests.html", context)


# Where others learn of it


def waiting_requests(user: Any) -> Iterator[tuple[dict[str, Any], QuerySet]]:
    """For the admin's first page: requests to answer, and answers to one's own."""
    line = {"key": "answer", "what": "申请新增", "link": reverse("admin:projects_requests")}
    mine = NameRequest.objects.open().answerable(user)
    yield {**line, "kind": "待答复"}, mine.order_by()
    answered = Asking.objects.exclude(request__state=NameRequest.State.OPEN)
    yield {**line, "kind": "申请有了答复"}, answered.filter(user=user, is_seen=False).order_by()


def way_to_ask(request: HttpRequest, name: str) -> tuple[str, str] | None:
    """In place of a refused form for a new row: what to ask for, and where."""
    for kind, model in MODELS.items():
        is_here = name == f"{model._meta.app_label}_{model._meta.model_name}_add"
        if is_here and may(request.user, "view", model):
            return f"申请新增{NameRequest.Kind(kind).label}", address(kind)
    return None


def ways_to_ask() -> dict[Any, Any]:
    """For the fields of forms: enterprises are added by whoever enters, but for their aliases."""
    kinds = (kind for kind in MODELS if kind != NameRequest.Kind.ALIAS)
    return {MODELS[kind]: partial(address, kind) for kind in kinds}


def address(kind: str) -> str:
    return f"{reverse('admin:projects_ask')}?kind={kind}"
