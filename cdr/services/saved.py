"""Save, rename and remove filters."""

from accounts.access import Actor
from accounts.audit import changes, record, snapshot
from accounts.models import Customer, User
from cdr import rules
from cdr.models import SavedFilter
from cdr.selectors.saved import saved_filters

FIELDS = ("name",)  # what is searched for is nobody else's business


def keep_filter(*, actor: Actor, customer: Customer, name: str, query: str) -> SavedFilter:
    """Save filters under a name, inside the customer's door. Raises Refusal."""
    person = _alone(actor)
    rules.filters_are_set(query)
    rules.room_for_a_filter(saved_filters(actor).count())
    rules.filter_name_is_free(saved_filters(actor), name)
    kept = SavedFilter.objects.create(customer=customer, user=person, name=name, query=query)
    record(actor=actor, verb="saved_filter.keep", obj=kept, changes=changes({}, snapshot(kept, FIELDS)))
    return kept


def rename_filter(*, actor: Actor, kept: SavedFilter, name: str) -> SavedFilter:
    """Give saved filters another name. Raises Refusal."""
    _alone(actor)
    rules.filter_name_is_free(saved_filters(actor).exclude(pk=kept.pk), name)
    before = snapshot(kept, FIELDS)
    kept.name = name
    kept.save(update_fields=["name"])
    record(actor=actor, verb="saved_filter.rename", obj=kept, changes=changes(before, snapshot(kept, FIELDS)))
    return kept


def remove_filter(*, actor: Actor, kept: SavedFilter) -> None:
    """Remove saved filters; saving them again is the way back."""
    gone = changes(snapshot(kept, FIELDS), dict.fromkeys(FIELDS))
    record(actor=actor, verb="saved_filter.remove", obj=kept, changes=gone)
    kept.delete()


def _alone(actor: Actor) -> User:
    """The person, locked: who saves two at once stays under the limit and has each name once."""
    return User.objects.select_for_update().get(pk=rules.person(actor).pk)
