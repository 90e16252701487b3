"""Ledgers: rows with amounts in 万元 that pages add up and explain."""

from django.db.models import Count, OuterRef, Subquery, Sum

from aidtracker.ground.records import RecordQuerySet
from projects.amounts.ledger_sums import explained_by_headquarters
from projects.amounts.money_ladder import ladder_of


class LedgerQuerySet(RecordQuerySet):
    def for_fixtures(self):
        return self.published()

    def sums_by_headquarters(self, names):
        """Annotations for headquarters: of public rows each amount's sum, and how many know it."""
        rows = self.model._default_manager.published().filter(headquarters=OuterRef("pk"))
        own = rows.order_by().values("headquarters")
        prefix = self.model._meta.model_name
        found = {f"{prefix}_count": Subquery(own.annotate(n=Count("pk")).values("n"))}
        for name in names:
            sums = own.annotate(s=Sum(name), n=Count(name))
            found[f"{prefix}_{name}_sum"] = Subquery(sums.values("s"))
            found[f"{prefix}_{name}_known"] = Subquery(sums.values("n"))
        return found

    def ladder(self):
        """The steps of the money of these projects, from 总投资 to 结余, each explained."""
        return ladder_of(self)

    def explained_by_headquarters(self, several, names):
        """(label, explanation) of each amount over headquarters with `sums_by_headquarters`."""
        return [explained_by_headquarters(self.model, several, name) for name in names]
