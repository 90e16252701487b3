"""Addresses of what was done and measured, and of a document with its figures."""

from django.urls import path

from projects import source_pages

urlpatterns = [
    path("sources/<slug:code>/", source_pages.source_detail, name="source-detail"),
]
