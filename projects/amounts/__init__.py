"""Amounts of ledgers added up and explained: functions of querysets that models may ask."""
