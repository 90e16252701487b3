"""The search over everything: the best hit, then groups of one kind, the most relevant first."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.functions import Length
from django.urls import reverse
from django.utils.http import urlencode

from aidtracker.ground.datasets import dataset_model
from aidtracker.ground.inner_queries import First
from aidtracker.ground.search import BETWEEN_NAMES, words_of
from aidtracker.pages.overview import counted, list_url
from aidtracker.pages.standby import read_alias

SHOWN_PER_GROUP = 8
MOST_COUNTED = 1_000
SUGGESTED = 10

# How well a row fits the words as a whole; the search text has the name first, then its other
# forms and names, each on a line.
NAME, OTHER_NAME, NAME_BEGINS, OTHER_BEGINS, WORD, WITHIN, APART = range(7)


@dataclass(frozen=True)
class Hit:
    """One row that a search found: its name, page, kind, and how well it fits (0 is best)."""

    text: str
    url: str
    kind: str
    rank: int


@dataclass(frozen=True)
class Group:
    """What a search found among one kind of records, best first, counted up to a bound."""

    label: str
    count: int
    is_open: bool
    hits: list[Hit]
    more_url: str

    @property
    def best(self) -> Hit:
        return self.hits[0]


# Searches of what is found by more than a name.
_others: list[Callable[[str], Group | None]] = []


def also_search(search: Callable[[str], Group | None]) -> None:
    """Add the results of another search to those by name; called once when the site starts."""
    _others.append(search)


def search_everything(words: str) -> list[Group]:
    """What `words` find, the group with the best hit first; [] for no words."""
    if not words.split():
        return []
    found = [*groups_by_name(words), *filter(None, (search(words) for search in _others))]
    return sorted(found, key=lambda group: (group.best.rank, len(group.best.text)))


def suggestions(words: str) -> list[Hit]:
    """The names to propose while words are typed, best first."""
    groups = groups_by_name(words) if words.split() else []
    placed = [(at, hit) for group in groups for at, hit in enumerate(group.hits)]
    best = sorted(placed, key=lambda one: (one[1].rank, one[0], len(one[1].text)))
    return [hit for _, hit in best[:SUGGESTED]]


def groups_by_name(words: str) -> list[Group]:
    """A group for each kind of record that has a name like `words`: one query."""
    names = [dataset.name for dataset in counted() if dataset.is_searched]
    found: dict[str, list[tuple]] = {}
    for dataset, *row in read_together(matches(name, words) for name in names):
        found.setdefault(dataset, []).append(tuple(row))
    return [group(name, found[name], words) for name in names if name in found]


def read_together(queries: Iterable[QuerySet]) -> list[tuple]:
    """The rows of several queries at once, each with an order and an end of its own.

    Django refuses such parts for SQLite, which takes them within parts.
    """
    parts, parameters = [], []
    connection = connections[read_alias()]
    for query in queries:
        with suppress(EmptyResultSet):
            sql, values = query.query.get_compiler(connection=connection).as_sql()
            parts.append(f"SELECT * FROM ({sql}) AS part")
            parameters += values
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), parameters)
        return cursor.fetchall()


def matches(dataset: str, words: str) -> QuerySet:
    """The best matches in one dataset: (dataset, rank, name, slug, number of all)."""
    model = dataset_model(dataset)
    name, slug = ("title", "code") if dataset == "sources" else ("name", "slug")
    # Of more than are counted, any are shown: putting them in order first would read them all.
    found = First(model.objects.published().search(words).order_by(), MOST_COUNTED + 1)
    return (
        model.objects.filter(pk__inside=found)
        .annotate(
            dataset=Value(dataset),
            rank=rank(" ".join(words_of(words))),
            shown_name=F(name),
            shown_slug=F(slug),
        )
        .annotate(total=Window(Count("pk")))
        .order_by("rank", *alike(model), "shown_slug")
        .values_list("dataset", "rank", "shown_name", "shown_slug", "total")[:SHOWN_PER_GROUP]
    )


def alike(model: type[Any]) -> list[Any]:
    """The order of rows that fit equally well: shorter names first, and of what is ordered by its
    code, as places are, the whole before what lies in it."""
    by_code = tuple(model._meta.ordering)[:1] == ("code",)
    return [Length("code"), F("code").asc()] if by_code else [Length("shown_name")]


def rank(words: str) -> Case:
    """How well a row's search text fits all words together, as a number."""
    text, line = "search_text", BETWEEN_NAMES
    begins = f"{line}{words}"
    fits = (
        (Q(**{text: words}) | Q(**{f"{text}__startswith": f"{words}{line}"}), NAME),
        (holds(text, f"{begins}{line}") | Q(**{f"{text}__endswith": begins}), OTHER_NAME),
        (Q(**{f"{text}__startswith": words}), NAME_BEGINS),
        (holds(text, begins), OTHER_BEGINS),
        (holds(text, f" {words}"), WORD),
        (holds(text, words), WITHIN),
    )
    cases = [When(rule, then=Value(number)) for rule, number in fits]
    return Case(*cases, default=Value(APART), output_field=IntegerField())


def holds(column: str, words: str) -> Q:
    return Q(**{f"{column}__contains": words})


def group(dataset: str, rows: list[tuple], words: str) -> Group:
    model = dataset_model(dataset)
    detail, kind = f"{model._meta.model_name}-detail", str(model._meta.verbose_name)
    hits = [Hit(name, reverse(detail, args=[slug]), kind, rank) for rank, name, slug, _ in rows]
    return make_group(kind, rows[0][-1], hits, more_of(model, words))


def more_of(model: Any, words: str) -> str:
    """The address of the list of all rows of a model that a search finds."""
    return f"{list_url(model)}?{urlencode({'q': words})}"


def make_group(label: str, count: int, hits: list[Hit], more_url: str) -> Group:
    return Group(label, min(count, MOST_COUNTED), count > MOST_COUNTED, hits, more_url)
