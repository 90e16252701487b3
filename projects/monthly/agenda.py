"""日程: what is due for a person, and which headquarters have not reported.

The same lines stand on the page and in the mail of the day.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from aidtracker.ground.months import following, in_chinese, last_complete_month, month_text
from aidtracker.ground.people import called
from aidtracker.ground.scope import may, scope_of
from aidtracker.trail import acts
from aidtracker.trail.notices import Notice
from programs.models import Account
from projects.models import ReportingPeriod
from projects.models.periods import due_day
from projects.models.tasks import CollectionUnit
from projects.monthly.due import missing_of, reports_due
from projects.monthly.due_rows import AHEAD, due_rows
from projects.monthly.kinds import KINDS
from projects.monthly.people import people_for, tell_people

LATELY = timedelta(days=7)
MOST = 40


@dataclass(frozen=True)
class Entry:
    """One thing that is due, or that happened lately: by its day, as far as that is known."""

    day: str
    kind: str
    what: str
    link: str
    is_late: bool = False

    @property
    def words(self) -> str:
        late = "（已过）" if self.is_late else ""
        return f"{self.day}{late}　{self.kind}：{self.what}"


def agenda(user: Any, today: date) -> list[Entry]:
    """What is due for a person, the earliest first; a bounded number of queries."""
    known = periods_of(user, today)
    found = [entry for part in (tasks, dated, accounts) for entry in part(user, today)]
    found += [*reports(user, today, known), *locked(today, known)]
    return sorted(found, key=lambda entry: (entry.day, entry.kind, entry.what))


def periods_of(user: Any, today: date) -> list[ReportingPeriod]:
    """The months of the own headquarters that ended last or were locked lately."""
    rows = ReportingPeriod.objects.filter(headquarters__in=scope_of(user).headquarters)
    rows = rows.filter(Q(month=last_complete_month()) | Q(locked_on__gte=today - LATELY))
    return [*rows.select_related("headquarters")]


def reports(user: Any, today: date, known: Sequence[ReportingPeriod]) -> Iterator[Entry]:
    for due in reports_due(user, last_complete_month(), known):
        what = f"{in_chinese(due.month)}{due.kind.label}还有 {due.count} 份没填"
        link = f"{reverse('admin:projects_grid')}?{due.query}"
        yield Entry(due.due_on.isoformat(), "月报", what, link, due.due_on < today)


def tasks(user: Any, today: date) -> Iterator[Entry]:
    rows = CollectionUnit.objects.open().filter(headquarters__in=scope_of(user).headquarters)
    for one in rows.select_related("task", "headquarters").order_by("task__due_on")[:MOST]:
        link = reverse("admin:projects_task", args=[one.task_id])
        due = one.task.due_on
        yield Entry(due.isoformat(), "报表任务", str(one), link, due < today)


def dated(user: Any, today: date) -> Iterator[Entry]:
    """Rows of the own headquarters whose day has come or comes soon; one query."""
    for one in due_rows(user, today):
        yield Entry(one.day, one.kind, one.what, one.link, is_over(one.day, today))


def is_over(day: str, today: date) -> bool:
    return day < today.isoformat()[: len(day)]


def locked(today: date, known: Sequence[ReportingPeriod]) -> Iterator[Entry]:
    """Months that were locked lately."""
    lately = [one for one in known if one.is_locked and one.locked_on >= today - LATELY]
    for one in lately[:MOST]:
        link = f"{reverse('admin:projects_grid')}?{urlencode({'month': month_text(one.month)})}"
        yield Entry(one.locked_on.isoformat(), "已锁定", str(one), link)


def accounts(user: Any, today: date) -> Iterator[Entry]:
    """The end of one's own account, and for who gives accounts their ends the others' as well."""
    rows = Account.objects.select_related("user", "batch").filter(user__is_active=True)
    if not may(user, "change", Account):
        rows = rows.filter(user=user)
    for one in rows:
        day = one.last_day
        if day is not None and today <= day <= today + AHEAD:
            is_own = one.user_id == user.pk
            what = "您的账号到期" if is_own else f"{called(one.user)}的账号到期"
            link = reverse("admin:projects_agenda")
            if not is_own:
                link = reverse("admin:auth_user_change", args=[one.user_id])
            yield Entry(day.isoformat(), "账号", what, link)


def due_today(user: Any, today: date) -> Iterator[tuple[str, list[str]]]:
    """For the mail of the day."""
    entries = agenda(user, today)
    for title, is_late in (("已过期", True), ("近期要办", False)):
        if lines := [one.words for one in entries if one.is_late == is_late]:
            yield title, lines


# Who has not reported


@dataclass(frozen=True)
class Silent:
    """A headquarters with reports missing for a month: how many of which kind."""

    headquarters: Any
    missing: dict[str, int]

    @property
    def words(self) -> str:
        return "、".join(f"{KINDS[key].label} {number} 份" for key, number in self.missing.items())


def silent(month: date, headquarters: Sequence[Any]) -> list[Silent]:
    """The headquarters that have not handed in all of a month that is open; one query."""
    numbers = [one.pk for one in headquarters]
    counts = missing_of(KINDS.values(), numbers, month, handed_in=True)
    found = []
    for one in headquarters:
        own = {key: count[one.pk] for key, count in counts.items() if count[one.pk]}
        if own:
            found.append(Silent(one, own))
    return found


@transaction.atomic
def remind(month: date, headquarters: Sequence[Any], user: Any) -> str:
    """Tell who enters what is missing of a month; in a sentence whom."""
    found = silent(month, headquarters)
    told, nobody = 0, []
    people = {
        key: people_for(KINDS[key].model, [one.headquarters.pk for one in found])
        for key in {key for one in found for key in one.missing}
    }
    due = following(month).replace(day=due_day(month).day)
    for one in found:
        sent = 0
        for key, number in one.missing.items():
            about = (
                f"{one.headquarters}{in_chinese(month)}{KINDS[key].label}还有 {number} 份没有提交"
            )
            asked = {"kind": key, "month": month_text(month)}
            address = f"{reverse('admin:projects_grid')}?{urlencode(asked)}"
            words = f"{due.month}月{due.day}日截止"
            own = people[key][one.headquarters.pk]
            sent += tell_people(own, user, Notice.Kind.REMINDER, about, address, words)
        told += sent
        nobody += [] if sent else [one.headquarters.name]
    if found:
        acts.keep(
            acts.Way.FORM, f"催报：{in_chinese(month)}", [["催报", "", f"{len(found)} 个指挥部"]]
        )
    left = f"没有人填报、催不到的：{'、'.join(nobody)}。" if nobody else ""
    return f"已发出 {told} 条催报通知。{left}"
