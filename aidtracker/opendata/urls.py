"""The addresses of the open data, all under /data/."""

from django.urls import path

from aidtracker.opendata import views

urlpatterns = [
    path("", views.data, name="data"),
    path("datapackage.json", views.datapackage, name="data-package"),
    path("catalog.jsonld", views.dcat, name="data-catalog"),
    path("SHA256SUMS", views.checksums, name="data-checksums"),
    path("editions/", views.editions, name="data-editions"),
    path("editions/<str:number>/", views.one_edition, name="data-edition"),
    path("editions/<str:number>/<str:name>", views.edition_file, name="data-edition-file"),
    path("<slug:name>/", views.dataset, name="data-set"),
    path("<str:name>", views.file, name="data-file"),
]
