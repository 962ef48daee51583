"""Whom the phones of a customer show in their book."""

import json

from django.utils import timezone

from accounts.tenancy import tenant
from telephony import selectors, vault
from telephony.models import Dialable, PhoneBook
from telephony.services.dialling import dialled_number

_NOBODY = (Dialable.Kind.FAX, Dialable.Kind.VOICEMAIL)


def mark_book(customer_id: int) -> None:
    """Somebody got another name or number: the book of the customer, if its phones have one, is written again soon."""
    PhoneBook.objects.filter(customer_id=customer_id).update(stale=True)


def keep_book(customer_id: int) -> None:
    """Make sure that there is a book for the phones of a customer. A new one is soon written again: whoever is renamed
    at the same moment could not mark it yet.
    """
    if not PhoneBook.objects.filter(customer_id=customer_id).exists():
        _write(customer_id, stale=True)


def write_stale_books() -> int:
    """Write every book again that is out of date; returns how many."""
    stale = list(PhoneBook.objects.filter(stale=True).values_list("customer_id", flat=True))
    for customer_id in stale:
        with tenant(customer_id):
            _write(customer_id)
    return len(stale)


def _write(customer_id: int, *, stale: bool = False) -> None:
    # Marked before it is read, so that a change in between marks it again.
    PhoneBook.objects.filter(customer_id=customer_id).update(stale=stale)
    entries = json.dumps(book_entries(), ensure_ascii=False)
    defaults = {"entries": vault.encrypt(entries), "stale": stale, "written_at": timezone.now()}
    PhoneBook.objects.update_or_create(customer_id=customer_id, defaults=defaults)


def book_entries() -> list[tuple[str, str]]:
    """Name and what is dialled of everybody in the book of the open customer."""
    found = selectors.dialables().exclude(kind__in=_NOBODY).prefetch_related("numbers")
    pairs = [(dialable.display_name, dialled_number(dialable)) for dialable in found]
    return sorted((name, number) for name, number in pairs if number)
