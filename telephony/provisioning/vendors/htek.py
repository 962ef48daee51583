"""Htek's P-values; their numbers count, the names beside them differ between firmwares and stay away."""

from typing import Final, NamedTuple

from telephony.provisioning.config import DeviceConfig, Does, LineAccount, Transport
from telephony.provisioning.identify import Request
from telephony.provisioning.vendors.base import Maker, check, document, flag, tags

_TRANSPORT: Final = {Transport.UDP: "0", Transport.TCP: "1", Transport.TLS: "2"}
_DOES: Final = {Does.SPEED_DIAL: "2", Does.BUSY_LAMP: "3"}
_LINE_KEY: Final = "1"
_ANY_ACCOUNT: Final = "255"
_FIRST_MODE: Final = 20_600
_DAY: Final = "1440"  # minutes
# Dutch tones, all 425 Hz: dialling is continuous, ringing 1 s in 5, busy 0.5 s on and off, congestion 0.25 s, and
# waiting 0.5 s in 10.
_TONES: Final = (
    ("P4000", "f1=425@-13,c=0/0;"),
    ("P4001", "f1=425@-19,c=1000/4000;"),
    ("P4002", "f1=425@-24,c=500/500;"),
    ("P4003", "f1=425@-24,c=250/250;"),
    ("P4005", "f1=425@-13,c=500/9500;"),
)


class _Numbers(NamedTuple):
    """Under which numbers one account stands; `codec` is the first of three."""

    active: int
    label: int
    server: int
    user: int
    login: int
    password: int
    name: int
    voicemail: int
    messages: int
    transport: int
    registers: int
    expires: int
    codec: int
    srtp: int
    anonymous: int


_ACCOUNTS: Final = (
    _Numbers(271, 20000, 47, 35, 36, 34, 3, 33, 99, 130, 31, 32, 57, 183, 65),
    _Numbers(401, 20001, 747, 735, 736, 734, 703, 426, 709, 830, 731, 732, 757, 443, 421),
    _Numbers(501, 20002, 502, 504, 505, 506, 507, 526, 515, 930, 510, 512, 551, 543, 521),
    _Numbers(601, 20003, 602, 604, 605, 606, 607, 626, 615, 1030, 610, 612, 651, 643, 621),
)


class Htek(Maker):
    """`cfg{mac}.xml`, and `{mac}.cfg` from some firmwares."""

    file = "cfg{mac}.xml"

    def serves(self, request: Request) -> bool:
        """See Maker."""
        asked = (request.prefix, request.extension, request.suffix)
        return asked in {("cfg", "xml", ""), ("", "cfg", "")}

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        pairs = _house(config)
        for line, numbers in zip(config.lines, _ACCOUNTS, strict=False):
            pairs += _account(line, numbers, config)
        unused = _ACCOUNTS[len(config.lines) : config.model.lines]
        pairs += [(f"P{numbers.active}", "0") for numbers in unused]
        pairs += _keys(config)
        head = ['<hl_provision version="1">', '<config version="1">']
        return document([*head, *tags(pairs), "</config>", "</hl_provision>"])


def _house(config: DeviceConfig) -> list[tuple[str, str]]:
    address, first = config.address, config.lines[0]
    return [
        ("P30", config.ntp_servers[0]),
        ("P64", "49"),  # UTC+1
        ("P75", "2"),  # summer time: automatic
        *_TONES,
        ("P2", config.admin_password),
        ("P196", config.admin_password),
        ("P237", address.place),
        ("P212", "3" if address.secure else "1"),
        ("P1360", config.provisioning_login),
        ("P1361", config.provisioning_password),
        ("P194", "1"),
        ("P193", _DAY),
        # Call waiting and forwarding are settings of the phone as a whole here; its first line decides.
        ("P8849", flag(first.call_waiting)),
        ("P53100", flag(first.forward_always)),
        ("P53101", first.forward_always),
    ]


def _account(line: LineAccount, numbers: _Numbers, config: DeviceConfig) -> list[tuple[str, str]]:
    registrar = config.registrar
    found = [
        (numbers.active, "1"),
        (numbers.label, line.label),
        (numbers.server, f"{registrar.host}:{registrar.port}"),
        (numbers.user, line.sip_user),
        (numbers.login, line.sip_user),
        (numbers.password, line.sip_secret),
        (numbers.name, line.display_name),
        (numbers.voicemail, config.voicemail),
        (numbers.messages, "1"),
        (numbers.transport, _TRANSPORT[registrar.transport]),
        (numbers.registers, "1"),
        (numbers.expires, str(max(1, registrar.expires // 60))),
        (numbers.codec, "9"),
        (numbers.codec + 1, "8"),
        (numbers.codec + 2, "0"),
        (numbers.srtp, "2" if registrar.secure else "0"),
        (numbers.anonymous, flag(line.hide_caller_id)),
    ]
    return [(f"P{number}", value) for number, value in found]


def _keys(config: DeviceConfig) -> list[tuple[str, str]]:
    wanted = [(_LINE_KEY, "", line.label, str(place)) for place, line in enumerate(config.lines)]
    wanted += [(_DOES[key.does], key.value, key.label, _ANY_ACCOUNT) for key in config.keys]
    pairs: list[tuple[str, str]] = []
    for place, values in enumerate(wanted[: config.model.keys]):
        pairs.append((f"P{_FIRST_MODE + place}", "0"))
        pairs += [(f"P{number}", value) for number, value in zip(_key_numbers(place), values, strict=True)]
    return pairs


def _key_numbers(place: int) -> tuple[int, int, int, int]:
    """Of kind, value, label and account: the first four keys stand apart, further ones follow each other."""
    if place < 4:  # the keys that the first phones had
        kind = 41_200 + place
        return kind, kind + 100, kind + 200, kind + 300
    kind = 20_200 + 5 * (place - 4)
    return kind, kind + 1, kind + 2, kind + 3
