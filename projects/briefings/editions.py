"""Editions of a text: written, by a worker or at once; the steps that lead on from a draft."""

import logging
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from aidtracker.ground.batches import held
from aidtracker.ground.edition import one_moment
from aidtracker.ground.scope import scope_of
from aidtracker.review.steps import Step
from aidtracker.trail import acts
from projects.briefings.doubts import doubts_of
from projects.briefings.writing import fingerprint, write
from projects.models import Observation
from projects.models.briefings import Briefing, BriefingEdition

State = BriefingEdition.State
UNFROZEN = (State.WAITING, State.DRAFT)
FROZEN = (State.FROZEN, State.PUBLISHED)
READ = ("view", "change")
AGAIN = Step("again", "按现在的记录重写", UNFROZEN, State.WAITING, READ)
DISCARD = Step("discard", "删除草稿", UNFROZEN, "", READ)
FREEZE = Step("freeze", "定稿", (State.DRAFT,), State.FROZEN, ("publish",))
PUBLISH = Step("publish", "公开", (State.FROZEN,), State.PUBLISHED, ("publish",))
WITHDRAW = Step("withdraw", "不再公开", (State.PUBLISHED,), State.FROZEN, ("publish",))
NEW = Step("new", "新写一版", FROZEN, State.WAITING, READ)
STEPS = {one.name: one for one in (AGAIN, FREEZE, DISCARD, NEW, PUBLISH, WITHDRAW)}
logger = logging.getLogger(__name__)
BROKEN = "程序或数据库出错，没有写成；请再写一次，仍然如此请告诉管理员。"
GONE = "这一版已经不在，可能刚被删除。"
NOT_YOURS = "这份文稿不归您的指挥部。"
NO_RIGHT = "定稿、公开，由有权发布观测值的人办。"
HIDDEN = "写的项目没有公开，不能{}。"
SEEN_OTHERWISE = "您看过以后，这一版重写了，或有数字更正、有了不符的说法：请再看一遍。"


def may_write(user: Any) -> bool:
    """Who may see figures in the admin writes texts of those that are public."""
    return AGAIN.is_allowed(user, Observation)


def may_publish(user: Any) -> bool:
    return FREEZE.is_allowed(user, Observation)


def keeps(user: Any, briefing: Briefing) -> bool:
    """Whether a text belongs to the user's headquarters."""
    scope = scope_of(user)
    return scope.changes_all or briefing.maintainer_id in scope.headquarters


# Written


@transaction.atomic
def begin(briefing: Briefing, user: Any) -> BriefingEdition:
    """A new edition to be written. Raises ValidationError while the last one is not frozen."""
    locked(briefing.pk)
    last = briefing.editions.without_content().first()
    if last is not None and not last.is_frozen:
        raise ValidationError("上一版还没有定稿：先定稿，或把它重写、删除。")
    number = last.number + 1 if last else 1
    edition = BriefingEdition.objects.create(briefing=briefing, number=number, asked_by=user)
    note(edition, "新写一版")
    return edition


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
    # Asked for again meanwhile, it is written by who was asked last.
    waiting = waiting.filter(asked_at=edition.asked_at)
    try:
        with one_moment():
            content = write(edition.briefing, site)
    except Exception:
        logger.exception("Edition %s was not written.", number)
        waiting.update(fault=BROKEN)
        return
    waiting.update(state=State.DRAFT, content=content, fault="", written_at=timezone.now())


# The steps


def locked(briefing: int) -> Briefing:
    """A text, held, with all its editions. Raises ValidationError if it was deleted meanwhile."""
    found = held(Briefing.objects.filter(pk=briefing)).first()
    if found is None:
        raise ValidationError(GONE)
    return found


def check(step: Step, edition: BriefingEdition, user: Any) -> None:
    """Raises ValidationError if a user cannot take a step with an edition as it is."""
    if why := obstacle(step, edition, user):
        raise ValidationError(why)


def possible_steps(edition: BriefingEdition, user: Any) -> list[Step]:
    return [step for step in STEPS.values() if not obstacle(step, edition, user)]


def obstacle(step: Step, edition: BriefingEdition, user: Any) -> str:
    """Why a user cannot take a step with an edition as it is; empty if they can."""
    if not keeps(user, edition.briefing):
        return NOT_YOURS
    if not step.is_allowed(user, Observation):
        return NO_RIGHT
    if edition.state not in step.origins:
        return f"这一版的状态是“{edition.get_state_display()}”，不能{step.label}。"
    if step in (FREEZE, PUBLISH) and edition.briefing.is_of_hidden:
        return HIDDEN.format(step.label)
    return ""


@transaction.atomic
def take(step: Step, edition: BriefingEdition, user: Any, seen: str = "") -> BriefingEdition:
    """Take a step with an edition, and return what came of it; `seen` is known of its doubts.

    Raises ValidationError if it cannot be taken, also because another was there first.
    """
    found = locked(edition.briefing_id).editions.filter(pk=edition.pk).first()
    if found is None:
        raise ValidationError(GONE)
    check(step, found, user)
    if step == NEW:
        return begin(found.briefing, user)
    if step == DISCARD:
        return discard(found)
    if step == FREEZE:
        check_seen(found, seen)
    for name, value in changes(step, found, user).items():
        setattr(found, name, value)
    found.state = step.target
    found.save()
    note(found, step.label)
    return found


def changes(step: Step, edition: BriefingEdition, user: Any) -> dict[str, Any]:
    """What a step changes but the state."""
    now = timezone.now()
    if step == AGAIN:
        empty = {"content": None, "fault": "", "written_at": None}
        return {**empty, "asked_by": user, "asked_at": now}
    if step == FREEZE:
        return {"sha256": fingerprint(edition.content), "frozen_by": user, "frozen_at": now}
    is_shown = step == PUBLISH
    return {"published_by": user if is_shown else None, "published_at": now if is_shown else None}


def check_seen(edition: BriefingEdition, seen: str) -> None:
    """Nothing is frozen but what was looked at, and nothing that may not be shown."""
    doubts = doubts_of(edition.content)
    if doubts.gone:
        raise ValidationError(doubts.refusal)
    if seen != doubts.key:
        raise ValidationError(SEEN_OTHERWISE)


def discard(edition: BriefingEdition) -> BriefingEdition:
    """Delete a draft, and its text if there is no other edition; the trail says what it was."""
    briefing = edition.briefing
    asked = [briefing.get_outline_display(), briefing.subject, briefing.time_words]
    asked_for = ["写的是", "，".join(filter(None, asked)), ""]
    note(edition, DISCARD.label, asked_for, ["标题", briefing.title, ""])
    edition.delete()
    if not briefing.editions.exists():
        briefing.delete()
    return edition


def note(edition: BriefingEdition, words: str, *more: Sequence[str]) -> None:
    acts.keep(acts.Way.FORM, f"文稿：{edition}", [["状态", "", words], *map(list, more)])


def is_whole(edition: BriefingEdition) -> bool:
    """Whether its content is still the one that was frozen."""
    return edition.content is not None and fingerprint(edition.content) == edition.sha256
