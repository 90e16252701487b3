"""The steps of the review: who may take which with which rows, taking them, and who took them.

A row's states tell who entered it: everybody who made a state of it, or of a part of it, since it
was last published, but for the states that a reviewer's step made and those that followed from
other rows. Nobody approves what they entered themselves.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
)
from django.db.models.lookups import Exact

from aidtracker.ground.batches import among, held, in_batches
from aidtracker.ground.money import labelled
from aidtracker.ground.people import called
from aidtracker.ground.scope import changeable, may
from aidtracker.review import comments
from aidtracker.review.reviewed import (
    HANDED_IN,
    REASON_LENGTH,
    PartOfReviewed,
    Review,
    Reviewed,
    follow,
)
from aidtracker.review.revisions import has_open_revision
from aidtracker.trail import acts
from aidtracker.trail.differences import Difference, differences
from aidtracker.trail.history import is_follow_on, set_values
from aidtracker.trail.notices import Notice

MOST_NAMED = 3  # rows that a step passed over, of each reason
OWN_APPROVAL = "您审核通过的，须由他人发布"
OWN_ROW = "您录入、修改或提交过，须由他人审核"


@dataclass(frozen=True)
class Step:
    """A step of the review, or of a text: from which states to which, and by whom.

    One of the rights `verbs` is needed; `asks` names the field for the words that must be said.
    """

    name: str
    label: str
    origins: tuple[str, ...]
    target: str
    verbs: tuple[str, ...]
    asks: str = ""
    words: str = ""

    def is_allowed(self, user: Any, model: type[Model]) -> bool:
        """Whether the user has a right to take the step with some rows of a model."""
        return any(may(user, verb, model) for verb in self.verbs)

    @property
    def leads_on(self) -> bool:
        """Whether it brings a row nearer to the public."""
        return self.target in HANDED_IN

    @property
    def concerns_public(self) -> bool:
        return Review.PUBLISHED in (self.target, *self.origins)


SUBMIT = Step(
    "submit",
    "提交",
    (Review.DRAFT, Review.RETURNED, Review.WITHDRAWN),
    Review.SUBMITTED,
    ("change",),
)
APPROVE = Step("approve", "审核通过", (Review.SUBMITTED,), Review.APPROVED, ("approve",))
RETURN = Step(
    "return",
    "退回",
    (Review.SUBMITTED, Review.APPROVED),
    Review.RETURNED,
    ("approve", "publish"),
    "review_comment",
    "退回意见",
)
PUBLISH = Step("publish", "发布", (Review.APPROVED,), Review.PUBLISHED, ("publish",))
WITHDRAW = Step(
    "withdraw",
    "撤回",
    (Review.PUBLISHED,),
    Review.WITHDRAWN,
    ("publish",),
    "correction_reason",
    "撤回理由",
)
STEPS = (SUBMIT, APPROVE, RETURN, PUBLISH, WITHDRAW)
# What a step or a correction says beside what the row says.
STANDING = ("review_comment", "correction_reason")
# States that only a step makes, never a person's entering.
BY_REVIEWERS = (Review.APPROVED, Review.RETURNED, Review.WITHDRAWN)


def steps_of(model: type[Reviewed]) -> tuple[Step, ...]:
    """The steps that rows of a model can take."""
    return tuple(step for step in STEPS if model.CAN_BE_WITHDRAWN or step != WITHDRAW)


def entered_by(user: Any, model: type[Reviewed]) -> Q:
    """The condition that a user entered, changed or submitted a row since its last publication."""
    states = model.history.model.objects
    since = {"id": OuterRef("id"), "history_id__gte": OuterRef("history_id")}
    published = states.filter(**since, **{model.REVIEW: Review.PUBLISHED})
    reviewed = Q(act__way=acts.Way.ACTION, **{f"{model.REVIEW}__in": BY_REVIEWERS})
    own = states.filter(id=OuterRef("pk"), history_user=user.pk).exclude(reviewed)
    rule = Q(Exists(own.filter(~is_follow_on(), ~Exists(published))))
    for part in parts_of(model):
        rule |= Q(part_entered_by(user, part, model))
    return rule


def approved_by(user: Any, model: type[Reviewed]) -> Q:
    """The condition that it was a user who approved a row last."""
    approved = {"id": OuterRef("pk"), model.REVIEW: Review.APPROVED}
    states = model.history.model.objects.filter(~is_follow_on(), **approved)
    last = states.order_by("-history_id").values("history_user")[:1]
    return Q(Exact(Subquery(last), user.pk))


def parts_of(model: type[Reviewed]) -> list[type[PartOfReviewed]]:
    """The models whose rows are parts of rows of a model."""
    return [
        one.related_model
        for one in model._meta.related_objects
        if issubclass(one.related_model, PartOfReviewed)
        and one.field.name == one.related_model.WHOLE
    ]


def part_entered_by(user: Any, part: Any, model: Any) -> Exists:
    """The condition that a user changed a part of a row since the row's last publication.

    A part that moves from one row to another is a change of both.
    """
    states, whole = part.history.model.objects, f"{part.WHOLE}_id"
    earlier = states.filter(id=OuterRef("id"), history_id__lt=OuterRef("history_id"))
    left = Subquery(earlier.order_by("-history_id").values(whole)[:1])
    since = {"id": OuterRef(OuterRef("pk")), "history_date__gte": OuterRef("history_date")}
    published = model.history.model.objects.filter(**since, **{model.REVIEW: Review.PUBLISHED})
    own = states.filter(history_user=user.pk).alias(left=left)
    belonged = Q(**{whole: OuterRef("pk")}) | Q(left=OuterRef("pk"))
    return Exists(own.filter(belonged, ~Exists(published)))


def queues(model: type[Reviewed], user: Any) -> dict[str, tuple[str, Q]]:
    """What waits for a user among the rows of a model: {key: (label, condition)}."""

    def state(wanted: Review, *conditions: Q) -> Q:
        # First what is cheap: only for rows in that state is it asked who entered them.
        return Q(Q(**{model.REVIEW: wanted}), *conditions)

    waiting, own = {}, entered_by(user, model)
    if SUBMIT.is_allowed(user, model):
        waiting["returned"] = "退回给我的", state(Review.RETURNED)
        waiting["draft"] = "我的草稿", state(Review.DRAFT, own)
    if APPROVE.is_allowed(user, model):
        waiting["approve"] = "等我审核", state(Review.SUBMITTED, ~own)
    if PUBLISH.is_allowed(user, model):
        waiting["publish"] = "等我发布", state(Review.APPROVED)
    return waiting


@dataclass
class StepTaken:
    """What became of a step: the rows that took it, and which did not for which reason.

    In place of a row that the user must not know of stands None.
    """

    step: Step
    done: list = field(default_factory=list)
    refused: dict[str, list] = field(default_factory=lambda: defaultdict(list))

    def sentences(self, name: str) -> Iterator[tuple[bool, str]]:
        """What to tell the user about rows of a model called `name`: (is good, sentence)."""
        if self.done:
            yield True, f"{self.step.label}：{len(self.done)} 条{name}{self.aside()}。"
        for reason, rows in self.refused.items():
            yield False, f"{len(rows)} 条{name}未{self.step.label}{self.named(rows)}：{reason}。"

    def named(self, rows: list) -> str:
        """（“甲”“乙”等）; nothing where it is clear which, since none was done."""
        is_clear = not self.done and len(self.refused) == 1
        names = [f"“{row}”" for row in rows[:MOST_NAMED] if row is not None]
        if is_clear or not names:
            return ""
        return f"（{''.join(names)}{'等' if len(rows) > len(names) else ''}）"

    def aside(self) -> str:
        """What to add about published rows that are public only with others, which are not yet."""
        model = type(self.done[0])
        if self.step != PUBLISH or not model.PUBLIC_WITH:
            return ""
        parts = in_batches([row.pk for row in self.done])
        seen = sum(model.objects.published().filter(pk__in=part).count() for part in parts)
        hidden = len(self.done) - seen
        return f"；其中 {hidden} 条所属的记录还没有发布，公开页上暂时看不到" if hidden else ""


class Referee:
    """Says of rows of one model whether a user can take a step with them; reads once for all."""

    def __init__(self, rows: QuerySet, user: Any) -> None:
        self.user, self.model = user, rows.model
        is_own = ExpressionWrapper(entered_by(user, rows.model), BooleanField())
        covered = changeable(rows, user).annotate(is_own=is_own)
        beside = comments.is_discussed(rows.model), has_open_revision(rows.model)
        found = list(covered.values_list("pk", "is_own", *beside))
        # Those that are the user's to decide on, and whether they entered them.
        self.covered: dict[int, bool] = {pk: is_own for pk, is_own, _, _ in found}
        self.discussed = {pk for pk, _, is_discussed, _ in found if is_discussed}
        self.proposed = {pk for pk, _, _, is_proposed in found if is_proposed}
        self.locks = rows.model.locks()
        own = covered.filter(approved_by(user, rows.model)) if settings.SEPARATE_PUBLISHER else ()
        self.approved: set[int] = {row.pk for row in own}

    def obstacle(self, step: Step, row: Any) -> str:
        """Why the step can not be taken with a row; empty if it can."""
        if row.pk not in self.covered:
            return "不在您的范围之内"
        if row.review_state not in step.origins:
            return f"现在的状态是“{row.review_state.label}”"
        if not step.is_allowed(self.user, self.model):
            return f"您没有{step.label}的权限"
        if step == APPROVE and self.covered[row.pk]:
            return OWN_ROW
        if step == PUBLISH and row.pk in self.approved:
            return OWN_APPROVAL
        if step == PUBLISH and not row.correction_reason and row.is_under_lock(self.locks):
            return f"{row.LOCK}已锁定，须先在表单里写明更正理由"
        return ""


@dataclass(frozen=True)
class Standing:
    """What a user can do with a row as it is: the steps, and a sentence if only being its own bars.

    Whether the row is theirs to decide on at all, and whether anybody commented on it or proposed
    a change of it, which may be of a row that is not theirs.
    """

    steps: list[Step]
    note: str
    is_covered: bool
    is_discussed: bool
    is_proposed: bool


def possible_steps(row: Any, user: Any) -> Standing:
    referee = Referee(type(row)._base_manager.filter(pk=row.pk), user)
    found = {step: referee.obstacle(step, row) for step in steps_of(type(row))}
    note = f"{OWN_ROW}。" if found[APPROVE] == OWN_ROW else ""
    steps = [step for step, why in found.items() if not why]
    is_covered = bool(referee.covered)
    is_discussed = bool(referee.discussed) or not is_covered
    is_proposed = bool(referee.proposed) or not is_covered
    return Standing(steps, note, is_covered, is_discussed, is_proposed)


@acts.one_act()
@transaction.atomic
def take_step(step: Step, rows: QuerySet, user: Any, words: str = "") -> StepTaken:
    """Let those of `rows` that can take a step; `words` say why. Returns an StepTaken.

    The rows are locked and looked at again: what a list or form showed may be out of date.
    """
    outcome, words = StepTaken(step), words.strip()[:REASON_LENGTH]
    rows = among(rows.model._base_manager.all(), rows.order_by().values_list("pk", flat=True))
    found = list(held(rows))
    referee = Referee(rows, user)
    subject = f"{step.label}{rows.model._meta.verbose_name}"
    # Handing in belongs to the form, grid or list it is done in, and a step without words leaves
    # the reason of what was saved just before, in the same act.
    way = None if step == SUBMIT else acts.Way.ACTION
    acts.describe(way=way, subject=subject, reason=words or None)
    unready = made_ready(step, [row for row in found if not referee.obstacle(step, row)])
    for row in found:
        why = referee.obstacle(step, row) or unsaid(step, row, words)
        why = why or unready.get(row.pk) or refusal(step, row)
        if why:
            outcome.refused[why].append(row if row.pk in referee.covered else None)
        else:
            outcome.done.append(row)
    if outcome.done:
        move(step, outcome.done, words)
        if step == RETURN:
            comments.tell_of(outcome.done, Notice.Kind.RETURN, user, words)
    return outcome


def unsaid(step: Step, row: Any, words: str) -> str:
    """Why the words with a step do not do; empty if they do."""
    if step.asks and not words:
        return f"请写明{step.words}"
    if step == WITHDRAW and words == row.correction_reason:
        return "撤回理由与上一次更正的相同，请写这一次的理由"
    return ""


def made_ready(step: Step, rows: list) -> dict[int, str]:
    """Make rows ready for a step towards the public; {number: why one cannot be}."""
    return type(rows[0]).make_ready(rows) if rows and step.leads_on else {}


def refusal(step: Step, row: Any) -> str:
    """Why publishing a row has not the effect it should have; empty if it had."""
    try:
        if step == PUBLISH:
            row.take_effect()
    except ValidationError as error:
        return "；".join(message.rstrip("。") for message in error.messages)
    return ""


def move(step: Step, rows: list, words: str) -> None:
    """Store rows of one model in the state a step leads to, with their history."""
    changes = {rows[0].REVIEW: step.target}
    if step.asks:
        changes[step.asks] = words
    elif step == APPROVE:
        changes["review_comment"] = ""
    set_values(rows, changes)
    if step.concerns_public:
        follow(rows)


# What became of it since


def changed_since(row: Any) -> list[Difference] | None:
    """What was changed in a row since it was last handed in or returned, before it stood as it
    stands: what who judges it again has to look at. None for a row that nobody judged before."""
    reached = list(row.history.order_by("history_id").values_list("history_id", row.REVIEW))
    if row.review_state in (Review.SUBMITTED, Review.APPROVED):
        while reached and reached[-1][1] != Review.SUBMITTED:
            reached.pop()
        while reached and reached[-1][1] == Review.SUBMITTED:
            reached.pop()
    judged = [number for number, state in reached if state != Review.DRAFT]
    if not judged:
        return None
    before = row.history.get(history_id=judged[-1])
    now = row.history.latest("history_id")
    apart = {labelled(row._meta.get_field(one)) for one in (row.REVIEW, *STANDING)}
    return [one for one in differences([(before, now)])[0] if one.label not in apart]


# What would not be seen


def hidden_wholes(rows: Iterable[Any]) -> list[Any]:
    """The rows that are not published and without which some rows of a model, published, would
    not be seen; they may be named by way of others. A query for each kind."""
    named = (getattr(row, name) for row in rows for name in type(row).PUBLIC_WITH)
    wholes = {(type(one), one.pk): one for one in named if one is not None}
    for model in {model for model, _ in wholes}:
        for part in in_batches([pk for kind, pk in wholes if kind is model]):
            for pk in model.objects.published().filter(pk__in=part).values_list("pk", flat=True):
                del wholes[model, pk]
    hidden = list(wholes.values())
    beyond = hidden_wholes(hidden) if hidden else []
    return [one for one in hidden if one.REVIEW and not one.is_published] + beyond


# Who took them


# Each state but that of a draft is reached by one step.
LABELS: dict[str, str] = {step.target: step.label for step in STEPS}


@dataclass(frozen=True)
class Moment:
    """The last time something happened to a row: what, who (— for nobody known), when."""

    what: str
    who: str
    at: datetime


@dataclass(frozen=True)
class Story:
    """What a row's states tell: its last Moments, and each time that it was returned."""

    moments: list[Moment]
    returns: list[comments.Said]


def story_of(row: Any) -> Story:
    """The Moments of a row in time: one for its entry and one for each state it reached.

    The row keeps its states as `states_read`, for what its form tells of them besides.
    """
    states = row.history.select_related("history_user").order_by("history_id")
    read = ("history_date", "history_type", "history_user", "review_comment", row.REVIEW)
    if row.STATES_TELL:
        states = states.select_related("history_user", "act")
        read = (*read, "id", *row.STATES_TELL, "history_change_reason", "act__reason")
    row.states_read = known = list(states.only(*read))
    found: dict[str, Moment] = {}
    last = None
    for state in known:
        reached = getattr(state, row.REVIEW)
        what = "录入" if last is None else LABELS.get(reached) if reached != last else None
        if what:
            found.pop(what, None)
            who = called(state.history_user) if state.history_user else "—"
            found[what] = Moment(what, who, state.history_date)
        last = reached
    return Story(list(found.values()), list(comments.returned(known, row.REVIEW)))
