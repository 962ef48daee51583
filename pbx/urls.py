"""Addresses of the exchange."""

from django.urls import URLPattern

app_name = "pbx"
urlpatterns: list[URLPattern] = []
