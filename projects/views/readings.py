"""What was read out of a printed figure, and how a metric is computed, in words for a page."""

from aidtracker.templatetags.formatting import UNKNOWN, day, days, plain, span
from projects.models import Metric, Observation
from projects.reading.allowed import printed_scale
from projects.reading.bounds import ABOUT, NEARLY, VAGUE_HIGH, VAGUE_LOW

Qualifier = Observation.Qualifier
QUALIFIERS = {
    Qualifier.EXACT: "没有修饰；印出的最后一位以内是确实的。",
    Qualifier.OVER: "“超过、逾、突破、以上”：只说不低于这个数，没有上界。",
    Qualifier.MORE: "“多、余”：从这个数起，到末位非零数字加一为止。",
    Qualifier.NEARLY: f"“近”：从这个数的 {plain(NEARLY * 100)}% 到这个数。",
    Qualifier.ABOUT: f"“约、左右”：这个数上下 {plain(ABOUT * 100)}%。",
    Qualifier.UNDER: "“不足、不到”：从 0 到这个数。",
    Qualifier.RANGE: "一个范围：在两端之间。",
}

VAGUE = f"“几、数”：从印出单位的 {VAGUE_LOW} 倍到 {VAGUE_HIGH} 倍，没有具体的数。"

Formula = Metric.Formula
FORMULAS = {
    Formula.GROWTH: "（本期的“{0}”－上期的“{0}”）÷上期的“{0}”",
    Formula.DECLINE: "（上期的“{0}”－本期的“{0}”）÷上期的“{0}”",
    Formula.MULTIPLE: "（本期的“{0}”－基期的“{0}”）÷基期的“{0}”",
    Formula.INCREASE: "本期的“{0}”－上期的“{0}”",
    Formula.DECREASE: "上期的“{0}”－本期的“{0}”",
    Formula.RATIO: "“{0}”÷“{1}”",
    Formula.SHARE: "“{0}”÷“{1}”，前者是后者的一部分",
    Formula.COMPLETION: "完成的“{0}”÷目标的“{1}”",
}


def value_words(observation):
    """The value read from the printed figure, in its scale; several tens has none."""
    value, high, scale = observation.value, observation.value_high, printed_scale(observation)
    if value is None:
        return "没有给出具体的数"
    return scale.amount(value) if high is None else scale.span(value, high)


def qualifier_words(observation):
    """How the hedge of a figure is understood; — where none was read."""
    if observation.value is None:
        return VAGUE
    return QUALIFIERS.get(observation.qualifier, UNKNOWN)


def formula_words(metric):
    """How a derived metric follows from others; empty for one that is counted itself."""
    if not metric.formula:
        return ""
    names = (metric.numerator.name, (metric.denominator or metric.numerator).name)
    return FORMULAS[metric.formula].format(*names)


def remarks(observation):
    """What its document calls it, its standing among the figures of its series, and its note, as
    far as there is something to say."""
    standing = ""
    if observation.rank != Observation.Rank.NORMAL:
        standing = f"{observation.get_rank_display()}：{observation.rank_reason}"
    return "；".join(filter(None, (observation.called, standing, observation.note)))


def scope_words(series):
    """What a series is about without its metric: 浙江省援疆指挥部·阿克苏地区（产业支援）."""
    subjects = "·".join(map(str, series.subjects))
    return f"{subjects}（{words}）" if (words := series.scope_words) else subjects


def activity_days(activity):
    """When an activity took place, as far as known: 2019年4月12日, 2017—2019年; — if unknown."""
    return span(activity.starts_on, activity.ends_on or activity.starts_on)


def period_dates(observation):
    """The dates a figure's period was read as, and whether that was inferred; — for none."""
    start, end, as_of = observation.period_start, observation.period_end, observation.as_of
    parts = [days(start, end)] if start or end else []
    if as_of and as_of != end:
        parts.append(f"截至{day(as_of)}")
    if not parts:
        return UNKNOWN
    mark = "（推断）" if observation.is_period_inferred else ""
    return "，".join(parts) + mark
