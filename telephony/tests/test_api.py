"""Numbers, lines and devices in the API."""

from typing import Any

import pytest
from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.api import PhoneNumberViewSet
from telephony.device_api import DeviceViewSet
from telephony.line_api import LineViewSet, OutgoingBlocksViewSet, OwnLineViewSet
from telephony.models import Line
from telephony.selectors import Target
from telephony.services import NewDevice


def read(view: Any, user: User, pk: int | None = None, **query: str) -> Any:
    request = APIRequestFactory().get("/api/v1/", query)
    force_authenticate(request, user=user)
    if pk is None:
        return view.as_view({"get": "list"})(request)
    return view.as_view({"get": "retrieve"})(request, pk=pk)


def test_a_line_tells_its_features(alice: User, acme: Customer, sanne: Line, sales: Line, phone: NewDevice) -> None:
    with tenant(acme):
        services.set_forward(actor=system(acme), line=sanne, on=True, target=Target(dialable=sales.dialable))
    found = read(LineViewSet, alice, sanne.pk).data
    assert found == found | {
        "id": sanne.pk,
        "name": "Sanne Bakker",
        "extension": "121",
        "numbers": ["+31887654001"],
        "hide_caller_id": False,
        "call_waiting": True,
        "forward_always": True,
        "forward_to": {
            "dialable": {"id": sales.dialable_id, "kind": "line", "name": "Verkoop", "extension": "101"},
            "number": "",
        },
        "employee": "bob",
        "devices": [phone.device.pk],
    }


def test_lines_are_found_with_the_filter_of_the_page(alice: User, sanne: Line, sales: Line) -> None:
    assert [line["extension"] for line in read(LineViewSet, alice, q="sanne").data["results"]] == ["121"]


def test_numbers_say_what_they_reach(alice: User, sanne: Line) -> None:
    found = read(PhoneNumberViewSet, alice).data["results"]
    assert len(found) == 10
    assert [number["dialable"]["extension"] for number in found if number["dialable"]] == ["121"]


def test_a_device_is_told_without_login_or_password(alice: User, sanne: Line, phone: NewDevice) -> None:
    response = read(DeviceViewSet, alice)
    (found,) = response.data["results"]
    assert (found["model"], found["mac"], found["lines"], found["up_to_date"]) == (
        "Yealink T46U",
        "249ad80a46b3",
        [sanne.pk],
        False,
    )
    for secret in (phone.password, phone.device.login, phone.device.password, sanne.sip_user, sanne.sip_secret):
        assert secret.encode() not in response.rendered_content


def test_strangers_find_nothing_and_colleagues_without_the_right_are_refused(
    carol: User, bob: User, sanne: Line, phone: NewDevice
) -> None:
    assert read(LineViewSet, carol).data["results"] == []
    assert read(LineViewSet, carol, sanne.pk).status_code == 404
    assert read(DeviceViewSet, carol, phone.device.pk).status_code == 404
    assert read(LineViewSet, bob).status_code == 403


def write(view: Any, user: User, pk: int, data: dict[str, object], action: str = "partial_update") -> Any:
    method = "patch" if action == "partial_update" else "post"
    request = getattr(APIRequestFactory(), method)("/api/v1/", data, format="json")
    force_authenticate(request, user=user)
    return view.as_view({method: action})(request, pk=pk)


def test_features_are_changed_by_their_names_and_the_others_stay(alice: User, sanne: Line, sales: Line) -> None:
    changes = {"no_answer_does": "forward", "no_answer_to": "101", "rings": 3, "barred": ["mobile"]}
    found = write(LineViewSet, alice, sanne.pk, changes).data
    assert found["no_answer_to"]["dialable"]["name"] == "Verkoop"
    assert (found["rings"], found["barred"], found["call_waiting"]) == (3, ["mobile"], True)


@pytest.mark.parametrize(
    ("changes", "status", "field"),
    [
        ({"busy_does": "forward"}, 409, "busy_to"),
        ({"busy_to": "nobody"}, 400, "busy_to"),
        ({"busy_to": 112}, 400, "busy_to"),
        ({"barred": ["everything"]}, 400, "barred"),
        ({"voicemail": True}, 409, "mail_to"),
    ],
)
def test_a_change_that_cannot_be_names_its_field(
    alice: User, sanne: Line, changes: dict[str, object], status: int, field: str
) -> None:
    response = write(LineViewSet, alice, sanne.pk, changes)
    assert (response.status_code, list(response.data["errors"])) == (status, [field])


def test_an_employee_reads_and_changes_the_own_line_only(bob: User, carol: User, sanne: Line, sales: Line) -> None:
    assert [line["id"] for line in read(OwnLineViewSet, bob).data["results"]] == [sanne.pk]
    assert write(OwnLineViewSet, bob, sanne.pk, {"do_not_disturb": True}).data["do_not_disturb"] is True
    assert write(OwnLineViewSet, bob, sales.pk, {"do_not_disturb": True}).status_code == 404
    assert write(OwnLineViewSet, carol, sanne.pk, {"do_not_disturb": True}).status_code == 404
    assert write(LineViewSet, bob, sanne.pk, {"do_not_disturb": True}).status_code == 403


def test_an_employee_does_not_open_what_the_own_line_may_not_call(alice: User, bob: User, sanne: Line) -> None:
    write(LineViewSet, alice, sanne.pk, {"barred": ["mobile"]})
    assert write(OwnLineViewSet, bob, sanne.pk, {"barred": [], "rings": 4}).data["barred"] == ["mobile"]


def test_a_pin_is_set_and_never_told(alice: User, bob: User, carol: User, sanne: Line, sales: Line) -> None:
    response = write(OwnLineViewSet, bob, sanne.pk, {"pin": "730291"}, "pin")
    assert (response.status_code, response.data) == (204, None)
    told = read(LineViewSet, alice, sanne.pk)
    assert told.data["has_pin"] is True
    assert b"730291" not in told.rendered_content
    assert write(LineViewSet, alice, sanne.pk, {"pin": "1234"}, "pin").data["title"] == "pin too easy"
    assert write(OwnLineViewSet, bob, sales.pk, {"pin": "730291"}, "pin").status_code == 404
    assert write(LineViewSet, carol, sanne.pk, {"pin": "730291"}, "pin").status_code == 404


def test_blocks_of_all_lines_are_set_and_read(alice: User, bob: User, sanne: Line) -> None:
    def ask(user: User, data: dict[str, object] | None = None) -> Any:
        factory = APIRequestFactory()
        request = factory.post("/api/v1/", data, format="json") if data else factory.get("/api/v1/")
        force_authenticate(request, user=user)
        return OutgoingBlocksViewSet.as_view({"get": "list", "post": "create"})(request)

    assert ask(alice, {"blocked": ["mobile", "international"]}).status_code == 200
    assert ask(alice).data == {"blocked": ["international", "mobile"]}
    assert write(LineViewSet, alice, sanne.pk, {"forward_always": True, "forward_to": "0612345601"}).status_code == 409
    assert ask(bob).status_code == 403
