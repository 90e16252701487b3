"""The public page of a row that is not public yet, as the public will see it, for staff."""

from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import resolve
from django.utils.html import format_html

from aidtracker.ground.publication import PUBLISHED
from aidtracker.ground.records import KeyedModel
from aidtracker.ground.scope import visible

MAIN = '<main id="content" tabindex="-1">'
WORDS = "预览：这条{name}还没有公开，公众看不到这一页。下面是发布之后的样子。"
NOT_YET = "这条记录还缺发布所必需的内容，暂时不能预览。"


def is_hidden(row: Any) -> bool:
    """Whether a row that has a public page is not public."""
    if not isinstance(row, KeyedModel) or not hasattr(row, "get_absolute_url"):
        return False
    return not type(row).objects.published().filter(pk=row.pk).exists()


def preview(request: HttpRequest, row: Any) -> HttpResponse:
    """The page of a row as if it were published, with what it is public with; nothing is stored.

    Within a transaction that is taken back; nothing is kept of a page that is made in one.
    """
    try:
        with transaction.atomic():
            publish_for_now(row, request.user)
            page = resolve(row.get_absolute_url())
            response = page.func(request, *page.args, **page.kwargs)
            transaction.set_rollback(True)
    except IntegrityError:
        return HttpResponse(NOT_YET, status=409, content_type="text/plain; charset=utf-8")
    words = WORDS.format(name=row._meta.verbose_name)
    told = format_html('<p class="notices">{}</p>', words)
    response.content = response.content.decode().replace(MAIN, MAIN + told, 1)
    return response


def publish_for_now(row: Any, user: Any) -> None:
    """Let a row be published, and those without which it would not be seen, as far as `user` may
    see them."""
    model = type(row)
    if not visible(model._base_manager.filter(pk=row.pk), user).exists():
        return
    if model.REVIEW:
        model._base_manager.filter(pk=row.pk).update(**{model.REVIEW: PUBLISHED})
    for name in model.PUBLIC_WITH:
        if (whole := getattr(row, name)) is not None:
            publish_for_now(whole, user)
