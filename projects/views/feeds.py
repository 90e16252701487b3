"""Feeds, Atom and JSON: figures that came, were corrected or retracted; all, or of one thing."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed, SyndicationFeed
from django.utils.html import escape
from django.utils.timezone import localtime

from aidtracker.ground.datasets import dataset_name
from aidtracker.ground.search import naming
from aidtracker.pages.site import absolute
from projects.corrections import Correction, corrections, with_states_before
from projects.models import Metric, Observation, Series
from projects.models.metrics import SUBJECTS
from projects.views.citations import plain_citation

LATEST = 50


@dataclass(frozen=True)
class Entry:
    """One thing that happened to a figure: what, when, in words, and where to read on."""

    title: str
    words: str
    address: str
    mark: str
    at: datetime
    kind: str


@cache
def subjects() -> dict[str, tuple[str, type[Any]]]:
    """What can be followed by itself: {dataset: (how a series names it, its model)}."""
    models = {name: Series._meta.get_field(name).related_model for name in SUBJECTS}
    named = {"metric": Metric, **models}
    return {dataset_name(model).replace("_", "-"): (name, model) for name, model in named.items()}


def feed_of(row: Any) -> str:
    """The address of the feed of one thing."""
    place = dataset_name(type(row)).replace("_", "-")
    return reverse("feed-of", args=[place, row.slug])


def came(figure: Observation) -> Entry:
    return Entry(
        title=f"{figure.series}：{figure.printed}",
        words=plain_citation(figure),
        address=figure.get_absolute_url(),
        mark=f"#{figure.version}",
        at=figure.updated_at,
        kind="收入或改动",
    )


def changed(one: Correction) -> Entry:
    """What became of a public figure; of one that was retracted only that, and why."""
    state = one.state
    is_gone = not one.is_shown
    place = f"{state.source.cited}第 {state.number} 处"
    what = f"撤回：{place}" if is_gone else f"更正：{state.series}"
    said = "" if is_gone else f"{one.words}。"
    return Entry(
        title=what,
        words=f"{said}理由：{one.reason}（{place}）",
        address=reverse("observation-detail", args=[state.source.code, state.number]),
        mark=f"#state-{state.history_id}",
        at=one.at,
        kind="撤回" if is_gone else "更正",
    )


def entries(condition: dict[str, Any]) -> list[Entry]:
    """The latest of all kinds: a figure that was corrected is told as that, too."""
    states, figures = corrections(), Observation.objects.published()
    changed_at: Any = F("updated_at")
    if condition:
        about = naming("series", Series.objects.filter(**condition))
        states, figures = states.filter(about), figures.filter(about)
        # Else the database might read all figures, the last changed first, until it has enough.
        changed_at = Coalesce("updated_at", "updated_at")
    latest = figures.order_by(changed_at.desc(), "-pk").first_rows(LATEST)
    told = [*map(changed, with_states_before(states[:LATEST])), *map(came, latest)]
    return sorted(told, key=lambda one: one.at, reverse=True)[:LATEST]


@dataclass(frozen=True)
class Channel:
    """Whose feed it is, and for whom it is made."""

    request: HttpRequest
    row: Any = None
    condition: dict[str, Any] = field(default_factory=dict)

    @property
    def entries(self) -> list[Entry]:
        """The latest entries, with whole addresses."""
        found = entries(self.condition)
        return [replace(one, address=absolute(self.request, one.address)) for one in found]


class Figures(Feed):
    """The feed of all figures. One object answers all requests: what differs is in the channel."""

    feed_type = Atom1Feed
    language = "zh-Hans"
    subtitle = "新收入、更正和撤回的数字；撤回的只说撤回与理由。"
    author_name = settings.SITE["name"]

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Channel:
        return Channel(request)

    def title(self, obj: Channel) -> str:
        name = settings.SITE["name"]
        return f"{name}：{obj.row}" if obj.row else name

    def link(self, obj: Channel) -> str:
        return absolute(obj.request, obj.row.get_absolute_url() if obj.row else "/")

    def feed_url(self, obj: Channel) -> str:
        return absolute(obj.request, obj.request.path)

    def items(self, obj: Channel) -> Iterable[Entry]:
        return obj.entries

    def item_title(self, item: Entry) -> str:
        return item.title

    def item_description(self, item: Entry) -> str:
        """As readers of feeds take it, which is HTML."""
        return escape(item.words)

    def item_link(self, item: Entry) -> str:
        return item.address

    def item_guid(self, item: Entry) -> str:
        return f"{item.address}{item.mark}"

    def item_updateddate(self, item: Entry) -> datetime:
        return item.at

    def item_categories(self, item: Entry) -> tuple[str]:
        return (item.kind,)


class OfOneThing:
    """The feed of one thing that figures are about, or of a metric."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Channel:
        if kwargs["place"] not in subjects():
            raise Http404
        name, model = subjects()[kwargs["place"]]
        row = get_object_or_404(model.objects.published(), slug=kwargs["slug"])
        return Channel(request, row, {name: row})


class FiguresOf(OfOneThing, Figures):
    """Of one thing, as Atom."""


class JSONFeed(SyndicationFeed):
    """A feed as JSON Feed 1.1 has it."""

    content_type = "application/feed+json; charset=utf-8"

    def write(self, outfile: Any, encoding: str) -> None:
        told = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": self.feed["title"],
            "home_page_url": self.feed["link"],
            "feed_url": self.feed["feed_url"],
            "description": self.feed["subtitle"],
            "language": self.feed["language"],
            "items": [entry_in_json(item) for item in self.items],
        }
        outfile.write(json.dumps(told, ensure_ascii=False))


def entry_in_json(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": item["unique_id"],
        "url": item["link"],
        "title": item["title"],
        "content_text": item["description"],
        "date_modified": localtime(item["updateddate"]).isoformat(),
        "tags": list(item["categories"]),
    }


class JSONFigures(Figures):
    """All figures, as JSON."""

    feed_type = JSONFeed

    def item_description(self, item: Entry) -> str:
        """As it is: JSON feeds have plain text."""
        return item.words


class JSONFiguresOf(OfOneThing, JSONFigures):
    """Of one thing, as JSON."""
