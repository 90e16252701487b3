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
