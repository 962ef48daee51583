"""What phones did waits until it is stored, whatever happens to the workers that store it."""

from collections.abc import Sequence

import pytest
from django.conf import settings
from redis import Redis

from accounts.models import Customer
from accounts.tenancy import tenant
from telephony import services
from telephony.memory import gate
from telephony.models import PhoneFile, ProvisioningEvent
from telephony.provisioning.gate import Attempt, Event, Sent
from telephony.provisioning.waiting import LEASE, MOST_TRIES, Waiting
from telephony.services import NewDevice
from telephony.tasks import store_phone_events, store_phone_files
from telephony.tests.phones import taken


class Killed(BaseException):
    """Ends a worker at this instant."""


@pytest.fixture
def queue() -> Waiting[Event]:
    return gate().events


@pytest.fixture
def valkey() -> Redis:
    return Redis.from_url(settings.CACHES["default"]["LOCATION"], decode_responses=True)


@pytest.fixture
def three(phone: NewDevice) -> list[Event]:
    """A phone asked three times."""
    events = [Event(phone.device.login, 1_795_000_000 + second, "fetched", "192.0.2.7") for second in range(3)]
    for event in events:
        gate().accept(attempt_of(event), event)
    return events


def attempt_of(event: Event) -> Attempt:
    return Attempt(event.address, event.name)


def history(acme: Customer) -> int:
    with tenant(acme):
        return ProvisioningEvent.objects.count()


def dies_before(entries: Sequence[object], /, *, again: bool) -> int:
    raise Killed


def dies_after(entries: Sequence[Event], /, *, again: bool) -> int:
    services.store_events(entries, again=again)
    raise Killed


def test_a_batch_that_was_not_stored_comes_again_in_its_order(three: list[Event], queue: Waiting[Event]) -> None:
    with pytest.raises(Killed):
        queue.drain(2, dies_before)
    assert taken(queue) == three


def test_what_a_worker_stored_before_it_died_is_not_stored_twice(
    three: list[Event], queue: Waiting[Event], acme: Customer
) -> None:
    with pytest.raises(Killed):
        queue.drain(2, dies_after)
    assert history(acme) == 2
    store_phone_events()
    assert history(acme) == 3


def test_of_a_batch_that_comes_again_only_what_was_stored_is_left_out(phone: NewDevice, acme: Customer) -> None:
    both = [Event(phone.device.login, 1_795_000_000, outcome, "192.0.2.7") for outcome in ("fetched", "unchanged")]
    services.store_events(both[:1])
    services.store_events(both, again=True)
    assert history(acme) == 2


def test_a_file_that_a_worker_kept_before_it_died_is_not_kept_twice(phone: NewDevice, acme: Customer) -> None:
    event = Event(phone.device.login, 1_795_000_000, "sent", "192.0.2.7")
    gate().accept(attempt_of(event), event, sent=Sent(phone.device.login, 1_795_000_000, "log", 5, "x"))

    def dies_after_keeping(entries: Sequence[Sent], /, *, again: bool) -> int:
        services.store_sent(entries, again=again)
        raise Killed

    with pytest.raises(Killed):
        gate().files.drain(20, dies_after_keeping)
    store_phone_files()
    with tenant(acme):
        assert PhoneFile.objects.count() == 1


def test_two_workers_do_not_take_the_same(three: list[Event], queue: Waiting[Event]) -> None:
    def meets_another(entries: Sequence[Event], /, *, again: bool) -> int:
        assert taken(queue) == []
        return len(entries)

    assert queue.drain(100, meets_another) == 3


@pytest.mark.usefixtures("three")
def test_a_worker_that_was_killed_holds_others_up_for_a_minute_at_most(queue: Waiting[Event], valkey: Redis) -> None:
    left = []

    def look(entries: Sequence[Event], /, *, again: bool) -> int:
        left.append(valkey.ttl(f"{queue.name}:lock"))
        return len(entries)

    queue.drain(1, look)
    assert len(left) == 3
    assert all(0 < seconds <= LEASE for seconds in left)


def test_what_can_never_be_stored_is_given_up_for_what_comes_behind(three: list[Event], queue: Waiting[Event]) -> None:
    for _try in range(MOST_TRIES):
        with pytest.raises(Killed):
            queue.drain(2, dies_before)
    assert taken(queue) == three[2:]
