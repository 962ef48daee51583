"""Pages about people and places: colleagues, own details, the log book, a partner's overview and the operators' pages."""

from django.urls import URLPattern

app_name = "accounts"
urlpatterns: list[URLPattern] = []
