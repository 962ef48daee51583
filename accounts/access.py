"""Rights: one table from capability to roles, which views, API and templates ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from accounts.models import AuditEntry, Customer, Membership, User

Door = AuditEntry.Door


class Role(StrEnum):
    """What a membership gives: the boolean columns by their names, and what follows from the kind of membership."""

    MANAGES_USERS = "manages_users"
    VIEWS_INVOICES = "views_invoices"
    EDITS_SETTINGS = "edits_settings"
    MOBILE_ACCESS = "mobile_access"
    EDITS_MOBILE_LIMITS = "edits_mobile_limits"
    VIEWS_MOBILE_SETTINGS = "views_mobile_settings"
    BLOCKS_SIM = "blocks_sim"
    SEES_FULL_NUMBERS = "sees_full_numbers"
    UNLOCKS_SPENDING = "unlocks_spending"
    PARTNER = "partner"
    OPERATOR = "operator"


class Capability(StrEnum):
    """What somebody may do; the only thing that code outside this module asks about."""

    VIEW_CALLS = "view_calls"
    FULL_NUMBERS = "full_numbers"
    VIEW_INVOICES = "view_invoices"
    EDIT_SETTINGS = "edit_settings"
    HEAR_GREETINGS = "hear_greetings"
    VIEW_MOBILE = "view_mobile"
    EDIT_MOBILE_LIMITS = "edit_mobile_limits"
    VIEW_MOBILE_SETTINGS = "view_mobile_settings"
    BLOCK_SIM = "block_sim"
    MANAGE_USERS = "manage_users"
    VIEW_AUDIT = "view_audit"
    UNLOCK_SPENDING = "unlock_spending"
    ENTER_CUSTOMERS = "enter_customers"
    OPERATE = "operate"


CAPABILITIES: Mapping[Capability, frozenset[Role]] = MappingProxyType(
    {
        Capability.VIEW_CALLS: frozenset({Role.VIEWS_INVOICES}),
        Capability.FULL_NUMBERS: frozenset({Role.SEES_FULL_NUMBERS}),
        Capability.VIEW_INVOICES: frozenset({Role.VIEWS_INVOICES}),
        Capability.EDIT_SETTINGS: frozenset({Role.EDITS_SETTINGS}),
        Capability.HEAR_GREETINGS: frozenset({Role.EDITS_SETTINGS}),
        Capability.VIEW_MOBILE: frozenset({Role.MOBILE_ACCESS}),
        Capability.EDIT_MOBILE_LIMITS: frozenset({Role.EDITS_MOBILE_LIMITS}),
        Capability.VIEW_MOBILE_SETTINGS: frozenset({Role.VIEWS_MOBILE_SETTINGS}),
        Capability.BLOCK_SIM: frozenset({Role.BLOCKS_SIM}),
        Capability.MANAGE_USERS: frozenset({Role.MANAGES_USERS}),
        Capability.VIEW_AUDIT: frozenset({Role.MANAGES_USERS, Role.EDITS_SETTINGS}),
        Capability.UNLOCK_SPENDING: frozenset({Role.UNLOCKS_SPENDING}),
        Capability.ENTER_CUSTOMERS: frozenset({Role.PARTNER}),
        Capability.OPERATE: frozenset({Role.OPERATOR}),
    }
)

ADMINISTRATOR = frozenset(Membership.ROLES) - {"unlocks_spending"}
OWNER = frozenset(Membership.ROLES)
PRESETS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"owner": OWNER, "administrator": ADMINISTRATOR, "employee": frozenset()}
)


def roles_of(membership: Membership) -> frozenset[Role]:
    """The roles a membership gives; a blocked one gives none."""
    if membership.is_blocked:
        return frozenset()
    columns = {Role(name) for name in Membership.ROLES if getattr(membership, name)}
    if membership.partner_id is not None:
        columns.add(Role.PARTNER)
    if membership.operates:
        columns.add(Role.OPERATOR)
    return frozenset(columns)


def preset_of(membership: Membership) -> str:
    """The name of the preset whose roles the membership has, or ``custom``."""
    has = {name for name in Membership.ROLES if getattr(membership, name)}
    return next((name for name, roles in PRESETS.items() if roles == has), "custom")


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in whose rooms, with which roles and through which door. Services take it, the audit trail keeps it."""

    user: User | None
    customer: Customer | None
    roles: frozenset[Role]
    door: Door

    def can(self, capability: Capability) -> bool:
        """Whether one of the actor's roles gives the capability."""
        return not self.roles.isdisjoint(CAPABILITIES[capability])

    @property
    def name(self) -> str:
        """How the audit trail calls the actor."""
        return self.user.full_name if self.user else "Centrale"


def system(customer: Customer | None = None, door: Door = Door.TASK) -> Actor:
    """The platform itself, acting by task or command without a person behind it."""
    return Actor(user=None, customer=customer, roles=frozenset(), door=door)
