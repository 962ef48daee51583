"""Addresses of the pages about calls, and of the operators' pages about feeds and tariffs."""

from django.urls import URLPattern, path

from cdr.views import details, export, operate, totals

app_name = "cdr"
urlpatterns: list[URLPattern] = [
    path("calls/", totals.totals, name="totals"),
    path("calls/details/", details.details, name="details"),
    path("calls/export.csv", export.export, name="export"),
    path("calls/<str:place>/", details.call, name="call"),
    path("operate/sources/", operate.sources, name="operate_sources"),
    path("operate/sources/new/", operate.source_edit, name="operate_source_new"),
    path("operate/sources/<int:pk>/", operate.source_edit, name="operate_source"),
    path("operate/tariffs/", operate.tariffs, name="operate_tariffs"),
    path("operate/tariffs/new/", operate.tariff_edit, name="operate_tariff_new"),
    path("operate/tariffs/<int:pk>/", operate.tariff_edit, name="operate_tariff"),
    path("operate/tariffs/<int:pk>/version/", operate.version_add, name="operate_version_add"),
    path("operate/tariffs/<int:pk>/versions/<int:version>/", operate.version, name="operate_version"),
    path("operate/batches/", operate.batches, name="operate_batches"),
    path("operate/batches/<int:pk>/", operate.batch, name="operate_batch"),
]
