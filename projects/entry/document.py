"""A document's text as the entry page shows it: what is left to do, and what can be undone."""

from dataclasses import dataclass
from html import escape
from operator import attrgetter
from typing import Any

from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Exists, F, OuterRef, QuerySet, Value
from django.utils.functional import cached_property
from django.utils.safestring import mark_safe

from aidtracker.ground.batches import by_first_numbers
from aidtracker.ground.scope import may_change, readable, scope_of, visible
from aidtracker.trail.history import NEW
from projects.models import Observation, Review, Series, SkippedPhrase
from projects.models.known_names import coverage
from projects.reading.marked_text import Span, marked_text

RECENT = 5
# What an act of the entry page says it was beside.
SOURCE = "文献"
LATEST = 50  # of a clerk's own additions, in any document
FOREIGN_FIGURE = "其他指挥部已记录，尚未公开"


@dataclass(frozen=True)
class EntrySpan(Span):
    """Marked words without any words of the page's own, so that places can be counted in them."""

    attributes: str = ""

    @property
    def opening(self):
        """Only the title holds words of others; the rest is of this module, and safe as it is."""
        anchor = f' id="{self.anchor}"' if self.anchor else ""
        title = escape(self.title)
        return f'<{self.tag}{anchor} class="{self.css}" title="{title}"{self.attributes}>'

    @property
    def closing(self):
        return f"</{self.tag}>"


@dataclass(frozen=True)
class Recorded:
    """A figure recorded in a document, as far as the page shows it."""

    start: int
    end: int
    number: int
    printed: str
    nature: str
    status: str
    series: str
    is_visible: bool

    @property
    def state(self) -> str:
        return STATES[self.status]


NATURES, STATES = dict(Observation.Nature.choices), dict(Review.choices)
# What is read of each: a document has thousands, of which no rows are made.
SHOWN = ("start", "end", "number", "printed", "nature", "status", "series__name", "is_visible")


def recorded(rows: QuerySet, user: Any) -> list[Recorded]:
    """Figures of a document that have a place, in its order."""
    found = with_visibility(rows.exclude(start=None), user).order_by("start")
    return [Recorded(*values) for values in found.values_list(*SHOWN)]


def recorded_span(row: Recorded) -> EntrySpan:
    """A recorded figure in the colour of its nature; its number is added by the stylesheet."""
    if not row.is_visible:
        return EntrySpan(row.start, row.end, "mark", f"nature-{row.nature}", FOREIGN_FIGURE)
    title = f"第 {row.number} 号，{NATURES[row.nature]}，{row.state}：{row.series}"
    css = f"nature-{row.nature} status-{row.status}"
    number = f' data-number="{row.number}"'
    return EntrySpan(row.start, row.end, "mark", css, title, f"o{row.number}", attributes=number)


def skipped_span(row):
    title = f"已略过：{row.get_reason_display()}{'，' if row.note else ''}{row.note}"
    return EntrySpan(row.start, row.end, "span", "skipped", title)


def open_span(phrase):
    """A phrase to record or to skip: a link that takes it into the form, with or without script."""
    start, end = phrase.start, phrase.end
    shared = f' data-shared="{escape(phrase.shared)}"' if phrase.shared else ""
    # Not draggable, or a selection by mouse that begins in it would drag the link.
    attributes = (
        f' href="?start={start}&amp;end={end}#entry-form"'
        f' data-start="{start}" data-end="{end}" draggable="false"{shared}'
    )
    return EntrySpan(start, end, "a", "open", "待记录", attributes=attributes)


def collapse(words):
    return " ".join(words.split())


def with_visibility(rows, user):
    """Figures, each with `is_visible`: whether `user` may know what others recorded there."""
    seen = visible(Observation._base_manager.filter(pk=OuterRef("pk")), user)
    # Who reads all need not be asked about each of thousands.
    is_visible = Value(True) if scope_of(user).reads_all else Exists(seen)
    return rows.annotate(is_visible=is_visible).select_related("series")


def latest_first(rows: QuerySet) -> QuerySet:
    """Figures of one document, the latest entered first.

    They are sorted: the index of all numbers would be searched from its end for these few.
    """
    return rows.order_by(-F("pk"))


class Document:
    """A source's text with what was recorded in it and skipped, whoever did it."""

    def __init__(self, source, user):
        self.source = source
        self.user = user

    @cached_property
    def figures(self) -> list[Recorded]:
        return recorded(self.source.observations.all(), self.user)

    @cached_property
    def readable_figures(self):
        """Those that the user may open."""
        rows = readable(self.source.observations.all(), self.user)
        return rows.select_related("series").defer("source__text").order_by("start", "number")

    @cached_property
    def latest(self) -> list[Observation]:
        """The latest that the user may open."""
        rows = readable(self.source.observations.all(), self.user)
        return list(
            by_first_numbers(rows.select_related("series__metric"), latest_first(rows), RECENT)
        )

    @cached_property
    def skipped(self):
        return list(self.source.skipped_phrases.order_by("start"))

    def recorded_at(self, start: int, end: int) -> list[Recorded]:
        """What was recorded in any of some characters, in the order of numbers."""
        here = [row for row in self.figures if row.start < end and row.end > start]
        return sorted(here, key=attrgetter("number"))

    def skipped_at(self, start: int, end: int) -> list[SkippedPhrase]:
        """What was skipped in any of some characters."""
        return [row for row in self.skipped if row.start < end and row.end > start]

    @cached_property
    def coverage(self):
        return coverage(
            self.source.text,
            [(row.start, row.end) for row in self.figures],
            [(row.start, row.end) for row in self.skipped],
        )

    @cached_property
    def html(self):
        """The marked text; a carriage return is written so that browsers keep it as a character."""
        spans = [
            *map(recorded_span, self.figures),
            *map(skipped_span, self.skipped),
            *map(open_span, self.coverage.open),
        ]
        return mark_safe(marked_text(self.source.text, spans).replace("\r", "&#13;"))

    def printed_at(self, start, end):
        """What is typed for a place: its words, with the unit that a later number lends them."""
        found = {(one.start, one.end): one.shared for one in self.coverage.open}
        words = collapse(self.source.text[start:end])
        shared = found.get((start, end))
        return f"{words}〔{shared}〕" if shared else words

    def next_open(self, position):
        """The first open phrase from a position on, else the first of all; None without any."""
        waiting = self.coverage.open
        later = (phrase for phrase in waiting if phrase.start >= position)
        return next(later, waiting[0] if waiting else None)


# What can be taken back


def last_entry(user, source):
    """The latest figure, skipped phrase or series `user` added beside `source`; None if that may
    not be undone.

    It may while it is a draft, nobody has changed it since, and a series has no figure.
    """
    kinds = ContentType.objects.get_for_models(Observation, SkippedPhrase, Series)
    models: dict[Any, Any] = {kind.pk: model for model, kind in kinds.items()}
    additions = LogEntry.objects.filter(
        user=user, action_flag=ADDITION, content_type__in=models
    ).order_by("-pk")
    for entry in additions[:LATEST]:
        row = models[entry.content_type_id].objects.filter(pk=entry.object_id).first()
        if isinstance(row, Series):
            if not is_empty_of(row, source):
                continue
        elif row is None or row.source_id != source.pk:
            continue
        return row if is_untouched(row) and may_change(row, user) else None
    return None


def is_empty_of(series, source):
    """Whether a series was made beside a document and nothing names it."""
    first = series.history.select_related("act").filter(history_type=NEW).last()
    is_own = first is not None and first.act and [SOURCE, source.code] in first.act.details
    return is_own and not (series.observations.exists() or series.parts.exists())


def is_untouched(row):
    """Whether a row is still as its addition left it: its first version, no step of review."""
    return row.version == 1 and (not row.REVIEW or row.review_state == Review.DRAFT)
