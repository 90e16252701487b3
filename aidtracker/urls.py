"""The addresses of the site: search, the admin, and the pages of both apps."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from aidtracker.accounts import sessions
from aidtracker.accounts.urls import account_pages, open_pages
from aidtracker.api.site import api_routes
from aidtracker.desk.editions import editions
from aidtracker.desk.manual import manual
from aidtracker.desk.notices import notice, notices
from aidtracker.desk.scope import view_on_site
from aidtracker.desk.unsaved import unsaved
from aidtracker.desk.walks import first_day, first_steps
from aidtracker.pages import large, sitemaps, views
from aidtracker.pages.routes import pages_of_datasets
from aidtracker.storage import health
from projects.admin.urls import admin_pages

pages, app, name = admin.site.urls
own_pages = [
    path("status/", admin.site.admin_view(health.status), name="status"),
    path("manual/", admin.site.admin_view(manual), name="manual"),
    path("first-day/", admin.site.admin_view(first_day), name="first_day"),
    path("first-steps/", admin.site.admin_view(first_steps), name="first_steps"),
    path("editions/", admin.site.admin_view(editions), name="editions"),
    path("notices/", admin.site.admin_view(notices), name="notices"),
    path("notices/<int:number>/", admin.site.admin_view(notice), name="notice"),
]

data_pages = [*pages_of_datasets("programs.views"), *pages_of_datasets("projects.views")]

urlpatterns = [
    path("data/", include("aidtracker.opendata.urls")),
    *api_routes(data_pages),
    path("search/", views.search, name="search"),
    path("search/names/", views.suggested_names, name="search-names"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap-index"),
    path("sitemaps/<str:name>/<int:number>.xml", sitemaps.sitemap, name="sitemap"),
    path("sitemap/", sitemaps.page, name="sitemap-page"),
    path("large.css", large.style, name="large-style"),
    path("large/", large.choose, name="large"),
    # In front of the admin's own way, which would tell the address of any row.
    path("admin/r/<path:content_type_id>/<path:object_id>/", admin.site.admin_view(view_on_site)),
    # Answers 403 instead of leading a script to the log-in page.
    path("admin/alive/", sessions.alive, name="alive"),
    path("admin/unsaved/", unsaved, name="unsaved"),
    path(
        "admin/",
        ([*own_pages, *open_pages, *account_pages, *admin_pages, *pages], app, name),
    ),
    path("", include("programs.urls")),
    path("", include("projects.urls")),
]

if settings.METRICS:
    from django_prometheus.exports import ExportToDjangoView

    urlpatterns.insert(0, path("metrics", ExportToDjangoView, name="metrics"))

handler400 = "aidtracker.pages.views.bad_request"
handler403 = "aidtracker.pages.views.permission_denied"
handler404 = "aidtracker.pages.views.page_not_found"
handler500 = "aidtracker.pages.views.server_error"
