"""What stands in what: regions in regions, sites in sites or regions, firms in sites; read by key.

Only what is asked for is read, and all that it stands in: a record of any size has few levels.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from django.db.models import QuerySet

from aidtracker.ground.batches import in_batches
from programs.models import Region
from projects.checks.evidence import Thing
from projects.models.investments import Investment
from projects.models.sites import Site

ESTABLISHED = (Investment.Status.STARTED, Investment.Status.PRODUCING)


class Places:
    """Things with all that they stand in, each read once.

    `above`: for each thing those it stands in, the nearest first, and whether wholly. `parents`:
    what it stands in directly. `names` and `aliases` are those of regions and sites.
    """

    def __init__(self) -> None:
        self.parents: dict[Thing, Thing] = {}
        self.above: dict[Thing, dict[Thing, bool]] = {}
        self.names: dict[Thing, str] = {}
        self.aliases: dict[Thing, frozenset[str]] = {}
        self.sites_of_firms: dict[int, set[Thing]] = {}
        self.read: set[Thing] = set()

    def climb(self, things: Iterable[Thing]) -> None:
        """Read what things stand in, level by level."""
        new: set[Thing] = set()
        waiting = set(things) - self.read
        while waiting:
            new |= waiting
            reached: set[Thing] = set()
            for kind, read in READERS.items():
                for keys in in_batches(sorted(pk for one, pk in waiting if one == kind)):
                    reached.update(read(self, keys))
            self.read |= waiting
            waiting = reached - self.read
        for thing in new:
            self.note_above(thing)

    def note_above(self, thing: Thing) -> None:
        kind, pk = thing
        if kind == "enterprise" and pk in self.sites_of_firms:
            self.above[thing] = self.sites_around(self.sites_of_firms[pk])
        elif thing in self.parents:
            self.above[thing] = dict.fromkeys(climb(thing, self.parents), True)

    def sites_around(self, sites: set[Thing]) -> dict[Thing, bool]:
        """The sites that a firm stands in, and whether all its sites lie in them."""
        reached = [
            {site, *(up for up in climb(site, self.parents) if up[0] == "site")} for site in sites
        ]
        union = set().union(*reached)
        return {site: all(site in places for places in reached) for site in sorted(union)}

    # What is read of each kind; they yield what the things stand in directly

    def read_regions(self, keys: Collection[int]) -> Iterator[Thing]:
        rows = Region.objects.filter(pk__among=keys).order_by()
        for pk, parent, name, aliases in rows.values_list("pk", "parent_id", "name", "aliases"):
            self.names["region", pk] = name
            if aliases:
                self.aliases["region", pk] = frozenset(aliases)
            if parent:
                yield self.put("region", pk, ("region", parent))

    def read_sites(self, keys: Collection[int]) -> Iterator[Thing]:
        rows = Site.objects.filter(pk__among=keys).order_by()
        for pk, parent, region, name in rows.values_list("pk", "parent_id", "region_id", "name"):
            self.names["site", pk] = name
            if parent or region:
                yield self.put("site", pk, ("site", parent) if parent else ("region", region))

    def read_investments(self, keys: Collection[int]) -> Iterator[Thing]:
        rows = Investment.objects.published().filter(pk__among=keys).exclude(site=None).order_by()
        for pk, site in rows.values_list("pk", "site_id"):
            yield self.put("investment", pk, ("site", site))

    def read_firms(self, keys: Collection[int]) -> Iterator[Thing]:
        """Known from investments that have begun (else from any), or from factories operated."""
        begun: dict[int, set[Thing]] = defaultdict(set)
        others: dict[int, set[Thing]] = defaultdict(set)
        rows = Investment.objects.published().exclude(site=None)
        for firm, site, status in (
            rows.filter(local_enterprise__among=keys)
            .order_by()
            .values_list("local_enterprise_id", "site_id", "status")
        ):
            (begun if status in ESTABLISHED else others)[firm].add(("site", site))
        factories: dict[int, set[Thing]] = defaultdict(set)
        rows = factories_inside().filter(operator__among=keys).order_by()
        for firm, site in rows.values_list("operator_id", "parent_id"):
            factories[firm].add(("site", site))
        found = factories | others | begun
        self.sites_of_firms |= found
        return iter(set().union(*found.values()))

    def put(self, kind: str, pk: int, parent: Thing) -> Thing:
        self.parents[kind, pk] = parent
        return parent


READERS = {
    "region": Places.read_regions,
    "site": Places.read_sites,
    "investment": Places.read_investments,
    "enterprise": Places.read_firms,
}


def factories_inside() -> QuerySet:
    """The factories that stand in another site and have an operator."""
    return Site.objects.filter(kind=Site.Kind.FACTORY).exclude(operator=None).exclude(parent=None)


def climb(thing: Thing, parents: dict[Thing, Thing]) -> list[Thing]:
    """All that a thing stands in, the nearest first; a circle ends where it closes."""
    found: list[Thing] = []
    while (parent := parents.get(thing)) is not None and parent not in found:
        found.append(thing := parent)
    return found


def below(things: Iterable[Thing]) -> set[Thing]:
    """Things with all that may stand in them, level by level; a few too many do no harm."""
    found: set[Thing] = set()
    waiting = set(things)
    while waiting:
        found |= waiting
        regions = [pk for kind, pk in waiting if kind == "region"]
        sites = [pk for kind, pk in waiting if kind == "site"]
        waiting = {*inside_regions(regions), *inside_sites(sites)} - found
    return found


def inside_regions(regions: Collection[int]) -> Iterator[Thing]:
    for keys in in_batches(sorted(regions)):
        for model, kind, field in (
            (Region, "region", "parent"),
            (Site, "site", "region"),
        ):
            rows = model.objects.filter(**{f"{field}__among": keys}).order_by()
            yield from ((kind, pk) for pk in rows.values_list("pk", flat=True))


def inside_sites(sites: Collection[int]) -> Iterator[Thing]:
    for keys in in_batches(sorted(sites)):
        rows = Site.objects.filter(parent__among=keys).order_by()
        for pk, operator in rows.values_list("pk", "operator_id"):
            yield "site", pk
            if operator:
                yield "enterprise", operator
        rows = Investment.objects.filter(site__among=keys).order_by()
        for pk, firm in rows.values_list("pk", "local_enterprise_id"):
            yield "investment", pk
            if firm:
                yield "enterprise", firm
