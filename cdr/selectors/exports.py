"""Files of calls and monthly reports: each person sees their own."""

from django.db.models import QuerySet

from accounts import selectors
from accounts.access import Actor, Door, roles_of
from accounts.models import Customer, User
from cdr.models import Export, MonthlyReport


def exports_of(actor: Actor) -> QuerySet[Export]:
    """The actor's files in the customer whose door is open, newest first."""
    return Export.objects.filter(user=actor.user).order_by("-pk")


def reports_of(actor: Actor) -> QuerySet[MonthlyReport]:
    """The actor's monthly reports there."""
    return MonthlyReport.objects.filter(user=actor.user).order_by("name")


def actor_in(customer: Customer, user: User) -> Actor | None:
    """The user with the rights that hold in these rooms now; None for who was blocked or has no place there any more."""
    if not user.is_active:
        return None
    membership, found = selectors.place(selectors.memberships_of(user), customer.pk)
    if membership is None or found is None or found.pk != customer.pk:
        return None
    return Actor(user=user, customer=customer, roles=roles_of(membership), door=Door.TASK)
