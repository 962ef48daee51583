"""Addresses of the mobile pages."""

from django.urls import path

from mobile import views

app_name = "mobile"
urlpatterns = [
    path("mobile/", views.overview, name="list"),
    path("mobile/csv/", views.csv, name="csv"),
    path("mobile/limits/", views.limits, name="limits"),
    path("mobile/<int:pk>/", views.subscription, name="subscription"),
    path("mobile/<int:pk>/block/", views.block, name="block"),
    path("mobile/<int:pk>/unblock/", views.unblock, name="unblock"),
    path("mobile/<int:pk>/puk/", views.puk, name="puk"),
]
