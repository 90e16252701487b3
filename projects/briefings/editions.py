"""Editions of a text: written, by a worker or at once; frozen; shown to the public."""

import logging
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from aidtracker.ground.batches import held
from aidtracker.ground.edition import current
from aidtracker.ground.scope import may, scope_of
from aidtracker.trail import acts
from projects.briefings.writing import fingerprint, write
from projects.models import Observation
from projects.models.briefings import Briefing, BriefingEdition

State = BriefingEdition.State
TRIES = 3
logger = logging.getLogger(__name__)
BROKEN = "程序或数据库出错，没有写成；请再写一次，仍然如此请告诉管理员。"
NOT_YOURS = "这份文稿不归您的指挥部。"
NO_RIGHT = "定稿、公开，由有权发布观测值的人办。"


def may_write(user: Any) -> bool:
    """Who may see figures in the admin writes texts of those that are public."""
    return may(user, "view", Observation) or may(user, "change", Observation)


def keeps(user: Any, briefing: Briefing) -> bool:
    """Whether a text belongs to the user's headquarters."""
    scope = scope_of(user)
    return scope.changes_all or briefing.maintainer_id in scope.headquarters


def may_publish(user: Any, briefing: Briefing) -> bool:
    return may(user, "publish", Observation) and keeps(user, briefing)


# Written


@transaction.atomic
def begin(briefing: Briefing, user: Any) -> BriefingEdition:
    """A new edition to be written. Raises ValidationError while the last one is not frozen."""
    held(Briefing.objects.filter(pk=briefing.pk)).get()
    last = briefing.editions.without_content().first()
    if last is not None and not last.is_frozen:
        raise ValidationError("上一版还没有定稿：先定稿，或把它重写。")
    number = last.number + 1 if last else 1
    edition = BriefingEdition.objects.create(briefing=briefing, number=number, asked_by=user)
    note(edition, "新写一版")
    return edition


@transaction.atomic
def begin_again(edition: BriefingEdition, user: Any) -> None:
    """Let a draft be written anew from the record as it is now."""
    found = locked(edition)
    if found.is_frozen:
        raise ValidationError("已经定稿，不能重写；请新写一版。")
    found.state, found.content, found.fault = State.WAITING, None, ""
    found.asked_by, found.asked_at, found.written_at = user, timezone.now(), None
    found.save()
    note(found, "重写草稿")


def carry_out(edition: BriefingEdition, site: str) -> None:
    """Write an edition: by a worker, where the site has some; else here and now."""
    if settings.WORKERS:
        write_edition.enqueue(edition.pk, site)
    else:
        write_now(edition.pk, site)


@task()
def write_edition(number: int, site: str) -> None:
    write_now(number, site)


def write_now(number: int, site: str) -> None:
    """Write an edition that waits. Done twice, or while another does it, it is written once.

    What breaks is told on its page, not to who asked: a worker has nobody to tell.
    """
    waiting = BriefingEdition.objects.filter(pk=number, state=State.WAITING)
    edition = waiting.select_related("briefing__headquarters__donor", "briefing__donor").first()
    if edition is None:
        return
    try:
        content = written_at_once(edition.briefing, site)
    except Exception:
        logger.exception("Edition %s was not written.", number)
        waiting.update(fault=BROKEN)
        return
    waiting.update(state=State.DRAFT, content=content, fault="", written_at=timezone.now())


def written_at_once(briefing: Briefing, site: str) -> dict[str, Any]:
    """A content of one moment: written again if the record changed meanwhile.

    In no transaction, which on SQLite would keep all others from writing.
    """
    for _ in range(TRIES):
        before = current()
        content = write(briefing, site)
        if current() == before:
            break
    return content


# Frozen, and shown


def locked(edition: BriefingEdition) -> BriefingEdition:
    rows = BriefingEdition.objects.filter(pk=edition.pk)
    return held(rows).get()


@transaction.atomic
def freeze(edition: BriefingEdition, user: Any) -> None:
    """From now on it never changes. Raises ValidationError if there is nothing to freeze."""
    found = locked(edition)
    if found.is_frozen:
        raise ValidationError("已经定稿。")
    if found.content is None:
        raise ValidationError("还没有写成，不能定稿。")
    found.sha256 = fingerprint(found.content)
    found.state, found.frozen_by, found.frozen_at = State.FROZEN, user, timezone.now()
    found.save()
    note(found, "定稿")


@transaction.atomic
def publish(edition: BriefingEdition, user: Any) -> None:
    found = locked(edition)
    if found.state != State.FROZEN:
        raise ValidationError("只有定了稿、还没有公开的一版可以公开。")
    found.state, found.published_by, found.published_at = State.PUBLISHED, user, timezone.now()
    found.save()
    note(found, "公开")


@transaction.atomic
def withdraw(edition: BriefingEdition, user: Any) -> None:
    """No longer shown; it stays frozen."""
    found = locked(edition)
    if found.state != State.PUBLISHED:
        raise ValidationError("这一版没有公开。")
    found.state, found.published_by, found.published_at = State.FROZEN, None, None
    found.save()
    note(found, "不再公开")


def note(edition: BriefingEdition, words: str) -> None:
    acts.keep(acts.Way.FORM, f"文稿：{edition}", [["状态", "", words]])


def is_whole(edition: BriefingEdition) -> bool:
    """Whether its content is still the one that was frozen."""
    return edition.content is not None and fingerprint(edition.content) == edition.sha256
