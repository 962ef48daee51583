"""Two who change what one phone is told at the same moment."""

import json
from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from accounts.access import Actor
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import tenant
from portal.lib.numbers import Block
from telephony import selectors, services, vault
from telephony.models import Device, Line, PhoneBook, ProvisioningAnswer
from telephony.provisioning.config import Does
from telephony.provisioning.gate import Event
from telephony.selectors import Target
from telephony.services import NewDevice, NewKey
from tests.other import Other, at_once

MOBILE = Target(external="+31612345601")


@pytest.fixture
def both(acme: Customer, sanne: Line, sales: Line, owner: Actor) -> Device:
    """A phone that carries two lines."""
    with tenant(acme):
        made = services.create_device(
            actor=owner, customer=acme, model_code="yealink-t46u", mac="24:9A:D8:0A:46:B3", lines=[sanne, sales]
        )
        return made.device


def is_told_the_newest(acme: Customer) -> bool:
    """Whether every phone is answered what it would be answered if it were rendered now."""
    with tenant(acme):
        return services.keep_answers(Device.objects.all()) == 0


@pytest.mark.django_db(transaction=True)
def test_a_phone_with_two_lines_that_change_at_once_is_told_of_both(
    acme: Customer, sanne: Line, sales: Line, both: Device, owner: Actor
) -> None:
    before = ProvisioningAnswer.objects.get(device=both).etag
    at_once(
        acme,
        lambda: services.set_features(actor=owner, line=sanne, call_waiting=False),
        lambda: services.set_features(actor=owner, line=sales, call_waiting=False),
    )
    assert ProvisioningAnswer.objects.get(device=both).etag != before
    assert is_told_the_newest(acme)


@pytest.mark.django_db(transaction=True)
def test_a_forward_stays_where_somebody_just_sent_it(acme: Customer, sanne: Line, owner: Actor) -> None:
    at_once(
        acme,
        lambda: services.set_forward(actor=owner, line=sanne, on=True, target=MOBILE),
        lambda: services.set_features(actor=owner, line=sanne, call_waiting=False),
    )
    with tenant(acme):
        line = selectors.lines().get(pk=sanne.pk)
        assert line.forward_to is not None
        assert (line.forward_always, line.call_waiting) == (True, False)


@pytest.mark.django_db(transaction=True)
def test_a_phone_gets_other_lines_while_one_of_them_changes(
    acme: Customer, sanne: Line, sales: Line, both: Device, owner: Actor
) -> None:
    at_once(
        acme,
        lambda: services.change_device_lines(actor=owner, device=both, lines=[sales, sanne]),
        lambda: services.set_features(actor=owner, line=sanne, call_waiting=False),
    )
    assert is_told_the_newest(acme)


@pytest.mark.django_db(transaction=True)
def test_a_line_that_changes_is_put_on_another_phone(
    acme: Customer, sanne: Line, phone: NewDevice, owner: Actor
) -> None:
    at_once(
        acme,
        lambda: services.set_features(actor=owner, line=sanne, call_waiting=False),
        lambda: services.create_device(
            actor=owner, customer=acme, model_code="yealink-t46u", mac="24:9A:D8:0A:46:B4", lines=[sanne]
        ),
    )
    assert is_told_the_newest(acme)


@pytest.mark.django_db(transaction=True)
def test_somebody_who_is_renamed_gets_a_phone(acme: Customer, sanne: Line, owner: Actor) -> None:
    at_once(
        acme,
        lambda: services.change_dialable(
            actor=owner, dialable=sanne.dialable, display_name="Sanne", extension="122", number=None
        ),
        lambda: services.create_device(
            actor=owner, customer=acme, model_code="yealink-t46u", mac="24:9A:D8:0A:46:B4", lines=[sanne]
        ),
    )
    assert is_told_the_newest(acme)


@pytest.mark.django_db(transaction=True)
def test_the_same_lines_are_given_to_a_phone_twice_at_once(
    acme: Customer, sanne: Line, sales: Line, both: Device, owner: Actor
) -> None:
    def swap() -> None:
        services.change_device_lines(actor=owner, device=both, lines=[sales, sanne])

    at_once(acme, swap, swap)
    with tenant(acme):
        assert list(both.device_lines.values_list("line", flat=True)) == [sales.pk, sanne.pk]


@pytest.mark.django_db(transaction=True)
def test_the_same_keys_are_given_to_a_phone_twice_at_once(
    acme: Customer, sanne: Line, phone: NewDevice, owner: Actor
) -> None:
    def give() -> None:
        services.change_device_keys(actor=owner, device=phone.device, keys=[NewKey(Does.SPEED_DIAL, MOBILE)])

    at_once(acme, give, give)
    with tenant(acme):
        assert phone.device.keys.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_key_dials_somebody_who_is_renumbered(acme: Customer, sales: Line, phone: NewDevice, owner: Actor) -> None:
    key = NewKey(Does.SPEED_DIAL, Target(dialable=sales.dialable))
    at_once(
        acme,
        lambda: services.change_dialable(
            actor=owner, dialable=sales.dialable, display_name="Verkoop", extension="102", number=None
        ),
        lambda: services.change_device_keys(actor=owner, device=phone.device, keys=[key]),
    )
    assert is_told_the_newest(acme)


@pytest.mark.django_db(transaction=True)
def test_a_forward_goes_to_somebody_who_is_renumbered(
    acme: Customer, sanne: Line, sales: Line, phone: NewDevice, owner: Actor
) -> None:
    at_once(
        acme,
        lambda: services.change_dialable(
            actor=owner, dialable=sales.dialable, display_name="Verkoop", extension="102", number=None
        ),
        lambda: services.set_forward(actor=owner, line=sanne, on=True, target=Target(dialable=sales.dialable)),
    )
    assert is_told_the_newest(acme)


@pytest.mark.django_db(transaction=True)
def test_the_first_phone_of_a_company_is_made_while_somebody_is_renamed(
    acme: Customer, sanne: Line, sales: Line, owner: Actor
) -> None:
    def make() -> None:
        with tenant(acme):
            services.create_device(
                actor=owner, customer=acme, model_code="yealink-t46u", mac="24:9A:D8:0A:46:B3", lines=[sanne]
            )

    other = Other(make)
    with tenant(acme):
        services.change_dialable(
            actor=owner, dialable=sales.dialable, display_name="Inkoop", extension="101", number=None
        )
        other.start()
        other.end()
    services.write_stale_books()
    with tenant(acme):
        book = json.loads(vault.decrypt(PhoneBook.objects.get().entries))
    assert book == [["Inkoop", "101"], ["Sanne Bakker", "121"]]


@pytest.mark.django_db(transaction=True)
def test_phones_fetch_while_they_are_rendered(acme: Customer, sanne: Line, phone: NewDevice, owner: Actor) -> None:
    with tenant(acme):
        last = services.create_device(
            actor=owner, customer=acme, model_code="yealink-t46u", mac="24:9A:D8:0A:46:B4", lines=[sanne]
        )
        services.keep_answer(phone.device)  # its row lies behind that of the other one now
    now, etags = int(timezone.now().timestamp()), dict(ProvisioningAnswer.objects.values_list("login", "etag"))
    events = [Event(login, now, "fetched", "192.0.2.7", etag) for login, etag in etags.items()]

    def store() -> None:
        with connection.cursor() as cursor:  # as the database may choose to read them: in the order in which they lie
            cursor.execute("SET enable_indexscan = off; SET enable_bitmapscan = off")
        services.store_events(events)

    other = Other(store)
    with tenant(acme):
        services.keep_answer(phone.device)
        other.start()
        other.until_it_waits()
        services.keep_answer(last.device)
    other.end()
    assert dict(ProvisioningAnswer.objects.values_list("login", "fetched_etag")) == etags


@pytest.mark.django_db(transaction=True)
def test_the_same_is_blocked_twice_at_once(acme: Customer, owner: Actor) -> None:
    def block() -> None:
        services.change_outgoing_blocks(actor=owner, customer=acme, blocked=frozenset({Block.MOBILE}))

    at_once(acme, block, block)
    with tenant(acme):
        assert selectors.blocked(acme) == {Block.MOBILE}


type Change = Callable[[Actor, Device, Line], object]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda actor, device, _line: services.release_device(actor=actor, device=device),
        lambda actor, device, line: services.change_device_lines(actor=actor, device=device, lines=[line]),
        lambda actor, device, _line: services.change_device_keys(actor=actor, device=device, keys=[]),
        lambda actor, device, _line: services.make_new_password(actor=actor, device=device),
    ],
)
def test_a_phone_that_somebody_else_just_removed_is_refused(
    acme: Customer, phone: NewDevice, sanne: Line, owner: Actor, change: Change
) -> None:
    with tenant(acme):
        device = Device.objects.get()
        services.release_device(actor=owner, device=phone.device)
        with pytest.raises(Refusal) as refused:
            change(owner, device, sanne)
    assert refused.value.code == "gone"


@pytest.mark.django_db
def test_many_phones_take_no_more_queries_than_one(
    acme: Customer, sanne: Line, owner: Actor, django_assert_num_queries: object
) -> None:
    with tenant(acme):
        made = [
            services.create_device(
                actor=owner, customer=acme, model_code="yealink-t46u", mac=f"24:9A:D8:00:00:0{place}", lines=[sanne]
            ).device
            for place in range(5)
        ]
        for devices in (made[:1], made):
            with django_assert_num_queries(7):  # type: ignore[operator]
                services.keep_answers(devices)
