"""Filters of the lists about people and of the log book; the API uses the same."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.audit_words import object_label
from accounts.models import AuditEntry, Customer, Membership
from accounts.words import role_label


def _roles() -> list[tuple[str, str]]:
    return [(name, role_label(name)) for name in Membership.ROLES]


class ColleagueFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Colleagues by a part of their name or address, by role, and by whether they are blocked."""

    q = django_filters.CharFilter(method="contains", label=_("Search user"))
    role = django_filters.ChoiceFilter(method="has_role", label=_("Role"), choices=_roles)
    blocked = django_filters.ChoiceFilter(
        field_name="is_blocked", label=_("Status"), choices=[("True", _("Blocked")), ("False", _("Not blocked"))]
    )

    class Meta:
        model = Membership
        fields = ("q", "role", "blocked")

    def contains(self, found: QuerySet[Membership], _name: str, value: str) -> QuerySet[Membership]:
        for word in value.split():
            found = found.filter(
                Q(user__username__icontains=word)
                | Q(user__email__icontains=word)
                | Q(user__first_name__icontains=word)
                | Q(user__name_prefix__icontains=word)
                | Q(user__last_name__icontains=word)
            )
        return found

    def has_role(self, found: QuerySet[Membership], _name: str, value: str) -> QuerySet[Membership]:
        return found.filter(**{value: True})


class CustomerFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Customers by a part of their name, reference or city."""

    q = django_filters.CharFilter(method="contains", label=_("Search customer"))

    class Meta:
        model = Customer
        fields = ("q",)

    def contains(self, found: QuerySet[Customer], _name: str, value: str) -> QuerySet[Customer]:
        for word in value.split():
            found = found.filter(Q(name__icontains=word) | Q(reference__icontains=word) | Q(city__icontains=word))
        return found


class TrailFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Entries of the log book by person, kind of object, one object, and day in Amsterdam (both days count)."""

    user = django_filters.ChoiceFilter(label=_("Who"))
    object = django_filters.ChoiceFilter(field_name="object_type", label=_("About"))
    id = django_filters.NumberFilter(field_name="object_id", label=_("Number"), widget=forms.HiddenInput)
    at = django_filters.DateFromToRangeFilter(
        label=_("Day"), widget=django_filters.widgets.DateRangeWidget(attrs={"type": "date"})
    )

    class Meta:
        model = AuditEntry
        fields = ("user", "object", "id", "at")

    def __init__(
        self, *args: Any, people: Sequence[tuple[int, str]] = (), kinds: Sequence[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.filters["user"].extra["choices"] = [(str(pk), name) for pk, name in people]
        labels = sorted((object_label(kind), kind) for kind in kinds)
        self.filters["object"].extra["choices"] = [(kind, label) for label, kind in labels]
