"""Entering figures from a document: its text beside a form, phrase after phrase."""
