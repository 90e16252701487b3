"""The spreadsheet of observations; those of all other models follow from their fields."""

from aidtracker.sheets import SheetColumn, SheetResource
from projects.models import Metric, Observation, Series
from projects.models.metrics import SUBJECTS
from projects.models.observations import COMPUTED
from projects.models.scope_entries import SCOPES


def series_column(name):
    """A column that the series gives; an import only checks it."""
    return SheetColumn(f"series__{name}", Series._meta.get_field(name))


class ObservationResource(SheetResource):
    """A figure with its series spelled out, so that a row of the file reads by itself.

    People type `printed`; value, bounds and qualifier follow from it.
    """

    RENAMED = {"is_period_inferred": "period_inferred"}
    COMPUTED = (*COMPUTED, "paragraph")
    ORDER = (
        *("source", "number", "start", "end", "printed"),
        *("value", "value_high", "lower", "upper", "unit", "qualifier"),
        *("nature", "accumulation", "period_start", "period_end", "as_of", "period_text"),
        *("printed_name", "metric", "series", *SUBJECTS, "scope_note"),
        *("attributed_to", "status", "rank", "note"),
        *("is_period_inferred", "rank_reason", "correction_reason", "paragraph"),
        *("obs_status", "price_basis", *SCOPES),
        *("review_comment", "maintainer", "version"),
    )

    DEFINED = {
        "value": "原文数字换算成指标单位的值；“几十位”这样的没有值。单位在“单位”一列",
        "value_high": "原文是范围（1—2万）时上端的值",
        "lower": "原文的话所容许的最小值：超过30亿是30亿，9.11亿元是9.105亿；空着是没有下界",
        "upper": "原文的话所容许的最大值；空着是没有上界",
        "qualifier": "原文的“超过、多、近、约”等，由原文数字得出",
        "nature": "是完成的、目标、计划、协议还是预计",
        "accumulation": "当期、累计、时点、比率、排名，或原文没有说清",
        "period_start": "数字所说的期间从哪一天起",
        "period_end": "数字所说的期间到哪一天止",
        "as_of": "数字截至哪一天",
        "rank": "同一序列、同一期间有几个数字时，页面先用哪一个",
        "rank_reason": "为什么先用或不用这个数字",
        "correction_reason": "数字公开以后改动过的，最近一次为什么改；旧值在更正记录",
        "unit": "数值、上下界的单位：元、吨、人、平方米、%",
    }

    unit = SheetColumn("series__metric__unit", Metric._meta.get_field("unit"))
    metric = series_column("metric")
    region = series_column("region")
    headquarters = series_column("headquarters")
    program = series_column("program")
    project = series_column("project")
    investment = series_column("investment")
    enterprise = series_column("enterprise")
    site = series_column("site")
    outlet = series_column("outlet")
    activity = series_column("activity")
    first_scope = series_column("first_scope")
    second_scope = series_column("second_scope")
    third_scope = series_column("third_scope")
    scope_note = series_column("scope_note")

    class Meta:
        model = Observation

    def get_export_order(self):
        return self.ORDER
