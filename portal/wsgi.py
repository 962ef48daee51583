"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
_django = get_wsgi_application()

from portal.web.phones import phones_first  # noqa: E402 - needs what get_wsgi_application sets up

application = phones_first(_django)
