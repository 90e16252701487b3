"""Taking the steps of the review as one person or another."""

from contextlib import contextmanager

from aidtracker.review.steps import take_step
from aidtracker.testing import make_project, make_staff
from aidtracker.trail import acts
from projects.models import Review

MAY = {"clerk": "change", "reviewer": "approve", "publisher": "publish"}


def reviewing_staff(headquarters):
    """A clerk, a reviewer and a publisher of one headquarters, and one who may do everything."""
    models = ("project", "progressreport")
    people = {
        who: make_staff(headquarters, permissions=[f"projects.{verb}_{one}" for one in models])
        for who, verb in MAY.items()
    }
    everything = [f"projects.{verb}_{one}" for verb in MAY.values() for one in models]
    return people | {"all": make_staff(headquarters, permissions=everything)}


@contextmanager
def by(user):
    """What is done in the block is done by a user, as if in a request of theirs."""
    with acts.doing(acts.Way.FORM) as act:
        act.user, act.user_name = user, user.get_username()
        yield


def entered(user, headquarters, **fields):
    """A project as a user entered it."""
    with by(user):
        return make_project(headquarters=headquarters, **({"review": Review.DRAFT} | fields))


def step(which, user, *rows, words=""):
    """Take a step as a user; the rows' states after it, and the reasons of refusals."""
    chosen = type(rows[0]).objects.filter(pk__in=[row.pk for row in rows])
    with by(user):
        outcome = take_step(which, chosen, user, words)
    for row in rows:
        row.refresh_from_db()
    return [row.review_state for row in rows], list(outcome.refused)
