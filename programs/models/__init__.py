"""Who aids whom, under which programmes, and which documents say so."""

from aidtracker.ground.modules import load_modules
from programs.models.accounts import Account
from programs.models.headquarters import Batch, Headquarters, Official
from programs.models.places import Pairing, Region
from programs.models.programs import Category, Policy, Program
from programs.models.sources import Source

# What has no short way from here is a model all the same.
load_modules(__name__)

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
