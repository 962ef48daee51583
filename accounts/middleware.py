"""What every page needs before its view: the brand of the host, the visitor's language, and the second factor where it is due."""

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from accounts import selectors
from accounts.access import Capability
from accounts.models import User
from accounts.web import presence

type Handler = Callable[[HttpRequest], HttpResponse]

# Load balancers and orchestrators ask by address; they need no brand.
HOSTLESS = ("/healthz", "/readyz")


class BrandMiddleware:
    """Sets ``request.brand`` from the host name; a host of no brand is refused, so no page or mail can carry a forged one."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(HOSTLESS) or request.path.startswith("/provision/"):
            return self.get_response(request)
        parts = urlsplit(f"//{request.get_host()}")
        brand = selectors.brand_of_host((parts.hostname or "").lower())
        # Links in mail repeat the host with its port, so outside the demonstration only the usual ports are ours.
        if brand is None or not (settings.DEMO or parts.port in {None, 80, 443}):
            return render(request, "421.html", status=421)
        request.brand = brand  # type: ignore[attr-defined]
        return self.get_response(request)


class LanguageMiddleware:
    """The user's own language, else the cookie's, else what the browser asks for, else Dutch."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = self._language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response

    @staticmethod
    def _language(request: HttpRequest) -> str:
        if request.path.startswith("/provision/"):
            return settings.LANGUAGE_CODE
        if isinstance(request.user, User):
            return request.user.language
        cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        return cookie if cookie in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


class PrivateMiddleware:
    """What a signed-in person sees is kept in no cache: after log-out, Back must not show it on a shared computer."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Cache-Control" not in response.headers and request.user.is_authenticated:
            response["Cache-Control"] = "private, no-store"
        return response


class SecondFactorMiddleware:
    """Sends operators and partners without a second factor to the page where they set one up."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECOND_FACTOR_REQUIRED and not request.path.startswith(
            ("/accounts/", "/static/", "/api/", "/brand.css", *HOSTLESS)
        ):
            actor = presence(request).actor
            wide = actor.can(Capability.OPERATE) or actor.can(Capability.ENTER_CUSTOMERS)
            if wide and actor.user is not None and not selectors.has_second_factor(actor.user):
                return HttpResponseRedirect(reverse("mfa_index"))
        return self.get_response(request)
