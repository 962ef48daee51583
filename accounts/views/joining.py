"""Accepting an invitation: the one page of this app that a visitor without a log-in sees."""

from typing import Any, cast

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.core import ratelimit
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import rules, selectors, services
from accounts.access import Actor, Door
from accounts.errors import Refusal
from accounts.forms.colleagues import JoinForm
from accounts.forms.refused import show_refusal
from accounts.models import Invitation, User
from accounts.tokens import token_hash
from accounts.web import SESSION_KEY, saved


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Join a customer: with the log-in one has, or with a new one. Whoever holds the link owns the address."""
    limited = ratelimit.consume_or_429(request, action="reset_password_from_key")
    if limited is not None:
        return cast("HttpResponse", limited)
    found = selectors.invitation_of(token_hash(token))
    if found is None or not found.is_open(timezone.now()):
        return render(request, "accounts/invitation_closed.html", status=404)
    known = selectors.user_of_address(found.email)
    if isinstance(request.user, User):
        return _as_user(request, found, request.user)
    if known is not None:
        login_url = f"{reverse('account_login')}?next={request.path}"
        return render(request, "accounts/invitation_login.html", {"invitation": found, "login_url": login_url})
    return _as_new(request, found)


def _actor(invitation: Invitation, user: User | None) -> Actor:
    return Actor(user=user, customer=invitation.customer, roles=frozenset(), door=Door.PAGE)


def _as_user(request: HttpRequest, invitation: Invitation, user: User) -> HttpResponse:
    try:
        rules.invitation_is_for(user, invitation)
        if request.method == "POST":
            services.accept_as_user(actor=_actor(invitation, user), invitation=invitation, user=user)
            request.session[SESSION_KEY] = invitation.customer_id
            saved(request, _("You now have a place at %(name)s.") % {"name": invitation.customer.name})
            return HttpResponseRedirect(reverse("home"))
    except Refusal:
        return render(request, "accounts/invitation_other.html", {"invitation": invitation}, status=409)
    return render(request, "accounts/invitation_join.html", {"invitation": invitation})


def _as_new(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    initial = {"username": rules.proposal(invitation.email.partition("@")[0])}
    form = JoinForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _password_is_fine(form, invitation):
        try:
            user = services.accept_as_new(
                actor=_actor(invitation, None),
                invitation=invitation,
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
                details=form.details() | {"language": str(request.LANGUAGE_CODE)},
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            return _logged_in(request, user, invitation)
    return render(request, "accounts/invitation_new.html", {"form": form, "invitation": invitation})


def _password_is_fine(form: JoinForm, invitation: Invitation) -> bool:
    about: dict[str, Any] = {name: form.cleaned_data[name] for name in ("username", "first_name", "last_name")}
    try:
        validate_password(form.cleaned_data["password"], User(email=invitation.email, **about))
    except ValidationError as error:
        form.add_error("password", error)
        return False
    return True


def _logged_in(request: HttpRequest, user: User, invitation: Invitation) -> HttpResponse:
    response = cast("HttpResponse", perform_login(request, Login(user=user, redirect_url=reverse("home"))))
    if request.user.is_authenticated:
        request.session[SESSION_KEY] = invitation.customer_id
    return response
