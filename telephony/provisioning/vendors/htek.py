"""Htek's P-values; their numbers count, the names beside them differ between firmwares and stay away."""

from typing import Final

from telephony.provisioning.config import DeviceConfig, Does, LineAccount, Transport
from telephony.provisioning.identify import Request
from telephony.provisioning.vendors.base import Maker, check, document, flag, tags

_TRANSPORT: Final = {Transport.UDP: "0", Transport.TCP: "1", Transport.TLS: "2"}
_DOES: Final = {Does.SPEED_DIAL: "2", Does.BUSY_LAMP: "3"}
_LINE_KEY: Final = "1"
_FIRST_TYPE, _FIRST_MODE = 41_200, 20_600
_DAY: Final = "1440"  # minutes


class Htek(Maker):
    """`cfg{mac}.xml`, and `{mac}.cfg` from some firmwares."""

    file = "cfg{mac}.xml"

    def serves(self, request: Request) -> bool:
        """See Maker."""
        asked = (request.prefix, request.extension, request.suffix)
        return asked in {("cfg", "xml", ""), ("", "cfg", "")}

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker. The facts name the numbers of the first account only, so a phone carries one line of ours."""
        check(config)
        pairs = [*_house(config), *_account(config.lines[0], config), *_keys(config)]
        head = ['<hl_provision version="1">', '<config version="1">']
        return document([*head, *tags(pairs), "</config>", "</hl_provision>"])


def _house(config: DeviceConfig) -> list[tuple[str, str]]:
    address = config.address
    return [
        ("P30", config.ntp_servers[0]),
        ("P64", "49"),  # UTC+1
        ("P75", "2"),  # summer time: automatic
        ("P2", config.admin_password),
        ("P196", config.admin_password),
        ("P237", address.place),
        ("P212", "3" if address.secure else "1"),
        ("P1360", config.provisioning_login),
        ("P1361", config.provisioning_password),
        ("P194", "1"),
        ("P193", _DAY),
    ]


def _account(line: LineAccount, config: DeviceConfig) -> list[tuple[str, str]]:
    registrar = config.registrar
    return [
        ("P271", "1"),
        ("P20000", line.label),
        ("P47", f"{registrar.host}:{registrar.port}"),
        ("P35", line.sip_user),
        ("P36", line.sip_user),
        ("P34", line.sip_secret),
        ("P3", line.display_name),
        ("P33", config.voicemail),
        ("P99", "1"),
        ("P130", _TRANSPORT[registrar.transport]),
        ("P31", "1"),
        ("P32", str(max(1, registrar.expires // 60))),
        ("P57", "9"),
        ("P58", "8"),
        ("P59", "0"),
        ("P183", "2" if registrar.secure else "0"),
        ("P65", flag(line.hide_caller_id)),
        ("P8849", flag(line.call_waiting)),
    ]


def _keys(config: DeviceConfig) -> list[tuple[str, str]]:
    wanted = [(_LINE_KEY, "", config.lines[0].label)]
    wanted += [(_DOES[key.does], key.value, key.label) for key in config.keys]
    pairs: list[tuple[str, str]] = []
    for place, (kind, value, label) in enumerate(wanted):
        first = _FIRST_TYPE + place
        pairs += [
            (f"P{_FIRST_MODE + place}", "0"),
            (f"P{first}", kind),
            (f"P{first + 100}", value),
            (f"P{first + 200}", label),
        ]
    return pairs
