"""Addresses of places, headquarters, programmes and of the list of documents.

A document's own page shows its figures and therefore stands in the app above.
"""

from aidtracker.pages.routes import page_routes

urlpatterns = page_routes("programs.views")
