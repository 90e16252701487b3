"""文稿: the pages on which texts are asked for, looked at, frozen and made public."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from aidtracker.desk.fields import MonthFormField
from aidtracker.desk.skin import TextInput
from aidtracker.ground.scope import scope_of
from aidtracker.pages.site import origin
from aidtracker.review.steps import Step
from aidtracker.trail import acts
from aidtracker.trail.conflicts import row_number
from programs.models import Headquarters, Region
from projects.admin.letterheads import letterheads_of, take_letterhead
from projects.admin.monthly_totals import own_headquarters
from projects.briefings import editions
from projects.briefings.doubts import doubts_of
from projects.briefings.files import file_of, pdf_of
from projects.briefings.printing import can_print
from projects.briefings.setting import NAMED, others_of, page_of
from projects.models import Project
from projects.models.briefings import Briefing, BriefingEdition

SHOWN = 100
Outline = Briefing.Outline
EMPTY = {"headquarters": "不选", "donor": "不选", "maintainer": "请选择"}
NO_PDF = "这台服务器没有浏览器（Chromium）或中文字体，不能生成 PDF；请下载 Word。"
PDF_FAILED = "PDF 没有生成，请稍后再试，或下载 Word。"


class PublicProjectField(forms.ModelChoiceField):
    """A project that the public may see, by its number or by its whole name."""

    def to_python(self, value: Any) -> Any:
        named = self.queryset.filter(name=str(value or "").strip())
        found = list(named.order_by()[:2]) if value else []
        return found[0] if len(found) == 1 else super().to_python(value)


class BriefingForm(forms.ModelForm):
    """What is to be written, of whom, of what time, and whose text it is."""

    project = PublicProjectField(
        label="写哪个项目",
        queryset=Project.objects.none(),
        to_field_name="code",
        required=False,
        widget=TextInput,
        help_text="只写项目卡片用：填项目的编号或全名",
        error_messages={"invalid_choice": "没有这个编号或名称的已公开项目；同名的，请填编号。"},
    )
    starts_in = MonthFormField(
        label="从哪个月",
        required=False,
        widget=TextInput,
        help_text="例如 2020-01；月报填那个月，年报填那一年的一月；综述可以不填",
    )
    ends_in = MonthFormField(
        label="到哪个月", required=False, widget=TextInput, help_text="月报、年报可以不填"
    )

    class Meta:
        model = Briefing
        fields = (
            *("outline", "headquarters", "donor", "project"),
            *("starts_in", "ends_in", "title", "maintainer"),
        )
        widgets: ClassVar = {"title": TextInput}

    def __init__(self, user: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        donors = Region.objects.filter(pairings_given__isnull=False).distinct().order_by("code")
        own, scope = own_headquarters(user), scope_of(user)
        querysets = {
            "headquarters": Headquarters.objects.order_by("slug"),
            "donor": donors,
            "project": Project.objects.published(),
            "maintainer": own,
        }
        for name, rows in querysets.items():
            field: Any = self.fields[name]
            field.queryset, field.empty_label = rows, EMPTY.get(name, "")
        self.fields["title"].required = False
        self.fields["title"].help_text = "留空则由写的是谁、提纲和时间组成"
        self.fields["headquarters"].help_text = "指挥部和支援省市都不选，就写全部支援省市"
        self.fields["maintainer"].required = not scope.changes_all
        first = None if scope.changes_all else own.first()
        self.initial.setdefault("maintainer", scope.home or first)
        outline: Any = self.fields["outline"]
        outline.choices = Outline.choices
        self.initial.setdefault("outline", Outline.OVERVIEW)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        outline, start = data.get("outline"), data.get("starts_in")
        if (
            outline in (Outline.MONTH, Outline.YEAR)
            and not start
            and "starts_in" not in self.errors
        ):
            self.add_error("starts_in", "月报、年报要写明是哪个月、哪一年的。")
        if start and start > timezone.localdate():
            self.add_error("starts_in", "还没有到这个月；请写已经开始的月份，或留空。")
        if outline == Outline.MONTH and start:
            data["ends_in"] = start
        if outline == Outline.YEAR and start:
            data["starts_in"] = start.replace(month=1)
            data["ends_in"] = start.replace(month=12)
        return data

    def _post_clean(self) -> None:
        # What it is called follows from all else.
        for name, value in self.cleaned_data.items():
            if name != "title" and name not in self.errors:
                setattr(self.instance, name, value)
        if not self.cleaned_data.get("title") and not self.errors:
            self.cleaned_data["title"] = self.instance.wanted_title
        super()._post_clean()


def require_writer(request: HttpRequest) -> None:
    if not editions.may_write(request.user):
        raise PermissionDenied


def briefings(request: HttpRequest) -> HttpResponse:
    """The texts of the user's headquarters; new ones are asked for here."""
    require_writer(request)
    is_letterhead = "letterhead" in request.POST
    asked = request.POST if request.method == "POST" and not is_letterhead else None
    form = BriefingForm(request.user, asked)
    if is_letterhead:
        take_letterhead(request)
        return HttpResponseRedirect(reverse("admin:projects_briefings"))
    if asked is not None and form.is_valid():
        return HttpResponseRedirect(address_of(made(form, request)))
    rows = Briefing.objects.visible(request.user).select_related("maintainer")
    context = {
        **admin.site.each_context(request),
        "title": "文稿",
        "form": form,
        "rows": with_last_editions(rows[:SHOWN]),
        "letterheads": letterheads_of(request.user),
    }
    return TemplateResponse(request, "admin/projects/briefings.html", context)


def made(form: BriefingForm, request: HttpRequest) -> Briefing:
    with transaction.atomic():
        form.instance.made_by = request.user
        briefing = form.save()
        edition = editions.begin(briefing, request.user)
    editions.carry_out(edition, origin(request))
    return briefing


def with_last_editions(rows: Any) -> list[Briefing]:
    """Texts that know their last edition: two queries."""
    found = list(rows)
    own = BriefingEdition.objects.without_content().filter(briefing__in=found)
    last: dict[int, BriefingEdition] = {}
    for edition in own.order_by("number"):
        last[edition.briefing_id] = edition
    for one in found:
        one.last = last.get(one.pk)  # type: ignore[attr-defined]
    return found


def address_of(briefing: Briefing, number: int | None = None) -> str:
    address = reverse("admin:projects_briefing", args=[briefing.pk])
    return f"{address}?edition={number}" if number else address


# One text


def visible(request: HttpRequest, briefing: int) -> Briefing:
    require_writer(request)
    rows = Briefing.objects.visible(request.user)
    return get_object_or_404(
        rows.select_related("headquarters", "donor", "project", "maintainer"), pk=briefing
    )


def edition_of(found: Briefing, number: str | int) -> BriefingEdition:
    """The edition of this number; the last one for none."""
    rows = BriefingEdition.objects.select_related(*NAMED, "briefing__maintainer", "asked_by")
    rows = rows.filter(briefing=found).order_by("-number")
    if (wanted := row_number(str(number))) is not None:
        rows = rows.filter(number=wanted)
    edition = rows.first()
    if edition is None:
        raise Http404
    return edition


def briefing(request: HttpRequest, number: int) -> HttpResponse:
    """An edition, what can be done with it, and the other ones."""
    if request.method == "POST":
        return posted(request, number)
    found = visible(request, number)
    edition = edition_of(found, request.GET.get("edition", ""))
    others = others_of(edition, is_public=False)
    is_last = not any(one.number > edition.number for one in others)
    steps = editions.possible_steps(edition, request.user)
    page = page_of(edition, others) if edition.content else {"edition": edition}
    context = {
        **admin.site.each_context(request),
        **page,
        "title": found.title,
        "briefing": found,
        "others": others,
        "steps": [one for one in steps if one != editions.NEW or is_last],
        "leading": (editions.FREEZE, editions.PUBLISH),
        "no_right": "" if editions.may_publish(request.user) else editions.NO_RIGHT,
        "can_print": can_print(),
        "no_pdf": NO_PDF,
    }
    return TemplateResponse(request, "admin/projects/briefing.html", context)


def posted(request: HttpRequest, number: int) -> HttpResponse:
    """A button of a page; what the page shows may have been deleted meanwhile."""
    try:
        edition = edition_of(visible(request, number), request.POST.get("edition", ""))
    except Http404:
        messages.error(request, editions.GONE)
        return HttpResponseRedirect(reverse("admin:projects_briefings"))
    return act(request, edition)


def act(request: HttpRequest, edition: BriefingEdition) -> HttpResponse:
    """Do what a button says, and tell what became of it; what lasts is asked first."""
    step = editions.STEPS.get(request.POST.get("act", ""))
    is_sure = "sure" in request.POST or step not in ASKED
    try:
        if step is None:
            raise ValidationError("没有这一步。")
        editions.check(step, edition, request.user)
        if not is_sure:
            return asked_first(request, edition, step)
        messages.success(request, done(request, edition, step))
    except ValidationError as error:
        for words in error.messages:
            messages.error(request, words)
        if step is not None and editions.SEEN_OTHERWISE in error.messages:
            return asked_first(request, edition_of(edition.briefing, edition.number), step)
    is_left = Briefing.objects.filter(pk=edition.briefing_id).exists()
    return HttpResponseRedirect(
        address_of(edition.briefing) if is_left else reverse("admin:projects_briefings")
    )


def done(request: HttpRequest, edition: BriefingEdition, step: Step) -> str:
    found = editions.take(step, edition, request.user, request.POST.get("seen", ""))
    if step in WORDS:
        return WORDS[step]
    editions.carry_out(found, origin(request))
    return "正在按现在的记录写。"


WORDS = {
    editions.DISCARD: "草稿已删除。",
    editions.FREEZE: "已定稿，内容不再改变。",
    editions.PUBLISH: "已公开。",
    editions.WITHDRAW: "已不再公开，仍然留存。",
}
ASKED = (editions.FREEZE, editions.DISCARD)


def asked_first(request: HttpRequest, edition: BriefingEdition, step: Step) -> HttpResponse:
    """What a step means that cannot be taken back, before it is taken."""
    doubts = doubts_of(edition.content) if step == editions.FREEZE else None
    carried = [("act", step.name), ("edition", edition.number)]
    context = {
        **admin.site.each_context(request),
        "title": f"{step.label}：{edition}",
        "briefing": edition.briefing,
        "edition": edition,
        "address": address_of(edition.briefing),
        "carried": [*carried, ("seen", doubts.key)] if doubts else carried,
        "doubts": doubts,
    }
    return TemplateResponse(request, f"admin/projects/briefing_{step.name}.html", context)


@require_safe
def file(request: HttpRequest, number: int, edition: int, extension: str) -> HttpResponseBase:
    """The Word file, the PDF where the server can print one, or the content as data."""
    found = edition_of(visible(request, number), edition)
    if found.content is None:
        raise Http404
    acts.record(acts.Way.EXPORT, request=request, subject=f"文稿：{found}")
    if extension != "pdf":
        return file_of(found, extension)
    try:
        if not can_print():
            raise OSError
        return pdf_of(found)
    except OSError:
        messages.error(request, PDF_FAILED if can_print() else NO_PDF)
        return HttpResponseRedirect(address_of(found.briefing, found.number))
