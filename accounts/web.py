"""The one helper that loads and authorises for pages: strangers get 404, colleagues without the right 403."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.template.response import SimpleTemplateResponse
from django.utils.functional import Promise
from django_htmx.middleware import HtmxDetails

from accounts import selectors
from accounts.access import Actor, Capability, Door, Role, roles_of
from accounts.models import Brand, Customer, Membership, User
from accounts.tenancy import tenant
from portal.logs import set_customer, set_user

SESSION_KEY = "customer"
GUARD_FIELD = "in_customer"
GUARD_HEADER = "X-In-Customer"


@dataclass(frozen=True, slots=True)
class Presence:
    """In whose rooms a request is, by which membership, and with which roles."""

    memberships: tuple[Membership, ...]
    membership: Membership | None
    customer: Customer | None
    actor: Actor

    @property
    def is_operator(self) -> bool:
        return Role.OPERATOR in self.actor.roles

    @property
    def is_partner(self) -> bool:
        return any(found.partner_id for found in self.memberships)

    @property
    def entered_as_partner(self) -> bool:
        return self.customer is not None and self.membership is not None and self.membership.partner_id is not None


class CustomerRequest(HttpRequest):
    """What a ``customer_view`` receives."""

    user: User
    customer: Customer
    actor: Actor
    membership: Membership
    brand: Brand
    htmx: HtmxDetails


def presence(request: HttpRequest) -> Presence:
    """Who asks and where they are, worked out once a request. The session only proposes a customer; the memberships decide."""
    found = getattr(request, "centrale_presence", None)
    if found is None:
        found = _presence(request)
        request.centrale_presence = found  # type: ignore[attr-defined]
    return cast("Presence", found)


def _presence(request: HttpRequest) -> Presence:
    user = request.user
    if not isinstance(user, User):
        return Presence((), None, None, Actor(user=None, customer=None, roles=frozenset(), door=Door.PAGE))
    memberships = selectors.memberships_of(user)
    chosen = request.session.get(SESSION_KEY)
    membership, customer = selectors.place(memberships, chosen if isinstance(chosen, int) else None)
    roles = roles_of(membership) if membership else frozenset()
    if any(found.operates and not found.is_blocked for found in memberships):
        roles |= {Role.OPERATOR}
    if any(found.partner_id and not found.is_blocked for found in memberships):
        roles |= {Role.PARTNER}
    set_user(user.pk)
    set_customer(customer.reference if customer else "")
    return Presence(memberships, membership, customer, Actor(user=user, customer=customer, roles=roles, door=Door.PAGE))


def customer_view[**P](*needed: Capability) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponseBase]]:
    """Guard a page of the current customer: log-in, customer, rights (any of ``needed``; none means any member), and the customer's door."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
        @functools.wraps(view)
        @login_required
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            here = presence(request)
            if here.customer is None or here.membership is None:
                raise Http404
            if needed and not any(here.actor.can(capability) for capability in needed):
                raise PermissionDenied
            if _left_for_another(request, here.customer):
                return render(request, "409.html", {"customer": here.customer}, status=409)
            request.customer = here.customer  # type: ignore[attr-defined]
            request.membership = here.membership  # type: ignore[attr-defined]
            request.actor = here.actor  # type: ignore[attr-defined]
            with tenant(here.customer):
                return _rendered(view(request, *args, **kwargs))

        guarded.capabilities = needed  # type: ignore[attr-defined]
        return guarded

    return decorate


def _guarded_by(capability: Capability, view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    @functools.wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        here = presence(request)
        if not here.actor.can(capability):
            raise Http404
        request.actor = here.actor  # type: ignore[attr-defined]
        return _rendered(view(request, *args, **kwargs))

    guarded.capabilities = (capability,)  # type: ignore[attr-defined]
    return guarded


def operator_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Guard a page of the provider's operators; everybody else is a stranger there. Opens no door: use ``crossing`` inside."""
    return _guarded_by(Capability.OPERATE, view)


def partner_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Guard a page of a partner's people."""
    return _guarded_by(Capability.ENTER_CUSTOMERS, view)


def signed_in_view(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
    """Guard a page about the signed-in user; no customer is needed."""

    @functools.wraps(view)
    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        request.actor = presence(request).actor  # type: ignore[attr-defined]
        return _rendered(view(request, *args, **kwargs))

    return guarded


def _rendered(response: HttpResponse) -> HttpResponseBase:
    # Rendered late, a template would read its querysets after the door is closed and show nothing.
    if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
        response.render()
    return response


def _left_for_another(request: HttpRequest, customer: Customer) -> bool:
    """Whether the form was made in another customer's rooms: two tabs of one browser share the session."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return False
    made_in = request.POST.get(GUARD_FIELD) or request.headers.get(GUARD_HEADER)
    return made_in is not None and made_in != customer.reference


def saved(request: HttpRequest, text: str | Promise, *, undo_url: str = "") -> None:
    """A toast on the next page: what happened, and where to undo it."""
    messages.success(request, str(text), extra_tags=f"undo:{undo_url}" if undo_url else "")


def failed(request: HttpRequest, text: str | Promise) -> None:
    """A toast that stays until it is closed."""
    messages.error(request, str(text))
