"""The admin of what was done and how much; one module for each noun, as in the models."""

from aidtracker.ground.modules import load_modules

load_modules(__name__)
