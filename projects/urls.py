"""Addresses of what was done and measured, and of a document with its figures."""

from django.urls import path

from aidtracker.pages.routes import page_routes
from projects.views import corrections, home, restatements, site

urlpatterns = [
    path("", home.home, name="home"),
    path("method/", site.method, name="method"),
    path("corrections/meaning/", restatements.RestatementList.as_view(), name="restatement-list"),
    path("corrections/", corrections.CorrectionList.as_view(), name="correction-list"),
    *page_routes("projects.views"),
]
