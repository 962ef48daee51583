"""Where one is: choosing a customer, entering and leaving its rooms, and a partner's overview of its customers."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import is_valid_path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts import selectors, services
from accounts.access import Actor
from accounts.filters import CustomerFilter
from accounts.models import Customer
from accounts.views.pages import page_of
from accounts.web import SESSION_KEY, partner_view, presence, saved, signed_in_view
from portal.lib import formats
from portal.lib.ui import Figure

ORDERS = {
    "name": ("name",),
    "-name": ("-name",),
    "city": ("city",),
    "-city": ("-city",),
    "users": ("users",),
    "-users": ("-users",),
}


@require_GET
@signed_in_view
def choose_customer(request: HttpRequest) -> HttpResponse:
    """Every customer whose rooms this user may enter."""
    here = presence(request)
    found = CustomerFilter(request.GET, selectors.customers_of(here.memberships))
    page = page_of(found.qs, request.GET)
    context = {"filter": found, "page": page, "here": here.customer, "partner": here.is_partner}
    return render(request, "accounts/customers.html", context)


@require_POST
@signed_in_view
def enter_customer(request: HttpRequest, reference: str) -> HttpResponse:
    """Go into a customer's rooms. The session only remembers the wish; each request checks it against the memberships."""
    _enter(request, get_object_or_404(selectors.customers_of(presence(request).memberships), reference=reference))
    return HttpResponseRedirect(reverse("home"))


def _enter(request: HttpRequest, customer: Customer) -> None:
    here = presence(request)
    request.session[SESSION_KEY] = customer.pk
    if not any(found.customer_id == customer.pk for found in here.memberships):
        actor = Actor(user=here.actor.user, customer=customer, roles=here.actor.roles, door=here.actor.door)
        services.enter_customer(actor=actor, customer=customer)


@require_safe
@signed_in_view
def rooms(request: HttpRequest, reference: str, page: str = "") -> HttpResponse:
    """A link from a mail: into the rooms of the customer that it is about, and on to the page.

    Going in by a link is safe: the memberships decide, the page says whose rooms these are, and a form that was made
    elsewhere is refused.
    """
    here = presence(request)
    customer = get_object_or_404(selectors.customers_of(here.memberships), reference=reference)
    if not _is_page(f"/{page}"):
        raise Http404
    if here.customer != customer:
        _enter(request, customer)
    query = request.META.get("QUERY_STRING", "")
    return HttpResponseRedirect(f"/{page}?{query}" if query else f"/{page}")


def _is_page(path: str) -> bool:
    """Whether an address is one of the portal's, and no other host's."""
    return bool(is_valid_path(path)) and url_has_allowed_host_and_scheme(path, allowed_hosts=None)


@require_POST
@signed_in_view
def leave_customer(request: HttpRequest) -> HttpResponse:
    """Go out again, to one's own overview."""
    here = presence(request)
    request.session.pop(SESSION_KEY, None)
    if here.customer is not None:
        saved(request, _("You left the rooms of %(name)s.") % {"name": here.customer.name})
    return HttpResponseRedirect(reverse("accounts:partner" if here.is_partner else "accounts:choose_customer"))


@require_GET
@partner_view
def partner(request: HttpRequest) -> HttpResponse:
    """A partner's own customers, and the way into each."""
    here = presence(request)
    partners = [found.partner_id for found in here.memberships if found.partner_id]
    customers = selectors.customers_with_users(Customer.objects.filter(partner__in=partners))
    found = CustomerFilter(request.GET, customers)
    page = page_of(found.qs.order_by(*ORDERS.get(request.GET.get("sort", "name"), ("name",)), "pk"), request.GET)
    counts = selectors.partner_counts(partners)
    language = str(request.LANGUAGE_CODE)
    context = {
        "filter": found,
        "page": page,
        "facts": ngettext("%(count)d customer", "%(count)d customers", counts.customers) % {"count": counts.customers},
        "figures": [
            Figure(_("Customers"), formats.number(counts.customers, language)),
            Figure(_("Users"), formats.number(counts.users, language), note=_("who can log in")),
            Figure(_("Blocked users"), formats.number(counts.blocked, language)),
            Figure(_("Open invitations"), formats.number(counts.invited, language), note=_("not accepted yet")),
        ],
    }
    return render(request, "accounts/partner.html", context)
