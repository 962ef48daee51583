"""Numbers are masked once their time is over, and not a day, a call or a cent more."""

import datetime as dt
import io
import os
from collections.abc import Iterable
from pathlib import Path
from typing import cast

import pytest
from celery import current_app
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.access import Actor, Door, roles_of, system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, Membership, User
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import (
    BilledPeriod,
    CallRecord,
    DailyTotal,
    Dispute,
    KeepingTime,
    KeptRows,
    MaskedPeriod,
    MonthlyTotal,
    PartyNumber,
    Reject,
    Source,
)
from cdr.retention_tasks import mask_customer, retain
from cdr.selectors import calls
from cdr.selectors import retention as selectors
from cdr.services import close_period, retention
from cdr.services.disputes import close_dispute, open_dispute
from cdr.services.rerating import rerate
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, load, write
from portal.lib.numbers import display, mask
from portal.lib.numbers.showing import visible
from portal.lib.periods import Month
from telephony.models import PhoneNumber

pytestmark = pytest.mark.django_db

OCTOBER = Month(2026, 10)
LATER = dt.datetime(2028, 5, 1, 3, tzinfo=dt.UTC)  # October 2026 and eighteen months are over
AMSTERDAM, MOROCCO, OWN = "+31201234567", "+212537268011", "+31887654000"
ROWS = (
    asterisk_row(unique="1.1"),
    asterisk_row(dst="0612345678", unique="1.2", start="2026-10-16 09:12:00", end="2026-10-16 09:13:05"),
    asterisk_row(dst="00212537268011", unique="1.3", start="2026-10-31 23:59:30", end="2026-11-01 00:00:35"),
    asterisk_row(dst="1888", unique="1.4"),
    asterisk_row(dst="0201234567", unique="1.5", start="2026-11-02 10:00:00", end="2026-11-02 10:01:05"),
    asterisk_row(dst="0201112233", account="birch", unique="9.9"),
)


@pytest.fixture
def source(acme: Customer, birch: Customer) -> Source:
    a_tariff()
    with tenant(acme):
        PhoneNumber.objects.create(customer=acme, e164=OWN)
    return a_source()


@pytest.fixture
def october(source: Source, acme: Customer, birch: Customer, tmp_path: Path) -> None:
    """Calls in October and November, of which October is closed and billed."""
    load(write(tmp_path, ROWS), source)
    close_period(month=OCTOBER, actor=system())
    for customer in (acme, birch):
        with tenant(customer):
            retention.mark_billed(customer=customer, month=OCTOBER)


def others(customer: Customer) -> dict[str, str]:
    with tenant(customer):
        return dict(CallRecord.objects.order_by("record_id").values_list("record_id", "other"))


def run(customer: Customer, now: dt.datetime = LATER) -> int:
    return retention.mask_customer(customer=customer, actor=system(customer), now=now)


def actor_of(user: User, customer: Customer | None = None) -> Actor:
    return Actor(user=user, customer=customer, roles=roles_of(Membership.objects.get(user=user)), door=Door.PAGE)


def dispute(customer: Customer, user: User, **about: object) -> Dispute:
    with tenant(customer):
        return open_dispute(actor=actor_of(user, customer), customer=customer, reason="not ours", **about)  # type: ignore[arg-type]


# --- what is masked ---


def test_numbers_of_a_period_that_is_over_are_masked_and_keep_their_beginning(october: None, acme: Customer) -> None:
    assert run(acme) == 3
    assert list(others(acme).values()) == ["+3120123xxxx", "+3161234xxxx", "+21253726xxxx", "short:1888", AMSTERDAM]


def test_another_customers_numbers_stay(october: None, acme: Customer, birch: Customer) -> None:
    run(acme)
    assert list(others(birch).values()) == ["+31201112233"]


def test_totals_and_amounts_stay_as_they_were(october: None, acme: Customer) -> None:
    def all_of_it() -> list[object]:
        with tenant(acme):
            records = CallRecord.objects.order_by("start", "id").values_list("start", "id", "micros", "seconds", "leg")
            selection = calls.Selection(OCTOBER.first_day, OCTOBER.end_day, full_numbers=True)
            sums = calls.add_up(calls.by_day(selection).values())
            return [list(records), list(DailyTotal.objects.values()), list(MonthlyTotal.objects.values()), sums]

    before = all_of_it()
    run(acme)
    assert all_of_it() == before


def test_a_second_run_finds_nothing(october: None, acme: Customer) -> None:
    run(acme)
    masked = others(acme)
    assert run(acme) == 0
    assert others(acme) == masked
    with tenant(acme):
        assert AuditEntry.objects.filter(verb="calls.mask").count() == 1


def test_a_run_that_was_broken_off_is_completed(october: None, acme: Customer) -> None:
    with tenant(acme):
        own = retention.own_numbers()
    assert retention._mask_day(acme, OCTOBER.first_day, dt.date(2026, 10, 15), own) == 1
    assert run(acme) == 2
    assert "+3120123xxxx" in others(acme).values()


@pytest.mark.parametrize(
    ("now", "masked"),
    [(dt.datetime(2028, 4, 30, 21, 59, tzinfo=dt.UTC), 0), (dt.datetime(2028, 4, 30, 22, 0, tzinfo=dt.UTC), 3)],
)
def test_the_time_ends_at_midnight_in_amsterdam(october: None, acme: Customer, now: dt.datetime, masked: int) -> None:
    assert run(acme, now) == masked


def test_a_customer_can_have_a_time_of_its_own(october: None, acme: Customer, olga: User) -> None:
    retention.set_keeping_time(actor=actor_of(olga), customer=acme, months=6)
    assert run(acme, dt.datetime(2027, 5, 2, tzinfo=dt.UTC)) == 3
    with crossing(Crossing.PLATFORM_AUDIT):
        assert AuditEntry.objects.get(verb="customer.keeping_time").changes == {"months": [18, 6]}


@pytest.mark.parametrize("months", [0, 85])
def test_a_time_that_makes_no_sense_is_refused(acme: Customer, olga: User, months: int) -> None:
    with pytest.raises(Refusal):
        retention.set_keeping_time(actor=actor_of(olga), customer=acme, months=months)


def test_a_period_that_is_not_closed_is_never_masked(source: Source, acme: Customer, tmp_path: Path) -> None:
    load(write(tmp_path, ROWS), source)
    with tenant(acme):
        retention.mark_billed(customer=acme, month=OCTOBER)
    assert run(acme) == 0


def test_a_period_that_is_not_billed_is_never_masked(october: None, acme: Customer) -> None:
    with tenant(acme):
        BilledPeriod.objects.all().delete()
    assert run(acme) == 0


def test_free_numbers_are_nobodys_own_and_stay_free(source: Source, acme: Customer, tmp_path: Path) -> None:
    load(write(tmp_path, [asterisk_row(dst="08000410123", unique="5.5"), asterisk_row(unique="5.6")]), source)
    close_period(month=OCTOBER, actor=system())
    with tenant(acme):
        retention.mark_billed(customer=acme, month=OCTOBER)
    run(acme)
    assert [number for number in others(acme).values() if "x" not in number] == ["+318000410123"]
    assert not rerate(actor=system(), customer=acme, month=OCTOBER).differences


def test_own_numbers_are_no_other_party(october: None, source: Source, acme: Customer, tmp_path: Path) -> None:
    with tenant(acme):
        PhoneNumber.objects.create(customer=acme, e164=AMSTERDAM)
    assert run(acme) == 2
    assert AMSTERDAM in others(acme).values()


def test_a_name_of_a_record_that_holds_the_number_tells_it_no_more(
    source: Source, acme: Customer, tmp_path: Path
) -> None:
    load(write(tmp_path, [asterisk_row(unique="call-0201234567.7", linked="call-0201234567.7")]), source)
    close_period(month=OCTOBER, actor=system())
    with tenant(acme):
        retention.mark_billed(customer=acme, month=OCTOBER)
    run(acme)
    with tenant(acme):
        found = CallRecord.objects.get()
    assert "1234567" not in found.record_id + found.call_group
    assert (found.record_id.partition(":")[0], found.facts) == ("masked", 0)
    again = load(write(tmp_path, [asterisk_row(unique="call-0201234567.7", linked="call-0201234567.7")]), source)
    assert (again.loaded, again.duplicate) == (0, 1)


def test_a_record_that_comes_again_is_known_and_stays_masked(
    october: None, source: Source, acme: Customer, tmp_path: Path
) -> None:
    run(acme)
    again = load(write(tmp_path, ROWS), source)
    assert (again.loaded, again.duplicate) == (0, len(ROWS))
    assert "+3120123xxxx" in others(acme).values()


# --- search, display, export ---


def test_the_list_of_searched_numbers_forgets_what_no_call_has_any_more(october: None, acme: Customer) -> None:
    run(acme)
    with tenant(acme):
        known = set(PartyNumber.objects.values_list("number", flat=True))
    assert known == {"+3120123xxxx", "+3161234xxxx", "+21253726xxxx", "short:1888", AMSTERDAM}


@pytest.mark.parametrize(("typed", "found"), [("06 12 34", True), ("5678", False), ("06 12 34 56 78", False)])
def test_hidden_digits_cannot_be_searched_and_the_rest_can(
    october: None, acme: Customer, alice: User, client: Client, typed: str, found: bool
) -> None:
    run(acme)
    client.force_login(alice)
    page = client.get("/calls/details/", {"month": "2026-10", "q": typed}).content.decode()
    assert ("06 12 34 xx xx" in page) is found


@pytest.mark.django_db(transaction=True)  # an export reads over a connection of its own
def test_everybody_sees_and_exports_the_same_masked_number(
    october: None, acme: Customer, alice: User, bob: User, client: Client
) -> None:
    run(acme)
    Membership.objects.filter(user=bob).update(views_invoices=True)
    for user in (alice, bob):
        client.force_login(user)
        assert "06 12 34 xx xx" in client.get("/calls/details/?month=2026-10").content.decode()
        for form, number in (("iso", "+3161234xxxx"), ("dutch", "06 12 34 xx xx")):
            answer = client.get(f"/calls/export.csv?month=2026-10&form={form}")
            content = b"".join(cast("Iterable[bytes]", answer.streaming_content))  # type: ignore[attr-defined]
            assert number in content.decode()


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_a_stored_mask_looks_like_the_mask_of_the_whole_number(number: str) -> None:
    stored = visible(number) + "xxxx"
    assert mask(display(stored)) == display(stored)
    assert display(stored).count("x") == 4
    assert visible(stored) == visible(number)


# --- disputes ---


def test_an_open_dispute_about_a_period_holds_all_of_it(october: None, acme: Customer, alice: User, olga: User) -> None:
    held = dispute(acme, alice, period=OCTOBER.first_day)
    assert run(acme) == 0
    with tenant(acme):
        assert MaskedPeriod.objects.get().held == 3
    with crossing(Crossing.OPERATE):
        close_dispute(actor=actor_of(olga), dispute=held, outcome="paid back")
    assert run(acme) == 3


def test_an_open_dispute_about_a_call_holds_that_call(october: None, acme: Customer, alice: User, olga: User) -> None:
    with tenant(acme):
        call = CallRecord.objects.get(other=MOROCCO)
    held = dispute(acme, alice, call=call)
    assert run(acme) == 2
    assert MOROCCO in others(acme).values()
    with tenant(acme):
        assert MaskedPeriod.objects.get().held == 1
        assert MOROCCO in PartyNumber.objects.values_list("number", flat=True)
    with crossing(Crossing.OPERATE):
        close_dispute(actor=actor_of(olga), dispute=held, outcome="")
    assert run(acme) == 1
    assert MOROCCO not in others(acme).values()


def test_a_dispute_holds_the_other_legs_of_its_call(
    source: Source, acme: Customer, alice: User, tmp_path: Path
) -> None:
    leg = asterisk_row(unique="2.2", linked="2.1", sequence=2, dst="0201234567", channel="PJSIP/102-1")
    load(write(tmp_path, [asterisk_row(unique="2.1", linked="2.1"), leg]), source)
    close_period(month=OCTOBER, actor=system())
    with tenant(acme):
        retention.mark_billed(customer=acme, month=OCTOBER)
        call = CallRecord.objects.filter(leg=1)[0]
    dispute(acme, alice, call=call)
    assert run(acme) == 0


def test_who_may_not_see_invoices_may_not_dispute(october: None, acme: Customer, bob: User) -> None:
    with pytest.raises(PermissionDenied):
        dispute(acme, bob, period=OCTOBER.first_day)


def test_only_an_operator_closes_a_dispute(october: None, acme: Customer, alice: User) -> None:
    made = dispute(acme, alice, period=OCTOBER.first_day)
    with tenant(acme), pytest.raises(PermissionDenied):
        close_dispute(actor=actor_of(alice, acme), dispute=made, outcome="")


def test_the_same_thing_is_not_disputed_twice_at_once(october: None, acme: Customer, alice: User) -> None:
    dispute(acme, alice, period=OCTOBER.first_day)
    with pytest.raises(Refusal):
        dispute(acme, alice, period=OCTOBER.first_day)


def test_disputes_are_in_the_log_book(october: None, acme: Customer, alice: User, olga: User) -> None:
    made = dispute(acme, alice, period=OCTOBER.first_day)
    for _twice in range(2):
        with crossing(Crossing.OPERATE):
            close_dispute(actor=actor_of(olga), dispute=made, outcome="paid back")
    with tenant(acme):
        found = AuditEntry.objects.filter(verb__startswith="dispute.").order_by("pk")
        assert [(entry.verb, entry.note) for entry in found] == [
            ("dispute.open", "not ours"),
            ("dispute.close", "paid back"),
        ]


# --- raw rows ---


def test_raw_rows_are_forgotten_after_the_shortest_time_of_any_customer(
    october: None, source: Source, acme: Customer, tmp_path: Path
) -> None:
    load(write(tmp_path, [asterisk_row(account="nobody", unique="7.7")], "b.csv"), source)
    done = Path(settings.DROP_FOLDER) / source.name / "done"
    done.mkdir(parents=True, exist_ok=True)
    for name, moment in (("old.csv", 0), ("new.csv", LATER.timestamp())):
        (done / name).write_text("x")
        os.utime(done / name, (moment, moment))
    retention.clear_raw(now=LATER + dt.timedelta(days=400))
    assert not Reject.objects.exists()
    kept = KeptRows.objects.order_by("pk")[0]
    assert (kept.rows_size, set(bytes(kept.facts))) == (0, {0})
    assert [path.name for path in done.iterdir()] == ["new.csv"]


def test_raw_rows_within_the_time_stay(source: Source, tmp_path: Path) -> None:
    load(write(tmp_path, [asterisk_row(account="nobody", unique="7.7")]), source)
    retention.clear_raw(now=dt.datetime(2027, 1, 1, tzinfo=dt.UTC))
    assert Reject.objects.exists()


# --- commands and tasks ---


def test_a_dry_run_says_what_would_be_masked_and_changes_nothing(
    october: None, acme: Customer, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdr.management.commands.retention.timezone.now", lambda: LATER)
    with tenant(acme):
        call = CallRecord.objects.get(other=MOROCCO)
    dispute(acme, alice, call=call)
    out = io.StringIO()
    call_command("retention", dry_run=True, stdout=out)
    assert out.getvalue() == (
        "acme 2026-10: 2 records would be masked, 1 are held\nbirch 2026-10: 1 records would be masked, 0 are held\n"
    )
    assert MOROCCO in others(acme).values()
    assert AMSTERDAM in others(acme).values()


def test_the_command_masks(october: None, acme: Customer) -> None:
    KeepingTime.objects.create(customer=acme, months=1)
    out = io.StringIO()
    call_command("retention", customer="acme", stdout=out)
    assert out.getvalue().startswith("acme: ")
    with pytest.raises(CommandError):
        call_command("retention", customer="nobody")


def test_the_task_of_the_night_queues_a_task_a_customer(
    october: None, acme: Customer, birch: Customer, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks() as callbacks:  # type: ignore[operator]
        assert retention.queue_masking(now=LATER) == 2
    assert len(callbacks) == 2
    assert retain() == 0
    assert mask_customer(acme.pk) == 0
    assert "cdr.tasks.retain" in {entry["task"] for entry in current_app.conf.beat_schedule.values()}


def test_periods_due_are_asked_inside_a_door_only(october: None, acme: Customer) -> None:
    assert selectors.due_periods(acme, LATER) == []
