"""What may not happen to people and their rights: each refusal is one function with a stable code."""

import re
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.access import Actor, Role
from accounts.errors import Refusal
from accounts.models import Customer, Invitation, Membership, User
from accounts.words import role_label

MANY_INVITATIONS = 100
MANAGES = "manages_users"


def mobile_roles_need_access(roles: Collection[str]) -> None:
    """The three starred roles cannot exist without access to mobile; the database holds the same."""
    lonely = [name for name in Membership.MOBILE_ROLES if name in roles]
    if lonely and "mobile_access" not in roles:
        raise Refusal(
            "mobile_access_needed",
            _("This role needs access to mobile. Tick that as well."),
            field=lonely[0],
            proposals=("mobile_access",),
        )


def known_roles(names: Collection[str]) -> None:
    """Only roles and mails that exist; a misspelt one from the API is named."""
    for name in names:
        if name not in Membership.ROLES and name not in Membership.MAILS:
            raise Refusal("unknown_role", _("There is no role with the name %(name)s.") % {"name": name}, field="roles")


def acts_for_provider(actor: Actor) -> bool:
    """Whether the platform itself or one of the provider's operators acts, whom no customer's roles bind."""
    return actor.user is None or Role.OPERATOR in actor.roles


def changes_only_what_it_has(actor: Actor, changed: Collection[str]) -> None:
    """Nobody gives or takes a right that they lack themselves; operators give and take all of them."""
    if acts_for_provider(actor):
        return
    beyond = [name for name in changed if name in Membership.ROLES and Role(name) not in actor.roles]
    if beyond:
        raise Refusal(
            "beyond_own_roles",
            _("You do not have the role “%(role)s” yourself, so you cannot give or take it. Ask somebody who has it.")
            % {"role": role_label(beyond[0])},
            field=beyond[0],
        )


def has_what_the_other_has(actor: Actor, membership: Membership) -> None:
    """Nobody shuts out or removes somebody with a right that they lack themselves, or user management alone would unseat owners."""
    if acts_for_provider(actor):
        return
    for name in Membership.ROLES:
        if getattr(membership, name) and Role(name) not in actor.roles:
            raise Refusal(
                "beyond_own_roles",
                _("%(name)s has the role “%(role)s” and you do not. Ask somebody who has that role to do this.")
                % {"name": membership.user.full_name, "role": role_label(name)},
            )


def operators_block_stays(actor: Actor, membership: Membership) -> None:
    """What the provider blocked, nobody of the customer or its partner lifts, nor makes undone by inviting anew."""
    if membership.blocked_by_operator and not acts_for_provider(actor):
        raise Refusal(
            "blocked_by_operator",
            _("The provider blocked %(name)s, so only the provider can change that. Call the helpdesk.")
            % {"name": membership.user.full_name},
        )


def keeps_own_user_management(actor: Actor, membership: Membership) -> None:
    """Nobody shuts themselves out: another manager has to do that."""
    if actor.user is not None and actor.user.pk == membership.user_id:
        raise Refusal(
            "own_user_management",
            _("You cannot take user management from yourself. Ask a colleague who manages users."),
            field=MANAGES,
        )


def keeps_a_manager(membership: Membership) -> None:
    """A customer always has somebody who manages its users. Call it with the customer's row locked."""
    if membership.customer_id is None or membership.is_blocked or not membership.manages_users:
        return
    if not selectors.other_managers(membership).exists():
        raise Refusal(
            "last_manager",
            _("%(name)s is the last one who manages users here. Give a colleague that role first.")
            % {"name": membership.user.full_name},
            field=MANAGES,
        )


def not_a_colleague_yet(customer: Customer, email: str) -> None:
    """Whoever works here already needs no invitation. The list of colleagues shows the same, so this tells nothing new."""
    if Membership.objects.filter(customer=customer, user__email__iexact=email).exists():
        raise Refusal(
            "already_a_colleague", _("Somebody with this e-mail address is already in your list."), field="email"
        )


def few_open_invitations(customer: Customer) -> None:
    """Invitations are mail to strangers, so their number is held down."""
    if selectors.open_invitations(customer).count() >= MANY_INVITATIONS:
        raise Refusal(
            "many_invitations",
            _("There are %(count)s open invitations. Withdraw some before you send more.")
            % {"count": MANY_INVITATIONS},
        )


def free_username(username: str, user: User | None = None) -> None:
    """A user name is not an e-mail address (that could be somebody else's), and nobody has it yet."""
    if "@" in username:
        raise Refusal(
            "username_is_address",
            _("A user name cannot hold an @. Logging in with your e-mail address works anyway."),
            field="username",
            proposals=(proposal(username.partition("@")[0]),),
        )
    others = User.objects.filter(username__iexact=username)
    if (others.exclude(pk=user.pk) if user else others).exists():
        raise Refusal(
            "username_taken", _("This user name is taken. Free:"), field="username", proposals=(proposal(username),)
        )


def proposal(wish: str) -> str:
    """A free user name close to ``wish``."""
    base = re.sub(r"[^\w.+-]", "", wish)[:140] or "user"
    taken = {
        name.lower() for name in User.objects.filter(username__istartswith=base).values_list("username", flat=True)
    }
    if base.lower() not in taken:
        return base
    return next(f"{base}{number}" for number in range(2, len(taken) + 3) if f"{base}{number}".lower() not in taken)


def invitation_is_for(user: User, invitation: Invitation) -> None:
    """An invitation opens the door for its own address only."""
    if user.email.lower() != invitation.email.lower():
        raise Refusal(
            "other_address",
            _("This invitation was sent to another e-mail address. Log out and open the link again."),
        )
