"""The least that Django can be asked: one view, no middleware. Served by granian beside the portal."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path


def _ok(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain", headers={"Content-Length": "3"})


urlpatterns = [path("trivial", _ok)]

if os.environ.get("BENCH_TRIVIAL"):
    settings.configure(ROOT_URLCONF=__name__, MIDDLEWARE=[], ALLOWED_HOSTS=["*"], SECRET_KEY="-" * 50)
    application = get_wsgi_application()
