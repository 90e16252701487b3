"""The steps of the review: who may take which with which rows, and taking them.

A row's states tell who entered it: everybody who made a state of it, or of a part of it, since it
was last published, but for the states that a reviewer's step made and those that followed from
other rows. Nobody approves what they entered themselves.
"""

from collections import Counter
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, Subquery

from aidtracker.ground.batches import in_batches
from aidtracker.ground.changes import after_change
from aidtracker.ground.locks import held
from aidtracker.ground.scope import changeable
from aidtracker.trail import acts
from aidtracker.trail.history import is_follow_on, set_values
from projects.models import InvestmentReport, ProgressReport, ProjectPlan
from projects.models.periods import is_locked, locked_months
from projects.models.reviews import REASON_LENGTH, PartOfReviewed, Review
from projects.monthly import ledger_follow

# What the amounts of projects and investments are taken from.
LEDGERS = (InvestmentReport, ProgressReport, ProjectPlan)
OWN_ROW = "您录入、修改或提交过，须由他人审核"


@dataclass(frozen=True)
class Step:
    """A step of the review: from which states to which, and by whom.

    One of the rights `verbs` is needed; `asks` names the field for the words that must be said.
    """

    name: str
    label: str
    origins: tuple[Review, ...]
    target: Review
    verbs: tuple[str, ...]
    asks: str = ""
    words: str = ""

    def is_allowed(self, user, model):
        """Whether the user has a right to take the step with some rows of a model."""
        app, name = model._meta.app_label, model._meta.model_name
        return any(user.has_perm(f"{app}.{verb}_{name}") for verb in self.verbs)

    @property
    def concerns_public(self):
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
# States that only a step makes, never a person's entering.
BY_REVIEWERS = (Review.APPROVED, Review.RETURNED, Review.WITHDRAWN)


def steps_of(model):
    """The steps that rows of a model can take."""
    return tuple(step for step in STEPS if model.CAN_BE_WITHDRAWN or step != WITHDRAW)


def entered_by(user, model):
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


def parts_of(model):
    """The models whose rows are parts of rows of a model."""
    return [
        one.related_model
        for one in model._meta.related_objects
        if issubclass(one.related_model, PartOfReviewed)
        and one.field.name == one.related_model.WHOLE
    ]


def part_entered_by(user, part, model):
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


def queues(model, user):
    """What waits for a user among the rows of a model: {key: (label, condition)}."""

    def state(wanted, *conditions):
        # First what is cheap: only for rows in that state is it asked who entered them.
        return Q(Q(**{model.REVIEW: wanted}), *conditions)

    waiting = {}
    if SUBMIT.is_allowed(user, model):
        waiting["returned"] = "退回给我的", state(Review.RETURNED)
        waiting["draft"] = "我的草稿", state(Review.DRAFT, entered_by(user, model))
    if APPROVE.is_allowed(user, model):
        waiting["approve"] = "等我审核", state(Review.SUBMITTED, ~entered_by(user, model))
    if PUBLISH.is_allowed(user, model):
        waiting["publish"] = "等我发布", state(Review.APPROVED)
    return waiting


@dataclass
class Outcome:
    """What became of a step: the rows that took it, and how many did not for which reason."""

    step: Step
    done: list = field(default_factory=list)
    refused: Counter = field(default_factory=Counter)

    def sentences(self, name):
        """What to tell the user about rows of a model called `name`: (is good, sentence)."""
        if self.done:
            yield True, f"{self.step.label}：{len(self.done)} 条{name}{self.aside()}。"
        for reason, number in self.refused.items():
            yield False, f"{number} 条{name}未{self.step.label}：{reason}。"

    def aside(self):
        """What to add about published rows that are public only with others, which are not yet."""
        model = type(self.done[0])
        if self.step != PUBLISH or not getattr(model, "PUBLIC_WITH", ()):
            return ""
        parts = in_batches([row.pk for row in self.done])
        seen = sum(model.objects.published().filter(pk__in=part).count() for part in parts)
        hidden = len(self.done) - seen
        return f"；其中 {hidden} 条所属的记录还没有发布，公开页上暂时看不到" if hidden else ""


class Referee:
    """Says of rows of one model whether a user can take a step with them; reads once for all."""

    def __init__(self, rows, user):
        """`rows` is a queryset."""
        self.user, self.model = user, rows.model
        self.own = set(rows.filter(entered_by(user, rows.model)).values_list("pk", flat=True))
        self.covered = set(changeable(rows, user).values_list("pk", flat=True))
        self.locked = locked_months() if hasattr(rows.model, "month") else set()

    def obstacle(self, step, row):
        """Why the step can not be taken with a row; empty if it can."""
        if row.pk not in self.covered:
            return "不在您的范围之内"
        if row.review_state not in step.origins:
            return f"现在的状态是“{row.review_state.label}”"
        if not step.is_allowed(self.user, self.model):
            return f"您没有{step.label}的权限"
        if step == APPROVE and row.pk in self.own:
            return OWN_ROW
        if step == PUBLISH and not row.correction_reason and is_locked(row, self.locked):
            return "这个月的账期已锁定，须先在表单里写明更正理由"
        return ""


def possible_steps(row, user):
    """The steps a user can take with a row as it is, and a sentence if only being its own bars."""
    referee = Referee(type(row)._base_manager.filter(pk=row.pk), user)
    found = {step: referee.obstacle(step, row) for step in steps_of(type(row))}
    note = f"{OWN_ROW}。" if found[APPROVE] == OWN_ROW else ""
    return [step for step, why in found.items() if not why], note


@acts.one_act()
@transaction.atomic
def take_step(step, rows, user, words=""):
    """Let those of `rows` (a queryset) that can take a step; `words` say why. Returns an Outcome.

    The rows are locked and looked at again: what a list or form showed may be out of date.
    """
    outcome, words = Outcome(step), words.strip()[:REASON_LENGTH]
    rows = rows.model._base_manager.filter(pk__in=[*rows.order_by().values_list("pk", flat=True)])
    found = list(held(rows))
    referee = Referee(rows, user)
    subject = f"{step.label}{rows.model._meta.verbose_name}"
    # Handing in belongs to the form, grid or list it is done in, and a step without words leaves
    # the reason of what was saved just before, in the same act.
    way = None if step == SUBMIT else acts.Way.ACTION
    acts.describe(way=way, subject=subject, reason=words or None)
    for row in found:
        why = referee.obstacle(step, row) or unsaid(step, row, words) or refusal(step, row)
        if why:
            outcome.refused[why] += 1
        else:
            outcome.done.append(row)
    if outcome.done:
        move(step, outcome.done, words)
    return outcome


def unsaid(step, row, words):
    """Why the words with a step do not do; empty if they do."""
    if step.asks and not words:
        return f"请写明{step.words}"
    if step == WITHDRAW and words == row.correction_reason:
        return "撤回理由与上一次更正的相同，请写这一次的理由"
    return ""


def refusal(step, row):
    """Why publishing a row has not the effect it should have; empty if it had."""
    try:
        if step == PUBLISH:
            row.take_effect()
    except ValidationError as error:
        return "；".join(message.rstrip("。") for message in error.messages)
    return ""


def move(step, rows, words):
    """Store rows of one model in the state a step leads to, with their history."""
    changes = {rows[0].REVIEW: step.target}
    if step.asks:
        changes[step.asks] = words
    elif step == APPROVE:
        changes["review_comment"] = ""
    set_values(rows, changes)
    if step.concerns_public:
        follow(rows)


@transaction.atomic
def review_again(rows):
    """Make drafts of those of `rows` (a queryset) whose parts changed on their way to the public.

    Returns those that had been handed on.
    """
    model = rows.model
    states = (Review.SUBMITTED, Review.APPROVED, Review.RETURNED, Review.WITHDRAWN)
    found = list(held(rows.filter(**{f"{model.REVIEW}__in": states})))
    fell = [row for row in found if row.review_state in (Review.SUBMITTED, Review.APPROVED)]
    if found:
        set_values(found, {model.REVIEW: Review.DRAFT})
    return fell


def follow(rows):
    """Bring up to date what follows from rows of one model that are public, or were."""
    if isinstance(rows[0], LEDGERS):
        for model in {type(followed.row) for followed in ledger_follow.follow(rows)}:
            after_change(model)
    after_change(type(rows[0]))
