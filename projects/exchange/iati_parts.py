"""The parts of an IATI activity: who takes part, since when, where, in which sector, what money."""

from collections.abc import Iterator
from typing import Any

from django.utils import timezone

from aidtracker.ground.money import labelled
from aidtracker.ground.partial_dates import first_day, last_day
from programs.models import Headquarters, Program
from projects.exchange import iati
from projects.exchange.iati import E, narrative, own, own_name
from projects.models import Project, ProjectParty
from projects.models.projects import AMOUNTS

PLANNED_START, ACTUAL_START, PLANNED_END, ACTUAL_END = "1234"
PIPELINE, RUNNING, FINALISED, CLOSED, CANCELLED, SUSPENDED = "123456"
Status = Project.Status
STATUSES = {
    Status.RESERVE: PIPELINE,
    Status.PLANNED: PIPELINE,
    Status.PREPARING: PIPELINE,
    Status.STARTED: RUNNING,
    Status.BUILDING: RUNNING,
    Status.COMPLETED: FINALISED,
    Status.ACCEPTED: FINALISED,
    Status.HANDED_OVER: CLOSED,
    Status.PAUSED: SUSPENDED,
    Status.CANCELLED: CANCELLED,
}
Role = ProjectParty.Role
ROLES = {
    Role.FUNDER: iati.FUNDING,
    Role.OWNER: iati.ACCOUNTABLE,
    Role.BUILDER: iati.IMPLEMENTING,
    Role.IMPLEMENTER: iati.IMPLEMENTING,
    Role.OPERATOR: iati.IMPLEMENTING,
}
DAC, OWN_VOCABULARY, NOT_SPECIFIED = "1", "99", "99810"
PARENT = "1"
ORIGINAL, REVISED = "1", "2"
INDICATIVE = "1"  # a plan is no binding commitment
TEN_THOUSAND = 10_000
# Where a start that IATI demands and no document states is taken from; the nearest comes first.
BORROWED = {
    "plan": (
        "文献没有说开始的日期；这是计划中最早有援疆资金的一年。",
        "No start is stated; this is the first year for which aid is planned.",
    ),
    "batch": (
        "文献没有说开始的日期；这是所属批次开始的日期。",
        "No start is stated; this is the start of the batch of aid that it belongs to.",
    ),
    "programme": (
        "文献没有说开始的日期；这是所属工程开始的日期。",
        "No start is stated; this is the start of the programme that it belongs to.",
    ),
    "document": (
        "文献没有说开始的日期。IATI 必须有一个，这里是最早提到它的文献的日期，不是开始的日期。",
        "No start is stated. IATI demands one: this is the date of the first document that"
        " speaks of the activity, not of its start.",
    ),
    "end": (
        "文献没有说开始的日期；这是完成的日期，开始不晚于它。",
        "No start is stated; this is the completion, which the start does not follow.",
    ),
}

Row = dict[str, Any]


# Who


def body(role: str, name: str, kind: str, ref: str = "") -> Any:
    """An organisation that takes part."""
    said = {"role": role, "type": kind} | ({"ref": ref} if ref else {})
    return E("participating-org", narrative(name), said)


def headquarters(role: str, row: Row) -> Any:
    ref = iati.identifier(Headquarters, row["hq_slug"])
    return body(role, row["hq"], iati.LOCAL_GOVERNMENT, ref)


def leading(row: Row) -> Iterator[Any]:
    """The headquarters that answers for it, and the place whose money it is."""
    if row["hq"]:
        yield body(iati.FUNDING, row["donor"], iati.LOCAL_GOVERNMENT)
        yield headquarters(iati.ACCOUNTABLE, row)


def taking_part(row: Row) -> Iterator[Any]:
    """All who take part in a project, each once in each of IATI's roles: there are fewer than in a
    ledger, and the headquarters that leads is often the owner, too."""
    seen = set()
    for one in (*leading(row), *parties(row)):
        known = one.get("role"), one.get("ref") or one.findtext("narrative")
        if known not in seen:
            seen.add(known)
            yield one


def parties(row: Row) -> Iterator[Any]:
    """Who else takes part in a project, as its ledger says."""
    for one in row["bodies"] or ():
        if one["hq"]:
            yield headquarters(ROLES[one["role"]], one)
        else:
            kind = iati.ENTERPRISE if one["firm"] else iati.OTHER_ORGANISATION
            yield body(ROLES[one["role"]], one["firm"] or one["other"], kind)


# Since when


def status_of(row: Row) -> Any:
    """How far a project is; where no document says, what its dates allow."""
    if row["status"]:
        return E("activity-status", code=STATUSES[row["status"]])
    if row["actual_completion"]:
        return inferred_status(FINALISED)
    return inferred_status(so_far(start_of(row, "actual_start", "planned_start")))


def start_of(row: Row, *names: str) -> str:
    """The first of some dates that is known, else the one that is told in its place."""
    return next((row[name] for name in names if row[name]), "") or borrowed(row)[1]


def borrowed(row: Row) -> tuple[str, str]:
    """What a start that nobody states is taken from, and its date."""
    years = [one["year"] for one in row.get("yearly") or ()]
    above = [one["starts"] for one in row.get("under") or () if one["starts"]]
    found = {
        "plan": f"{min(years)}" if years else "",
        "batch": row.get("batch_start"),
        "programme": min(above, default=""),
        "document": row["documented"],
    }
    return next((basis, text) for basis, text in found.items() if text)


def so_far(start: str) -> str:
    return RUNNING if first_day(start) <= timezone.localdate() else PIPELINE


def status_of_program(row: Row) -> Any:
    ends = last_day(row["ends_on"])
    is_over = ends is not None and ends < timezone.localdate()
    return inferred_status(FINALISED if is_over else so_far(start_of(row, "starts_on")))


def inferred_status(code: str) -> Any:
    return E("activity-status", {"code": code, own_name("inferred"): "true"})


def date_of(kind: str, text: str) -> Any:
    is_end, is_past = kind in (PLANNED_END, ACTUAL_END), kind in (ACTUAL_START, ACTUAL_END)
    return iati.dated("activity-date", text, is_end=is_end, is_past=is_past, type=kind)


def borrowed_start(row: Row, *ends: str) -> Any:
    """A start that is not its own, which says so in the place that IATI has for words."""
    basis, text = borrowed(row)
    first_end = min(filter(None, ends), default=text)
    if first_end < text:
        basis, text = "end", first_end
    found = date_of(PLANNED_START, text)
    found.set(own_name("basis"), basis)
    in_chinese, in_english = BORROWED[basis]
    found.extend([narrative(in_chinese), E.narrative(in_english, {iati.LANG: "en"})])
    return found


def dates_of(row: Row) -> Iterator[Any]:
    """The dates of a project."""
    if not (row["planned_start"] or row["actual_start"]):
        yield borrowed_start(row, row["planned_completion"], row["actual_completion"])
    kinds = {
        "planned_start": PLANNED_START,
        "actual_start": ACTUAL_START,
        "planned_completion": PLANNED_END,
        "actual_completion": ACTUAL_END,
    }
    for name, kind in kinds.items():
        if row[name]:
            yield date_of(kind, row[name])


def dates_of_program(row: Row) -> Iterator[Any]:
    starts = row["starts_on"]
    if starts:
        is_begun = first_day(starts) <= timezone.localdate()
        yield date_of(ACTUAL_START if is_begun else PLANNED_START, starts)
    else:
        yield borrowed_start(row, row["ends_on"])
    if row["ends_on"]:
        yield date_of(PLANNED_END, row["ends_on"])


# Where, for what


def places(row: Row) -> Iterator[Any]:
    """All in China; each place by its code of GB/T 2260 or of the XPCC, as we have it."""
    yield E("recipient-country", code="CN")
    for one in row["places"] or ():
        yield E.location(E.name(narrative(one["name"])), ref=one["code"])


def sectors(code: str | None, label: str | None, site: str) -> Iterator[Any]:
    """Our own class, and that OECD DAC's is not known, which validators ask for."""
    yield E.sector(vocabulary=DAC, code=NOT_SPECIFIED)
    if code and label:
        address = f"{site}/categories/"
        said = {"vocabulary": OWN_VOCABULARY, "vocabulary-uri": address, "code": code}
        yield E.sector(narrative(label), said)


def documents(row: Row, page: str) -> Iterator[Any]:
    yield iati.document_link(page, row["name"])
    for one in row["documents"] or ():
        yield iati.document_link(one["url"], one["title"])


def related(slug: str) -> Any:
    """The programme that an activity belongs to."""
    return E("related-activity", ref=iati.identifier(Program, slug), type=PARENT)


# With what


def budgets(row: Row) -> Iterator[Any]:
    """The planned aid of each year, as the last published plan of it says."""
    last = {one["year"]: one for one in row["yearly"] or ()}
    for year, one in last.items():
        first, end = iati.whole_year(year)
        yield E.budget(
            E("period-start", {"iso-date": first.isoformat()}),
            E("period-end", {"iso-date": end.isoformat()}),
            E.value(in_yuan(one["amount"]), {"value-date": first.isoformat()}),
            type=REVISED if one["number"] > 1 else ORIGINAL,
            status=INDICATIVE,
        )


def in_yuan(amount: str) -> str:
    """万元 as 元, exactly."""
    return iati.digits(iati.decimal(amount) * TEN_THOUSAND)


def amounts(row: Row) -> Iterator[Any]:
    """What IATI takes only with a day, which ledgers do not say: in our namespace."""
    for name in AMOUNTS:
        if row[name] is not None:
            label = labelled(Project._meta.get_field(name))
            found = own("amount", name=name, label=label)
            found.text = iati.digits(row[name])
            yield found
