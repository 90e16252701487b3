"""Printed figures read: numerals, hedges, units, bounds, and the numeric phrases of a text."""
