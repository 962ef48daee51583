"""Addresses of lines and devices, and the address that phones ask."""

from django.urls import URLPattern, re_path

from telephony.views import provision

app_name = "telephony"

# Phones ask whatever they like below this address and follow no redirect, so no path of it falls through to a 404 page.
provisioning_urls: list[URLPattern] = [
    re_path(r"^provision(?:/(?P<path>(?s:.*)))?$", provision.provision, name="provision")
]

urlpatterns: list[URLPattern] = [*provisioning_urls]
