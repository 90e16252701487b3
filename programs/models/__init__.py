"""Who aids whom, under which programmes, and which documents say so."""

from programs.models.accounts import Account
from programs.models.headquarters import Batch, Headquarters, Official
from programs.models.places import Pairing, Region
from programs.models.programs import Category, Policy, Program
from programs.models.sources import Source

__all__ = [
    "Account",
    "Batch",
    "Category",
    "Headquarters",
    "Official",
    "Pairing",
    "Policy",
    "Program",
    "Region",
    "Source",
]
