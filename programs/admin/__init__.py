"""The admin of who aids whom, under what, and of the documents; one module for each noun."""

from programs.admin import accounts, headquarters, places, programs, sources

__all__ = ["accounts", "headquarters", "places", "programs", "sources"]
