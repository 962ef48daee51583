"""What may be set of a line, what is refused and why, and what ends by itself."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer
from accounts.tenancy import tenant
from portal.lib.numbers import Block
from telephony import services
from telephony.features import Features, features_of
from telephony.models import Line, ProvisioningAnswer
from telephony.selectors import Target, find_target
from telephony.services import NewDevice

MOBILE = Target(external="+31612345601")
MAIL = "sanne@acme.example"


def put(line: Line, **changes: object) -> services.LineChange:
    return services.set_features(actor=system(line.customer), line=line, **changes)


def refused(line: Line, **changes: object) -> tuple[str, str | None]:
    with pytest.raises(Refusal) as found:
        put(line, **changes)
    return found.value.code, found.value.field


def now_of(line: Line, at: datetime | None = None) -> Features:
    return features_of(Line.objects.get(pk=line.pk), at or timezone.now())


# --- forwarding ---


@pytest.mark.parametrize("case", ["busy", "no_answer", "unreachable"])
def test_each_case_has_a_destination_of_its_own(acme: Customer, sanne: Line, sales: Line, case: str) -> None:
    to = {f"{case}_does": "forward", f"{case}_to": Target(dialable=sales.dialable)}
    with tenant(acme):
        assert refused(sanne, **{f"{case}_does": "forward"}) == ("forward_without_target", f"{case}_to")
        put(sanne, **to)
        assert getattr(now_of(sanne), f"{case}_to") == Target(dialable=sales.dialable)
        with pytest.raises(IntegrityError), transaction.atomic():
            Line.objects.filter(pk=sales.pk).update(**{f"{case}_does": "forward"})


@pytest.mark.parametrize("case", ["busy", "no_answer", "unreachable"])
@pytest.mark.parametrize("typed", ["112", "113", "144", "116 000", "0800 8112", "0900 8844"])
def test_no_case_may_ring_a_line_for_help(acme: Customer, sanne: Line, case: str, typed: str) -> None:
    with tenant(acme):
        changes = {f"{case}_does": "forward", f"{case}_to": find_target(typed)}
        assert refused(sanne, **changes) == ("forward_to_short_number", f"{case}_to")


@pytest.mark.parametrize("case", ["busy", "no_answer", "unreachable"])
def test_a_block_of_all_lines_holds_in_each_case(acme: Customer, sanne: Line, case: str) -> None:
    changes = {f"{case}_does": "forward", f"{case}_to": MOBILE}
    with tenant(acme):
        put(sanne, **changes)
        with pytest.raises(Refusal) as found:
            services.change_outgoing_blocks(actor=system(acme), customer=acme, blocked=frozenset({Block.MOBILE}))
        assert (found.value.code, "Sanne Bakker" in str(found.value)) == ("forwards_to_blocked", True)
        put(sanne, **{f"{case}_does": "nothing"})
        services.change_outgoing_blocks(actor=system(acme), customer=acme, blocked=frozenset({Block.MOBILE}))
        assert refused(sanne, **changes) == ("forward_blocked", f"{case}_to")


def test_a_block_of_one_line_holds_for_its_forwards_only(acme: Customer, sanne: Line, sales: Line) -> None:
    with tenant(acme):
        put(sanne, barred=frozenset({Block.MOBILE}))
        assert refused(sanne, busy_does="forward", busy_to=MOBILE) == ("forward_blocked", "busy_to")
        put(sales, busy_does="forward", busy_to=MOBILE)
        assert refused(sales, barred=frozenset({Block.MOBILE})) == ("forward_blocked", "busy_to")


def test_a_line_keeps_its_own_blocks_when_all_lines_are_opened(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        put(sanne, barred=frozenset({Block.MOBILE}))
        for blocked in (frozenset({Block.MOBILE}), frozenset[Block]()):
            services.change_outgoing_blocks(actor=system(acme), customer=acme, blocked=blocked)
        assert now_of(sanne).barred == {Block.MOBILE}


def test_a_circle_of_forwards_is_refused_and_named(acme: Customer, sanne: Line, sales: Line) -> None:
    with tenant(acme):
        third = services.create_line(actor=system(acme), customer=acme, display_name="Derde", extension="103")
        put(sanne, forward_always=True, forward_to=Target(dialable=sales.dialable))
        put(sales, no_answer_does="forward", no_answer_to=Target(dialable=third.dialable))
        with pytest.raises(Refusal) as found:
            put(third, busy_does="forward", busy_to=Target(dialable=sanne.dialable))
        assert (found.value.code, found.value.field) == ("forward_in_a_circle", "busy_to")
        circle = "Derde (103) → Sanne Bakker (121) → Verkoop (101) → Derde (103)"
        assert circle in str(found.value)


def test_what_is_off_makes_no_circle(acme: Customer, sanne: Line, sales: Line) -> None:
    with tenant(acme):
        put(sanne, forward_to=Target(dialable=sales.dialable))
        put(sales, forward_always=True, forward_to=Target(dialable=sanne.dialable))


def test_a_line_may_not_send_calls_to_itself_in_any_case(acme: Customer, sanne: Line) -> None:
    own = Target(dialable=sanne.dialable)
    with tenant(acme):
        for field in ("forward_to", "busy_to", "no_answer_to", "unreachable_to", "then_to"):
            assert refused(sanne, **{field: own}) == ("forward_to_itself", field)


@pytest.mark.parametrize("rings", [0, 21])
def test_a_phone_rings_a_sensible_number_of_times(acme: Customer, sanne: Line, rings: int) -> None:
    with tenant(acme):
        assert refused(sanne, rings=rings) == ("rings_out_of_range", "rings")


# --- what ends by itself ---


@pytest.mark.parametrize(
    ("switch", "until"), [("forward_always", "forward_until"), ("do_not_disturb", "do_not_disturb_until")]
)
def test_what_is_on_until_a_moment_is_off_from_then_on(acme: Customer, sanne: Line, switch: str, until: str) -> None:
    end = timezone.now() + timedelta(hours=1)
    with tenant(acme):
        put(sanne, **{switch: True, until: end, "forward_to": MOBILE})
        assert getattr(now_of(sanne, end - timedelta(seconds=1)), switch)
        assert not getattr(now_of(sanne, end), switch)
        assert getattr(now_of(sanne, end), until) is None


@pytest.mark.parametrize("until", ["forward_until", "do_not_disturb_until"])
@pytest.mark.parametrize("ahead", [timedelta(minutes=-1), timedelta(days=400)])
def test_an_end_lies_in_the_coming_year(acme: Customer, sanne: Line, until: str, ahead: timedelta) -> None:
    changes = {"forward_always": True, "do_not_disturb": True, "forward_to": MOBILE, until: timezone.now() + ahead}
    with tenant(acme):
        assert refused(sanne, **changes) == ("end_in_the_past", until)


def test_a_forward_that_ends_by_itself_is_left_to_the_exchange(
    acme: Customer, sanne: Line, sales: Line, phone: NewDevice
) -> None:
    with tenant(acme):
        before = ProvisioningAnswer.objects.get().etag
        to = Target(dialable=sales.dialable)
        put(sanne, forward_always=True, forward_to=to, forward_until=timezone.now() + timedelta(hours=1))
        assert ProvisioningAnswer.objects.get().etag == before
        put(sanne, forward_until=None)
        assert ProvisioningAnswer.objects.get().etag != before


# --- voicemail ---


def test_a_voicemail_needs_an_address_unless_it_takes_no_messages(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        assert refused(sanne, voicemail=True) == ("voicemail_without_mail", "mail_to")
        put(sanne, voicemail=True, announcement_only=True)
        assert refused(sanne, announcement_only=False) == ("voicemail_without_mail", "mail_to")
        put(sanne, announcement_only=False, mail_to=MAIL, copy_to="copy@acme.example")
        with pytest.raises(IntegrityError), transaction.atomic():
            Line.objects.filter(pk=sanne.pk).update(mail_to="")


@pytest.mark.parametrize("case", ["busy", "no_answer", "unreachable"])
def test_calls_are_not_sent_to_a_voicemail_that_is_off(acme: Customer, sanne: Line, case: str) -> None:
    does = f"{case}_does"
    with tenant(acme):
        assert refused(sanne, **{does: "voicemail"}) == ("voicemail_is_off", does)
        put(sanne, voicemail=True, mail_to=MAIL, **{does: "voicemail"})
        assert refused(sanne, voicemail=False) == ("voicemail_is_off", does)
        assert refused(sanne, voicemail=False, voicemail_always=True, **{does: "nothing"})[0] == "voicemail_is_off"


def test_after_its_greeting_a_voicemail_may_not_send_callers_where_lines_may_not_call(
    acme: Customer, sanne: Line
) -> None:
    with tenant(acme):
        put(sanne, voicemail=True, announcement_only=True, then_to=MOBILE)
        assert refused(sanne, barred=frozenset({Block.MOBILE})) == ("forward_blocked", "then_to")
        put(sanne, announcement_only=False, mail_to=MAIL, barred=frozenset({Block.MOBILE}))


@pytest.mark.parametrize(
    "pin", ["1234", "0000", "77777", "2345678", "4321", "9876", "7890", "1212", "123123", "4001", "0121", "887654001"]
)
def test_a_pin_that_a_stranger_would_try_first_is_refused(acme: Customer, sanne: Line, pin: str) -> None:
    with tenant(acme), pytest.raises(Refusal) as found:
        services.set_pin(actor=system(acme), line=sanne, pin=pin)
    assert found.value.code in {"pin_too_easy", "pin_digits"}


@pytest.mark.parametrize("pin", ["", "123", "12a4", "١٢٣٤", "739 1", "123456789"])
def test_a_pin_is_four_to_eight_digits(acme: Customer, sanne: Line, pin: str) -> None:
    with tenant(acme), pytest.raises(Refusal) as found:
        services.set_pin(actor=system(acme), line=sanne, pin=pin)
    assert found.value.code == "pin_digits"


def test_a_pin_fits_and_is_told_nowhere(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        assert not services.pin_fits(sanne, "")
        services.set_pin(actor=system(acme), line=sanne, pin="730291")
        line = Line.objects.get(pk=sanne.pk)
        assert services.pin_fits(line, "730291")
        assert not services.pin_fits(line, "730292")
        told = repr(list(AuditEntry.objects.filter(verb="line.pin").values()))
    assert "line.pin" in told
    assert "730291" not in told + line.pin


# --- the trail ---


def test_a_change_is_one_entry_in_words(acme: Customer, sanne: Line, sales: Line) -> None:
    with tenant(acme):
        put(
            sanne,
            no_answer_does="forward",
            no_answer_to=Target(dialable=sales.dialable),
            barred=frozenset({Block.MOBILE, Block.INTERNATIONAL}),
        )
        entry = AuditEntry.objects.get(verb="line.change")
    assert entry.changes == {
        "no_answer_does": ["nothing", "forward"],
        "no_answer_to": ["", "Verkoop (101)"],
        "barred": [[], ["international", "mobile"]],
    }


def test_two_who_change_different_features_keep_both(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        stale = Line.objects.get(pk=sanne.pk)
        put(sanne, call_waiting=False)
        put(stale, hide_caller_id=True)
        assert (now_of(sanne).call_waiting, now_of(sanne).hide_caller_id) == (False, True)
