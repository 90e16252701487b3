"""Addresses of what was done and measured, and of a document with its figures."""

from django.urls import path

from aidtracker.pages.cards import CARD
from aidtracker.pages.charts import CHART, PICTURE
from aidtracker.pages.data_files import CHARTS, LISTS
from aidtracker.pages.routes import files_behind, page_routes
from projects.views import (
    attachments,
    briefings,
    compare,
    corrections,
    english,
    exchange,
    feeds,
    home,
    matter_counts,
    matters,
    screens,
    site,
    timeline,
)

DRAWN = (CHART, PICTURE, *CHARTS)

urlpatterns = [
    path("", home.home, name="home"),
    path("method/", site.method, name="method"),
    path("compare/", compare.ComparePage.as_view(), name="compare"),
    *files_behind("compare/", compare.ComparePage, "compare", DRAWN),
    path("timeline/", timeline.TimelinePage.as_view(), name="timeline"),
    *files_behind("timeline/", timeline.TimelinePage, "timeline", DRAWN),
    path("corrections/", corrections.CorrectionList.as_view(), name="correction-list"),
    *files_behind("corrections/", corrections.CorrectionList, "correction-list", [CARD, *LISTS]),
    path("report/", matters.ReportPage.as_view(), name="report-error"),
    path("report/answer/", matters.look_up, name="report-lookup"),
    path("report/<str:number>/", matters.answer, name="report-answer"),
    path("matters/", matter_counts.matter_counts, name="matters"),
    path("briefings/", briefings.briefing_list, name="briefings"),
    path("briefings/<int:briefing>/", briefings.latest, name="briefing-latest"),
    path("briefings/<int:briefing>/<int:number>/", briefings.edition, name="briefing"),
    path(
        "briefings/<int:briefing>/<int:number>/<str:extension>",
        briefings.file,
        name="briefing-file",
    ),
    path("screen/<slug:slug>/", screens.screen, name="screen"),
    path("files/<uuid:key>/<str:variant>", attachments.attachment, name="attachment"),
    path("iati/activities.xml", exchange.iati_activities, name="iati-activities"),
    path("iati/organisations.xml", exchange.iati_organisations, name="iati-organisations"),
    path("sdmx/figures.csv", exchange.sdmx_figures, name="sdmx-figures"),
    path("sdmx/structure.json", exchange.sdmx_definition, name="sdmx-structure"),
    path("feed/", feeds.Figures(), name="feed"),
    path("feed/feed.json", feeds.JSONFigures(), name="feed-json"),
    path("feed/<slug:place>/<slug:slug>/", feeds.FiguresOf(), name="feed-of"),
    path("feed/<slug:place>/<slug:slug>/feed.json", feeds.JSONFiguresOf(), name="feed-of-json"),
    path("en/", english.english, name="english"),
    *page_routes("projects.views"),
]
