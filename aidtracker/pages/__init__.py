"""The public pages' parts: lists, details, sections, tables, search, and pages for errors."""
