"""Addresses of what was done and measured, and of a document with its figures."""

from django.urls import path

from projects.views import (
    activities,
    enterprises,
    figure_lists,
    ledgers,
    lists,
    metrics,
    observations,
    series,
    sites,
)
from projects.views import corrections as correction_list
from projects.views import findings as finding_pages
from projects.views import sources as source_pages

urlpatterns = [
    path("sources/<slug:code>/", source_pages.source_detail, name="source-detail"),
    path("projects/", lists.ProjectList.as_view(), name="project-list"),
    path("projects/<slug:slug>/", ledgers.project_detail, name="project-detail"),
    path("investments/", lists.InvestmentList.as_view(), name="investment-list"),
    path("investments/<slug:slug>/", ledgers.investment_detail, name="investment-detail"),
    path("enterprises/", lists.EnterpriseList.as_view(), name="enterprise-list"),
    path("enterprises/<slug:slug>/", enterprises.enterprise_detail, name="enterprise-detail"),
    path("sites/", lists.SiteList.as_view(), name="site-list"),
    path("sites/<slug:slug>/", sites.site_detail, name="site-detail"),
    path("outlets/", lists.OutletList.as_view(), name="outlet-list"),
    path("outlets/<slug:slug>/", enterprises.outlet_detail, name="outlet-detail"),
    path("activities/", lists.ActivityList.as_view(), name="activity-list"),
    path("activities/<slug:slug>/", activities.activity_detail, name="activity-detail"),
    path("agreements/", lists.AgreementList.as_view(), name="agreement-list"),
    path("agreements/<slug:slug>/", activities.agreement_detail, name="agreement-detail"),
    path("awards/", lists.AwardList.as_view(), name="award-list"),
    path("awards/<slug:slug>/", activities.award_detail, name="award-detail"),
    path("metrics/", figure_lists.MetricList.as_view(), name="metric-list"),
    path("metrics/<slug:slug>/", metrics.metric_detail, name="metric-detail"),
    path("series/", figure_lists.SeriesList.as_view(), name="series-list"),
    path("series/<slug:slug>/", series.series_detail, name="series-detail"),
    path("corrections/", correction_list.CorrectionList.as_view(), name="correction-list"),
    path("findings/", finding_pages.FindingList.as_view(), name="finding-list"),
    path("findings/<str:slug>/", finding_pages.finding_detail, name="finding-detail"),
    path("observations/", figure_lists.ObservationList.as_view(), name="observation-list"),
    path(
        "observations/<slug:code>/<int:number>/",
        observations.observation_detail,
        name="observation-detail",
    ),
]
