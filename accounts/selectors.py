"""Reads about people and their places, already permitted."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import (
    BigIntegerField,
    Count,
    DateTimeField,
    Exists,
    F,
    Model,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
)
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.access import Actor, Capability, preset_of
from accounts.models import (
    ApiToken,
    AuditEntry,
    Brand,
    BrandHost,
    Customer,
    Invitation,
    Membership,
    Notice,
    NoticeRead,
    Partner,
    User,
)
from portal.queries import Among, Given, Written

BRANDS_KEY = "brands-by-host"
BRANDS_SECONDS = 60
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def brand_of_host(host: str) -> Brand | None:
    """The brand shown on a host name; None for a host nobody knows. The demonstration answers as the
    provider on every address of this machine.
    """
    brands: dict[str, Brand] | None = cache.get(BRANDS_KEY)
    if brands is None:
        brands = {entry.host.lower(): entry.brand for entry in BrandHost.objects.select_related("brand")}
        default = default_brand()
        if default is not None and settings.DEMO:
            brands |= dict.fromkeys(("localhost", "127.0.0.1", "::1"), default)
        cache.set(BRANDS_KEY, brands, BRANDS_SECONDS)
    return brands.get(host)


def forget_brands() -> None:
    """Make the next request read the brands anew, after one was changed."""
    cache.delete(BRANDS_KEY)


def default_brand() -> Brand | None:
    """The provider's own brand."""
    return Brand.objects.filter(is_default=True).first()


def brand_of_customer(customer: Customer) -> Brand | None:
    """The brand of the customer's partner, or the provider's."""
    return customer.partner.brand if customer.partner else default_brand()


def is_wide(memberships: Sequence[Membership]) -> bool:
    """Whether somebody reaches many customers: as operator, or as one of a partner's people."""
    return any(found.operates or found.partner_id for found in memberships)


def has_second_factor(user: User) -> bool:
    """Whether the user set up a code app or a passkey."""
    return bool(Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists())


type _Tree = tuple[type[Model], Mapping[str, _Tree]]

# What every page shows of a membership, by relation; the columns come in this order.
_PARTNER: _Tree = (Partner, {"brand": (Brand, {})})
_PLACE: _Tree = (Membership, {"customer": (Customer, {"partner": _PARTNER}), "partner": _PARTNER})


def _columns(of: _Tree, way: str = "") -> list[str]:
    model, related = of
    own = [way + field.attname for field in model._meta.concrete_fields]
    return own + [column for name, other in related.items() for column in _columns(other, f"{way}{name}__")]


def _read(of: _Tree, values: Iterator[Any]) -> Any:
    """The object whose columns come first, with those that it relates to; None where there is none."""
    model, related = of
    names = [field.attname for field in model._meta.concrete_fields]
    own = [next(values) for _name in names]
    found = None if own[names.index(model._meta.pk.attname)] is None else model.from_db(DEFAULT_DB_ALIAS, names, own)
    for name, other in related.items():
        theirs = _read(other, values)
        if found is not None:
            setattr(found, name, theirs)
    return found


_MEMBERSHIPS = Written[tuple[Any, ...]](
    lambda: (
        Membership.objects.filter(user_id=Given("user", BigIntegerField()), is_blocked=False)
        .order_by("pk")
        .values_list(*_columns(_PLACE))
    )
)


def memberships_of(user: User) -> tuple[Membership, ...]:
    """Every place of the user that is not blocked, with what a page shows of it, in a fixed order."""
    memberships = tuple[Membership, ...](_read(_PLACE, iter(row)) for row in _MEMBERSHIPS.rows(user=user.pk))
    for membership in memberships:
        membership.user = user
    return memberships


def customers_of(memberships: Sequence[Membership]) -> QuerySet[Customer]:
    """Every customer whose rooms these memberships open: their own, and each customer of a partner."""
    own = [found.customer_id for found in memberships if found.customer_id]
    partners = [found.partner_id for found in memberships if found.partner_id]
    return (
        (Customer.objects.filter(pk__in=own) | Customer.objects.filter(partner__in=partners))
        .select_related("partner__brand")
        .order_by("name", "pk")
    )


def place(memberships: Sequence[Membership], chosen: int | None) -> tuple[Membership | None, Customer | None]:
    """The membership and customer of a request: the chosen customer if it is permitted, else the first own one, else none."""
    own = [found for found in memberships if found.customer_id]
    if chosen is not None:
        for membership in own:
            if membership.customer_id == chosen:
                return membership, membership.customer
        partners = {found.partner_id: found for found in memberships if found.partner_id is not None}
        customer = Customer.objects.filter(pk=chosen, partner__in=partners).select_related("partner__brand").first()
        if customer is not None and customer.partner_id is not None:
            return partners[customer.partner_id], customer
    if own:
        return own[0], own[0].customer
    return None, None


PRESET_LABELS = {
    "owner": _("Owner"),
    "administrator": _("Administrator"),
    "employee": _("Employee"),
    "custom": _("Colleague"),
}


def preset_label(membership: Membership) -> Promise:
    """What the shell calls somebody with this membership."""
    return PRESET_LABELS[preset_of(membership)]


# --- colleagues ---


def colleagues(customer: Customer) -> QuerySet[Membership]:
    """Everybody with a place in the customer, blocked ones included."""
    return Membership.objects.filter(customer=customer).select_related("user")


def other_managers(membership: Membership) -> QuerySet[Membership]:
    """Who else can manage the users of this membership's customer."""
    return Membership.objects.filter(
        customer=membership.customer, manages_users=True, is_blocked=False, user__is_active=True
    ).exclude(pk=membership.pk)


def open_invitations(customer: Customer) -> QuerySet[Invitation]:
    """Invitations nobody accepted yet, expired ones included: they can be sent again."""
    return Invitation.objects.filter(customer=customer, accepted_at=None).order_by("-created_at", "-pk")


def invitation_of(token_hash: str) -> Invitation | None:
    """The invitation behind a mailed link, by the hash of its token."""
    return Invitation.objects.select_related("customer__partner__brand").filter(token_hash=token_hash).first()


def user_of_address(email: str) -> User | None:
    """Who has this e-mail address. Only for what tells the answer to nobody else."""
    return User.objects.filter(email__iexact=email).first()


def registered_for(customer: Customer, mail: str) -> list[User]:
    """Who gets a kind of mail of a customer; ``mail`` is one of ``Membership.MAILS``."""
    if mail not in Membership.MAILS:
        raise ValueError(mail)
    found = Membership.objects.filter(customer=customer, is_blocked=False, user__is_active=True, **{mail: True})
    return [membership.user for membership in found.select_related("user")]


def tokens_of(user: User) -> QuerySet[ApiToken]:
    """The user's keys that are not revoked, newest first."""
    return ApiToken.objects.filter(user=user, revoked_at=None)


# --- partners and operators ---


def customers_with_users(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    """Customers with ``users``: how many people have a place there and are not blocked."""
    return customers.annotate(users=Count("memberships", filter=Q(memberships__is_blocked=False)))


def host_of(brand: Brand) -> str | None:
    """A host name that shows the brand, for links made outside a request."""
    entry = brand.hosts.first()
    return entry.host if entry else None


@dataclass(frozen=True, slots=True)
class PartnerCounts:
    """How much a partner looks after."""

    customers: int
    users: int
    blocked: int
    invited: int


def partner_counts(partners: Sequence[int]) -> PartnerCounts:
    """The figures of a partner's overview, over all its customers."""
    people = Membership.objects.filter(customer__partner__in=partners).aggregate(
        users=Count("user", distinct=True, filter=Q(is_blocked=False)),
        blocked=Count("user", distinct=True, filter=Q(is_blocked=True)),
    )
    return PartnerCounts(
        customers=Customer.objects.filter(partner__in=partners).count(),
        users=people["users"],
        blocked=people["blocked"],
        invited=Invitation.objects.filter(customer__partner__in=partners, accepted_at=None).count(),
    )


# --- notices ---

NOTICE_DAYS = 90


def notices_for(actor: Actor) -> QuerySet[Notice]:
    """What the actor is told in the open rooms of the last three months, newest first, with `seen`; not what they put away."""
    whom = addressee(actor)
    reads = _reads(whom["user"])
    told = _told(**whom).exclude(Exists(reads.filter(dismissed=True)))
    return told.annotate(seen=Exists(reads)).order_by("-pk")


def unread_notices(actor: Actor) -> QuerySet[Notice]:
    """What the actor has not seen yet."""
    return _unread(**addressee(actor)).order_by("-pk")


def unread_count() -> Subquery:
    """How many these are, as a column of a written query; `addressee` is what has to be given."""
    unread = _unread(
        Given("user", BigIntegerField()), Given("capabilities", TextField()), Given("since", DateTimeField())
    )
    counted = unread.order_by().values(all=Value(1)).annotate(count=Count("*")).values("count")
    return Subquery(counted)


def addressee(actor: Actor) -> dict[str, Any]:
    """Which notices are an actor's: by `user`, by `capabilities`, and `since` when."""
    return {
        "user": actor.user.pk if actor.user else 0,  # nobody's; None would be everybody's
        "capabilities": [capability.value for capability in Capability if actor.can(capability)],
        "since": timezone.now() - dt.timedelta(days=NOTICE_DAYS),
    }


def _told(user: Any, capabilities: Any, since: Any) -> QuerySet[Notice]:
    return Notice.objects.filter(Q(user_id=user) | Q(Among(F("capability"), capabilities)), at__gte=since)


def _unread(user: Any, capabilities: Any, since: Any) -> QuerySet[Notice]:
    return _told(user, capabilities, since).exclude(Exists(_reads(user)))


def _reads(user: Any) -> QuerySet[NoticeRead]:
    return NoticeRead.objects.filter(notice=OuterRef("pk"), user_id=user)


# --- the trail ---


@dataclass(frozen=True, slots=True)
class TrailPage:
    """One page of the trail, newest first, with opaque cursors to its neighbours."""

    entries: tuple[AuditEntry, ...]
    before: str
    after: str


def trail_page(found: QuerySet[AuditEntry], *, after: str = "", before: str = "", size: int = 50) -> TrailPage:
    """A keyset page of ``found``: its cost does not grow with what lies before it. A cursor that is none gives the first page."""
    older, newer = _cursor(after), _cursor(before)
    if newer is not None:
        at, pk = newer
        page = found.filter(Q(at__gt=at) | Q(at=at, pk__gt=pk)).order_by("at", "pk")[: size + 1]
        items = list(page)
        more, entries = len(items) > size, items[:size][::-1]
        return TrailPage(tuple(entries), _mark(entries[0]) if more else "", _mark(entries[-1]) if entries else "")
    if older is not None:
        at, pk = older
        # The first condition alone bounds the walk through the index; the second settles entries of one moment.
        found = found.filter(at__lte=at).exclude(at=at, pk__gte=pk)
    items = list(found.order_by("-at", "-pk")[: size + 1])
    entries = items[:size]
    return TrailPage(
        tuple(entries),
        _mark(entries[0]) if older is not None and entries else "",
        _mark(entries[-1]) if len(items) > size else "",
    )


def _mark(entry: AuditEntry) -> str:
    return f"{(entry.at - EPOCH) // dt.timedelta(microseconds=1)}_{entry.pk}"


def _cursor(text: str) -> tuple[dt.datetime, int] | None:
    micros, _line, pk = text.partition("_")
    if not (micros.isdecimal() and pk.isdecimal() and len(micros) <= 17 and len(pk) <= 18):
        return None
    return EPOCH + dt.timedelta(microseconds=int(micros)), int(pk)


def trail_kinds() -> list[str]:
    """The kinds of object in the open customer's trail: hops through the index, so its cost does not grow with the trail."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE kinds(kind) AS ("
            " (SELECT object_type FROM accounts_auditentry ORDER BY object_type LIMIT 1)"
            " UNION ALL"
            " SELECT (SELECT object_type FROM accounts_auditentry WHERE object_type > kind ORDER BY object_type LIMIT 1)"
            " FROM kinds WHERE kind IS NOT NULL"
            ") SELECT kind FROM kinds WHERE kind IS NOT NULL"
        )
        return [kind for (kind,) in cursor.fetchall()]
