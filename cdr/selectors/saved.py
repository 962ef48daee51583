"""Saved filters of one person, inside a customer's door."""

from django.db.models import BigIntegerField, QuerySet

from accounts.access import Actor
from cdr.models import SavedFilter
from portal.queries import Given, Written

_QUERIES = Written[tuple[str, str]](
    lambda: SavedFilter.objects.filter(user_id=Given("user", BigIntegerField())).values_list("name", "query")
)


def saved_filters(actor: Actor) -> QuerySet[SavedFilter]:
    """The person's own, by name; none for what is no person."""
    return SavedFilter.objects.filter(user=actor.user) if actor.user else SavedFilter.objects.none()


def saved_queries(actor: Actor) -> list[tuple[str, str]]:
    """Name and query of the person's own, by name."""
    return _QUERIES.rows(user=actor.user.pk) if actor.user else []
