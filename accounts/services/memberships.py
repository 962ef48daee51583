"""Who has a place where, and what they may do there."""

from collections.abc import Collection, Mapping

from django.db import transaction

from accounts import audit, rules
from accounts.access import OWNER, Actor
from accounts.models import Brand, Customer, Membership, Partner, User
from accounts.services.people import create_user, welcome

COLUMNS = (*Membership.ROLES, *Membership.MAILS)


@transaction.atomic
def add_membership(
    *,
    actor: Actor,
    user: User,
    customer: Customer | None = None,
    partner: Partner | None = None,
    operates: bool = False,
    roles: Collection[str] = (),
) -> Membership:
    """Give a user a place in a customer, a partner or at the provider. ``roles`` may also name mail registrations."""
    rules.known_roles(roles)
    rules.mobile_roles_need_access(roles)
    membership = Membership(
        user=user, customer=customer, partner=partner, operates=operates, **dict.fromkeys(roles, True)
    )
    membership.save(force_insert=True)
    audit.record(actor=actor, verb="membership.add", obj=membership, changes=dict.fromkeys(roles, (False, True)))
    return membership


@transaction.atomic
def create_person(
    *,
    actor: Actor,
    username: str,
    email: str,
    details: Mapping[str, str],
    partner: Partner | None = None,
    operates: bool = False,
    roles: Collection[str] = (),
    brand: Brand,
    base: str,
) -> Membership:
    """Make a log-in with a place at a partner or the provider, and mail the person a link to set a password."""
    user = create_user(actor=actor, username=username, email=email, **details)
    membership = add_membership(actor=actor, user=user, partner=partner, operates=operates, roles=roles)
    welcome(user=user, brand=brand, base=base, place=partner.name if partner else brand.name)
    return membership


@transaction.atomic
def set_roles(*, actor: Actor, membership: Membership, roles: Collection[str]) -> Membership:
    """Make exactly ``roles`` (names of role and mail columns) the membership's own."""
    rules.known_roles(roles)
    rules.mobile_roles_need_access(roles)
    membership = _locked(membership)
    before = audit.snapshot(membership, COLUMNS)
    after = {name: name in roles for name in COLUMNS}
    changed = audit.changes(before, after)
    if not changed:
        return membership
    rules.changes_only_what_it_has(actor, changed)
    if rules.MANAGES in changed and before[rules.MANAGES]:
        rules.keeps_own_user_management(actor, membership)
        rules.keeps_a_manager(membership)
    for name in changed:
        setattr(membership, name, after[name])
    membership.save(update_fields=list(changed))
    audit.record(actor=actor, verb="membership.roles", obj=membership, changes=changed)
    return membership


def make_owner(*, actor: Actor, membership: Membership) -> Membership:
    """Give every role, and keep the mail registrations as they are."""
    mails = {name for name in Membership.MAILS if getattr(membership, name)}
    return set_roles(actor=actor, membership=membership, roles=OWNER | mails)


@transaction.atomic
def block(*, actor: Actor, membership: Membership) -> Membership:
    """Shut a colleague out of this customer, until ``unblock``. Elsewhere nothing changes for them.

    An operator's block goes over a customer's own, and only an operator lifts it.
    """
    membership = _locked(membership)
    by_operator = rules.acts_for_provider(actor)
    if membership.is_blocked and (membership.blocked_by_operator or not by_operator):
        return membership
    rules.keeps_own_user_management(actor, membership)
    rules.has_what_the_other_has(actor, membership)
    rules.keeps_a_manager(membership)
    return _set_blocked(actor, membership, verb="membership.block", blocked=True, by_operator=by_operator)


@transaction.atomic
def unblock(*, actor: Actor, membership: Membership) -> Membership:
    """Let a blocked colleague in again, with the roles they had."""
    membership = _locked(membership)
    if not membership.is_blocked:
        return membership
    rules.operators_block_stays(actor, membership)
    return _set_blocked(actor, membership, verb="membership.unblock", blocked=False, by_operator=False)


@transaction.atomic
def remove(*, actor: Actor, membership: Membership) -> None:
    """Take somebody's place away for good. The log-in stays: it may have places elsewhere."""
    membership = _locked(membership)
    rules.keeps_own_user_management(actor, membership)
    rules.has_what_the_other_has(actor, membership)
    rules.operators_block_stays(actor, membership)
    rules.keeps_a_manager(membership)
    had = {name: (True, False) for name in Membership.ROLES if getattr(membership, name)}
    audit.record(actor=actor, verb="membership.remove", obj=membership, changes=had)
    membership.delete()


def enter_customer(*, actor: Actor, customer: Customer) -> None:
    """Write down that a partner entered a customer's rooms; the customer sees it in the log book."""
    audit.record(actor=actor, verb="customer.enter", obj=customer)


def _locked(membership: Membership) -> Membership:
    # Two managers who strip each other at the same moment would leave none, so the place itself is the lock.
    if membership.customer_id is not None:
        Customer.objects.select_for_update().get(pk=membership.customer_id)
    return Membership.objects.select_related("user", "customer", "partner").get(pk=membership.pk)


def _set_blocked(actor: Actor, membership: Membership, *, verb: str, blocked: bool, by_operator: bool) -> Membership:
    after = {"is_blocked": blocked, "blocked_by_operator": by_operator}
    changed = audit.changes(audit.snapshot(membership, after), after)
    membership.is_blocked, membership.blocked_by_operator = blocked, by_operator
    membership.save(update_fields=list(changed))
    audit.record(actor=actor, verb=verb, obj=membership, changes=changed)
    return membership
