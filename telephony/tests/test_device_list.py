"""Many devices from one list: judged row by row, made as a whole, their passwords shown once."""

import csv
import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.access import system
from accounts.errors import Refusal
from accounts.models import AuditEntry, Customer, User
from accounts.tenancy import tenant
from telephony import device_list, services
from telephony.models import Device, Dialable, Line
from telephony.services import NewDevice
from telephony.tests.phones import Phone
from telephony.tests.test_pages import text

LIST = "model;mac;line\nT46U;24:9A:D8:0A:46:B3;121\nSnom D785;00:04:13:92:2D:24;101/121\n"


def upload(browser: Client, content: bytes) -> Any:
    return browser.post("/devices/many/", {"file": SimpleUploadedFile("list.csv", content), "rows": ""})


def faults(response: Any) -> list[str]:
    return re.findall(r'data-fault="(\w+)"', response.content.decode())


def make(browser: Client, rows: str = LIST) -> Any:
    """Check a list and make what was shown."""
    shown = browser.post("/devices/many/", {"rows": rows})
    seen = re.search(r'name="make" value="(\w+)"', shown.content.decode())
    assert seen, faults(shown)
    return browser.post("/devices/many/", {"rows": rows, "make": seen[1]})


@pytest.mark.parametrize(
    "content",
    [
        LIST.encode(),
        b"\xef\xbb\xbf" + LIST.replace("\n", "\r\n").encode(),
        LIST.replace(";", ",").encode(),
        LIST.replace(";", "\t").encode(),
        LIST.replace("model;mac;line", "Toestel;MAC-adres;Intern nummer").encode(),
    ],
)
def test_a_list_is_shown_before_anything_is_made(
    browser: Client, acme: Customer, sanne: Line, sales: Line, content: bytes
) -> None:
    shown = upload(browser, content)
    assert faults(shown) == []
    assert "2 toestellen aanmaken" in text(shown)
    assert "Verkoop (101), Sanne Bakker (121)" in text(shown) or "Sanne" in text(shown)
    with tenant(acme):
        assert not Device.objects.exists()


def test_all_are_made_and_each_logs_in_with_the_password_that_is_shown_once(
    browser: Client, acme: Customer, sanne: Line, sales: Line
) -> None:
    made = make(browser)
    assert made["Cache-Control"] == "no-store"
    passwords = re.findall(r"data-password>([A-Za-z0-9]{20})<", made.content.decode())
    with tenant(acme):
        devices = list(Device.objects.order_by("pk"))
        assert AuditEntry.objects.filter(verb="device.create").count() == 2
    assert [device.mac for device in devices] == ["249ad80a46b3", "000413922d24"]
    assert Phone(devices[0].login, passwords[0]).fetch("/provision/249ad80a46b3.cfg").status_code == 200
    assert Phone(devices[1].login, passwords[1]).fetch("/provision/000413922d24.xml").status_code == 200


def test_the_sheet_is_downloaded_once(browser: Client, sanne: Line, sales: Line) -> None:
    made = make(browser)
    token = re.search(r'name="sheet" value="([\w-]+)"', made.content.decode())
    assert token
    sheet = browser.post("/devices/many/sheet.csv", {"sheet": token[1]})
    assert sheet["Cache-Control"] == "no-store"
    rows = list(csv.reader(io.StringIO(sheet.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][-1] == "Wachtwoord"
    assert [row[-1] for row in rows[1:]] == re.findall(r"data-password>(\w+)<", made.content.decode())
    again = browser.post("/devices/many/sheet.csv", {"sheet": token[1]}, follow=True)
    assert "is al gedownload" in text(again)


def test_a_generic_phone_of_a_list_has_no_password(browser: Client, sanne: Line) -> None:
    made = make(browser, "model;mac;line\nGeneric SIP;;121\nT46U;24:9A:D8:0A:46:B3;121\n")
    assert re.findall(r"data-password>([^<]*)<", made.content.decode())[0] == "–"
    token = re.search(r'name="sheet" value="([\w-]+)"', made.content.decode())
    assert token
    sheet = browser.post("/devices/many/sheet.csv", {"sheet": token[1]}).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(sheet), delimiter=";"))
    assert rows[1][3:] == ["", "", ""]
    assert all(rows[2][3:])


def test_a_sheet_is_of_whoever_made_it(
    browser: Client, employee: Client, carol: User, sanne: Line, sales: Line
) -> None:
    token = re.search(r'name="sheet" value="([\w-]+)"', make(browser).content.decode())
    assert token
    stranger = Client()
    stranger.force_login(carol)
    assert stranger.post("/devices/many/sheet.csv", {"sheet": token[1]}).status_code == 302
    assert employee.post("/devices/many/sheet.csv", {"sheet": token[1]}).status_code == 403
    assert browser.post("/devices/many/sheet.csv", {"sheet": token[1]}).status_code == 200


def test_each_row_says_what_is_wrong_with_it_and_none_is_made(
    browser: Client, acme: Customer, birch: Customer, sanne: Line, phone: NewDevice
) -> None:
    with tenant(birch):
        line = services.create_line(actor=system(birch), customer=birch, display_name="Carol", extension="20")
        services.create_device(
            actor=system(birch), customer=birch, model_code="yealink-t46u", mac="249ad80a4700", lines=[line]
        )
        Dialable.objects.update(display_name="Carol of Birch")
    rows = """model;mac;line
T46Q;249ad80a4601;121
T46U;249ad80a46b3;121
T46U;249ad80a4700;121
T46U;2,49E+11;121
T46U;249ad80a4602;20
T46U;249ad80a4603;
T46U;249ad80a4604;121
T46U;24-9A-D8-0A-46-04;121
T46U;249ad80a4605;121/088 765 40 01
T19P_E2;249ad80a4606;121/20
Linphone;;121
T46U;;121
T46U;249ad80a4607;121
"""
    shown = browser.post("/devices/many/", {"rows": rows})
    assert faults(shown) == [
        "model_unknown",
        "mac_taken",
        "mac_taken",
        "mac_calculated",
        "line_unknown",
        "line_missing",
        "mac_twice",
        "mac_twice",
        "line_twice",
        "line_unknown",
        "app_in_a_list",
        "mac_length",
    ]
    assert "12 van 13 rijen kloppen niet" in text(shown)
    assert "Birch" not in text(shown)
    assert 'name="make"' not in shown.content.decode()
    with tenant(acme):
        assert Device.objects.count() == 1


def test_a_list_that_changed_after_it_was_shown_is_shown_again(browser: Client, acme: Customer, sanne: Line) -> None:
    rows = "model;mac;line\nT46U;249ad80a46b3;121\n"
    seen = re.search(r'name="make" value="(\w+)"', browser.post("/devices/many/", {"rows": rows}).content.decode())
    assert seen
    shown = browser.post("/devices/many/", {"rows": rows.replace("b3", "b4"), "make": seen[1]})
    assert "1 toestel aanmaken" in text(shown)
    with tenant(acme):
        assert not Device.objects.exists()


def test_a_row_that_went_wrong_in_the_meantime_undoes_all(acme: Customer, sanne: Line) -> None:
    rows = device_list.read("model;mac;line\nT46U;249ad80a46b3;121\nT46U;249ad80a46b4;121\n")
    with tenant(acme):
        Dialable.objects.filter(pk=sanne.dialable_id).update(display_name="%NULL%")
        with pytest.raises(Refusal) as refused:
            services.create_devices(actor=system(acme), customer=acme, rows=rows)
        assert refused.value.code == "not_renderable"
        assert not Device.objects.exists()


def test_latin_1_is_read_and_told(browser: Client, sanne: Line) -> None:
    shown = upload(browser, "model;mac;line;naam\nT46U;249ad80a46b3;121;Jos\u00e9\n".encode("latin-1"))
    assert faults(shown) == []
    assert "Het bestand is geen UTF-8" in text(shown)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "list_empty"),
        (b"model;mac;line\n", "list_empty"),
        (b"a;b\n1;2\n", "list_columns"),
        (b"model;mac;mac;line\n1;2;3;4\n", "list_columns"),
        (b"PK\x03\x04\x00\x00", "list_no_text"),
        (b"model;mac;line\n" + b"T46U;249ad80a46b3;121\n" * 501, "list_too_long"),
        (b"x" * (device_list.MOST_BYTES + 1), "list_too_large"),
    ],
)
def test_what_is_no_list_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        device_list.read(device_list.decode(content)[0])
    assert refused.value.code == code


def test_a_huge_file_is_refused_in_words(browser: Client, sanne: Line) -> None:
    assert "groter dan 128 kB" in text(upload(browser, b"x" * 300_000))
    assert "groter dan 128 kB" in text(browser.post("/devices/many/", {"rows": "x" * 300_000}))


def test_there_is_an_empty_list_to_fill(browser: Client) -> None:
    template = browser.get("/devices/many/template.csv")
    assert template.content == b"\xef\xbb\xbfmodel;mac;line\r\n"
    assert "attachment" in template["Content-Disposition"]


def test_judging_costs_the_same_for_few_and_for_many(acme: Customer, sanne: Line) -> None:
    def cost(count: int) -> int:
        rows = [device_list.Row(place, "T46U", f"249ad80a{place:04x}", ("121",)) for place in range(1, count + 1)]
        with tenant(acme), CaptureQueriesContext(connection) as captured:
            assert not any(each.faults for each in services.judge_devices(rows))
        return len(captured)

    assert cost(2) == cost(300)


def test_who_may_not_change_settings_makes_none(employee: Client, carol: User, sanne: Line) -> None:
    assert employee.post("/devices/many/", {"rows": LIST}).status_code == 403
    assert employee.get("/devices/many/template.csv").status_code == 403
    stranger = Client()
    stranger.force_login(carol)
    assert faults(stranger.post("/devices/many/", {"rows": LIST}))[:1] == ["line_unknown"]
