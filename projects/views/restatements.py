"""What a figure means, as it was changed: a part of the figure's page."""

from django.utils import timezone

from aidtracker.pages.sections import Section
from aidtracker.pages.tables import Column, Item, table
from projects.models import Observation
from projects.restatements import ReplacedText, Restatement, Told, read, restatements_for

MOST = 10  # on a figure's page
TITLE = "所指的更正"


def day(one: Told) -> str:
    return timezone.localtime(one.at).date().isoformat()


def named(one: Restatement | ReplacedText) -> Item:
    """指标：销售额, leading to its page."""
    address = "" if one.row is None else one.row.get_absolute_url()
    return Item(f"{one.kind}：{one.name}", address)


COLUMNS = (
    Column("日期", day, kind="date"),
    Column("所指", named),
    Column("改动", "words", kind="phrase"),
    Column("理由", "why", kind="phrase"),
)


def restated(observation: Observation) -> Section | None:
    """What was changed of what the figure means, the latest first; no section for nothing."""
    rows = read(restatements_for(observation)[:MOST])
    return Section("restated", TITLE, table(TITLE, COLUMNS, rows)) if rows else None
