"""Saved filters of one person, inside a customer's door."""

from django.db.models import QuerySet

from accounts.access import Actor
from cdr.models import SavedFilter


def saved_filters(actor: Actor) -> QuerySet[SavedFilter]:
    """The person's own, by name; none for what is no person."""
    return SavedFilter.objects.filter(user=actor.user) if actor.user else SavedFilter.objects.none()
