"""What is recorded, over all kinds of records: counts and a search, each in one query."""

from dataclasses import dataclass

from django.db.models import Count, F, Value, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.http import urlencode

from aidtracker.ground.datasets import dataset_model
from aidtracker.pages.tables import Item

COUNTED = (
    "headquarters",
    "pairings",
    "programs",
    "projects",
    "investments",
    "enterprises",
    "sites",
    "outlets",
    "regions",
    "activities",
    "agreements",
    "awards",
    "policies",
    "officials",
    "batches",
    "categories",
    "metrics",
    "series",
    "observations",
    "sources",
)
SEARCHED = (
    "headquarters",
    "programs",
    "projects",
    "investments",
    "enterprises",
    "sites",
    "outlets",
    "regions",
    "activities",
    "agreements",
    "awards",
    "policies",
    "metrics",
    "series",
    "sources",
)
SHOWN_PER_GROUP = 8


@dataclass(frozen=True)
class RecordCount:
    """How many public rows a dataset has, and the list of them."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Group:
    """What a search found among one kind of records."""

    label: str
    count: int
    items: list[Item]
    more_url: str


def list_url(model):
    return reverse(f"{model._meta.model_name}-list")


def record_counts():
    """A `RecordCount` for each kind of record."""
    queries = [
        dataset_model(name)
        .objects.published()
        .order_by()
        .annotate(dataset=Value(name))
        .values("dataset")
        .annotate(total=Count("pk"))
        .values_list("dataset", "total")
        for name in COUNTED
    ]
    totals = dict(queries[0].union(*queries[1:], all=True))
    models = [(name, dataset_model(name)) for name in COUNTED]
    return [
        RecordCount(model._meta.verbose_name, totals.get(name, 0), list_url(model))
        for name, model in models
    ]


def search_everything(words):
    """The first rows of each kind of record that match `words`, in groups; [] for no words."""
    if not words.split():
        return []
    queries = [matches(name, words) for name in SEARCHED]
    found: dict[str, list[tuple]] = {}
    for dataset, name, slug, total in queries[0].union(*queries[1:], all=True):
        found.setdefault(dataset, []).append((name, slug, total))
    return [group(name, sorted(found[name]), words) for name in SEARCHED if name in found]


def matches(dataset, words):
    """The first matches in one dataset as (dataset, name, slug, number of all matches)."""
    model = dataset_model(dataset)
    name, slug = ("title", "code") if dataset == "sources" else ("name", "slug")
    return (
        model.objects.published()
        .search(words)
        .annotate(
            dataset=Value(dataset),
            shown_name=F(name),
            shown_slug=F(slug),
            position=Window(RowNumber(), order_by=F(slug).asc()),
            total=Window(Count("pk")),
        )
        .filter(position__lte=SHOWN_PER_GROUP)
        .order_by()
        .values_list("dataset", "shown_name", "shown_slug", "total")
    )


def group(dataset, rows, words):
    model = dataset_model(dataset)
    detail = f"{model._meta.model_name}-detail"
    items = [Item(name, reverse(detail, args=[slug])) for name, slug, _ in rows]
    more = f"{list_url(model)}?{urlencode({'q': words})}"
    return Group(model._meta.verbose_name, rows[0][2], items, more)
