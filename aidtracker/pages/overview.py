"""What is recorded, over all kinds of records: counts and a search, each in one query."""

from dataclasses import dataclass

from django.db.models import Count, F, Value, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.http import urlencode

from aidtracker.ground.datasets import Dataset, dataset_model, declared
from aidtracker.ground.tallies import public_totals
from aidtracker.pages.paging import kept
from aidtracker.pages.tables import Item

SHOWN_PER_GROUP = 8
MOST_COUNTED = 1_000


@dataclass(frozen=True)
class RecordCount:
    """How many public rows a dataset has, and the list of them."""

    label: str
    count: int
    url: str


@dataclass(frozen=True)
class Group:
    """What a search found among one kind of records, counted up to a bound."""

    label: str
    count: int
    is_open: bool
    items: list[Item]
    more_url: str


def list_url(model):
    return reverse(f"{model._meta.model_name}-list")


def counted() -> list[Dataset]:
    """The datasets of the home page, in its order."""
    found = [(dataset.home, dataset) for dataset in declared() if dataset.home is not None]
    return [dataset for _, dataset in sorted(found, key=lambda pair: pair[0])]


def count_records() -> dict[str, int]:
    """How many public rows each dataset has: one query."""
    several = {dataset.model: dataset.name for dataset in counted()}
    return {several[model]: many for model, many in public_totals(several).items()}


def record_counts() -> list[RecordCount]:
    """A `RecordCount` for each kind of record."""
    totals = kept("records", count_records)
    return [
        RecordCount(
            dataset.model._meta.verbose_name, totals.get(dataset.name, 0), list_url(dataset.model)
        )
        for dataset in counted()
    ]


def search_everything(words):
    """The first rows of each kind of record that match `words`, in groups; [] for no words."""
    if not words.split():
        return []
    names = [dataset.name for dataset in counted() if dataset.is_searched]
    queries = [matches(name, words) for name in names]
    found: dict[str, list[tuple]] = {}
    for dataset, name, slug, total in queries[0].union(*queries[1:], all=True):
        found.setdefault(dataset, []).append((name, slug, total))
    return [group(name, sorted(found[name]), words) for name in names if name in found]


def matches(dataset, words):
    """The first matches in one dataset as (dataset, name, slug, number of all matches)."""
    model = dataset_model(dataset)
    name, slug = ("title", "code") if dataset == "sources" else ("name", "slug")
    # Of more than are counted, any are shown: putting them in order first would read them all.
    found = model.objects.published().search(words).order_by().values("pk")
    return (
        model.objects.filter(pk__in=found[: MOST_COUNTED + 1])
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
    total = rows[0][2]
    is_open = total > MOST_COUNTED
    return Group(model._meta.verbose_name, min(total, MOST_COUNTED), is_open, items, more)
