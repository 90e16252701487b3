"""Photographs and documents on public pages, and the files themselves."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet
from django.http import FileResponse, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from aidtracker.pages.details import Section
from aidtracker.pages.handed_out import handed_out
from aidtracker.pages.told import with_told
from projects.models.attachments import FULL, SMALL, Attachment

VALUES = ("id", "key", "name", "caption", "extension", "width", "height", "size")


@require_safe
def attachment(request: HttpRequest, key: UUID, variant: str) -> FileResponse:
    """A public file."""
    found = get_object_or_404(Attachment.objects.public(), key=key)
    return handed_out(found.opened(variant), found.name, found.content_type)


# On the page of what it belongs to


def with_attachments(name: str) -> Callable[[QuerySet], QuerySet]:
    """Rows with what their page says of their public files, in the query that reads them."""

    def reads(rows: QuerySet) -> QuerySet:
        own = Attachment.objects.filter(**{name: OuterRef("pk")}, is_public=True)
        return with_told(rows, "attached", own.order_by("pk"), VALUES)

    return reads


def attachments(row: Any) -> Section | None:
    """The files of a row, photographs first; none without any."""
    files = [shown(one) for one in row.told_attached or ()]
    if not files:
        return None
    data = {
        "pictures": [one for one in files if one["width"]],
        "documents": [one for one in files if not one["width"]],
    }
    return Section("attachments", "照片与附件", template="projects/attachments.html", data=data)


def shown(told: dict[str, Any]) -> dict[str, Any]:
    key = UUID(str(told["key"]))
    addresses = {one: reverse("attachment", args=[key, one]) for one in (FULL, SMALL)}
    return {**told, **addresses, "kilobytes": -(-told["size"] // 1024)}
