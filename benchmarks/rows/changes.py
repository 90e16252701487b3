"""One figure saved, approved, imported, checked: what that costs, and the check of everything."""

from io import StringIO
from itertools import count

from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse

from aidtracker.ground.changes import after_change
from aidtracker.review.steps import APPROVE, PUBLISH, Step
from aidtracker.sheets import rehearse, resource_for, sheet_of, store
from aidtracker.sheets.reading.pages import Page
from aidtracker.trail.acts import one_act
from benchmarks.measuring.registry import LeftOut, Target, Work, row
from benchmarks.measuring.site import Site
from benchmarks.rows.samples import figure
from benchmarks.rows.sheets import COPY
from projects.models import Observation

GROUP = "One change"
ONE = Target(ms=100, memory=20)
numbers = count(1)


@row(GROUP, "save a published figure by its form", target=ONE)
def save_published(site: Site) -> Work:
    return saved(site, figure())


@row(GROUP, "save a draft by its form", target=ONE)
def save_draft(site: Site) -> Work:
    found = Observation.objects.filter(status="draft").order_by("pk").first()
    if found is None:
        raise LeftOut("no draft")
    return saved(site, found)


def saved(site: Site, figure: Observation) -> Work:
    """The form of a figure as it is, with another word on who said it, and a new reason."""
    place = reverse("admin:projects_observation_change", args=[figure.pk])

    def save() -> int:
        words = f"示例统计部门{next(numbers)}"
        typed = site.keeper.get(place).form | {"attributed_to": [words]}
        site.keeper.post(place, typed | {"correction_reason": [f"示例更正：{words}"]})
        if not Observation.objects.filter(pk=figure.pk, attributed_to=words).exists():
            raise LeftOut("the form was not accepted")
        return 1

    return save


@row(GROUP, "form opened (part of the rows above)")
def opened(site: Site) -> Work:
    return site.desk(reverse("admin:projects_observation_change", args=[figure().pk]))


@row(GROUP, "publish a figure, then withdraw it", target=Target(ms=200, memory=20))
def published(site: Site) -> Work:
    found = Observation.objects.filter(status="draft").order_by("pk")
    draft = found[1] if found.count() > 1 else None
    if draft is None:
        raise LeftOut("no draft")

    def publish() -> int:
        with one_act(), transaction.atomic():
            row = Observation.objects.get(pk=draft.pk)
            for state in ("published", "withdrawn"):
                row.status = state
                row.save()
                after_change()
        return 1

    return publish


@row(GROUP, "a published figure stored and checked, without a page", target=ONE)
def checked(site: Site) -> Work:
    def check() -> int:
        with one_act(), transaction.atomic():
            figure().save()
            after_change()
        return 1

    return check


# A minute for a million figures; on SQLite ten seconds for a hundred thousand.
WHOLE = Target(each=0.1 if connection.vendor == "sqlite" else 0.06)


# Before stretches of time were held to each other it took 29 times the limit.
@row(GROUP, "check_figures, whole", limit=COPY, target=WHOLE)
def whole(site: Site) -> Work:
    def check() -> int:
        call_command("check_figures", stdout=StringIO())
        return Observation.objects.published().count()

    check.patience = 1_800  # type: ignore[attr-defined]
    return check


@row(GROUP, "approve a figure by its button", target=ONE)
def approved(site: Site) -> Work:
    return stepped(site, APPROVE)


@row(GROUP, "publish a figure by its button", target=ONE)
def published_by_button(site: Site) -> Work:
    return stepped(site, PUBLISH)


def stepped(site: Site, step: Step) -> Work:
    """A step of the review with one figure, which is put back before each."""
    rows = Observation.objects.filter(status="draft").order_by("-pk")[:1]
    if not rows:
        raise LeftOut("no draft")
    [draft] = rows
    address = reverse("admin:projects_observation_step", args=[draft.pk])

    form = site.keeper.get(reverse("admin:projects_observation_change", args=[draft.pk])).form
    typed = {"step": step.name, "csrfmiddlewaretoken": form["csrfmiddlewaretoken"]}

    def take() -> int:
        own = Observation.objects.filter(pk=draft.pk)
        own.update(status=step.origins[0])
        version = own.values_list("version", flat=True).get()
        site.keeper.post(address, typed | {"version": version})
        if own.values_list("status", flat=True).get() != step.target:
            raise LeftOut("the step was refused")
        return 1

    return take


@row(GROUP, "import a figure, previewed and confirmed", target=ONE)
def imported(site: Site) -> Work:
    known = figure()
    headings = ["文献", "序号", "原文数字", "序列", "累计方式"]

    def take_in() -> int:
        words = [known.source.code, 10**6 + next(numbers), known.printed, known.series.name]
        page = Page("", [(1, headings), (2, [*words, known.get_accumulation_display()])])
        resource = resource_for(Observation)
        sheet = sheet_of(resource, [page])
        with one_act():
            found = store(resource, sheet, rehearse(resource, sheet).fingerprint)
        if not found.is_stored:
            raise LeftOut(f"not stored: {found.problems[:1]}")
        return 1

    return take_in
