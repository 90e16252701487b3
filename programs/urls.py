"""Addresses of places, headquarters, programmes and documents.

A document's own page shows its figures and therefore stands in the app above.
"""

from django.urls import path

from programs.views import details, lists

urlpatterns = [
    path("headquarters/", lists.HeadquartersList.as_view(), name="headquarters-list"),
    path(
        "headquarters/<slug:slug>/", details.HeadquartersPage.as_view(), name="headquarters-detail"
    ),
    path("programs/", lists.ProgramList.as_view(), name="program-list"),
    path("programs/<slug:slug>/", details.ProgramPage.as_view(), name="program-detail"),
    path("regions/", lists.RegionList.as_view(), name="region-list"),
    path("regions/<slug:slug>/", details.RegionPage.as_view(), name="region-detail"),
    path("pairings/", lists.PairingList.as_view(), name="pairing-list"),
    path("batches/", lists.BatchList.as_view(), name="batch-list"),
    path("officials/", lists.OfficialList.as_view(), name="official-list"),
    path("categories/", lists.CategoryList.as_view(), name="category-list"),
    path("policies/", lists.PolicyList.as_view(), name="policy-list"),
    path("policies/<slug:slug>/", details.PolicyPage.as_view(), name="policy-detail"),
    path("sources/", lists.SourceList.as_view(), name="source-list"),
]
