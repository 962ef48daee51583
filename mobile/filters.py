"""The one definition of which subscriptions are shown: list, CSV and API use it."""

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from mobile.models import MobileSubscription
from portal.lib import numbers


class SubscriptionFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Part of a number, name or label; the state of the SIM; whether ended ones are shown too."""

    q = django_filters.CharFilter(method="search", label=_("Number or name"))
    sim = django_filters.ChoiceFilter(choices=MobileSubscription.Sim.choices, label=_("SIM"))
    type = django_filters.ChoiceFilter(choices=MobileSubscription.Type.choices, label=_("Type"))
    ended = django_filters.BooleanFilter(
        method="with_ended", label=_("Show ended subscriptions"), widget=forms.CheckboxInput
    )

    class Meta:
        model = MobileSubscription
        fields: tuple[str, ...] = ()

    def search(self, queryset: QuerySet[MobileSubscription], _name: str, value: str) -> QuerySet[MobileSubscription]:
        """Names and labels that hold the text, and numbers in any spelling."""
        found = Q(employee__icontains=value) | Q(label__icontains=value)
        for key in numbers.search_keys(value):
            found |= Q(msisdn__startswith=key.text) if key.anchored else Q(msisdn__contains=key.text)
        return queryset.filter(found)

    def with_ended(
        self, queryset: QuerySet[MobileSubscription], _name: str, _value: bool
    ) -> QuerySet[MobileSubscription]:
        """Ended ones are left out below, so that an absent tick leaves them out as well."""
        return queryset

    def filter_queryset(self, queryset: QuerySet[MobileSubscription]) -> QuerySet[MobileSubscription]:
        found: QuerySet[MobileSubscription] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("ended") else found.filter(ended_on=None)
