"""Texts written from published figures: which figures, in which words, set as pages and Word."""
