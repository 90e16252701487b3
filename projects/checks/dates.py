"""One step of one thing that records date differently: worth a look, for the acts may differ."""

from collections import defaultdict

from aidtracker.ground.partial_dates import in_chinese
from projects.checks.verdicts import Verdict
from projects.models.finding_kinds import DATES, Result


def check_dates(evidence):
    """Openings, foundings and signings with dates that cannot be the same day."""
    groups = defaultdict(list)
    for step in evidence.steps:
        groups[step.thing, step.step].append(step)
    for (thing, kind), steps in groups.items():
        if max(step.earliest for step in steps) > min(step.latest for step in steps):
            yield dated_differently(f"{kind}:{thing}", steps)


def dated_differently(name, steps):
    steps = sorted(steps, key=lambda step: (step.text, step.record))
    dates = "，".join(f"{in_chinese(step.text)}（{step.words}）" for step in steps)
    words = f"同一件事有不同的日期：{steps[0].name}，{dates}。"
    records = tuple(dict.fromkeys(step.record for step in steps))
    return Verdict(DATES, Result.CANDIDATE, name, words, (), records)
