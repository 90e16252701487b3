"""Who fills in what of a headquarters: whom a task, a reminder or a missing report concerns."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from aidtracker.trail.notices import Notice, tell
from programs.models import Headquarters
from programs.models.accounts import with_branches


def people_for(model: Any, numbers: Iterable[int]) -> dict[int, list[Any]]:
    """The active people who enter rows of a model, by headquarters; a few queries for all."""
    right = f"{model._meta.app_label}.change_{model._meta.model_name}"
    users = get_user_model()._default_manager.with_perm(
        right, include_superusers=False, backend=settings.AUTHENTICATION_BACKENDS[1]
    )
    parents = dict(Headquarters.objects.order_by().values_list("pk", "parent"))
    wanted: dict[int, list[Any]] = {pk: [] for pk in numbers}
    users = users.filter(account__isnull=False, is_staff=True).order_by("pk")
    users = users.select_related("account__batch").prefetch_related("account__headquarters")
    for user in users:
        if user.account.has_ended:
            continue
        own = with_branches([one.pk for one in user.account.headquarters.all()], parents)
        for pk in own & wanted.keys():
            wanted[pk].append(user)
    return wanted


def tell_people(
    people: Iterable[Any], by: Any, kind: str, about: str, address: str, words: str = ""
) -> int:
    """Tell each person once; how many were told."""
    once = {one.pk: one for one in people}.values()
    said = {"by": by, "kind": kind, "about": about[:200], "address": address, "words": words[:1000]}
    return tell(Notice(user=user, **said) for user in once)
