"""Telling people something in the portal: said once, read and put away by each reader for themselves."""

from collections.abc import Iterable, Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import notice_words, selectors
from accounts.access import Actor, Capability
from accounts.models import Customer, Notice, NoticeRead, User
from accounts.tenancy import tenant

type Value = str | int


def notify(
    *,
    customer: Customer,
    kind: str,
    values: Mapping[str, Value] | None = None,
    user: User | None = None,
    capability: Capability | None = None,
    level: Notice.Level = Notice.Level.INFO,
    link: str = "",
    key: str = "",
) -> bool:
    """Tell one user, or everybody in the customer's rooms with a capability; exactly one of the two is given.

    `kind` stands in `accounts.notice_words.KINDS` and `values` fill in its words: amounts in micros, days and months as
    ISO text. `link` is a path of this site. What has a `key` is told once for a customer, whoever comes first: False
    when it was told already. Works in any door and in none. It leaves no trace in the log book: what it tells does.
    """
    if kind not in notice_words.KINDS:
        raise ValueError(kind)
    notice = Notice(
        customer=customer,
        user=user,
        capability=capability or "",
        kind=kind,
        level=level,
        values=dict(values or {}),
        link=link,
        key=key,
        at=timezone.now(),
    )
    try:
        with tenant(customer):
            notice.save(force_insert=True)
    except IntegrityError:
        if not key:
            raise
        return False
    return True


@transaction.atomic
def read_notices(*, actor: Actor, notices: Iterable[Notice], dismiss: bool = False) -> None:
    """The actor has seen these; with `dismiss` they also leave the actor's list. Runs inside the customer's door."""
    if actor.user is None:
        return
    now = timezone.now()
    rows = [
        NoticeRead(customer_id=notice.customer_id, notice=notice, user=actor.user, at=now, dismissed=dismiss)
        for notice in notices
    ]
    NoticeRead.objects.bulk_create(
        rows,
        update_conflicts=dismiss,
        ignore_conflicts=not dismiss,
        unique_fields=["customer", "notice", "user"] if dismiss else None,
        update_fields=["dismissed"] if dismiss else None,
    )


def read_all_notices(*, actor: Actor) -> None:
    """The actor has seen every notice there is for them."""
    if actor.user is not None:
        read_notices(actor=actor, notices=selectors.unread_notices(actor))
