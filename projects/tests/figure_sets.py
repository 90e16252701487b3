"""Small sets of figures for tests of the checks, and what the checks say of them."""

from datetime import date

from aidtracker import testing as make
from programs.models.programs import Sector
from projects.checks.reader import Reader
from projects.checks.scopes import FAMILIES
from projects.models import Observation


def verdicts():
    """All verdicts on what stands in the database."""
    return [
        verdict
        for family in FAMILIES
        for _, verdict in family.verdicts(list(family.everything()), Reader())
    ]


def verdicts_on(*rows):
    """The verdicts that concern any of these observations."""
    keys = {row.pk for row in rows}
    return [one for one in verdicts() if keys & {figure.pk for figure in one.observations}]


def results(*rows):
    """Rule and result of each verdict on these observations, in order."""
    return sorted((one.kind.value, one.result.value) for one in verdicts_on(*rows))


def observed(series, printed, year=2019, **kwargs):
    """A figure for a calendar year, or for the dates that are given."""
    if not kwargs.keys() & {"period_start", "period_end", "as_of"}:
        kwargs |= {"period_start": date(year, 1, 1), "period_end": date(year, 12, 31)}
    kwargs.setdefault("accumulation", Observation.Accumulation.PERIOD)
    return make.make_observation(series=series, printed=printed, **kwargs)


def since(series, printed, start, end, **kwargs):
    """A cumulative figure from one year's first day to another's last."""
    days = {"period_start": start and date(start, 1, 1), "period_end": date(end, 12, 31)}
    return observed(series, printed, accumulation="cumulative", **days, **kwargs)


def counted_at(series, printed, year, **kwargs):
    """A figure for the last day of a year."""
    return observed(series, printed, accumulation="point", as_of=date(year, 12, 31), **kwargs)


def counted(unit="家", **kwargs):
    """A metric of a sector that the real figures have none of, so that none looks alike."""
    return make.make_metric(unit=unit, **{"sector": Sector.DIGITAL, **kwargs})


def flow(unit="元", **kwargs):
    return counted(unit, kind="flow", **kwargs)


def rate_of(formula, numerator, denominator=None, unit="%", **kwargs):
    """A metric that follows from others."""
    return counted(
        unit,
        kind="ratio",
        formula=formula,
        numerator=numerator,
        denominator=denominator,
        **kwargs,
    )


def rated(metric, series, printed, year=2019, **kwargs):
    """A printed rate about the subject of a series."""
    own = make.make_series(metric=metric, region=series.region, scope_note=series.scope_note)
    return observed(own, printed, year, accumulation="rate", **kwargs)
