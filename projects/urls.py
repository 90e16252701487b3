"""Addresses of what was done and measured, and of a document with its figures."""

from django.urls import path

from projects.views import (
    activities,
    corrections,
    enterprises,
    figure_lists,
    findings,
    ledgers,
    lists,
    metrics,
    observations,
    series,
    site,
    sites,
    sources,
)

urlpatterns = [
    path("", site.home, name="home"),
    path("method/", site.method, name="method"),
    path("sources/<slug:code>/", sources.SourcePage.as_view(), name="source-detail"),
    path("projects/", lists.ProjectList.as_view(), name="project-list"),
    path("projects/<slug:slug>/", ledgers.ProjectPage.as_view(), name="project-detail"),
    path("investments/", lists.InvestmentList.as_view(), name="investment-list"),
    path("investments/<slug:slug>/", ledgers.InvestmentPage.as_view(), name="investment-detail"),
    path("enterprises/", lists.EnterpriseList.as_view(), name="enterprise-list"),
    path(
        "enterprises/<slug:slug>/", enterprises.EnterprisePage.as_view(), name="enterprise-detail"
    ),
    path("sites/", lists.SiteList.as_view(), name="site-list"),
    path("sites/<slug:slug>/", sites.SitePage.as_view(), name="site-detail"),
    path("outlets/", lists.OutletList.as_view(), name="outlet-list"),
    path("outlets/<slug:slug>/", enterprises.OutletPage.as_view(), name="outlet-detail"),
    path("activities/", lists.ActivityList.as_view(), name="activity-list"),
    path("activities/<slug:slug>/", activities.ActivityPage.as_view(), name="activity-detail"),
    path("agreements/", lists.AgreementList.as_view(), name="agreement-list"),
    path("agreements/<slug:slug>/", activities.AgreementPage.as_view(), name="agreement-detail"),
    path("awards/", lists.AwardList.as_view(), name="award-list"),
    path("awards/<slug:slug>/", activities.AwardPage.as_view(), name="award-detail"),
    path("metrics/", figure_lists.MetricList.as_view(), name="metric-list"),
    path("metrics/<slug:slug>/", metrics.MetricPage.as_view(), name="metric-detail"),
    path("series/", figure_lists.SeriesList.as_view(), name="series-list"),
    path("series/<slug:slug>/", series.SeriesPage.as_view(), name="series-detail"),
    path("corrections/", corrections.CorrectionList.as_view(), name="correction-list"),
    path("findings/", findings.FindingList.as_view(), name="finding-list"),
    path("findings/<str:slug>/", findings.FindingPage.as_view(), name="finding-detail"),
    path("observations/", figure_lists.ObservationList.as_view(), name="observation-list"),
    path(
        "observations/<slug:code>/<int:number>/",
        observations.ObservationPage.as_view(),
        name="observation-detail",
    ),
]
