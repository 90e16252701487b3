"""版式: the Word files from which headquarters give their texts their looks."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from aidtracker.trail import acts
from aidtracker.trail.conflicts import row_number
from programs.models import Headquarters
from projects.admin.monthly_totals import own_headquarters
from projects.briefings.editions import NOT_YOURS
from projects.briefings.letterheads import LARGEST_FILE, letterhead_of
from projects.models.briefings import Letterhead

SHOWN = 100


def letterheads_of(user: Any) -> list[tuple[Headquarters, Letterhead | None]]:
    """The headquarters whose letterhead the user gives, with what there is."""
    own = list(own_headquarters(user)[:SHOWN])
    rows = Letterhead.objects.filter(maintainer__in=own).defer("content")
    known = {one.maintainer_id: one for one in rows}
    return [(one, known.get(one.pk)) for one in own]


def take_letterhead(request: HttpRequest) -> None:
    """Keep an uploaded letterhead, or forget the one there is."""
    number = row_number(request.POST.get("maintainer", ""))
    home = own_headquarters(request.user).filter(pk=number).first()
    sent = request.FILES.get("file")
    try:
        if home is None:
            raise ValidationError(NOT_YOURS)
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
