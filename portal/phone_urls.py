"""The phone-facing web: desk phones and health checks, nothing else."""

from django.urls import path

from portal import health
from telephony.urls import provisioning_urls

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    *provisioning_urls,
]
