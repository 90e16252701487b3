"""The record in the formats of others: where figures come from, for programs; IATI; SDMX."""
