"""What the cards of the board do: enter the next stage, be dropped, say what is done next."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from aidtracker.ground.batches import held
from aidtracker.ground.partial_dates import as_iso, in_chinese
from aidtracker.ground.scope import changeable, may
from aidtracker.trail import acts
from projects.models import FollowUp, PipelineCase, PipelineStage, StageEntry

MOST_DIGITS = 18
GONE = "这个事项不在了，或者不归您的指挥部维护。"
MOVED = "“{case}”已由别人改到“{at}”，您这一步没有存；请看过再改。"


@acts.one_act()
def move(number: Any, *, stage: Any, on: str, seen: str, user: Any) -> StageEntry:
    """Let a case enter a stage; `seen` is the stage that the user saw it in, "" for none.

    Raises ValidationError, also when somebody moved it meanwhile.
    """
    if not may(user, "add", StageEntry):
        raise ValidationError("您没有填阶段记录的权限。")
    try:
        with transaction.atomic():
            case = own_case(number, user)
            before = seen_at(case, seen)
            entry = StageEntry(case=case, stage=next_stage(case, before, stage))
            entry.entered_on = as_iso(on)
            check_order(before, entry)
            entry.full_clean()
            entry.check_edit(None, user)
            acts.describe(subject=str(entry))
            entry.save()
            return entry
    except IntegrityError as error:
        raise ValidationError("别人刚刚填了这一阶段，您这一步没有存；请看过再改。") from error


def own_case(number: Any, user: Any) -> PipelineCase:
    """A case of the user's, held until the transaction ends."""
    rows = changeable(PipelineCase.objects.under_way(), user)
    case = held(rows.filter(pk=number)).first() if is_number(number) else None
    if case is None:
        raise ValidationError(GONE)
    return case


def is_number(text: Any) -> bool:
    """Whether what was sent can number a row."""
    return str(text).isdecimal() and len(str(text)) <= MOST_DIGITS


def seen_at(case: PipelineCase, seen: str) -> StageEntry | None:
    """The entry into the stage in which a case stands, read after the case is held."""
    entries = case.entries.standing().select_related("stage__pipeline")
    last = entries.order_by("-stage__number").first()
    if seen != (str(last.stage_id) if last else ""):
        raise ValidationError(MOVED.format(case=case, at=last.stage.name if last else "未开始"))
    return last


def next_stage(case: PipelineCase, before: StageEntry | None, number: Any) -> PipelineStage:
    """The stage that was chosen, which lies ahead."""
    stages = PipelineStage.objects.filter(pipeline=case.pipeline_id)
    found = stages.filter(pk=number).first() if is_number(number) else None
    if found is None or (before and found.number <= before.stage.number):
        raise ValidationError("请选择一个在后面的阶段。")
    return found


def check_order(before: StageEntry | None, entry: StageEntry) -> None:
    """A stage is not entered before the one before it, as far as both days are known."""
    if before and before.entered_on and entry.entered_on:
        shared = min(len(before.entered_on), len(entry.entered_on))
        if entry.entered_on[:shared] < before.entered_on[:shared]:
            said = f"进入“{before.stage.name}”的 {in_chinese(before.entered_on)}"
            raise ValidationError(f"日期早于{said}，请核对。")


@acts.one_act()
def follow_up(number: Any, *, words: dict[str, str], version: str, user: Any) -> FollowUp:
    """Say who pursues a case and what comes next; as `move`."""
    with transaction.atomic():
        case = own_case(number, user)
        found = case.follow_ups.first() or FollowUp(case=case, version=0)
        if not may(user, "change" if found.pk else "add", FollowUp):
            raise ValidationError("您没有填跟进的权限。")
        if version != str(found.version):
            raise ValidationError(f"“{case}”的跟进刚由别人改过，您的没有存；请看过再改。")
        for name in ("handler", "next_step"):
            setattr(found, name, words.get(name, "").replace("\0", "").strip())
        found.next_on = FollowUp._meta.get_field("next_on").to_python(words.get("next_on") or None)
        found.version = found.version or 1
        found.full_clean()
        acts.describe(subject=str(found))
        found.save()
        return found
