"""文稿: the pages on which texts are asked for, looked at, frozen and made public."""

from collections.abc import Callable
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
from aidtracker.trail import acts
from aidtracker.trail.conflicts import row_number
from programs.models import Headquarters, Region
from projects.admin.monthly_totals import own_headquarters
from projects.briefings import editions
from projects.briefings.files import file_of, pdf_of
from projects.briefings.letterheads import LARGEST_FILE, letterhead_of
from projects.briefings.printing import can_print
from projects.briefings.setting import NAMED, others_of, page_of
from projects.models import Project
from projects.models.briefings import Briefing, BriefingEdition, Letterhead

SHOWN = 100
Outline = Briefing.Outline
NO_PDF = "这台服务器没有浏览器（Chromium）或中文字体，不能生成 PDF；请下载 Word。"
PDF_FAILED = "PDF 没有生成，请稍后再试，或下载 Word。"


class BriefingForm(forms.ModelForm):
    """What is to be written, of whom, of what time, and whose text it is."""

    project = forms.ModelChoiceField(
        label="写哪个项目",
        queryset=Project.objects.none(),
        to_field_name="code",
        required=False,
        widget=TextInput,
        help_text="只写项目卡片用：填项目编号",
        error_messages={"invalid_choice": "没有这个编号的已公开项目。"},
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
            "headquarters": Headquarters.objects.order_by("name"),
            "donor": donors,
            "project": Project.objects.published(),
            "maintainer": own,
        }
        for name, rows in querysets.items():
            self.fields[name].queryset = rows  # type: ignore[attr-defined]
        self.fields["title"].required = False
        self.fields["title"].help_text = "留空则由写的是谁、提纲和时间组成"
        self.fields["headquarters"].help_text = "指挥部和支援省市都不选，就写全部支援省市"
        self.fields["maintainer"].required = not scope.changes_all
        first = None if scope.changes_all else own.first()
        self.initial.setdefault("maintainer", scope.home or first)
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
        "can_print": can_print(),
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
    found = visible(request, number)
    edition = edition_of(found, request.GET.get("edition", ""))
    if request.method == "POST":
        act(request, found, edition_of(found, request.POST.get("edition", "")))
        return HttpResponseRedirect(address_of(found))
    others = others_of(edition, is_public=False)
    page = page_of(edition, others) if edition.content else {"edition": edition}
    context = {
        **admin.site.each_context(request),
        **page,
        "title": found.title,
        "briefing": found,
        "others": others,
        "is_ours": editions.keeps(request.user, found),
        "publishes": editions.may_publish(request.user, found),
        "is_last": not any(one.number > edition.number for one in others),
        "can_print": can_print(),
        "no_pdf": NO_PDF,
    }
    return TemplateResponse(request, "admin/projects/briefing.html", context)


def act(request: HttpRequest, found: Briefing, edition: BriefingEdition) -> None:
    """Do what a button says, and tell what became of it."""
    name = request.POST.get("act", "")
    try:
        if not editions.keeps(request.user, found):
            raise ValidationError(editions.NOT_YOURS)
        if name in BY_PUBLISHER and not editions.may_publish(request.user, found):
            raise ValidationError(editions.NO_RIGHT)
        messages.success(request, done(request, found, edition, name))
    except ValidationError as error:
        for words in error.messages:
            messages.error(request, words)


def done(request: HttpRequest, found: Briefing, edition: BriefingEdition, name: str) -> str:
    if name in BY_PUBLISHER:
        step, words = BY_PUBLISHER[name]
        step(edition, request.user)
        return words
    if name == "again":
        editions.begin_again(edition, request.user)
    elif name == "new":
        edition = editions.begin(found, request.user)
    else:
        raise ValidationError("没有这一步。")
    editions.carry_out(edition, origin(request))
    return "正在按现在的记录写。"


BY_PUBLISHER: dict[str, tuple[Callable[[BriefingEdition, Any], None], str]] = {
    "freeze": (editions.freeze, "已定稿，内容不再改变。"),
    "publish": (editions.publish, "已公开。"),
    "withdraw": (editions.withdraw, "已不再公开，仍然留存。"),
}


@require_safe
def file(request: HttpRequest, number: int, edition: int, extension: str) -> HttpResponseBase:
    """The Word file, the PDF where the server can print one, or the content as data."""
    found = edition_of(visible(request, number), edition)
    if found.content is None:
        raise Http404
    acts.record(acts.Way.EXPORT, request=request, subject=f"文稿：{found}")
    if extension != "pdf":
        return file_of(found, extension, is_public=False)
    try:
        if not can_print():
            raise OSError
        return pdf_of(found)
    except OSError:
        messages.error(request, PDF_FAILED if can_print() else NO_PDF)
        return HttpResponseRedirect(address_of(found.briefing, found.number))


# Letterheads


def letterheads_of(user: Any) -> list[tuple[Headquarters, Letterhead | None]]:
    """The headquarters whose letterhead the user gives, with what there is."""
    own = list(own_headquarters(user)[:SHOWN])
    rows = Letterhead.objects.filter(maintainer__in=own).defer("content")
    known = {one.maintainer_id: one for one in rows}
    return [(one, known.get(one.pk)) for one in own]


def take_letterhead(request: HttpRequest) -> None:
    """Keep an uploaded letterhead, or forget the one there is."""
    home = (
        own_headquarters(request.user)
        .filter(pk=row_number(request.POST.get("maintainer", "")))
        .first()
    )
    sent = request.FILES.get("file")
    try:
        if home is None:
            raise ValidationError(editions.NOT_YOURS)
        if request.POST.get("letterhead") == "forget":
            Letterhead.objects.filter(maintainer=home).delete()
            words = "已不用原来的版式。"
        elif sent is None or sent.size > LARGEST_FILE:
            raise ValidationError("请选择一个不太大的 Word 文件。")
        else:
            keep_letterhead(home, request.user, sent.name, letterhead_of(sent.name, sent.read()))
            words = "版式已收下：样式、纸张、页眉和页脚。"
        acts.keep(acts.Way.FORM, f"版式：{home}", [["版式", "", words]])
        messages.success(request, words)
    except ValidationError as error:
        messages.error(request, error.messages[0])


def keep_letterhead(home: Headquarters, user: Any, name: str, content: bytes) -> None:
    said = {"file_name": name[-120:], "content": content, "given_by": user}
    Letterhead.objects.update_or_create(maintainer=home, defaults=said)
