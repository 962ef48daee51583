"""The filter of the list of deliveries, for page and API alike."""

import django_filters
from django.utils.translation import gettext_lazy as _

from cdr.models import Batch, Source


class BatchFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Deliveries by source, state and a part of the file's name."""

    q = django_filters.CharFilter(field_name="file_name", lookup_expr="icontains", label=_("Search file"))
    source = django_filters.ModelChoiceFilter(
        field_name="source", to_field_name="name", queryset=Source.objects.all(), label=_("Source")
    )
    state = django_filters.ChoiceFilter(choices=Batch.State.choices, label=_("State"))

    class Meta:
        model = Batch
        fields = ("q", "source", "state")
