"""Who entered, submitted, approved and published a row, and when: read from its states."""

from dataclasses import dataclass
from datetime import datetime

from aidtracker.ground.people import called
from projects.models.reviews import Review

ENTERED = "录入"
VERBS = {
    Review.SUBMITTED: "提交",
    Review.APPROVED: "审核通过",
    Review.PUBLISHED: "发布",
    Review.RETURNED: "退回",
    Review.WITHDRAWN: "撤回",
}


@dataclass(frozen=True)
class Moment:
    """The last time something happened to a row: what, who (— for nobody known), when."""

    what: str
    who: str
    at: datetime


def story_of(row):
    """The Moments of a row in time: one for its entry and one for each state it reached."""
    states = row.history.select_related("history_user").order_by("history_id")
    found: dict[str, Moment] = {}
    last = None
    for state in states.only(*("history_date", "history_type", "history_user", row.REVIEW)):
        reached = getattr(state, row.REVIEW)
        what = ENTERED if last is None else VERBS.get(reached) if reached != last else None
        if what:
            found.pop(what, None)
            found[what] = Moment(what, name_of(state.history_user), state.history_date)
        last = reached
    return list(found.values())


def name_of(user):
    return "—" if user is None else called(user)
