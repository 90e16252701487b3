"""What people say to each other of a row: returns and answers are one conversation.

Why a row was returned stands in its states; what else was said is kept here. Only who decides on
a row, and observers, read it; whoever entered a row or spoke of it is told.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.http import urlencode

from aidtracker.ground.batches import in_batches
from aidtracker.ground.datasets import admin_page, form_of
from aidtracker.ground.people import called
from aidtracker.ground.scope import changeable, may, scope_of
from aidtracker.review.reviewed import Review
from aidtracker.trail import acts
from aidtracker.trail.notices import Notice, tell

LONGEST = 1000
# Who can take part in the conversation about a row that they decide on.
VERBS = ("add", "change", "approve", "publish")
# Of so many rows at once each is told of by itself; more are told of in one sentence.
APART = 5


class Comment(models.Model):
    """留言: what somebody said of a reviewed row. Nobody changes or deletes it."""

    label = models.CharField("种类", max_length=60)
    row_id = models.BigIntegerField("记录编号")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="谁", related_name="+"
    )
    said_at = models.DateTimeField("时间", default=timezone.now)
    words = models.CharField("内容", max_length=LONGEST)

    class Meta:
        verbose_name = verbose_name_plural = "留言"
        ordering = ("pk",)
        default_permissions = ()
        indexes = (models.Index(fields=("label", "row_id"), name="comments_of_row"),)

    def __str__(self) -> str:
        return self.words


@dataclass(frozen=True)
class Said:
    """One thing that was said of a row: in returning it, or by itself."""

    who: str
    at: datetime
    words: str
    is_return: bool = False


def may_read(row: Any, user: Any) -> bool:
    """Whether the conversation about a row is for a user who may see the row."""
    if scope_of(user).reads_all:
        return True
    return changeable(type(row)._base_manager.filter(pk=row.pk), user).exists()


def may_speak(row: Any, user: Any) -> bool:
    """Whether a user who may read the conversation can say something: observers only read."""
    is_concerned = any(may(user, verb, type(row)) for verb in VERBS)
    scope = scope_of(user)
    return is_concerned and (scope.changes_all or not scope.reads_all)


def of_rows(model: Any, numbers: Iterable[int]) -> models.QuerySet:
    return Comment.objects.filter(label=model._meta.label_lower, row_id__in=[*numbers])


def is_discussed(model: Any) -> models.Exists:
    """The condition that anybody commented on a row of a model."""
    rows = Comment.objects.filter(label=model._meta.label_lower, row_id=models.OuterRef("pk"))
    return models.Exists(rows)


def conversation(row: Any, returns: Iterable[Said] = ()) -> list[Said]:
    """What was said of a row, oldest first; `returns` stand in its states."""
    comments = of_rows(type(row), [row.pk]).select_related("author")
    said = [Said(called(one.author), one.said_at, one.words) for one in comments]
    return sorted([*returns, *said], key=lambda one: one.at)


def last_words(rows: Sequence[Any]) -> dict[int, str]:
    """The last comment on each row of a list, by the row's number; one query."""
    if not rows:
        return {}
    found = of_rows(type(rows[0]), [row.pk for row in rows]).select_related("author")
    return {one.row_id: f"{called(one.author)}：{one.words}" for one in found}


@acts.one_act()
def say(row: Any, user: Any, words: str) -> Comment:
    """Store what a user says of a row, and tell the others. Raises ValidationError."""
    words = words.strip()
    if not words:
        raise ValidationError("请写留言的内容。")
    if len(words) > LONGEST:
        raise ValidationError(f"留言最长 {LONGEST} 字，这里有 {len(words)} 字。")
    if not may_speak(row, user) or not may_read(row, user):
        raise ValidationError("这条记录不在您的范围之内，不能留言。")
    said = Comment.objects.create(
        label=row._meta.label_lower, row_id=row.pk, author=user, words=words
    )
    if not acts.current().subject:
        acts.describe(subject=f"留言：{row._meta.verbose_name} {row}")
    acts.stored()
    tell_of([row], Notice.Kind.COMMENT, user, words)
    return said


# Who is told


def tell_of(rows: Sequence[Any], kind: str, by: Any, words: str) -> None:
    """Tell whoever entered rows of one model, or spoke of them, as far as they still may know."""
    model = type(rows[0])
    concerned = people_of(rows)
    found: list[Notice] = []
    for user, numbers in concerned.items():
        own = {pk for part in in_batches([*numbers]) for pk in known_to(model, part, user)}
        known = [row for row in rows if row.pk in own]
        found += notices(known, Notice(user=user, by=by, kind=kind, words=words))
    tell(found)


def notices(rows: Sequence[Any], like: Notice) -> Iterator[Notice]:
    """A notice for each row; of many rows one that leads to their list."""
    said = {"user": like.user, "by": like.by, "kind": like.kind, "words": like.words}
    if len(rows) <= APART:
        for row in rows:
            about = f"{row._meta.verbose_name} {row}"[:200]
            yield Notice(**said, about=about, address=form_of(row))
        return
    model = type(rows[0])
    address = f"{admin_page(model, 'changelist')}?{urlencode({'todo': 'returned'})}"
    yield Notice(**said, about=f"{len(rows)} 条{model._meta.verbose_name}", address=address)


def people_of(rows: Sequence[Any]) -> dict[Any, set[int]]:
    """The active people who made a state of some rows or spoke of them: {person: row numbers}."""
    model = type(rows[0])
    pairs: set[tuple[int, int]] = set()
    for part in in_batches([row.pk for row in rows]):
        states = model.history.model.objects.filter(id__in=part, history_user__isnull=False)
        pairs.update(states.order_by().values_list("id", "history_user").distinct())
        pairs.update(of_rows(model, part).order_by().values_list("row_id", "author").distinct())
    users = acts.Act._meta.get_field("user").related_model._default_manager
    people = {
        one.pk: one
        for one in users.filter(pk__in={user for _, user in pairs}, is_active=True).select_related(
            "account"
        )
    }
    found: dict[Any, set[int]] = {}
    for number, user in pairs:
        if user in people:
            found.setdefault(people[user], set()).add(number)
    return found


def known_to(model: Any, numbers: Sequence[int], user: Any) -> set[int]:
    """Which rows a person may decide on."""
    rows = model._base_manager.filter(pk__in=numbers)
    return set(changeable(rows, user).values_list("pk", flat=True))


def returned(states: Iterable[Any], field: str) -> Iterator[Said]:
    """The returns among a row's states in time, each told once."""
    last = None
    for state in states:
        reached = getattr(state, field)
        if reached == Review.RETURNED and last not in (None, Review.RETURNED):
            who = called(state.history_user) if state.history_user else "—"
            yield Said(who, state.history_date, state.review_comment, is_return=True)
        last = reached
