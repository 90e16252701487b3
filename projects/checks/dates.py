"""One step of one thing that records date differently: worth a look, for the acts may differ."""

from aidtracker.ground.partial_dates import in_chinese
from projects.checks.verdicts import Verdict
from projects.models.finding_kinds import DATES, Result


def check_dates(steps):
    """A step of one thing, an opening, a founding or a signing, on days that are not the same."""
    latest_start = max((step.earliest for step in steps), default=None)
    if latest_start is not None and latest_start > min(step.latest for step in steps):
        yield dated_differently(f"{steps[0].step}:{steps[0].thing}", steps)


def dated_differently(name, steps):
    steps = sorted(steps, key=lambda step: (step.text, step.record))
    dates = "，".join(f"{in_chinese(step.text)}（{step.words}）" for step in steps)
    words = f"同一件事有不同的日期：{steps[0].name}，{dates}。"
    records = tuple(dict.fromkeys(step.record for step in steps))
    return Verdict(DATES, Result.CANDIDATE, name, words, (), records)
