"""What a person entered this month, what came back, and how far the month to report is."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from aidtracker.desk.home import Work
from aidtracker.ground.months import in_chinese, last_complete_month, month_text
from aidtracker.ground.scope import may, scope_of
from aidtracker.review.reviewed import HANDED_IN
from aidtracker.trail.notices import Notice
from projects.models import Investment, Observation, Outlet, Project, Review
from projects.monthly.kinds import KINDS

LEDGERS = (Project, Investment, Outlet, Observation)


def own_month(user: Any) -> Iterator[Work]:
    yield from entered(user)
    yield from came_back(user)
    yield from reported(user)


def since() -> Any:
    """The beginning of this month."""
    return timezone.localtime().replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def entered(user: Any) -> Iterator[Work]:
    """The rows of each ledger of which the person made a state this month."""
    monthly = [kind.model for kind in KINDS.values()]
    link = reverse("admin:aidtracker_act_changelist")
    for model in (*LEDGERS, *monthly):
        if may(user, "change", model):
            line = {"key": "entered", "what": model._meta.verbose_name, "kind": "本月我填过"}
            states = model.history.model.objects.filter(
                history_user=user.pk, history_date__gte=since()
            )
            yield {**line, "link": link}, model.objects.filter(pk__in=states.values("id"))


def came_back(user: Any) -> Iterator[Work]:
    line = {"key": "back", "what": "退回", "kind": "本月退回给我"}
    rows = Notice.objects.filter(user=user.pk, kind=Notice.Kind.RETURN, at__gte=since())
    yield {**line, "link": reverse("admin:notices")}, rows.order_by()


def reported(user: Any) -> Iterator[Work]:
    """How many reports of the month that ended last are handed in, and how many are drafts."""
    month, own = last_complete_month(), scope_of(user).headquarters
    for kind in KINDS.values():
        if own and may(user, "add", kind.model):
            rows = kind.model.objects.filter(
                **{f"{kind.model.OWNERS[0]}__in": own}, month=month
            ).order_by()
            asked = urlencode({"kind": kind.key, "month": month_text(month)})
            line = {"key": "month", "kind": f"{in_chinese(month)}报到哪里"}
            line["link"] = f"{reverse('admin:projects_grid')}?{asked}"
            yield {**line, "what": f"{kind.label}已交"}, rows.filter(review__in=HANDED_IN)
            drafts = rows.filter(review__in=(Review.DRAFT, Review.RETURNED))
            yield {**line, "what": f"{kind.label}还是草稿"}, drafts
