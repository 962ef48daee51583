"""People as the provider's operators see them: the users of a customer, and the operators themselves."""

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import mail, selectors, services
from accounts.access import PRESETS, preset_of
from accounts.errors import Refusal
from accounts.forms.operate import OperatorInviteForm, PersonForm
from accounts.forms.refused import show_refusal
from accounts.models import Customer, Membership
from accounts.views.operate import OperatorRequest, crumbs, new_person
from accounts.web import failed, operator_view, saved
from accounts.words import roles_in_words
from portal.lib.ui import Choice


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def customer_users(request: OperatorRequest, pk: int) -> HttpResponse:
    """The users of a customer, and the way to invite the first."""
    customer = get_object_or_404(Customer.objects.select_related("partner__brand"), pk=pk)
    people = selectors.colleagues(customer)
    form = OperatorInviteForm(request.POST or None, initial={"preset": "employee" if people.exists() else "owner"})
    if request.method == "POST" and form.is_valid():
        brand = selectors.brand_of_customer(customer) or request.brand
        try:
            services.invite(
                actor=request.actor,
                customer=customer,
                email=form.cleaned_data["email"],
                roles=PRESETS[form.cleaned_data["preset"]],
                brand=brand,
                base=mail.base_url_for(request, brand),
            )
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("Invitation sent to %(email)s.") % {"email": form.cleaned_data["email"]})
            return HttpResponseRedirect(request.path)
    now = timezone.now()
    context = {
        "form": form,
        "edited": customer,
        "people": [
            {
                "membership": item,
                "user": item.user,
                "roles": roles_in_words(item),
                "can_own": preset_of(item) != "owner",
            }
            for item in people
        ],
        "invitations": [
            {"it": item, "expired": not item.is_open(now)} for item in selectors.open_invitations(customer)[:100]
        ],
        "crumbs": crumbs(
            Choice(_("Customers"), reverse("accounts:operate_customers")),
            Choice(customer.name, reverse("accounts:operate_customer", args=[pk])),
            Choice(_("Users")),
        ),
    }
    return render(request, "accounts/operate/customer_users.html", context)


def _back(membership: Membership) -> HttpResponse:
    if membership.customer_id is not None:
        return HttpResponseRedirect(reverse("accounts:operate_customer_users", args=[membership.customer_id]))
    if membership.partner_id is not None:
        return HttpResponseRedirect(reverse("accounts:operate_partner", args=[membership.partner_id]))
    return HttpResponseRedirect(reverse("accounts:operate_operators"))


def _membership(pk: int) -> Membership:
    return get_object_or_404(Membership.objects.select_related("user", "customer", "partner"), pk=pk)


@require_POST
@operator_view
def person_owner(request: OperatorRequest, pk: int) -> HttpResponse:
    """Give somebody every right in their customer or partner."""
    membership = _membership(pk)
    services.make_owner(actor=request.actor, membership=membership)
    saved(request, _("%(name)s now has every right there.") % {"name": membership.user.full_name})
    return _back(membership)


@require_POST
@operator_view
def person_block(request: OperatorRequest, pk: int) -> HttpResponse:
    """Shut somebody out of one place."""
    membership = _membership(pk)
    try:
        services.block(actor=request.actor, membership=membership)
    except Refusal as refusal:
        failed(request, refusal.message)
    else:
        undo = reverse("accounts:operate_person_unblock", args=[pk])
        saved(request, _("%(name)s is blocked.") % {"name": membership.user.full_name}, undo_url=undo)
    return _back(membership)


@require_POST
@operator_view
def person_unblock(request: OperatorRequest, pk: int) -> HttpResponse:
    """Let somebody in again."""
    membership = _membership(pk)
    services.unblock(actor=request.actor, membership=membership)
    saved(request, _("%(name)s can log in here again.") % {"name": membership.user.full_name})
    return _back(membership)


@require_POST
@operator_view
def person_password(request: OperatorRequest, pk: int) -> HttpResponse:
    """Mail somebody a link to set a password."""
    membership = _membership(pk)
    brand = request.brand
    if membership.customer is not None:
        brand = selectors.brand_of_customer(membership.customer) or brand
    elif membership.partner is not None:
        brand = membership.partner.brand
    base = mail.base_url_for(request, brand)
    try:
        services.mail_password_link(actor=request.actor, user=membership.user, brand=brand, base=base)
    except Refusal as refusal:
        failed(request, refusal.message)
    else:
        text = _("A mail with a link to set a password went to %(email)s.")
        saved(request, text % {"email": membership.user.email})
    return _back(membership)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def operators(request: OperatorRequest) -> HttpResponse:
    """The provider's own operators."""
    form = PersonForm(request.POST or None, prefix="person")
    if request.method == "POST" and form.is_valid() and new_person(request, form, operates=True):
        return HttpResponseRedirect(request.path)
    people = Membership.objects.filter(operates=True).select_related("user")
    context = {"form": form, "people": people, "crumbs": crumbs(Choice(_("Operators")))}
    return render(request, "accounts/operate/operators.html", context)
