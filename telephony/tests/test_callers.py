"""Who rings along with a line, and which callers it refuses."""

import re
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from portal.lib.numbers import Block
from telephony import services
from telephony.callers import Pattern, read_pattern
from telephony.features import Along
from telephony.line_api import LineViewSet, OwnLineViewSet
from telephony.models import AlsoRings, CallerFilter, Line, Schedule
from telephony.selectors import Target, find_target, pointers_at
from telephony.tests.test_features import now_of, put, refused
from telephony.tests.test_line_pages import undo_of
from telephony.tests.test_pages import line_form, text

MOBILE = Along(Target(external="+31612345601"))


def block(line: Line, *patterns: Pattern, name: str = "Enquêtes", **more: Any) -> CallerFilter:
    return services.set_caller_filter(actor=system(line.customer), line=line, name=name, patterns=patterns, **more)


# --- ringing along ---


def test_who_rings_along_is_kept_in_order_with_its_key(acme: Customer, sanne: Line, sales: Line) -> None:
    along = (Along(Target(dialable=sales.dialable), confirm=False), MOBILE)
    with tenant(acme):
        put(sanne, also_ring=True, also_rings=along)
        assert now_of(sanne).also_rings == along
        entry = AuditEntry.objects.get(verb="line.change")
        assert entry.changes["also_rings"] == [[], ["Verkoop (101)", "06 12 34 56 01 #"]]


@pytest.mark.parametrize("typed", ["112", "113", "0900 8844", "14020"])
def test_a_line_for_help_never_rings_along(acme: Customer, sanne: Line, typed: str) -> None:
    with tenant(acme):
        target = find_target(typed)
        assert target is not None
        found = refused(sanne, also_ring=True, also_rings=(Along(target),))
    assert found == ("forward_to_short_number", "also_rings")


def test_blocks_hold_for_who_rings_along(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        put(sanne, also_ring=True, also_rings=(MOBILE,))
        with pytest.raises(Refusal) as found:
            services.change_outgoing_blocks(actor=system(acme), customer=acme, blocked=frozenset({Block.MOBILE}))
        assert found.value.code == "forwards_to_blocked"
        assert refused(sanne, barred=frozenset({Block.MOBILE})) == ("forward_blocked", "also_rings")
        put(sanne, also_ring=False, barred=frozenset({Block.MOBILE}))


def test_only_phones_ring_along_each_once_and_not_too_many(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        fax = services.create_dialable(
            actor=system(acme), customer=acme, kind="fax", display_name="Fax", extension="998"
        )
        many = tuple(Along(Target(external=f"+3120123456{n}")) for n in range(11))
        for along, code in (
            ((), "nobody_rings_along"),
            (many, "too_many_ring_along"),
            ((MOBILE, MOBILE), "rings_along_twice"),
            ((Along(Target(dialable=fax)),), "no_phone_rings_along"),
            ((Along(Target(dialable=sanne.dialable)),), "forward_to_itself"),
        ):
            assert refused(sanne, also_ring=True, also_rings=along)[0] == code


def test_two_may_ring_along_with_each_other(acme: Customer, sanne: Line, sales: Line) -> None:
    with tenant(acme):
        put(sanne, also_ring=True, also_rings=(Along(Target(dialable=sales.dialable)),))
        put(sales, also_ring=True, also_rings=(Along(Target(dialable=sanne.dialable)),))
        assert [pointer.name for pointer in pointers_at(sales.dialable)] == ["Sanne Bakker (121)"]
        with pytest.raises(Refusal) as found:
            services.remove_line(actor=system(acme), line=sales)
        assert found.value.code == "still_pointed_at"


def test_who_rings_along_is_set_on_the_page_said_and_put_back(browser: Client, sanne: Line, sales: Line) -> None:
    sent = line_form(also_ring="on", along_0="101 · Verkoop", along_1="06 12 34 56 01", along_key_1="on")
    shown = browser.post(f"/phones/{sanne.pk}/", sent, follow=True)
    assert "101 · Verkoop, 06 12 34 56 01" in text(shown)
    with tenant(sanne.customer_id):
        assert list(AlsoRings.objects.values_list("confirm", flat=True)) == [False, True]
    browser.post(undo_of(shown))
    with tenant(sanne.customer_id):
        assert not AlsoRings.objects.exists()


def test_a_line_without_a_phone_rings_in_the_list_when_others_ring_along(browser: Client, sanne: Line) -> None:
    assert "121 088 765 40 01 Er gaat niets over" in text(browser.get("/phones/"))
    browser.post(f"/phones/{sanne.pk}/", line_form(also_ring="on", along_0="06 12 34 56 01"))
    assert "121 088 765 40 01 Gaat over" in text(browser.get("/phones/"))


def test_the_page_says_whom_a_second_caller_reaches(browser: Client, sanne: Line) -> None:
    sent = line_form(also_ring="on", also_ring_in_call="on", along_0="06 12 34 56 01")
    del sent["call_waiting"]
    shown = text(browser.post(f"/phones/{sanne.pk}/", sent, follow=True))
    assert "Een tweede beller bereikt alleen 06 12 34 56 01." in shown


# --- callers that are refused ---


@pytest.mark.parametrize(
    ("typed", "digits", "prefix"),
    [
        ("020 123 45 67", "+31201234567", False),
        ("0031 20 123 45 67", "+31201234567", False),
        ("+49 30 901820", "+4930901820", False),
        ("+49*", "+49", True),
        ("0049 *", "+49", True),
        ("0900*", "+31900", True),
        ("020-123*", "+3120123", True),
    ],
)
def test_a_caller_is_read_in_any_spelling(typed: str, digits: str, prefix: bool) -> None:
    assert read_pattern(typed) == Pattern(digits, prefix)


@pytest.mark.parametrize("typed", ["", "*", "+*", "abc", "49*", "112", "+0*", "12345678901234567*"])
def test_what_is_no_caller_is_read_as_none(typed: str) -> None:
    assert read_pattern(typed) is None


def test_a_list_has_a_name_numbers_and_perhaps_a_schedule(acme: Customer, sanne: Line) -> None:
    with tenant(acme):
        hours = Schedule.objects.create(customer=acme, name="Lunch")
        found = block(sanne, Pattern("+31201234567"), Pattern("+49", is_prefix=True), schedule=hours)
        block(sanne, Pattern("+4930901820"), caller_filter=found, name="Overig")
        assert [str(number) for number in found.numbers.all()] == ["+49 30 901820"]
        made, changed = AuditEntry.objects.filter(verb__startswith="caller_filter").order_by("pk")
        assert made.changes["numbers"] == [None, ["+49*", "020 123 4567"]]
        assert changed.changes["schedule"] == ["Lunch", ""]


def test_what_is_no_list_is_refused_with_the_reason(acme: Customer, sanne: Line) -> None:
    caller = Pattern("+31201234567")
    with tenant(acme):
        block(sanne, caller)
        for patterns, name, code in (
            ((), "Leeg", "no_callers"),
            ((Pattern("+319008844"),), "Politie", "caller_is_for_help"),
            ((Pattern("+318008112"),), "Tekst", "caller_is_for_help"),
            (tuple(Pattern(f"+3120{n:07}") for n in range(501)), "Veel", "too_many_callers"),
            ((caller,), "enquêtes", "name_taken"),
            ((caller,), " ", "name_missing"),
        ):
            with pytest.raises(Refusal) as found:
                block(sanne, *patterns, name=name)
            assert found.value.code == code


def test_lists_are_made_shown_changed_and_removed_on_pages(browser: Client, sanne: Line) -> None:
    path = f"/phones/{sanne.pk}/callers/"
    wrong = text(browser.post(f"{path}new/", {"name": "Enquêtes", "numbers": "020 123 45 67, abc"}))
    assert "abc is geen telefoonnummer." in wrong
    shown = browser.post(
        f"{path}new/", {"name": "Enquêtes", "numbers": "020 123 45 67\n+49*; 0612345601, 0612345602"}, follow=True
    )
    assert "Enquêtes Altijd 020 123 4567, 06 12 34 56 01, 06 12 34 56 02 en nog 1" in text(shown)
    one = re.search(rf"{path}\d+/", shown.content.decode())
    assert one
    assert "020 123 4567" in browser.get(one[0]).content.decode()
    browser.post(one[0], {"name": "Enquêtes", "numbers": "+49*"})
    assert "Enquêtes Altijd +49*" in text(browser.get(f"/phones/{sanne.pk}/"))
    assert "Enquêtes verwijderd" in text(browser.post(f"{one[0]}remove/", follow=True))


def test_an_employee_keeps_lists_of_the_own_line_only(
    employee: Client, acme: Customer, sanne: Line, sales: Line
) -> None:
    with tenant(acme):
        other = block(sales, Pattern("+31201234567"))
    assert employee.post("/my-phone/callers/new/", {"name": "Eigen", "numbers": "+49*"}).status_code == 302
    assert "Eigen Altijd +49*" in text(employee.get("/my-phone/settings/"))
    assert employee.get(f"/my-phone/callers/{other.pk}/").status_code == 404
    assert employee.post(f"/my-phone/callers/{other.pk}/remove/").status_code == 404
    assert employee.get(f"/phones/{sanne.pk}/callers/new/").status_code == 403


def test_a_line_that_refuses_everybody_says_so(browser: Client, sanne: Line) -> None:
    shown = text(browser.post(f"/phones/{sanne.pk}/", line_form(block_all="on"), follow=True))
    assert "Bellers worden geweigerd. Het nummer is alleen voor uitbellen." in shown
    assert "Sanne Bakker 121 088 765 40 01 Bellers geweigerd" in text(browser.get("/phones/"))


# --- in the API ---


def ask(view: Any, user: User, method: str, name: str, data: object = None, **where: object) -> Any:
    request = getattr(APIRequestFactory(), method)("/api/v1/", data, format="json")
    force_authenticate(request, user=user)
    return view.as_view({method: name})(request, **where)


def test_lists_are_kept_in_the_api(alice: User, bob: User, carol: User, sanne: Line, sales: Line) -> None:
    data = {"name": "Enquêtes", "numbers": ["020 123 45 67", "0049*"]}
    made = ask(OwnLineViewSet, bob, "post", "refuse_callers", data, pk=sanne.pk)
    assert made.status_code == 201
    assert made.data | {"id": 0} == {
        "id": 0,
        "name": "Enquêtes",
        "schedule": None,
        "numbers": ["+31201234567", "+49*"],
    }
    assert ask(LineViewSet, alice, "get", "refused_callers", pk=sanne.pk).data == [made.data]
    key = str(made.data["id"])
    assert (
        ask(LineViewSet, alice, "put", "refused_list", {**data, "name": "X"}, pk=sales.pk, list_id=key).status_code
        == 404
    )
    assert ask(LineViewSet, carol, "put", "refused_list", data, pk=sanne.pk, list_id=key).status_code == 404
    assert ask(LineViewSet, bob, "get", "refused_callers", pk=sanne.pk).status_code == 403
    assert (
        ask(LineViewSet, alice, "put", "refused_list", {**data, "name": "X"}, pk=sanne.pk, list_id=key).data["name"]
        == "X"
    )
    assert ask(OwnLineViewSet, bob, "delete", "remove_list", pk=sanne.pk, list_id=key).status_code == 204


def test_a_list_of_what_is_no_number_is_refused(alice: User, sanne: Line) -> None:
    data = {"name": "Enquêtes", "numbers": ["abc"]}
    response = ask(LineViewSet, alice, "post", "refuse_callers", data, pk=sanne.pk)
    assert (response.status_code, list(response.data["errors"])) == (400, ["numbers"])


def test_who_rings_along_is_set_in_the_api(alice: User, sanne: Line, sales: Line) -> None:
    data = {"also_ring": True, "also_rings": [{"to": "101", "confirm": False}, {"to": "06 12 34 56 01"}]}
    found = ask(LineViewSet, alice, "patch", "partial_update", data, pk=sanne.pk).data["also_rings"]
    assert [(row["to"]["number"], row["confirm"]) for row in found] == [("", False), ("+31612345601", True)]
