"""What is to be done one after the other: somebody's first day, the first steps of a new site.

A step is done when the record says so, not when somebody ticks it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Exists, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from aidtracker.desk.mails import MailChoice
from aidtracker.trail import acts

ENTERED = (acts.Way.FORM, acts.Way.GRID, acts.Way.ENTRY, acts.Way.IMPORT, acts.Way.LIST)


@dataclass(frozen=True)
class Step:
    """One step: what, why and how, where, and the rows that are there once it is done."""

    title: str
    words: str
    link: str
    rows: QuerySet


# Which steps there are for a person; by the apps.
Steps = Callable[[HttpRequest], Iterable[Step]]
FIRST_DAY: list[Steps] = []
FIRST_STEPS: list[Steps] = []


def asked(request: HttpRequest, walks: Iterable[Steps]) -> list[tuple[Step, bool]]:
    """The steps of a walk, each with whether it is done: one query for all of them."""
    steps = [step for walk in walks for step in walk(request)]
    wanted = [Exists(step.rows) for step in steps]
    users = get_user_model()._default_manager.filter(pk=request.user.pk)
    found = users.values_list(*wanted).get() if wanted else ()
    return list(zip(steps, found, strict=True))


def own_steps(request: HttpRequest) -> Iterator[Step]:
    """What everybody does on their first day."""
    user: Any = request.user
    own_acts = acts.Act.objects.filter(user=user.pk)
    yield Step(
        "登录与安全",
        "加一种第二步验证；发布、授权的人必须有。",
        reverse("admin:own_security"),
        own_acts.filter(way=acts.Way.ACCOUNT),
    )
    yield Step(
        "选好提醒邮件",
        "退回、留言、催报多久发一封，也可以不要。",
        reverse("admin:notices"),
        MailChoice.objects.filter(user=user.pk),
    )
    yield Step(
        "填第一条",
        "从首页下面的清单新增一条，或者导入自己的表；存好是草稿，填错了可以撤销。",
        reverse("admin:index"),
        own_acts.filter(way__in=ENTERED),
    )


@require_safe
def first_day(request: HttpRequest) -> HttpResponse:
    return page(request, "第一天", asked(request, [own_steps, *FIRST_DAY]))


@require_safe
def first_steps(request: HttpRequest) -> HttpResponse:
    """What a new site needs, for who may do some of it."""
    return page(request, "起步", asked(request, FIRST_STEPS))


def page(request: HttpRequest, title: str, steps: list[tuple[Step, bool]]) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": title,
        "steps": steps,
        "done": sum(is_done for _, is_done in steps),
    }
    return TemplateResponse(request, "admin/walk.html", context)
