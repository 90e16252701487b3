"""Sums that explain themselves, and the rules that stand against adding."""
