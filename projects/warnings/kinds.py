"""How the kinds of rules look at rows: each gives the rows to warn of, with what it found.

A function takes a rule and the `Ledgers`; it yields pairs of a row and {name in the sentence:
value}.
"""

import unicodedata
from collections import defaultdict
from decimal import Decimal

from aidtracker.ground.datasets import dataset_model, dataset_name
from aidtracker.ground.months import months_between
from aidtracker.ground.partial_dates import first_day, last_day
from aidtracker.review.reviewed import HANDED_IN
from programs.models import Headquarters
from projects.models.plans import latest_editions
from projects.models.rules import WarningRule, paths
from projects.models.targets import share
from projects.warnings.ledgers import STARTS, headquarters_of, subject_of
from projects.warnings.values import HUNDRED, is_beyond, value_at

Kind = WarningRule.Kind
MISSING_MONTHS = 3
# Between these days, in each year, building in the open rests.
WINTER_BEGINS = (10, 15)
WINTER_ENDS = (3, 31)


def rows_of(rule, ledgers):
    """The rows of a rule's ledger, without those in a state that it does not look at."""
    left_out = rule.except_status.split("/")
    for row in ledgers.rows(rule.ledger):
        status = getattr(subject_of(row), "status", "")
        if not status or status not in left_out:
            yield row


def comparison(rule, ledgers):
    """One column against another; nothing where one of them is unknown."""
    for row in rows_of(rule, ledgers):
        left, right = value_at(row, rule.left), value_at(row, rule.right)
        if left is None or right is None:
            continue
        if is_beyond(left, rule.operator, right, rule.threshold):
            yield row, {"left": left, "right": right}


def overdue(rule, ledgers):
    """A day that has passed, by some days if the rule says so, without what should have come."""
    for row in rows_of(rule, ledgers):
        planned = value_at(row, rule.left)
        if planned is None or value_at(row, rule.right):
            continue
        days = (ledgers.today - last_day(planned)).days
        if days > (rule.threshold or 0) and not is_resting(rule, row, ledgers.today):
            yield row, {"left": planned, "days": days}


def is_resting(rule, row, today):
    """Whether a rule about lateness keeps silent: building rests in winter."""
    project = subject_of(row)
    return rule.is_seasonal and is_winter(today) and is_construction(project)


def is_winter(day):
    """Whether building rests on a day: from mid-October to the end of March."""
    place = (day.month, day.day)
    return place >= WINTER_BEGINS or place <= WINTER_ENDS


def is_construction(project):
    """Whether something is built in a project, as far as the ledger says."""
    return bool(project.construction) or project.spend_nature == project.SpendNature.FIXED


def missing(rule, ledgers):
    """Closed months without a report that was handed in."""
    model, left_out = dataset_model(rule.ledger), rule.except_status.split("/")
    subjects = dataset_name(model.subject_model())
    count = int(rule.threshold or MISSING_MONTHS)
    if subjects not in STARTS:
        yield from missing_again(rule, ledgers, count)
        return
    for subject in ledgers.rows(subjects):
        if subject.status and subject.status in left_out:
            continue
        for month in ledgers.missing_months(model, subject, count):
            yield subject, {"month": month}


def missing_again(rule, ledgers, count):
    """Closed months without a report of what was reported in the `count` months before.

    Nothing says that a site or a headquarters must report, except that it did; the warning stands
    at the last report.
    """
    groups = defaultdict(list)
    for report in ledgers.rows(rule.ledger):
        groups[headquarters_of(report).pk, subject_of(report).pk].append(report)
    for (headquarters, _), reports in groups.items():
        handed_in = {one.month for one in reports if one.review_state in HANDED_IN}
        for month in ledgers.closed_months(headquarters, count):
            lately = [
                one for one in reports if months_between(one.month, month) in range(1, count + 1)
            ]
            if lately and month not in handed_in:
                yield max(lately, key=lambda one: one.month), {"month": month}


def continuity(rule, ledgers):
    """A report against that of the month before; `right` is added to what stood there."""
    for report in rows_of(rule, ledgers):
        before = ledgers.months_before(report, 1)
        last = value_at(before[0], rule.left) if before else None
        now, added = value_at(report, rule.left), value_at(report, rule.right)
        if last is None or now is None or (rule.right and added is None):
            continue
        expected = last + added if rule.right else last
        if is_beyond(now, rule.operator, expected, rule.threshold):
            found = {"last": last, "left": now, "right": added, "expected": expected}
            yield report, found | {"threshold": rule.threshold}


def duplicate(rule, ledgers):
    """Different things of one name in one plan; `left` says what makes up a plan."""
    left_out, plan = rule.except_status.split("/"), paths(rule.left)
    groups = defaultdict(list)
    for pk, subject, status, *told in ledgers.told(rule.ledger, [*plan, *paths(rule.right)]):
        known = [None if value == "" else value for value in told]
        name = next((one for one in known[len(plan) :] if one is not None), None)
        if None not in known[: len(plan)] and not (status and status in left_out):
            groups[(*known[: len(plan)], plain_name(name))].append((pk, subject))
    counts = {}
    for rows in groups.values():
        if (count := len({subject for _, subject in rows})) > 1:
            counts |= dict.fromkeys([pk for pk, _ in rows], count)
    for row in rows_of(rule, ledgers) if counts else ():
        if row.pk in counts:
            yield row, {"name": value_at(row, rule.right), "count": counts[row.pk]}


def plain_name(name):
    """A name without differences that nobody sees: width of characters, spaces."""
    return "".join(unicodedata.normalize("NFKC", name or "").split())


def share_of_plan(rule, ledgers):
    """What share of a year's planned money has a mark; rows that do not say are left out."""
    groups = defaultdict(list)
    for plan in latest_editions(rows_of(rule, ledgers)):
        if plan.year >= ledgers.today.year - 1:
            groups[headquarters_of(plan), plan.year].append(plan)
    for (headquarters, year), plans in groups.items():
        known = [(value_at(plan, rule.left), value_at(plan, rule.right)) for plan in plans]
        counted = [(mark, amount) for mark, amount in known if None not in (mark, amount)]
        whole = sum((amount for _, amount in counted), Decimal(0))
        part = sum((amount for mark, amount in counted if mark), Decimal(0))
        if whole and part / whole * HUNDRED < rule.threshold:
            yield (
                headquarters,
                {
                    "plan": f"{year} 年",
                    "share": (part / whole * HUNDRED).quantize(Decimal("0.01")),
                    "threshold": rule.threshold,
                    "numerator": part,
                    "denominator": whole,
                    "excluded": len(plans) - len(counted),
                },
            )


def after_end(rule, ledgers):
    """Amounts above 0 for months after the subject had ended."""
    for report in rows_of(rule, ledgers):
        amount, ended = value_at(report, rule.left), value_at(report, rule.right)
        if amount and ended and report.month > last_day(ended):
            yield report, {"left": amount, "right": ended}


def zeros(rule, ledgers):
    """Amounts known to be 0 for several months in a row, this one included."""
    count = int(rule.threshold)
    for report in rows_of(rule, ledgers):
        months = [report, *ledgers.months_before(report, count - 1)]
        if len(months) == count and all(value_at(one, rule.left) == 0 for one in months):
            yield report, {"count": count}


def without(rule, ledgers):
    """An amount above 0 whose counterpart is 0 or not given."""
    for row in rows_of(rule, ledgers):
        amount = value_at(row, rule.left)
        if amount and not value_at(row, rule.right):
            yield row, {"left": amount}


def behind(rule, ledgers):
    """Less of a plan done than of its time has passed, by more than some points; before its end."""
    for row in rows_of(rule, ledgers):
        done, planned = value_at(row, rule.left), value_at(row, rule.right)
        part, elapsed = share(done, planned), elapsed_share(row, ledgers.today)
        if None in (part, elapsed) or elapsed == HUNDRED:
            continue
        if part < elapsed - (rule.threshold or 0):
            found = {"left": done, "right": planned, "share": part, "elapsed": elapsed}
            yield row, found | {"threshold": rule.threshold}


def elapsed_share(row, today):
    """How much of the time of a row has passed, in per cent; None if it is not told or not come."""
    start, end = first_day(row.starts_on), last_day(row.ends_on)
    if start is None or end is None or today < start:
        return None
    days, whole = (min(today, end) - start).days + 1, (end - start).days + 1
    return (HUNDRED * days / whole).quantize(Decimal("0.1"))


def unfinished(rule, ledgers):
    """Less of a plan done than was set out, though its end has passed, by some days if said."""
    for row in rows_of(rule, ledgers):
        done, planned = value_at(row, rule.left), value_at(row, rule.right)
        end = last_day(row.ends_on)
        if end is None or done is None or planned is None or done >= planned:
            continue
        days = (ledgers.today - end).days
        if days > (rule.threshold or 0):
            yield row, {"left": done, "right": planned, "share": share(done, planned), "days": days}


EVALUATORS = {
    Kind.COMPARISON: comparison,
    Kind.OVERDUE: overdue,
    Kind.MISSING: missing,
    Kind.CONTINUITY: continuity,
    Kind.DUPLICATE: duplicate,
    Kind.SHARE: share_of_plan,
    Kind.AFTER_END: after_end,
    Kind.ZEROS: zeros,
    Kind.WITHOUT: without,
    Kind.BEHIND: behind,
    Kind.UNFINISHED: unfinished,
}
# What can be said of a report from itself and those before it.
OF_ONE_REPORT = (Kind.COMPARISON, Kind.CONTINUITY, Kind.AFTER_END, Kind.ZEROS, Kind.WITHOUT)
# What is said of what is set out to do, from itself alone.
OF_ONE_TARGET = (Kind.OVERDUE, Kind.BEHIND, Kind.UNFINISHED)
# What is late, for the leader.
LATE = (Kind.OVERDUE, Kind.BEHIND, Kind.UNFINISHED)
# What is said of another row than the one that was read.
OF_OTHERS = (Kind.MISSING, Kind.SHARE)


def warns_of(rule):
    """The model of the rows that a rule warns of."""
    model = dataset_model(rule.ledger)
    if rule.kind == Kind.SHARE:
        return Headquarters
    is_of_subjects = rule.kind == Kind.MISSING and dataset_name(model.subject_model()) in STARTS
    return model.subject_model() if is_of_subjects else model


def looked_at(rule):
    """The ledgers of which a rule looks at rows."""
    return {rule.ledger, dataset_name(warns_of(rule))} if rule.kind != Kind.SHARE else {rule.ledger}


def months_before(rule):
    """How many months before that of a report a rule looks at."""
    return {Kind.CONTINUITY: 1, Kind.ZEROS: int(rule.threshold or 1) - 1}.get(rule.kind, 0)
