"""Addresses of what was done and measured, and of a document with its figures."""

from django.urls import path

from aidtracker.pages.routes import page_routes
from projects.views import compare, corrections, english, feeds, home, matters, site, timeline

urlpatterns = [
    path("", home.home, name="home"),
    path("method/", site.method, name="method"),
    path("compare/", compare.ComparePage.as_view(), name="compare"),
    path("compare/chart.svg", compare.ComparePage.as_view(is_file=True), name="compare-chart"),
    path("timeline/", timeline.TimelinePage.as_view(), name="timeline"),
    path("timeline/chart.svg", timeline.TimelinePage.as_view(is_file=True), name="timeline-chart"),
    path("corrections/", corrections.CorrectionList.as_view(), name="correction-list"),
    path("report/", matters.ReportPage.as_view(), name="report-error"),
    path("report/answer/", matters.look_up, name="report-lookup"),
    path("report/<str:number>/", matters.answer, name="report-answer"),
    path("feed/", feeds.Figures(), name="feed"),
    path("feed/<slug:place>/<slug:slug>/", feeds.FiguresOf(), name="feed-of"),
    path("en/", english.english, name="english"),
    *page_routes("projects.views"),
]
