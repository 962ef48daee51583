"""Every address of the portal. Each app's urls hold its full paths; the API's routes come from each app's api."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from portal import health
from portal.web import api, faults, home, styleguide

handler500 = faults.server_error

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("brand.css", home.brand_css, name="brand_css"),
    path("language/", home.set_language, name="set_language"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("accounts/", include("accounts.allauth_urls")),
    path("", include("accounts.urls")),
    path("", include("telephony.urls")),
    path("", include("pbx.urls")),
    path("", include("cdr.urls")),
    path("", include("mobile.urls")),
    path("", include("invoices.urls")),
    path("api/v1/", include(api.router.urls)),
    path("api/schema/", api.Schema.as_view(), name="api_schema"),
    path("api/docs/", api.Docs.as_view(), name="api_docs"),
]

if settings.DEMO or settings.DEBUG:
    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))
