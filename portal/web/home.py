"""The front door: where a user lands, the stylesheet of the brand, and the switch of language."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from accounts import services
from accounts.access import Capability
from accounts.models import User
from accounts.web import presence
from portal.lib.colour import brand_css as stylesheet
from portal.web.context import navigation, shown_brand


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Send each kind of user to what they came for: calls, or the first page they may see."""
    here = presence(request)
    if here.customer is None:
        if here.actor.can(Capability.OPERATE):
            return HttpResponseRedirect(reverse("accounts:operate"))
        if here.is_partner:
            return HttpResponseRedirect(reverse("accounts:partner"))
    groups = navigation(request)
    first = next((item.url for group in groups for item in group), reverse("accounts:account"))
    return HttpResponseRedirect(first)


@require_GET
def brand_css(request: HttpRequest) -> HttpResponse:
    """The colours of the brand this visitor sees, as custom properties: a page may hold no inline style."""
    css = stylesheet(shown_brand(request).colour)
    response = HttpResponse(css, content_type="text/css; charset=utf-8")
    # The address carries the colour, so a changed brand is another address.
    response["Cache-Control"] = "private, max-age=86400"
    return response


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Switch between Dutch and English: kept with the user, or in a cookie before log-in."""
    language = request.POST.get("language", "")
    if language not in dict(settings.LANGUAGES):
        raise Http404
    after = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(after, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(after if safe else "/")
    if isinstance(request.user, User):
        services.change_language(user=request.user, language=language)
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=31_536_000,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
        httponly=True,
    )
    return response
