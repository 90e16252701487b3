"""What pages compute from several rows: the chains of a site's phases."""

from django.db.models import Q

from projects.models import Site


def phases(site):
    """The phases a site belongs to, earliest first, itself among them; empty if it has only one.

    One query, whatever the length of the chain: all sites that are part of one are few.
    """
    linked = Q(predecessor__isnull=False) | Q(successors__isnull=False)
    sites = Site.objects.filter(linked).select_related("region").distinct().order_by("slug")
    rows = {row.pk: row for row in sites}
    if site.pk not in rows:
        return []
    first = earliest(rows[site.pk], rows)
    return chain_from(first, rows)


def earliest(site, rows):
    """Back along the predecessors; a circle typed in by mistake ends where it closes."""
    seen = set()
    while site.predecessor_id in rows and site.pk not in seen:
        seen.add(site.pk)
        site = rows[site.predecessor_id]
    return site


def chain_from(first, rows):
    """The site and all its later phases, each once."""
    chain, waiting = [], [first]
    while waiting:
        site = waiting.pop(0)
        if site not in chain:
            chain.append(site)
            waiting += [row for row in rows.values() if row.predecessor_id == site.pk]
    return chain
