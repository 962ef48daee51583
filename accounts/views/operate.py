"""Pages of the provider's operators: brands, partners, customers and their people."""

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import mail, selectors, services
from accounts.access import OWNER, Actor
from accounts.errors import Refusal
from accounts.filters import CustomerFilter
from accounts.forms.operate import BrandForm, CustomerForm, PartnerForm, PersonForm
from accounts.forms.refused import show_refusal
from accounts.models import Brand, Customer, Membership, Partner
from accounts.views.pages import page_of
from accounts.views.preview import preview_svg
from accounts.web import operator_view, saved
from portal.lib import colour, formats
from portal.lib.ui import Choice, Figure

# Pages of other apps below /operate/, shown where they exist: url name, words, icon.
ELSEWHERE = (
    ("telephony:operate_ranges", gettext_lazy("Number ranges"), "list"),
    ("telephony:operate_lines", gettext_lazy("Lines"), "phone"),
    ("cdr:operate_sources", gettext_lazy("Call sources"), "upload"),
    ("cdr:operate_batches", gettext_lazy("Deliveries of calls"), "list"),
    ("cdr:operate_tariffs", gettext_lazy("Tariffs"), "receipt"),
)


class OperatorRequest(HttpRequest):
    """What an ``operator_view`` receives."""

    actor: Actor
    brand: Brand


def crumbs(*more: Choice) -> list[Choice]:
    """The way back to the operators' start page, and further."""
    return [Choice(_("Operations"), reverse("accounts:operate")), *more]


@require_GET
@operator_view
def operate(request: OperatorRequest) -> HttpResponse:
    """How much there is, and the way to each list."""
    language = str(request.LANGUAGE_CODE)
    counts = {
        "customers": Customer.objects.count(),
        "partners": Partner.objects.count(),
        "brands": Brand.objects.count(),
        "operators": Membership.objects.filter(operates=True).count(),
    }
    lists = [
        {
            "icon": "building",
            "label": _("Customers"),
            "url": reverse("accounts:operate_customers"),
            "count": counts["customers"],
        },
        {
            "icon": "group",
            "label": _("Partners"),
            "url": reverse("accounts:operate_partners"),
            "count": counts["partners"],
        },
        {"icon": "tag", "label": _("Brands"), "url": reverse("accounts:operate_brands"), "count": counts["brands"]},
        {
            "icon": "shield",
            "label": _("Operators"),
            "url": reverse("accounts:operate_operators"),
            "count": counts["operators"],
        },
        {"icon": "clock", "label": _("Log book"), "url": reverse("accounts:operate_audit"), "count": None},
    ]
    figures = [
        Figure(
            _("Customers"), formats.number(counts["customers"], language), url=reverse("accounts:operate_customers")
        ),
        Figure(_("Partners"), formats.number(counts["partners"], language), url=reverse("accounts:operate_partners")),
        Figure(
            _("Users"),
            formats.number(Membership.objects.filter(customer__isnull=False, is_blocked=False).count(), language),
            note=_("who can log in"),
        ),
    ]
    return render(
        request, "accounts/operate/index.html", {"lists": lists, "elsewhere": _elsewhere(), "figures": figures}
    )


def _elsewhere() -> list[dict[str, Any]]:
    found = []
    for name, label, icon in ELSEWHERE:
        try:
            found.append({"icon": icon, "label": label, "url": reverse(name)})
        except NoReverseMatch:
            continue
    return found


# --- brands ---


@require_GET
@operator_view
def brands(request: OperatorRequest) -> HttpResponse:
    """Every brand with its hosts."""
    found = Brand.objects.select_related("partner").prefetch_related("hosts").order_by("name")
    page = page_of(found, request.GET)
    return render(request, "accounts/operate/brands.html", {"page": page, "crumbs": crumbs(Choice(_("Brands")))})


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def brand_edit(request: OperatorRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a brand; the picture beside the form shows what becomes of its colour."""
    brand = get_object_or_404(Brand, pk=pk) if pk else None
    form = BrandForm(request.POST or None, instance=get_object_or_404(Brand, pk=pk) if pk else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.save_brand(actor=request.actor, brand=brand, **form.values())
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("Brand %(name)s is saved.") % {"name": made.name})
            return HttpResponseRedirect(reverse("accounts:operate_brands"))
    context = {
        "form": form,
        "edited": brand,
        "preview": preview_svg(_colour_of(request.POST.get("colour") or (brand.colour if brand else "")), _("Save")),
        "title": brand.name if brand else _("New brand"),
        "crumbs": crumbs(
            Choice(_("Brands"), reverse("accounts:operate_brands")), Choice(brand.name if brand else _("New brand"))
        ),
    }
    return render(request, "accounts/operate/brand.html", context)


def _colour_of(text: str) -> str:
    try:
        colour.rgb(text)
    except ValueError:
        return "#2346A8"
    return text


@require_GET
@operator_view
def brand_preview(request: OperatorRequest) -> HttpResponse:
    """The picture alone, for the colour that is being tried."""
    return HttpResponse(preview_svg(_colour_of(request.GET.get("colour", "")), _("Save")))


# --- partners ---


@require_GET
@operator_view
def partners(request: OperatorRequest) -> HttpResponse:
    """Every partner with its brand and how many customers it serves."""
    found = (
        Partner.objects.select_related("brand")
        .annotate(served=Count("customers", distinct=True), people=Count("memberships", distinct=True))
        .order_by("name")
    )
    page = page_of(found, request.GET)
    return render(request, "accounts/operate/partners.html", {"page": page, "crumbs": crumbs(Choice(_("Partners")))})


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def partner_edit(request: OperatorRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a partner, and see its people."""
    partner = get_object_or_404(Partner, pk=pk) if pk else None
    form = PartnerForm(request.POST or None, instance=get_object_or_404(Partner, pk=pk) if pk else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.save_partner(actor=request.actor, partner=partner, **_values(form))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("Partner %(name)s is saved.") % {"name": made.name})
            return HttpResponseRedirect(reverse("accounts:operate_partner", args=[made.pk]))
    return _partner_page(request, partner, form, PersonForm(prefix="person"))


@require_POST
@operator_view
def partner_person(request: OperatorRequest, pk: int) -> HttpResponse:
    """Make a log-in for somebody of a partner."""
    partner = get_object_or_404(Partner, pk=pk)
    person = PersonForm(request.POST, prefix="person")
    if person.is_valid() and new_person(request, person, partner=partner):
        return HttpResponseRedirect(reverse("accounts:operate_partner", args=[pk]))
    return _partner_page(request, partner, PartnerForm(instance=partner), person)


def _partner_page(
    request: OperatorRequest, partner: Partner | None, form: PartnerForm, person: PersonForm
) -> HttpResponse:
    people = Membership.objects.filter(partner=partner).select_related("user") if partner else []
    context = {
        "form": form,
        "person": person,
        "edited": partner,
        "people": people,
        "title": partner.name if partner else _("New partner"),
        "crumbs": crumbs(
            Choice(_("Partners"), reverse("accounts:operate_partners")),
            Choice(partner.name if partner else _("New partner")),
        ),
    }
    return render(request, "accounts/operate/partner.html", context)


def _values(form: Any) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in form.Meta.fields}


def new_person(
    request: OperatorRequest, form: PersonForm, *, partner: Partner | None = None, operates: bool = False
) -> bool:
    """Make a log-in with a place, and say where the mail went; False with the refusal in the form."""
    brand = partner.brand if partner else request.brand
    try:
        services.create_person(
            actor=request.actor,
            username=form.cleaned_data["username"],
            email=form.cleaned_data["email"],
            details=form.details(),
            partner=partner,
            operates=operates,
            roles=OWNER if partner else (),
            brand=brand,
            base=mail.base_url_for(request, brand),
        )
    except Refusal as refusal:
        show_refusal(form, refusal)
        return False
    saved(request, _("A mail with a link to set a password went to %(email)s.") % {"email": form.cleaned_data["email"]})
    return True


# --- customers ---


@require_GET
@operator_view
def customers(request: OperatorRequest) -> HttpResponse:
    """Every customer."""
    found = CustomerFilter(request.GET, selectors.customers_with_users(Customer.objects.select_related("partner")))
    page = page_of(found.qs.order_by("name", "pk"), request.GET)
    context = {
        "filter": found,
        "page": page,
        "crumbs": crumbs(Choice(_("Customers"))),
        "facts": ngettext("%(count)d customer", "%(count)d customers", page.total) % {"count": page.total},
    }
    return render(request, "accounts/operate/customers.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operator_view
def customer_edit(request: OperatorRequest, pk: int | None = None) -> HttpResponse:
    """Make or change a customer."""
    customer = get_object_or_404(Customer, pk=pk) if pk else None
    form = CustomerForm(request.POST or None, instance=get_object_or_404(Customer, pk=pk) if pk else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = services.save_customer(actor=request.actor, customer=customer, **_values(form))
        except Refusal as refusal:
            show_refusal(form, refusal)
        else:
            saved(request, _("Customer %(name)s is saved.") % {"name": made.name})
            to = "accounts:operate_customers" if pk else "accounts:operate_customer_users"
            return HttpResponseRedirect(reverse(to, args=[] if pk else [made.pk]))
    name = customer.name if customer else _("New customer")
    context = {
        "form": form,
        "edited": customer,
        "title": name,
        "crumbs": crumbs(Choice(_("Customers"), reverse("accounts:operate_customers")), Choice(name)),
    }
    return render(request, "accounts/operate/customer.html", context)
