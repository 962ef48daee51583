"""The command that makes the answers of all phones again."""

import io

from django.core.management import call_command
from pytest_django import Settings

from accounts.models import Customer
from accounts.tenancy import tenant
from telephony.models import Dialable, Line
from telephony.services import NewDevice
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone


def test_another_registrar_reaches_every_phone(phone: NewDevice, settings: Settings) -> None:
    settings.SIP_SERVER = "sip.elsewhere.example"
    told = io.StringIO()
    call_command("render_phones", stdout=told)
    assert told.getvalue() == "1 phones, 1 with something new to fetch\n"
    body = Phone(phone.device.login, phone.password).fetch(f"/provision/{T46U}.cfg").content
    assert b"sip.elsewhere.example" in body
    told = io.StringIO()
    call_command("render_phones", stdout=told)
    assert "0 with something new" in told.getvalue()


def test_a_phone_that_cannot_be_rendered_is_named_and_keeps_what_it_had(
    phone: NewDevice, sanne: Line, acme: Customer
) -> None:
    with tenant(acme):
        Dialable.objects.filter(pk=sanne.dialable_id).update(display_name="%NULL%")
    wrong = io.StringIO()
    call_command("render_phones", stdout=io.StringIO(), stderr=wrong)
    assert "24:9A:D8:0A:46:B3" in wrong.getvalue()
    assert Phone(phone.device.login, phone.password).fetch(f"/provision/{T46U}.cfg").status_code == 200
