"""The log book: who changed what, when, and through which door."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts import audit_values, audit_words, selectors
from accounts.access import Capability
from accounts.filters import TrailFilter
from accounts.models import AuditEntry, User
from accounts.tenancy import Crossing, crossing
from accounts.web import CustomerRequest, customer_view, operator_view
from portal.lib import formats
from portal.lib.ui import Event, EventDay

PLATFORM_KINDS = (
    "accounts.brand",
    "accounts.customer",
    "accounts.invitation",
    "accounts.membership",
    "accounts.partner",
    "accounts.user",
)


@require_GET
@customer_view(Capability.VIEW_AUDIT)
def audit(request: CustomerRequest) -> HttpResponse:
    """What people changed in this customer, newest first."""
    people = [(item.user_id, item.user.full_name) for item in selectors.colleagues(request.customer)]
    return render(
        request, "accounts/audit.html", _context(request, AuditEntry.objects.all(), people, selectors.trail_kinds())
    )


@require_GET
@operator_view
def operate_audit(request: HttpRequest) -> HttpResponse:
    """What people changed anywhere, for the provider's operators."""
    with crossing(Crossing.OPERATE):
        people = [(user.pk, user.full_name) for user in User.objects.filter(memberships__operates=True)]
        found = AuditEntry.objects.select_related("customer")
        return render(request, "accounts/operate/audit.html", _context(request, found, people, PLATFORM_KINDS))


def _context(
    request: HttpRequest, found: QuerySet[AuditEntry], people: list[tuple[int, str]], known: Sequence[str]
) -> dict[str, Any]:
    asked = request.GET.get("object", "")
    # A link from an object that has no entries yet still filters.
    kinds = [*known, asked] if asked not in known and audit_words.is_kind(asked) else known
    trail = TrailFilter(request.GET, found, people=people, kinds=kinds)
    page = selectors.trail_page(trail.qs, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    about = ""
    if request.GET.get("id") and page.entries:
        about = audit_values.name_of(page.entries[0])
    return {
        "filter": trail,
        "page": page,
        "days": in_days(request, page.entries),
        "about": about,
        "filtered": bool(request.GET),
    }


def in_days(request: HttpRequest, entries: tuple[AuditEntry, ...]) -> list[EventDay]:
    """Entries as ``{% history %}`` takes them, a group for each day in Amsterdam."""
    language = str(request.LANGUAGE_CODE)
    today = timezone.localdate()
    return [
        EventDay(formats.long_day(day, language, today=today), [_event(entry) for entry in group])
        for day, group in groupby(entries, key=lambda entry: timezone.localdate(entry.at))
    ]


def _event(entry: AuditEntry) -> Event:
    customer = entry.customer.name if "customer" in entry._state.fields_cache and entry.customer else ""
    detail = " · ".join(part for part in (customer, audit_words.details(entry)) if part)
    door = entry.get_door_display() if entry.door != AuditEntry.Door.PAGE else ""
    return Event(
        at=formats.clock(entry.at),
        title=audit_words.sentence(entry),
        detail=detail,
        end=_("by %(door)s") % {"door": door} if door else "",
        icon=audit_words.icon(entry),
    )
