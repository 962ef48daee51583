"""Colleagues: who has a place here, and what each may do."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import mail, selectors, services
from accounts.access import PRESETS, Capability, preset_of
from accounts.errors import Refusal
from accounts.filters import ColleagueFilter
from accounts.forms.colleagues import InviteForm, RolesForm
from accounts.forms.refused import show_refusal
from accounts.models import Brand, Invitation, Membership
from accounts.views.pages import Page, page_of
from accounts.web import CustomerRequest, customer_view, failed, saved
from accounts.words import role_label, roles_in_words
from portal.lib.ui import Choice

ORDERS = {
    "name": ("user__last_name", "user__first_name", "user__username"),
    "-name": ("-user__last_name", "-user__first_name", "-user__username"),
    "username": ("user__username",),
    "-username": ("-user__username",),
    "email": ("user__email",),
    "-email": ("-user__email",),
}


def _brand(request: CustomerRequest) -> Brand:
    """The brand that the customer knows, whichever host the request came to."""
    return selectors.brand_of_customer(request.customer) or request.brand


def _membership(request: CustomerRequest, pk: int) -> Membership:
    return get_object_or_404(selectors.colleagues(request.customer), user_id=pk)


def _ordered(request: HttpRequest, found: QuerySet[Membership]) -> QuerySet[Membership]:
    return found.order_by(*ORDERS.get(request.GET.get("sort", "name"), ORDERS["name"]), "pk")


@require_GET
@customer_view(Capability.MANAGE_USERS)
def users(request: CustomerRequest) -> HttpResponse:
    """Everybody with a place here, and the invitations that nobody accepted yet."""
    everybody = selectors.colleagues(request.customer)
    found = ColleagueFilter(request.GET, everybody)
    page: Page[Membership] = page_of(_ordered(request, found.qs), request.GET)
    rows = [{"membership": item, "user": item.user, "roles": roles_in_words(item)} for item in page.items]
    invitations = list(selectors.open_invitations(request.customer)[:100])
    now = timezone.now()
    context = {
        "filter": found,
        "page": page,
        "rows": rows,
        "facts": _facts(found.qs.count() if request.GET else page.total, len(invitations)),
        "invitations": [
            {"it": item, "roles": _invited_as(item), "expired": not item.is_open(now)} for item in invitations
        ],
    }
    return render(request, "accounts/users.html", context)


def _facts(people: int, invited: int) -> str:
    facts = ngettext("%(count)d user", "%(count)d users", people) % {"count": people}
    if invited:
        facts += " · " + ngettext("%(count)d open invitation", "%(count)d open invitations", invited) % {
            "count": invited
        }
    return facts


def _invited_as(invitation: Invitation) -> str:
    names = [name for name in Membership.ROLES if name in invitation.roles]
    preset = preset_of(Membership(**dict.fromkeys(names, True)))
    if preset != "custom":
        return str(selectors.PRESET_LABELS[preset])
    return ", ".join(str(role_label(name)) for name in names)


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.MANAGE_USERS)
def user_invite(request: CustomerRequest) -> HttpResponse:
    """Invite somebody by mail; what the page answers is the same whether or not the address has a log-in elsewhere."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        brand = _brand(request)
        try:
            services.invite(
                actor=request.actor,
                customer=request.customer,
                email=form.cleaned_data["email"],
                roles=form.chosen(),
                brand=brand,
                base=mail.base_url_for(request, brand),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("Invitation sent to %(email)s.") % {"email": form.cleaned_data["email"]})
            return HttpResponseRedirect(reverse("accounts:users"))
    crumbs = [Choice(_("Users"), reverse("accounts:users")), Choice(_("Invite"))]
    context = {"form": form, "crumbs": crumbs, "days": services.INVITED_DAYS, "presets": _presets()}
    return render(request, "accounts/user_invite.html", context)


def _presets() -> dict[str, list[str]]:
    """The roles of each preset for the script that fills the switches; ``all`` names the switches it may touch."""
    return {name: sorted(roles) for name, roles in PRESETS.items()} | {"all": sorted(Membership.ROLES)}


@require_http_methods(["GET", "HEAD", "POST"])
@customer_view(Capability.MANAGE_USERS)
def user_edit(request: CustomerRequest, pk: int) -> HttpResponse:
    """What one colleague may do, and which mail they get."""
    membership = _membership(request, pk)
    form = RolesForm(request.POST or None, membership=membership)
    if request.method == "POST" and form.is_valid():
        try:
            services.set_roles(actor=request.actor, membership=membership, roles=form.chosen())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("Saved for %(name)s.") % {"name": membership.user.full_name})
            return HttpResponseRedirect(reverse("accounts:user_edit", args=[pk]))
    context: dict[str, Any] = {
        "form": form,
        "presets": _presets(),
        "membership": membership,
        "colleague": membership.user,
        "roles": roles_in_words(membership),
        "is_self": membership.user_id == request.user.pk,
        "history_url": f"{reverse('accounts:audit')}?object=accounts.membership&id={membership.pk}",
        "crumbs": [Choice(_("Users"), reverse("accounts:users")), Choice(membership.user.full_name)],
    }
    return render(request, "accounts/user_edit.html", context)


@require_POST
@customer_view(Capability.MANAGE_USERS)
def user_block(request: CustomerRequest, pk: int) -> HttpResponse:
    """Block a colleague here; the toast can undo it."""
    membership = _membership(request, pk)
    try:
        services.block(actor=request.actor, membership=membership)
    except Refusal as refusal:
        failed(request, refusal.message)
    else:
        text = _("%(name)s is blocked and can no longer open this customer.") % {"name": membership.user.full_name}
        saved(request, text, undo_url=reverse("accounts:user_unblock", args=[pk]))
    return HttpResponseRedirect(reverse("accounts:user_edit", args=[pk]))


@require_POST
@customer_view(Capability.MANAGE_USERS)
def user_unblock(request: CustomerRequest, pk: int) -> HttpResponse:
    """Let a blocked colleague in again."""
    membership = _membership(request, pk)
    try:
        services.unblock(actor=request.actor, membership=membership)
    except Refusal as refusal:
        failed(request, refusal.message)
    else:
        saved(request, _("%(name)s can log in here again.") % {"name": membership.user.full_name})
    return HttpResponseRedirect(reverse("accounts:user_edit", args=[pk]))


@require_POST
@customer_view(Capability.MANAGE_USERS)
def user_remove(request: CustomerRequest, pk: int) -> HttpResponse:
    """Take a colleague's place away for good."""
    membership = _membership(request, pk)
    try:
        services.remove(actor=request.actor, membership=membership)
    except Refusal as refusal:
        failed(request, refusal.message)
        return HttpResponseRedirect(reverse("accounts:user_edit", args=[pk]))
    saved(request, _("%(name)s is removed from this customer.") % {"name": membership.user.full_name})
    return HttpResponseRedirect(reverse("accounts:users"))


@require_POST
@customer_view(Capability.MANAGE_USERS)
def invitation_resend(request: CustomerRequest, pk: int) -> HttpResponse:
    """Mail an open invitation once more, with a new link."""
    invitation = get_object_or_404(selectors.open_invitations(request.customer), pk=pk)
    brand = _brand(request)
    try:
        services.send_again(
            actor=request.actor, invitation=invitation, brand=brand, base=mail.base_url_for(request, brand)
        )
    except Refusal as refusal:
        failed(request, refusal.message)
    else:
        saved(request, _("Invitation sent to %(email)s.") % {"email": invitation.email})
    return HttpResponseRedirect(reverse("accounts:users"))


@require_POST
@customer_view(Capability.MANAGE_USERS)
def invitation_withdraw(request: CustomerRequest, pk: int) -> HttpResponse:
    """Take an open invitation back."""
    invitation = get_object_or_404(selectors.open_invitations(request.customer), pk=pk)
    services.withdraw(actor=request.actor, invitation=invitation)
    saved(request, _("Invitation to %(email)s withdrawn.") % {"email": invitation.email})
    return HttpResponseRedirect(reverse("accounts:users"))
