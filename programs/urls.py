"""Addresses of places, headquarters, programmes and documents.

A document's own page shows its figures and therefore stands in the app above.
"""

from django.urls import path

from programs.views import headquarters as views
from programs.views import lists
from programs.views import places as region_views

urlpatterns = [
    path("headquarters/", lists.HeadquartersList.as_view(), name="headquarters-list"),
    path("headquarters/<slug:slug>/", views.headquarters_detail, name="headquarters-detail"),
    path("programs/", lists.ProgramList.as_view(), name="program-list"),
    path("programs/<slug:slug>/", views.program_detail, name="program-detail"),
    path("regions/", lists.RegionList.as_view(), name="region-list"),
    path("regions/<slug:slug>/", region_views.region_detail, name="region-detail"),
    path("pairings/", lists.PairingList.as_view(), name="pairing-list"),
    path("batches/", lists.BatchList.as_view(), name="batch-list"),
    path("officials/", lists.OfficialList.as_view(), name="official-list"),
    path("categories/", lists.CategoryList.as_view(), name="category-list"),
    path("policies/", lists.PolicyList.as_view(), name="policy-list"),
    path("policies/<slug:slug>/", views.policy_detail, name="policy-detail"),
    path("sources/", lists.SourceList.as_view(), name="source-list"),
]
