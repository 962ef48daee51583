"""Giving numbers to a customer, and numbers to what they reach."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Customer
from telephony import rules
from telephony.models import Dialable, NumberRange, PhoneNumber
from telephony.services.phone_books import mark_book


@transaction.atomic
def add_number_range(*, actor: Actor, customer: Customer, first: str, last: str) -> NumberRange:
    """Give a customer the numbers from `first` to `last` (E.164), both included; refused when one of them is in use."""
    size = rules.range_is_sane(first, last)
    number_range = NumberRange.objects.create(customer=customer, first=first, last=last)
    start = int(first)
    try:
        with transaction.atomic():
            PhoneNumber.objects.bulk_create(
                PhoneNumber(customer=customer, e164=f"+{start + offset}", number_range=number_range)
                for offset in range(size)
            )
    except IntegrityError as error:
        raise _taken(error) from error
    audit.record(actor=actor, verb="number_range.add", obj=number_range, changes={"numbers": (0, size)})
    return number_range


@transaction.atomic
def remove_number_range(*, actor: Actor, number_range: NumberRange) -> None:
    """Take a range back from a customer; refused while one of its numbers reaches somebody."""
    rules.range_is_free(number_range)
    audit.record(actor=actor, verb="number_range.remove", obj=number_range)
    number_range.numbers.all().delete()
    number_range.delete()


@transaction.atomic
def add_number(*, actor: Actor, customer: Customer, e164: str) -> PhoneNumber:
    """Give a customer one number, for example one that was ported in."""
    try:
        with transaction.atomic():
            number = PhoneNumber.objects.create(customer=customer, e164=e164)
    except IntegrityError as error:
        raise _taken(error) from error
    audit.record(actor=actor, verb="number.add", obj=number)
    return number


@transaction.atomic
def assign_number(*, actor: Actor, number: PhoneNumber, dialable: Dialable) -> PhoneNumber:
    """Let a free number reach the dialable; its first number is the one that others see."""
    rules.number_is_free(number, but_for=dialable)
    number.dialable = dialable
    number.is_main = not dialable.numbers.exclude(pk=number.pk).filter(is_main=True).exists()
    number.save(update_fields=["dialable", "is_main"])
    mark_book(number.customer_id)
    audit.record(actor=actor, verb="number.assign", obj=number, changes={"dialable": (None, str(dialable))})
    return number


@transaction.atomic
def release_number(*, actor: Actor, number: PhoneNumber) -> PhoneNumber:
    """Let a number reach nobody, so that it can be given to somebody else."""
    before = str(number.dialable) if number.dialable else None
    number.dialable = None
    number.save(update_fields=["dialable"])
    mark_book(number.customer_id)
    audit.record(actor=actor, verb="number.release", obj=number, changes={"dialable": (before, None)})
    return number


def _taken(error: IntegrityError) -> Refusal:
    # Whose it is, another customer perhaps, is nobody's business here; anything but a taken number is a defect.
    if "e164" not in str(error) or "unique" not in str(error).lower():
        raise error
    return Refusal(
        "number_taken", _("One of these numbers is already in use. Give numbers that are free."), field="first"
    )
