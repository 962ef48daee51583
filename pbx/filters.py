"""What the list of people is narrowed by; the page and the API use the same."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, FilterSet

from portal.lib.numbers import search_keys
from telephony.models import Line

SORTS = {
    "name": ("dialable__display_name", "pk"),
    "-name": ("-dialable__display_name", "-pk"),
    "extension": ("dialable__extension", "dialable__display_name", "pk"),
    "-extension": ("-dialable__extension", "-dialable__display_name", "-pk"),
}


class PeopleFilter(FilterSet):  # type: ignore[misc]
    """``q`` is part of a name, the start of an extension, or part of a number in any spelling."""

    q = CharFilter(method="search", label=_("Name, extension or number"))

    class Meta:
        model = Line
        fields: tuple[str, ...] = ()

    def search(self, people: QuerySet[Line], _name: str, value: str) -> QuerySet[Line]:
        wanted = Q(dialable__display_name__icontains=value)
        digits = value.replace(" ", "")
        if digits.isdigit():
            wanted |= Q(dialable__extension__startswith=digits)
        for key in search_keys(value) if not value.isalpha() else ():
            how = "startswith" if key.anchored else "contains"
            wanted |= Q(**{f"dialable__numbers__e164__{how}": key.text})
        return people.filter(pk__in=people.filter(wanted).values("pk"))


def in_order(people: QuerySet[Line], sort: str) -> QuerySet[Line]:
    """Sorted as the head of the table asks, by extension else."""
    return people.order_by(*SORTS.get(sort, SORTS["extension"]))
