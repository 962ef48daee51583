"""The one definition of which invoices are shown: list and API use it."""

from datetime import date

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from invoices.models import Invoice

ORDERS = ("month", "number", "issued_on", "sent_at", "total_cents")


class InvoiceFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Months from and up to and including, and a part of the number."""

    number = django_filters.CharFilter(field_name="number", lookup_expr="icontains", label=_("Invoice number"))
    first = django_filters.DateFilter(method="from_month_of", label=pgettext_lazy("months", "From"))
    last = django_filters.DateFilter(field_name="month", lookup_expr="lte", label=_("Up to and including"))
    sort = django_filters.OrderingFilter(fields=[(name, name) for name in ORDERS])

    class Meta:
        model = Invoice
        fields: tuple[str, ...] = ()

    def from_month_of(self, queryset: QuerySet[Invoice], _name: str, day: date) -> QuerySet[Invoice]:
        """From the month that holds the day on: nobody means to leave out a month by naming its fifteenth."""
        return queryset.filter(month__gte=day.replace(day=1))
