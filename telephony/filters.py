"""How lists of lines and devices are narrowed; the pages and the API share these."""

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from portal.lib.numbers import search_keys
from telephony.models import Device, Line


def _numbered(prefix: str, typed: str) -> Q:
    """Part of a number in any spelling."""
    found = Q()
    for key in search_keys(typed):
        lookup = "startswith" if key.anchored else "contains"
        found |= Q(**{f"{prefix}numbers__e164__{lookup}": key.text})
    return found


class LineFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By name, extension or part of a number, and by what the line does."""

    q = django_filters.CharFilter(label=_("Search"), method="search")
    forward_always = django_filters.BooleanFilter(label=_("Forwarded"), method="forwarded")

    class Meta:
        model = Line
        fields = ("q", "forward_always")

    def search(self, found: QuerySet[Line], name: str, value: str) -> QuerySet[Line]:  # noqa: ARG002
        """Everything a person would type to find a line."""
        wanted = Q(dialable__display_name__icontains=value) | Q(dialable__extension__startswith=value.strip())
        return found.filter(wanted | _numbered("dialable__", value)).distinct()

    def forwarded(self, found: QuerySet[Line], name: str, value: bool) -> QuerySet[Line]:  # noqa: ARG002
        """Lines that forward everything now; a forward that ended by itself is none."""
        lasts = Q(forward_until__isnull=True) | Q(forward_until__gt=timezone.now())
        now = Q(forward_always=True) & lasts
        return found.filter(now) if value else found.exclude(now)


class DeviceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """By the name of its line, by model, or by part of its MAC address in any spelling."""

    q = django_filters.CharFilter(label=_("Search"), method="search")

    class Meta:
        model = Device
        fields = ("q",)

    def search(self, found: QuerySet[Device], name: str, value: str) -> QuerySet[Device]:  # noqa: ARG002
        """Everything a person would type to find a phone."""
        digits = value.lower().translate(str.maketrans("", "", ":-. "))
        wanted = Q(device_lines__line__dialable__display_name__icontains=value) | Q(model_code__icontains=value)
        if digits:
            wanted |= Q(mac__contains=digits) | Q(device_lines__line__dialable__extension__startswith=digits)
        return found.filter(wanted).distinct()


class OperateLineFilter(LineFilter):
    """The same for operators, who see every customer's lines."""

    customer = django_filters.ModelChoiceFilter(label=_("Customer"), queryset=Customer.objects.order_by("name"))

    class Meta:
        model = Line
        fields = ("q", "customer")
