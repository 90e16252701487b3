"""What pages compute from several rows or fields: totals, the ladder of money, chains of phases."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from projects.models import Site

HUNDRED = Decimal(100)


@dataclass(frozen=True)
class Rung:
    """One step of a project's money, in 万元, and what share of its base it is, in per cent."""

    label: str
    amount: Decimal | None
    share: Decimal | None = None
    working: str = ""


# Each step of the money and what it is measured against; 计划 is the adjusted plan where known.
RUNGS = (
    ("total_amount", ()),
    ("planned_amount", ()),
    ("adjusted_amount", ()),
    ("received_amount", ("adjusted_amount", "planned_amount")),
    ("disbursed_amount", ("adjusted_amount", "planned_amount")),
    ("paid_amount", ("adjusted_amount", "planned_amount")),
    ("work_done_amount", ("total_amount",)),
)


def funding_ladder(project):
    """The steps of a project's money from 总投资 to 完成投资, unknown ones included."""
    return [rung(project, name, bases) for name, bases in RUNGS]


def rung(project, name, bases):
    """One step of the money; its share only where it is known and its base is known and not 0."""
    label, amount = label_of(project, name), getattr(project, name)
    base = next((one for one in bases if getattr(project, one) is not None), None)
    if amount is None or base is None or not getattr(project, base):
        return Rung(label, amount)
    divisor = getattr(project, base)
    share = (Decimal(amount) / divisor * HUNDRED).quantize(Decimal("0.01"))
    return Rung(label, amount, share, f"{label}÷{label_of(project, base)}")


def label_of(row, name):
    return row._meta.get_field(name).verbose_name


def phases(site):
    """The phases a site belongs to, earliest first, itself among them; empty if it has only one.

    One query, whatever the length of the chain: all sites that are part of one are few.
    """
    linked = Q(predecessor__isnull=False) | Q(successors__isnull=False)
    sites = Site.objects.filter(linked).select_related("region").distinct().order_by("slug")
    rows = {row.pk: row for row in sites}
    if site.pk not in rows:
        return []
    first = earliest(rows[site.pk], rows)
    return chain_from(first, rows)


def earliest(site, rows):
    """Back along the predecessors; a circle typed in by mistake ends where it closes."""
    seen = set()
    while site.predecessor_id in rows and site.pk not in seen:
        seen.add(site.pk)
        site = rows[site.predecessor_id]
    return site


def chain_from(first, rows):
    """The site and all its later phases, each once."""
    chain, waiting = [], [first]
    while waiting:
        site = waiting.pop(0)
        if site not in chain:
            chain.append(site)
            waiting += [row for row in rows.values() if row.predecessor_id == site.pk]
    return chain
