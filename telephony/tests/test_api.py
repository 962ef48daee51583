"""Numbers, lines and devices in the API."""

from typing import Any

from rest_framework.test import APIRequestFactory, force_authenticate

from accounts.access import system
from accounts.models import Customer, User
from accounts.tenancy import tenant
from telephony import services
from telephony.api import DeviceViewSet, LineViewSet, PhoneNumberViewSet
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
    assert found == {
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
