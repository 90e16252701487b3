"""The addresses of the site: home, search, method, the admin, and the pages of both apps."""

from django.contrib import admin
from django.urls import include, path

from aidtracker.accounts import sessions
from aidtracker.desk.scope import view_on_site
from aidtracker.pages import views
from projects.admin.desk import choice as desk_choice
from projects.admin.desk import desk
from projects.admin.grid import grid
from projects.admin.monthly_totals import monthly_totals

# Pages of the admin that belong to no single list.
admin_pages, admin_app, admin_name = admin.site.urls
own_admin_pages = [
    path("projects/grid/", admin.site.admin_view(grid), name="projects_grid"),
    path(
        "projects/monthly-totals/",
        admin.site.admin_view(monthly_totals),
        name="projects_monthly_totals",
    ),
    path("projects/desk/", admin.site.admin_view(desk_choice), name="projects_desks"),
    path("projects/desk/<slug:slug>/", admin.site.admin_view(desk), name="projects_desk"),
]

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("method/", views.method, name="method"),
    path("robots.txt", views.robots, name="robots"),
    # In front of the admin's own way, which would tell the address of any row.
    path("admin/r/<path:content_type_id>/<path:object_id>/", admin.site.admin_view(view_on_site)),
    # Answers 403 instead of leading a script to the log-in page.
    path("admin/alive/", sessions.alive, name="alive"),
    path("admin/", ([*own_admin_pages, *admin_pages], admin_app, admin_name)),
    path("", include("programs.urls")),
    path("", include("projects.urls")),
]

handler400 = "aidtracker.pages.views.bad_request"
handler403 = "aidtracker.pages.views.permission_denied"
handler404 = "aidtracker.pages.views.page_not_found"
handler500 = "aidtracker.pages.views.server_error"
