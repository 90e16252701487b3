"""The ladder of aid money from 总投资 to 结余, of one project or of many, with rates explained."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce

from aidtracker.templatetags.formatting import yi

HUNDRED = Decimal(100)
CENT = Decimal("0.01")
PLAN = ("adjusted_amount", "planned_amount")
PLAN_LABEL = "计划（有调整的按调整后）"
BALANCE = "结余"
# Each step of the money, what it is measured against, and what that rate is called.
STEPS = (
    ("total_amount", (), ""),
    ("planned_amount", (), ""),
    ("adjusted_amount", (), ""),
    ("received_amount", PLAN, "到位率"),
    ("disbursed_amount", PLAN, "拨付率"),
    ("paid_amount", PLAN, "支付率"),
    ("work_done_amount", ("total_amount",), "投资完成率"),
)


@dataclass(frozen=True)
class Rung:
    """One step of money, in 万元, and what share of its base it is, in per cent.

    `working` says how the share, or the step itself, came about, and what was left out.
    """

    label: str
    amount: Decimal | None
    share: Decimal | None = None
    working: str = ""
    rate: str = ""
    field: str = ""


# One project


def funding_ladder(project):
    """The steps of a project's money from 总投资 to 结余, unknown ones included."""
    rungs = [rung(project, *step) for step in STEPS]
    received, paid = project.received_amount, project.paid_amount
    if received is None or paid is None:
        return [*rungs, Rung(BALANCE, None)]
    return [*rungs, Rung(BALANCE, received - paid, working="资金到位－资金支付")]


def rung(project, name, bases, rate):
    """One step of the money; its share only where it is known and its base is known and not 0."""
    label, amount = label_of(project, name), getattr(project, name)
    base = next((one for one in bases if getattr(project, one) is not None), None)
    if amount is None or base is None or not getattr(project, base):
        return Rung(label, amount, field=name)
    share = percent(Decimal(amount), getattr(project, base))
    working = f"{rate}＝{label}÷{label_of(project, base)}"
    return Rung(label, amount, share, working, rate, name)


def label_of(row, name):
    return row._meta.get_field(name).verbose_name


def percent(part, whole):
    return (part / whole * HUNDRED).quantize(CENT)


# Many projects


def ladder_of(projects):
    """The steps of the money of a queryset of projects added up: one query.

    A rate adds only projects that know both its amounts; each step says how many were left out.
    """
    return rungs_of(projects.model, projects.order_by().aggregate(**sums(), **pairs()))


def added_by_headquarters(projects):
    """A row for each headquarters that has any of these projects: what `rungs_of` tells of."""
    return projects.order_by().values("headquarters").annotate(**sums(), **pairs())


def rungs_of(model, found):
    """The steps of money, of the sums and numbers that one query found."""
    rungs = [added_rung(model, found, *step) for step in STEPS]
    return [*rungs, balance(found)]


def sums():
    """Of each amount the sum, and how many rows know it."""
    names = [name for name, *_ in STEPS]
    return (
        {"count": Count("pk")}
        | {f"{name}_sum": Sum(name) for name in names}
        | {f"{name}_known": Count(name) for name in names}
    )


def pairs():
    """Of each rate and of the balance, both amounts over rows that know both, and how many do."""
    found: dict = {}
    measured = [(name, bases) for name, bases, _ in STEPS if bases]
    for name, bases in (*measured, ("balance", ("paid_amount",))):
        part = "received_amount" if name == "balance" else name
        base = Coalesce(*bases) if len(bases) > 1 else F(bases[0])
        base_known = Q()
        for one in bases:
            base_known |= Q(**{f"{one}__isnull": False})
        both = Q(**{f"{part}__isnull": False}) & base_known
        found |= {
            f"{name}_part": Sum(part, filter=both),
            f"{name}_whole": Sum(base, filter=both),
            f"{name}_both": Count("pk", filter=both),
        }
    return found


def added_rung(model, found, name, bases, rate):
    label = label_of(model, name)
    amount, count = found[f"{name}_sum"], found["count"]
    unknown = count - found[f"{name}_known"]
    words = f"{found[f'{name}_known']} 项相加{left_out(unknown, '金额未知')}。"
    whole = found.get(f"{name}_whole")
    if not bases or not whole:
        return Rung(label, amount, working=words, field=name)
    part, both = found[f"{name}_part"], found[f"{name}_both"]
    base_label = PLAN_LABEL if bases == PLAN else label_of(model, bases[0])
    words += (
        f"{rate}：{label} {yi(part)} ÷ {base_label} {yi(whole)}，"
        f"两者都已知的 {both} 项{left_out(count - both, '有一个未知')}。"
    )
    return Rung(label, amount, percent(part, whole), words, rate, name)


def left_out(count, reason):
    return f"，另有 {count} 项{reason}，未计入" if count else ""


def balance(found):
    """What has arrived and is not paid yet, over the projects that know both."""
    received, paid, both = (found[f"balance_{name}"] for name in ("part", "whole", "both"))
    if not both:
        return Rung(BALANCE, None, working="没有一项同时知道到位和支付。")
    rest = left_out(found["count"] - both, "有一个未知")
    words = f"资金到位 {yi(received)}－资金支付 {yi(paid)}，两者都已知的 {both} 项{rest}。"
    return Rung(BALANCE, received - paid, working=words)
