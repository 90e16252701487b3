"""Dates of one thing beside each other: a step that records date differently, which is worth a
look, for the acts may differ; and steps that cannot follow each other as they are said to."""

from collections.abc import Iterator, Sequence

from aidtracker.ground.partial_dates import in_chinese
from projects.checks.evidence import Step
from projects.checks.verdicts import Verdict
from projects.models.finding_kinds import DATES, Result


def check_dates(steps: Sequence[Step]) -> Iterator[Verdict]:
    """A step of one thing, an opening, a founding or a signing, on days that are not the same."""
    latest_start = max((step.earliest for step in steps), default=None)
    if latest_start is not None and latest_start > min(step.latest for step in steps):
        yield dated_differently(f"{steps[0].step}:{steps[0].thing}", steps)


def check_order(first: Sequence[Step], then: Sequence[Step]) -> Iterator[Verdict]:
    """A step that all records date before the one that must come first: opened before building
    began, in production before the firm was founded."""
    if not first or not then:
        return
    early = min(first, key=lambda step: step.earliest)
    late = max(then, key=lambda step: step.latest)
    if late.latest >= early.earliest:
        return
    name = f"order:{early.record}:{late.record}"
    words = (
        f"先后颠倒：{late.name}{in_chinese(late.text)}（{late.words}），"
        f"早于{early.name}{in_chinese(early.text)}（{early.words}）；"
        f"要相符，前者须不早于{in_chinese(early.text)}，或后者须不晚于{in_chinese(late.text)}。"
    )
    title = f"{late.name}{in_chinese(late.text)}与{early.name}{in_chinese(early.text)}"
    records = tuple(dict.fromkeys((late.record, early.record)))
    yield Verdict(DATES, Result.CONTRADICTION, name, words, (), records, title=title)


def dated_differently(name: str, steps: Sequence[Step]) -> Verdict:
    steps = sorted(steps, key=lambda step: (step.text, step.record))
    dates = "，".join(f"{in_chinese(step.text)}（{step.words}）" for step in steps)
    words = f"同一件事有不同的日期：{steps[0].name}，{dates}。"
    title = f"{steps[0].name}：{in_chinese(steps[0].text)}与{in_chinese(steps[-1].text)}"
    records = tuple(dict.fromkeys(step.record for step in steps))
    return Verdict(DATES, Result.CANDIDATE, name, words, (), records, title=title)
