"""Inviting people: one mail, one link, and no word about who has an account elsewhere."""

import datetime as dt
import hashlib
from collections.abc import Collection, Mapping

from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts import audit, mail, rules, selectors
from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Brand, Customer, Invitation, Membership, User
from accounts.services.memberships import add_membership
from accounts.services.people import create_user
from accounts.tokens import make_key, token_hash

DAYS = 7
# Invitations are mail to strangers that anybody who manages users can send, also again and again.
MAILS_TO_AN_ADDRESS_A_DAY = 3
MAILS_OF_A_CUSTOMER_AN_HOUR = 50
LONGEST_INVITER = 60


@transaction.atomic
def invite(
    *, actor: Actor, customer: Customer, email: str, roles: Collection[str], brand: Brand, base: str
) -> Invitation:
    """Invite an address, known elsewhere or not: both get one mail and look the same. An open invitation is replaced.

    ``roles`` may also name mail registrations; ``base`` is scheme and host of a page of the brand.
    """
    email = User.objects.normalize_email(email)
    rules.known_roles(roles)
    rules.mobile_roles_need_access(roles)
    rules.changes_only_what_it_has(actor, roles)
    rules.not_a_colleague_yet(customer, email)
    rules.few_open_invitations(customer)
    selectors.open_invitations(customer).filter(email__iexact=email).delete()
    token = make_key()
    invitation = Invitation.objects.create(
        customer=customer,
        email=email,
        roles=sorted(roles),
        token_hash=token_hash(token),
        invited_by=actor.user,
        expires_at=timezone.now() + dt.timedelta(days=DAYS),
    )
    given = dict.fromkeys(invitation.roles, (False, True))
    audit.record(actor=actor, verb="invitation.send", obj=invitation, changes=given)
    _mail(invitation, token, actor=actor, brand=brand, base=base)
    return invitation


@transaction.atomic
def send_again(*, actor: Actor, invitation: Invitation, brand: Brand, base: str) -> Invitation:
    """Mail a new link with seven new days; the old link stops working."""
    token = make_key()
    invitation.token_hash = token_hash(token)
    invitation.expires_at = timezone.now() + dt.timedelta(days=DAYS)
    invitation.save(update_fields=["token_hash", "expires_at"])
    audit.record(actor=actor, verb="invitation.send_again", obj=invitation)
    _mail(invitation, token, actor=actor, brand=brand, base=base)
    return invitation


@transaction.atomic
def withdraw(*, actor: Actor, invitation: Invitation) -> None:
    """Take an invitation back; its link says that it is no longer valid."""
    audit.record(actor=actor, verb="invitation.withdraw", obj=invitation)
    invitation.delete()


@transaction.atomic
def accept_as_new(
    *, actor: Actor, invitation: Invitation, username: str, password: str, details: Mapping[str, str]
) -> User:
    """Make the log-in of somebody who had none, with the place they were invited to."""
    invitation = _locked(invitation)
    if selectors.user_of_address(invitation.email) is not None:
        raise Refusal("account_exists", _("There is a log-in with this e-mail address already. Log in to join."))
    user = create_user(actor=actor, username=username, email=invitation.email, password=password, **details)
    _join(actor, invitation, user)
    return user


@transaction.atomic
def accept_as_user(*, actor: Actor, invitation: Invitation, user: User) -> Membership:
    """Give somebody with a log-in the place they were invited to."""
    invitation = _locked(invitation)
    rules.invitation_is_for(user, invitation)
    return _join(actor, invitation, user)


def _join(actor: Actor, invitation: Invitation, user: User) -> Membership:
    existing = Membership.objects.filter(user=user, customer=invitation.customer).first()
    invitation.accepted_at = timezone.now()
    invitation.save(update_fields=["accepted_at"])
    if existing is not None:
        return existing
    who = Actor(user=user, customer=invitation.customer, roles=actor.roles, door=actor.door)
    return add_membership(actor=who, user=user, customer=invitation.customer, roles=invitation.roles)


def _locked(invitation: Invitation) -> Invitation:
    locked = Invitation.objects.select_for_update(of=("self",)).select_related("customer").get(pk=invitation.pk)
    if not locked.is_open(timezone.now()):
        raise Refusal("invitation_closed", _("This invitation is no longer valid. Ask for a new one."))
    return locked


def _few_mails(invitation: Invitation) -> None:
    """Count one more mail to the address and from the customer, or refuse it; both counts end by themselves."""
    address = hashlib.sha256(invitation.email.encode()).hexdigest()
    if _count(f"invitations-of:{invitation.customer_id}", 3600) > MAILS_OF_A_CUSTOMER_AN_HOUR:
        raise Refusal(
            "too_many_invitations",
            _("%(count)s invitations were sent in an hour. Wait an hour before you send more.")
            % {"count": MAILS_OF_A_CUSTOMER_AN_HOUR},
        )
    if _count(f"invitations-to:{address}", 86_400) > MAILS_TO_AN_ADDRESS_A_DAY:
        raise Refusal(
            "too_many_invitations",
            _("This address got %(count)s invitations in a day. Ask whether they are in the spam box, or try tomorrow.")
            % {"count": MAILS_TO_AN_ADDRESS_A_DAY},
            field="email",
        )


def _count(key: str, seconds: int) -> int:
    if cache.add(key, 1, seconds):
        return 1
    try:
        return int(cache.incr(key))
    except ValueError:  # the count ended between the two lines
        cache.set(key, 1, seconds)
        return 1


def _inviter(actor: Actor, brand: Brand) -> str:
    """Who invites, in a mail to strangers: people choose their own names, so one that could pass for a link stays out."""
    if actor.user is None:
        return brand.name
    name = actor.user.full_name
    return actor.user.username if len(name) > LONGEST_INVITER or any(sign in name for sign in ":/@") else name


def _mail(invitation: Invitation, token: str, *, actor: Actor, brand: Brand, base: str) -> None:
    _few_mails(invitation)
    known = selectors.user_of_address(invitation.email)
    language = known.language if known else translation.get_language() or "nl"
    values = {
        "invitation": invitation,
        "customer": invitation.customer,
        "inviter": _inviter(actor, brand),
        "known": known,
        "days": DAYS,
        "url": base + reverse("accounts:invitation", kwargs={"token": token}),
    }
    mail.must_send(brand=brand, to=invitation.email, language=language[:2], template="invitation", values=values)
