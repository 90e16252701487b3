"""Which monthly reports of somebody's headquarters are still missing."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Value
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from aidtracker.ground.months import in_chinese, last_complete_month, month_text, previous
from aidtracker.ground.scope import may, scope_of
from aidtracker.review.reviewed import HANDED_IN
from projects.models import ReportingPeriod, Review
from projects.models.periods import due_day
from projects.monthly.kinds import KINDS, ReportKind

MONTHS_BEFORE = 3
MOST_NAMES = 10


@dataclass(frozen=True)
class Due:
    """How many reports of a kind are missing for a month, and the first day they are due."""

    kind: ReportKind
    month: date
    count: int
    due_on: date

    @property
    def words(self):
        over = "已" if self.due_on < timezone.localdate() else ""
        return f"{in_chinese(self.month)}要报，{self.due_on.month}月{self.due_on.day}日{over}截止"

    @property
    def query(self):
        return f"kind={self.kind.key}&month={month_text(self.month)}"


def reports_due(user, month, periods=None):
    """A Due for each kind of report that the user enters and that is not complete yet.

    Months that are locked are over. One query, and one for the periods unless they are known.
    """
    kinds = [kind for kind in KINDS.values() if may(user, "add", kind.model)]
    headquarters = scope_of(user).headquarters
    if not kinds or not headquarters:
        return
    if periods is None:
        periods = ReportingPeriod.objects.filter(month=month, headquarters__in=headquarters)
    own = [period.due for period in periods if period.month == month]
    due_on = min(own, default=due_day(month))
    missing = missing_of(kinds, headquarters, month)
    for kind in kinds:
        if count := missing[kind.key].total():
            yield Due(kind, month, count, due_on)


def missing_of(
    kinds: Iterable[ReportKind], headquarters: Iterable[int], month: date, handed_in: bool = False
) -> dict[str, Counter]:
    """How many reports of each kind are missing, by headquarters; one query for all kinds.

    Months that are locked are over.
    """
    locked = ReportingPeriod.objects.locked().filter(month=month)
    parts = []
    for kind in kinds:
        owner = "headquarters" if kind.is_regular else kind.model.OWNERS[0]
        number = Count("pk" if kind.is_regular else kind.model.SUBJECT, distinct=True)
        rows = expected(kind, headquarters, month, handed_in).order_by()
        rows = rows.exclude(**{f"{owner}__in": locked.order_by().values("headquarters")})
        counted = rows.values(owner).annotate(kind=Value(kind.key), number=number)
        parts.append(counted.values_list("kind", owner, "number"))
    found: dict[str, Counter] = {kind.key: Counter() for kind in kinds}
    for key, pk, number in parts[0].union(*parts[1:], all=True) if parts else ():
        found[key][pk] = number
    return found


def without_report(kind, headquarters, month, handed_in=False):
    """What nothing was entered, or handed in, about for a month, though it was to be expected."""
    rows = expected(kind, headquarters, month, handed_in)
    return rows if kind.is_regular else rows.values(*naming(kind)).distinct()


def naming(kind):
    """The fields that name what an irregular report is about."""
    return dict.fromkeys((*kind.model.OWNERS, kind.model.SUBJECT))


def expected(kind, headquarters, month, handed_in):
    """The subjects without a report; where not every subject reports, the reports of the months
    before about whatever is expected again."""
    if kind.is_regular:
        return subjects_without_report(kind, headquarters, month, handed_in)
    names, first = naming(kind), month
    for _ in range(MONTHS_BEFORE):
        first = previous(first)
    rows = kind.model.objects.filter(headquarters__in=headquarters).order_by()
    reported = rows.filter(month=month, **{name: OuterRef(name) for name in names})
    if handed_in:
        reported = reported.filter(review__in=HANDED_IN)
    return rows.filter(~Exists(reported), month__gte=first, month__lt=month)


def subjects_missing(kind: ReportKind, headquarters: Any, month: date) -> list[Any]:
    """What one headquarters has to report about and handed nothing in about for a month: the
    subjects, or the headquarters itself."""
    found = without_report(kind, [headquarters.pk], month, handed_in=True)
    name = kind.model.SUBJECT
    if name == "headquarters":
        return [headquarters] if found else []
    if not kind.is_regular:
        found = kind.model.subject_model().objects.filter(pk__in=found.values(name))
    return list(found.only("name", "slug"))


@dataclass(frozen=True)
class Gap:
    """What one headquarters would no longer hand in of a kind if a month were locked."""

    headquarters: Any
    month: date
    kind: ReportKind
    missing: list[Any]
    returned: int

    @property
    def words(self) -> str:
        names = "、".join(str(one) for one in self.missing[:MOST_NAMES])
        more = " 等" if len(self.missing) > MOST_NAMES else ""
        back = f"，其中退回 {self.returned} 份" if self.returned else ""
        return f"{self.kind.label} {len(self.missing)} 份没有提交{back}：{names}{more}"


def gaps(period: ReportingPeriod) -> Iterator[Gap]:
    """The Gaps of a month of a headquarters: two queries for each kind that has one."""
    for kind in KINDS.values():
        if missing := subjects_missing(kind, period.headquarters, period.month):
            own = kind.model.objects.filter(month=period.month, review=Review.RETURNED)
            returned = own.filter(**{kind.model.OWNERS[0]: period.headquarters_id}).count()
            yield Gap(period.headquarters, period.month, kind, missing, returned)


def subjects_without_report(kind, headquarters, month, handed_in):
    """The subjects of a kind that nothing was entered, or handed in, about for a month."""
    (name,) = kind.identity
    reports = kind.model.objects.filter(month=month, **{name: OuterRef("pk")})
    rows = kind.model.subject_model().objects.filter(headquarters__in=headquarters)
    if handed_in:
        reports = reports.filter(review__in=HANDED_IN)
        rows = rows.exclude(review=Review.WITHDRAWN)
    return rows.filter(~Exists(reports)).exclude(status__in=kind.ended)


def waiting_reports(request: HttpRequest) -> Iterator[dict[str, Any]]:
    """For the admin's first page: what was not reported about the month that ended last."""
    for due in reports_due(request.user, last_complete_month()):
        yield {
            "key": "due",
            "what": due.kind.label,
            "kind": due.words,
            "count": due.count,
            "link": f"{reverse('admin:projects_grid')}?{due.query}",
        }
