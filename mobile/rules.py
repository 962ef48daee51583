"""Named refusals of the mobile pages; each says what to do."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from accounts.access import Actor, Capability
from accounts.errors import Refusal
from mobile.models import MobileSubscription


def may_block(actor: Actor) -> None:
    if not actor.can(Capability.BLOCK_SIM):
        raise PermissionDenied


def may_edit_limits(actor: Actor) -> None:
    if not actor.can(Capability.EDIT_MOBILE_LIMITS):
        raise PermissionDenied


def may_see_puk(actor: Actor, subscription: MobileSubscription) -> None:
    if not actor.can(Capability.VIEW_MOBILE_SETTINGS):
        raise PermissionDenied
    if not subscription.puk_secret:
        raise Refusal("puk_unknown", _("No PUK is known for this SIM. Ask support for it."))


def is_not_ended(subscription: MobileSubscription) -> None:
    if subscription.ended_on is not None:
        raise Refusal("subscription_ended", _("This subscription has ended, so its SIM does nothing any more."))


def limit_is_not_negative(micros: int | None) -> None:
    if micros is not None and micros < 0:
        raise Refusal("limit_negative", _("A limit is 0 or more. Leave it empty for no limit."), field="account_limit")
