"""The admin of who aids whom, under what, and of the documents; one module for each noun."""

from aidtracker.ground.modules import load_modules

load_modules(__name__)
