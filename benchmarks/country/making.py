"""The synthetic country put into a database, in one transaction."""

from collections.abc import Callable, Iterator

from django.core.management import call_command
from django.db import transaction
from django.db.models import Model

from aidtracker.ground.batches import BATCH, in_batches
from aidtracker.ground.changes import after_load
from aidtracker.ground.datasets import record_models
from aidtracker.trail.history import CHANGED, keep_states
from benchmarks.country.chance import Chance
from benchmarks.country.figures import (
    FIGURE_FIELDS,
    SKIPPED_FIELDS,
    SOURCE_FIELDS,
    Documents,
    computed,
)
from benchmarks.country.filling import Filling
from benchmarks.country.ledgers import Ledgers
from benchmarks.country.places import Places
from benchmarks.country.series import Measured
from benchmarks.country.sizes import Sizes
from benchmarks.loading import (
    Table,
    go_on_counting,
    indexes_put_aside,
    keep_first_states,
    load_links,
    say_links,
)
from programs.models import Source
from projects.models import Observation, SkippedPhrase
from projects.models.observations import COMPUTED

Report = Callable[[str], None]
PORTION = 50_000


class NotEmptyError(Exception):
    """The database holds other data; the message says which."""


class Country:
    """The country of a seed, with so many figures."""

    def __init__(self, observations: int, seed: int, report: Report = lambda words: None) -> None:
        self.sizes, self.report = Sizes(observations), report
        chance = Chance(seed)
        self.places = Places(self.sizes)
        self.ledgers = Ledgers(self.sizes, self.places, chance)
        self.measured = Measured(self.sizes, self.places, chance)
        self.documents = Documents(self.sizes, self.places, self.measured, chance)
        self.filled: list[type[Model]] = []

    @transaction.atomic
    def make(self) -> None:
        """Fill the empty database."""
        refuse_other_data()
        call_command("loaddata", "warning_rules", verbosity=0)  # which checks all that is there
        linked: list[tuple[Filling, int]] = []
        with indexes_put_aside():
            for filling in self.fillings():
                many = self.fill(filling)
                linked += [(filling, many)] if filling.links else []
            self.fill_documents()
            self.report("历史")
            for model in self.filled:
                keep_first_states(model)
            self.report("索引和外键")
        go_on_counting(self.filled)
        for filling, many in linked:
            say_links(filling.model, said(filling, many))
        self.report("更正过的数字")
        keep_corrections()

    def check(self) -> None:
        """Let everything follow that the program computes from the rows, as after an import."""
        self.report("核对")
        after_load()

    def fillings(self) -> Iterator[Filling]:
        """All tables but those of the documents, each after those it names."""
        yield from self.places.fillings()
        yield from self.ledgers.fillings()
        yield from self.measured.fillings()

    def fill(self, filling: Filling) -> int:
        """Store the rows of a table and their links; returns how many rows there are."""
        table = Table(filling.model, *filling.given)
        table.load(filling.rows)
        for name, links in filling.links.items():
            pairs = (
                (number, other) for number in range(1, table.many + 1) for other, _ in links(number)
            )
            load_links(filling.model, name, pairs)
        self.filled.append(filling.model)
        self.report(f"{filling.model._meta.verbose_name}：{table.many}")
        return table.many

    def fill_documents(self) -> None:
        """Store documents and figures by portions: the texts do not fit into memory."""
        tables = (
            Table(Source, *SOURCE_FIELDS),
            Table(Observation, *FIGURE_FIELDS),
            Table(SkippedPhrase, *SKIPPED_FIELDS),
        )
        waiting: tuple[list[tuple], ...] = ([], [], [])
        for source, figures, skipped in self.documents:
            for rows, more in zip(waiting, ([source], figures, skipped), strict=True):
                rows += more
            if len(waiting[1]) >= PORTION:
                self.store(tables, waiting)
        self.store(tables, waiting)
        self.filled += [table.model for table in tables]

    def store(self, tables: tuple[Table, ...], waiting: tuple[list[tuple], ...]) -> None:
        for table, rows in zip(tables, waiting, strict=True):
            table.load(rows)
            rows.clear()
        self.report(f"观测值：{tables[1].many}／{self.sizes.observations}")


def refuse_other_data() -> None:
    """Raises NotEmptyError if the database holds any row of the record."""
    for model in record_models():
        if model._base_manager.exists():
            raise NotEmptyError(
                f"数据库里已有{model._meta.verbose_name}；合成数据只写入空的数据库，以免与真实记录"
                "混在一起。请用 DATABASE_URL 另指一个数据库，先运行 manage.py migrate。"
            )


def said(filling: Filling, many: int) -> Iterator[tuple[int, dict[str, list[str]]]]:
    """What the states of rows say of their links: (number, {field: keys})."""
    for number in range(1, many + 1):
        named = {name: [key for _, key in links(number)] for name, links in filling.links.items()}
        if any(named.values()):
            yield number, {name: keys for name, keys in named.items() if keys}


def keep_corrections() -> None:
    """Let the figures that were corrected have been recorded wrongly first."""
    history = Observation.history.model
    corrected = Observation.objects.filter(version=2).order_by("pk")
    for keys in in_batches(list(corrected.values_list("pk", flat=True))):
        states = list(history.objects.filter(id__in=keys).order_by("id"))
        for state in states:
            state.version, state.correction_reason = 1, ""
            state.printed = f"约{state.printed}"
            for name, value in zip(COMPUTED, computed(state.printed), strict=True):
                setattr(state, name, value)
        changed = ("version", "correction_reason", "printed", *COMPUTED)
        history.objects.bulk_update(states, changed, BATCH)
        keep_states(corrected.filter(pk__in=keys), CHANGED)
