"""What every API view shares: the customer of a request and its door, pages, and errors as RFC 9457 problem documents."""

import logging
from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import Http404, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, mixins, pagination, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import exception_handler

from accounts import selectors
from accounts.access import Actor, Capability, Door, Role, roles_of
from accounts.errors import Refusal
from accounts.models import Customer, Membership, User
from accounts.tenancy import Crossing, crossing, tenant
from portal.logs import set_customer, set_user

log = logging.getLogger(__name__)

CUSTOMER_HEADER = "X-Customer"
PROBLEM = "application/problem+json"


class Pages(pagination.CursorPagination):
    """Keyset pages: no page's cost grows with what lies before it."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500
    ordering = "pk"


class CustomerAPI:
    """Mixin of API views of one customer: ``capability`` guards (any of several; none means any member), the header
    ``X-Customer`` chooses among the user's customers.
    """

    capability: ClassVar[Capability | tuple[Capability, ...]]
    customer: Customer
    actor: Actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        self.actor = actor_of(request)
        assert self.actor.customer is not None  # noqa: S101 - actor_of refuses without one
        self.customer = self.actor.customer
        needed = self.capability if isinstance(self.capability, tuple) else (self.capability,)
        if needed and not any(self.actor.can(capability) for capability in needed):
            raise PermissionDenied
        request.customer, request.actor = self.customer, self.actor  # type: ignore[attr-defined]
        self._open.enter_context(tenant(self.customer))

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        with transaction.atomic(), ExitStack() as self._open:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
            if hasattr(response, "render"):
                response.render()  # querysets are read while the door is open
        return response


class AboveCustomersAPI:
    """Mixin of API views of no single customer; who lacks ``capability`` is a stranger there. Opens no door."""

    capability: ClassVar[Capability]
    memberships: tuple[Membership, ...]
    actor: Actor

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        user, self.memberships = _known(request)
        roles = frozenset[Role]().union(*map(roles_of, self.memberships))
        self.actor = Actor(user=user, customer=None, roles=roles, door=Door.API)
        if not self.actor.can(self.capability):
            raise Http404
        set_user(user.pk)


class OperatorAPI(AboveCustomersAPI):
    """Mixin of API views of the provider's operators."""

    capability = Capability.OPERATE


class OperatorReads(OperatorAPI, mixins.ListModelMixin, mixins.RetrieveModelMixin):
    """Mixin of API views that list, and show one by one, what belongs to all customers: read inside a crossing."""

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with crossing(Crossing.OPERATE):
            return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with crossing(Crossing.OPERATE):
            return super().retrieve(request, *args, **kwargs)


class PartnerAPI(AboveCustomersAPI):
    """Mixin of API views of a partner's people."""

    capability = Capability.ENTER_CUSTOMERS


def _known(request: Request) -> tuple[User, tuple[Membership, ...]]:
    """The user and its places; refused while a second step is asked of people with so many rights and not there."""
    user = request.user
    if not isinstance(user, User):
        raise exceptions.NotAuthenticated
    memberships = selectors.memberships_of(user)
    if settings.SECOND_FACTOR_REQUIRED and selectors.is_wide(memberships) and not selectors.has_second_factor(user):
        raise exceptions.PermissionDenied(_("Set up a second step for logging in first; then this key works."))
    return user, memberships


def actor_of(request: Request) -> Actor:
    """Who asks, in whose rooms: the customer named by the header, or the only one the user has. Strangers get 404."""
    user, memberships = _known(request)
    reference = request.headers.get(CUSTOMER_HEADER)
    customers = selectors.customers_of(memberships)
    if reference is not None:
        customer = customers.filter(reference=reference).first()
    else:
        found = list(customers[:2])
        if len(found) > 1:
            raise exceptions.ValidationError(
                {
                    CUSTOMER_HEADER: [
                        _("You have several customers. Name one by its reference in the header X-Customer.")
                    ]
                }
            )
        customer = found[0] if found else None
    if customer is None:
        raise Http404
    membership, customer = selectors.place(memberships, customer.pk)
    if membership is None or customer is None:
        raise Http404
    set_user(user.pk)
    set_customer(customer.reference)
    return Actor(user=user, customer=customer, roles=roles_of(membership), door=Door.API)


def form_problem(form: BaseForm, names: Mapping[str, str] | None = None) -> exceptions.ValidationError:
    """What a form says is wrong, by its fields; `names` are those that have another name in the API."""
    return exceptions.ValidationError(
        {(names or {}).get(name, name): [str(text) for text in texts] for name, texts in form.errors.items()}
    )


def problem(error: Exception, context: dict[str, Any]) -> Response | None:
    """Every error as an RFC 9457 problem document; field errors stand in ``errors``."""
    if isinstance(error, Refusal):
        about = {error.field: [str(error)]} if error.field else {}
        return _document(status.HTTP_409_CONFLICT, error.code, str(error), about)
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(getattr(error, "message_dict", None) or error.messages)
    response = exception_handler(error, context)
    if response is None:
        return None
    fields: dict[str, Any] = {}
    detail = response.data.get("detail") if isinstance(response.data, dict) else None
    if detail is None:
        fields = response.data if isinstance(response.data, dict) else {"non_field_errors": response.data}
        detail = _("Some fields are not right.")
    if isinstance(error, exceptions.Throttled) and "Retry-After" in response.headers:
        # The framework's own sentence is half translated.
        seconds = {"seconds": int(response.headers["Retry-After"])}
        detail = exceptions.ErrorDetail(
            _("Too many requests. Try again in %(seconds)d seconds.") % seconds, error.default_code
        )
    code = getattr(detail, "code", None) or ("invalid" if fields else "error")
    document = _document(response.status_code, str(code), str(detail), fields)
    for name in ("WWW-Authenticate", "Retry-After", "Allow"):
        if name in response.headers:
            document[name] = response.headers[name]
    return document


def _document(code: int, kind: str, detail: str, fields: Any) -> Response:
    body: dict[str, Any] = {
        "type": f"urn:centrale:problem:{kind}",
        "title": kind.replace("_", " "),
        "status": code,
        "detail": detail,
    }
    if fields:
        body["errors"] = fields
    return Response(body, status=code, content_type=PROBLEM)
