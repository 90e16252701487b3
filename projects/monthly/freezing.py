"""From ledger to figure: the sums of a month, frozen as an internal report with draft figures.

The text of the report states each sum; beside each figure stand the rows that it was summed from,
as they were then.
"""

import re

from django.core.exceptions import ValidationError
from django.db import transaction

from aidtracker.ground.batches import held
from aidtracker.ground.changes import after_change
from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.keys import key_of
from aidtracker.ground.months import last_of_month
from aidtracker.trail import acts
from aidtracker.trail.history import NEW, keep_states
from programs.models import Source
from projects.models import Observation, ObservationPart, Series
from projects.monthly.totals import PERIOD, POINT, STATUS_SCOPE, in_words


def editions(report):
    """The Sources in which the month was frozen before, the first first."""
    pattern = re.compile(rf"{re.escape(report.code)}(?:-(\d+))?")
    rows = Source.objects.without_text().filter(
        code__startswith=report.code, maintainer=report.headquarters
    )
    found = [(int(match[1] or 1), row) for row in rows if (match := pattern.fullmatch(row.code))]
    return [row for _, row in sorted(found, key=lambda pair: pair[0])]


def changes_since(source, report):
    """What a frozen edition said otherwise, as lines of words; empty if its sums are the same.

    How many projects have which status is no reason for a new edition: it changes every day.
    """
    old = {
        (row.series.metric.name, row.series.scope_note, row.accumulation): row.value
        for row in source.observations.select_related("series__metric")
        if not row.series.scope_note.startswith(STATUS_SCOPE)
    }
    new = {one.key: one.value for one in report.sums if one.is_report}
    lines = {one.key: (one.line, one.metric.unit) for one in report.sums}
    found = []
    for key in {**old, **new}:
        if old.get(key) != new.get(key):
            line, unit = lines.get(key, (f"{key[1]}，{key[0]}：", ""))
            found.append(f"{line}{in_words(old.get(key), unit)} → {in_words(new.get(key), unit)}")
    return found


@acts.one_act()
@transaction.atomic
def freeze(report):
    """Store the sums as a report of their own; returns its Source, or None if nothing changed.

    A month that was frozen before keeps its text: other sums make another edition.
    """
    # Two people who freeze at once must not both make the first edition.
    held(type(report.headquarters).objects).get(pk=report.headquarters.pk)
    before = editions(report)
    changes = changes_since(before[-1], report) if before else []
    if not report.sums:
        raise ValidationError("这个月没有已发布的月报，没有可以汇总的数。")
    if before and not changes:
        return None
    acts.describe(subject=report.title)
    lines, places = text_of(report, len(before) + 1)
    source = store_source(report, lines, len(before) + 1, changes)
    for number, (one, (start, end)) in enumerate(zip(report.sums, places, strict=True), 1):
        store_sum(report, source, one, number, start, end)
    after_change()
    return source


def edition_title(report, edition):
    return report.title if edition == 1 else f"{report.title}（第{edition}版）"


def text_of(report, edition):
    """The text of a report, a line for each sum, and where in it each figure stands."""
    text = f"{edition_title(report, edition)}\n"
    places = []
    for one in report.sums:
        text += f"\n{one.line}"
        places.append((len(text), len(text) + len(one.printed)))
        text += f"{one.printed}（{len(one.parts)} 条相加）。{one.left_out}\n"
    return text, places


def store_source(report, text, edition, changes):
    source = Source(
        code=report.code if edition == 1 else f"{report.code}-{edition}",
        title=edition_title(report, edition),
        kind=Source.Kind.REPORT,
        publisher=str(report.headquarters),
        published_on=f"{report.month:%Y-%m}",
        maintainer=report.headquarters,
        # A sum's own line, once somebody has published it: not the others that are drafts.
        shown_text=Source.Shown.SENTENCE,
        note=f"与上一版不同：{'；'.join(changes)}。" if changes else "",
    )
    source.accept_text(text.encode())
    source.save()
    return source


def store_sum(report, source, one, number, start, end):
    """Store one sum as a draft observation, with the rows it was summed from."""
    last = last_of_month(report.month)
    observation = Observation(
        source=source,
        number=number,
        start=start,
        end=end,
        printed=one.printed,
        series=series_of(report.headquarters, one),
        accumulation=one.accumulation,
        period_start=report.month if one.accumulation == PERIOD else None,
        period_end=None if one.accumulation == POINT else last,
        as_of=last if one.accumulation == POINT else None,
        maintainer=report.headquarters,
        note=f"由 {len(one.parts)} 条记录相加。{one.left_out}",
    )
    observation.clean()
    observation.save()
    parts = [
        part_of(observation, place, row, amount)
        for place, (row, amount) in enumerate(one.parts, start=1)
    ]
    ObservationPart.objects.bulk_create(parts)
    keep_states(parts, NEW)


def part_of(observation, number, row, amount):
    return ObservationPart(
        observation=observation,
        number=number,
        dataset=dataset_name(type(row)),
        row_id=row.pk,
        row_key=key_of(row),
        row_version=row.version,
        name=str(row),
        amount=amount,
    )


def series_of(headquarters, one):
    """The series of a headquarters' monthly sums of one kind, made with the first of them."""
    wanted = {"metric": one.metric, "headquarters": headquarters, "scope_note": one.scope_note}
    series = Series(**wanted, maintainer=headquarters)
    series.clean()
    found = Series.objects.like(series).first()
    if found is None:
        series.save()
    return found or series
