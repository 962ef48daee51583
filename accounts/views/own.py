"""Mijn gegevens: names, log-in, appearance and keys to the API of the signed-in user."""

from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import mail, selectors, services
from accounts.access import Actor
from accounts.errors import Refusal
from accounts.forms.own import DetailsForm, LoginDataForm, TokenForm
from accounts.forms.refused import show_refusal
from accounts.models import Brand, User
from accounts.web import failed, saved, signed_in_view
from portal.lib.ui import Choice


class SignedInRequest(HttpRequest):
    """What a ``signed_in_view`` receives."""

    user: User
    actor: Actor
    brand: Brand


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_view
def account(request: SignedInRequest) -> HttpResponse:
    """Own names, language and appearance, and the doors to everything else about oneself."""
    user = User.objects.get(pk=request.user.pk)  # the form writes into it, also what is refused
    form = DetailsForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        details = {name: form.cleaned_data[name] for name in form.Meta.fields}
        services.change_details(actor=request.actor, user=request.user, details=details)
        with override(request.user.language):
            saved(request, _("Your details are saved."))
        return HttpResponseRedirect(reverse("accounts:account"))
    return render(request, "accounts/account.html", _context(request, form, TokenForm(prefix="token")))


def _context(request: SignedInRequest, form: DetailsForm, token_form: TokenForm, **more: Any) -> dict[str, Any]:
    now = timezone.now()
    tokens = [{"it": token, "expired": token.expires_at <= now} for token in selectors.tokens_of(request.user)]
    return {
        "form": form,
        "token_form": token_form,
        "tokens": tokens,
        "second_factor": selectors.has_second_factor(request.user),
        **more,
    }


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_view
def account_login_data(request: SignedInRequest) -> HttpResponse:
    """Change the user name or the e-mail address, with the password as proof."""
    form = LoginDataForm(request.POST or None, user=request.user)
    if request.method == "POST":
        limited = ratelimit.consume_or_429(request, action="change_password", user=request.user)
        if limited is not None:
            return cast("HttpResponse", limited)
        if form.is_valid() and _change_login(request, form):
            return HttpResponseRedirect(reverse("accounts:account"))
    crumbs = [Choice(_("My details"), reverse("accounts:account")), Choice(_("User name and e-mail"))]
    return render(request, "accounts/account_login.html", {"form": form, "crumbs": crumbs})


def _change_login(request: SignedInRequest, form: LoginDataForm) -> bool:
    user = User.objects.get(pk=request.user.pk)
    data = form.cleaned_data
    try:
        mailed = services.change_login(
            actor=request.actor,
            user=user,
            username=data["username"],
            email=data["email"],
            brand=request.brand,
            base=mail.base_url(request),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    if mailed:
        saved(
            request, _("A mail went to %(email)s. Open the link in it to use this address.") % {"email": data["email"]}
        )
    else:
        saved(request, _("You now log in with %(name)s.") % {"name": user.username})
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_view
def email_confirm(request: SignedInRequest, token: str) -> HttpResponse:
    """Where the link in the mail to a new address leads: one press and it counts."""
    email = services.confirmed_email(user=request.user, token=token)
    if email is None:
        return render(request, "accounts/email_link.html", status=404)
    if request.method == "POST":
        user = User.objects.get(pk=request.user.pk)
        try:
            services.change_email(actor=request.actor, user=user, email=email, brand=request.brand)
        except Refusal as refusal:
            failed(request, refusal.message)
        else:
            saved(request, _("Your e-mail address is now %(email)s.") % {"email": email})
        return HttpResponseRedirect(reverse("accounts:account"))
    return render(request, "accounts/email_link.html", {"email": email})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_view
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def token_create(request: SignedInRequest) -> HttpResponse:
    """Make a key to the API and show it, this once; whoever comes back to the address finds the list.

    A key outlives the session, so it takes the password or second step once more, and the owner is told by mail.
    """
    if request.method != "POST":
        return HttpResponseRedirect(reverse("accounts:account"))
    token_form = TokenForm(request.POST, prefix="token")
    more: dict[str, Any] = {}
    if token_form.is_valid():
        data = token_form.cleaned_data
        more["new_token"], more["new_key"] = services.create_token(
            actor=request.actor, user=request.user, name=data["name"], days=data["days"]
        )
        get_adapter(request).send_notification_mail(
            "account/email/token_created", request.user, {"token": more["new_token"]}
        )
        token_form = TokenForm(prefix="token")
    form = DetailsForm(instance=User.objects.get(pk=request.user.pk))
    return render(request, "accounts/account.html", _context(request, form, token_form, **more))


@require_POST
@signed_in_view
def token_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """End one of one's own keys."""
    token = get_object_or_404(selectors.tokens_of(request.user), pk=pk)
    services.revoke_token(actor=request.actor, token=token)
    saved(request, _("The key “%(name)s” no longer works.") % {"name": token.name})
    return HttpResponseRedirect(reverse("accounts:account"))
