"""The phone-facing web: desk phones and health checks, nothing else."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from portal import health
from portal.web import faults
from telephony.urls import provisioning_urls

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    *provisioning_urls,
]


def _nothing(_request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001 - Django names it
    """A phone reads no pages, and the pages for errors know addresses that are not routed here."""
    return HttpResponse(status=404)


handler400 = handler403 = handler404 = _nothing
handler500 = faults.server_error
