"""照片与附件: the page of one project, site or activity, where files come and go."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from aidtracker.desk.skin import link_to
from aidtracker.ground.attached_files import ALLOWED, MB
from aidtracker.ground.batches import held
from aidtracker.ground.scope import readable
from aidtracker.pages.handed_out import handed_out
from aidtracker.templatetags.formatting import UNKNOWN
from aidtracker.trail import acts
from aidtracker.trail.conflicts import row_number
from projects.models.attachments import (
    HOLDERS,
    Attachment,
    attach,
    may_attach,
    may_show,
)

MOST_AT_ONCE = 20
NO_SUCH = "这个文件已经不在了。"
NOT_ALLOWED = "您不能改动这条记录的附件。"
NOT_TO_SHOW = "公开或撤下，由有权发布这条记录的人办。"


def address_of(row: Any) -> str:
    return reverse("admin:projects_attachments", args=[row._meta.model_name, row.pk])


class WithAttachments(admin.ModelAdmin):
    """For the admin of what has attachments: the way from a row's form to their page."""

    @admin.display(description="照片与附件")
    def attachments(self, row: Any) -> str:
        return link_to(address_of(row), "查看、上传") if row.pk else UNKNOWN


@never_cache
def page(request: HttpRequest, kind: str, number: int) -> HttpResponse:
    """The files of a row, with what the user may do with them."""
    row = row_for(request, kind, number)
    if request.method == "POST":
        changed(request, row)
        return HttpResponseRedirect(address_of(row))
    context = {
        **admin.site.each_context(request),
        "title": f"照片与附件：{row}",
        "row": row,
        "back": reverse(f"admin:projects_{kind}_change", args=[row.pk]),
        "files": Attachment.objects.of(row).select_related("added_by"),
        "may_attach": may_attach(row, request.user),
        "may_show": may_show(row, request.user),
        "is_row_public": type(row).objects.published().filter(pk=row.pk).exists(),
        "allowed": ALLOWED,
        "most": settings.ATTACHMENT_MB,
    }
    return TemplateResponse(request, "admin/projects/attachments.html", context)


def row_for(request: HttpRequest, kind: str, number: int) -> Any:
    """The row, as its form would find it. Raises Http404."""
    model = HOLDERS.get(kind)
    if model is None:
        raise Http404("Nothing of this kind has attachments.")
    row = get_object_or_404(readable(model._default_manager.all(), request.user), pk=number)
    if not admin.site.get_model_admin(model).has_view_permission(request, row):
        raise Http404("No such row for this user.")
    return row


@never_cache
@require_safe
def file(request: HttpRequest, key: UUID, variant: str) -> HttpResponseBase:
    """A file for the staff, public or not."""
    rows = Attachment.objects.filter(removed_at=None).select_related(*HOLDERS)
    found = get_object_or_404(rows, key=key)
    row_for(request, found.row._meta.model_name, found.row.pk)
    content = found.opened(variant)
    return handed_out(content, found.name, found.content_type)


# What the buttons do


def changed(request: HttpRequest, row: Any) -> None:
    """Do what a button says, and tell what became of it."""
    act = ACTS.get(request.POST.get("act", ""))
    if act is None or not (may_attach(row, request.user) or may_show(row, request.user)):
        messages.error(request, NOT_ALLOWED)
        return
    try:
        told = act(request, row)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    else:
        messages.success(request, told)


def kept(row: Any, label: str, old: str, new: str) -> None:
    """Say in the trail what became of a file."""
    subject = f"附件：{row._meta.verbose_name} {row}"
    acts.keep(acts.Way.FORM, subject, [[label, old, new]])


def add(request: HttpRequest, row: Any) -> str:
    """Each file by itself: one that is refused holds up no other."""
    refuse_unless(may_attach(row, request.user), NOT_ALLOWED)
    sent = request.FILES.getlist("files")
    if not sent:
        raise ValidationError("请选择文件。")
    if len(sent) > MOST_AT_ONCE:
        raise ValidationError(f"一次最多上传 {MOST_AT_ONCE} 个文件。")
    caption, refused = request.POST.get("caption", ""), []
    most = settings.ATTACHMENT_MB * MB
    for one in sent:
        name = one.name or ""
        try:
            made = attach(row, request.user, name, one.read(most + 1), caption)
        except ValidationError as error:
            refused += error.messages
        else:
            kept(row, "新增", "", made.name)
    if refused:
        done = f"其余 {len(sent) - len(refused)} 个已保存。" if len(sent) > len(refused) else ""
        raise ValidationError([*refused, done] if done else refused)
    return f"已保存 {len(sent)} 个文件，还没有公开。"


@transaction.atomic
def say(request: HttpRequest, row: Any) -> str:
    found = one_of(request, row)
    allowed = may_show(row, request.user) if found.is_public else may_attach(row, request.user)
    refuse_unless(allowed, NOT_TO_SHOW if found.is_public else NOT_ALLOWED)
    before, found.caption = found.caption, request.POST.get("caption", "").strip()
    found.full_clean(exclude=("added_by",))
    found.save()
    if found.caption != before:
        kept(row, f"{found.name} 的说明", before, found.caption)
    return "说明已保存。"


@transaction.atomic
def show(request: HttpRequest, row: Any) -> str:
    """Make a file public, or no longer."""
    refuse_unless(may_show(row, request.user), NOT_TO_SHOW)
    found = one_of(request, row)
    wanted = request.POST["act"] == "show"
    if found.is_public != wanted:
        found.is_public = wanted
        found.full_clean(exclude=("added_by",))
        found.save()
        words = ("草稿", "公开")
        kept(row, found.name, words[not wanted], words[wanted])
    return "已公开。" if wanted else "已撤下。"


@transaction.atomic
def remove(request: HttpRequest, row: Any) -> str:
    found = one_of(request, row)
    allowed = may_show(row, request.user) if found.is_public else may_attach(row, request.user)
    refuse_unless(allowed, NOT_TO_SHOW if found.is_public else NOT_ALLOWED)
    found.remove()
    kept(row, "删除", found.name, "")
    return f"已删除“{found.name}”。"


ACTS: dict[str, Callable[[HttpRequest, Any], str]] = {
    "add": add,
    "say": say,
    "show": show,
    "hide": show,
    "remove": remove,
}


def refuse_unless(allowed: bool, words: str) -> None:
    if not allowed:
        raise ValidationError(words)


def one_of(request: HttpRequest, row: Any) -> Attachment:
    """The file of the row that a button names, held. Raises ValidationError if it is gone."""
    number = row_number(request.POST.get("file", ""))
    found = held(Attachment.objects.of(row)).filter(pk=number).first()
    if found is None:
        raise ValidationError(NO_SUCH)
    return found
