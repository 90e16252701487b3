"""The addresses of the site: home, search, method, the admin, and the pages of both apps."""

from django.contrib import admin
from django.urls import include, path

from aidtracker import views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", views.search, name="search"),
    path("method/", views.method, name="method"),
    path("robots.txt", views.robots, name="robots"),
    path("admin/", admin.site.urls),
    path("", include("programs.urls")),
    path("", include("projects.urls")),
]

handler400 = "aidtracker.views.bad_request"
handler403 = "aidtracker.views.permission_denied"
handler404 = "aidtracker.views.page_not_found"
handler500 = "aidtracker.views.server_error"
