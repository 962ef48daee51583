"""Addresses of the pages about calls, and of the operators' pages about feeds and tariffs."""

from django.urls import URLPattern, path

from cdr.exporting.plan import ExportForm
from cdr.views import batches, cost, details, export, operate_signs, rejects, signs, sources, tariffs, totals

app_name = "cdr"
urlpatterns: list[URLPattern] = [
    path("calls/", totals.totals, name="totals"),
    path("calls/details/", details.details, name="details"),
    path("calls/export.csv", export.export, name="export"),
    path("calls/signs/", signs.signs, name="signs"),
    path("calls/signs/<int:pk>/", signs.sign, name="sign"),
    path("calls/signs/<int:pk>/judge/", signs.judge, name="sign_judge"),
    path("calls/cost/", cost.cost, name="cost"),
    path("calls/export.xlsx", export.export, {"form": ExportForm.XLSX}, name="export_workbook"),
    path("calls/<str:place>/", details.call, name="call"),
    path("operate/signs/", operate_signs.signs, name="operate_signs"),
    path("operate/signs/<int:pk>/", operate_signs.sign, name="operate_sign"),
    path("operate/signs/thresholds/", operate_signs.thresholds, name="operate_thresholds"),
    path("operate/sources/", sources.sources, name="operate_sources"),
    path("operate/sources/new/", sources.source_edit, name="operate_source_new"),
    path("operate/sources/<int:pk>/", sources.source_edit, name="operate_source"),
    path("operate/call-cost/", cost.operate_cost, name="operate_cost"),
    path("operate/tariffs/", tariffs.tariffs, name="operate_tariffs"),
    path("operate/tariffs/new/", tariffs.tariff_edit, name="operate_tariff_new"),
    path("operate/tariffs/<int:pk>/", tariffs.tariff_edit, name="operate_tariff"),
    path("operate/tariffs/<int:pk>/version/", tariffs.version_add, name="operate_version_add"),
    path("operate/tariffs/<int:pk>/versions/<int:version>/", tariffs.version, name="operate_version"),
    path("operate/rejects/", rejects.rejects, name="operate_rejects"),
    path("operate/rejects/<int:pk>/<slug:reason>/", rejects.group, name="operate_reject_group"),
    path("operate/rejects/<int:pk>/<slug:reason>/rows.csv", rejects.download, name="operate_reject_download"),
    path("operate/rejects/<int:pk>/<slug:reason>/again/", rejects.again, name="operate_reject_again"),
    path("operate/rejects/<int:pk>/<slug:reason>/dismiss/", rejects.dismiss, name="operate_reject_dismiss"),
    path("operate/batches/", batches.batches, name="operate_batches"),
    path("operate/batches/upload/", batches.upload, name="operate_upload"),
    path("operate/batches/<int:pk>/", batches.batch, name="operate_batch"),
    path("operate/batches/<int:pk>/progress/", batches.progress, name="operate_batch_progress"),
    path("operate/batches/<int:pk>/cancel/", batches.cancel, name="operate_batch_cancel"),
    path("operate/batches/<int:pk>/resume/", batches.resume, name="operate_batch_resume"),
]
