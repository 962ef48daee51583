"""Addresses of the invoice pages."""

from django.urls import path

from invoices import views

app_name = "invoices"
urlpatterns = [
    path("invoices/", views.archive, name="archive"),
    path("invoices/<int:pk>/", views.invoice, name="invoice"),
    path("invoices/<int:pk>/pdf/", views.pdf, name="pdf"),
]
