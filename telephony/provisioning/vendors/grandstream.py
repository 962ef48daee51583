"""Grandstream: numbered P-values for the GXP phones and HT adapters, named items for the GRP phones."""

from typing import Final

from telephony.provisioning.config import DeviceConfig, Does, LineAccount, Registrar, Transport
from telephony.provisioning.vendors.base import Maker, check, document, flag, tag, tags

ZONE: Final = "CET-1CEST-2,M3.5.0/02:00:00,M10.5.0/03:00:00"
_NIGHT: Final = ("1", "5")  # hours; the phone chooses a moment between them by itself
_TRANSPORT: Final = {Transport.UDP: "0", Transport.TCP: "1", Transport.TLS: "2"}
_NAMED_TRANSPORT: Final = {Transport.UDP: "UDP", Transport.TCP: "TCP", Transport.TLS: "TlsOrTcp"}
_MODE: Final = {Does.SPEED_DIAL: "0", Does.BUSY_LAMP: "1"}
_NAMED_MODE: Final = {Does.SPEED_DIAL: "SpeedDial", Does.BUSY_LAMP: "BLF"}
_LINE_MODE: Final = "31"
_FIRST_KEY: Final = 23_000
# Dutch tones, all 425 Hz: dialling is continuous, ringing 1 s in 5, waiting 0.5 s in 10, busy 0.5 s on and off, and
# congestion 0.25 s. Phones count in hundredths of a second; adapters in thousandths, and want a loudness.
_PHONE_TONES: Final = {
    "dial": "f1=425,f2=0;",
    "ringBack": "f1=425,f2=0,c=100/400;",
    "callWaiting": "f1=425,f2=0,c=50/950;",
    "busy": "f1=425,f2=0,c=50/50;",
    "reorder": "f1=425,f2=0,c=25/25;",
}
_GXP_TONES: Final = {"dial": "P343", "ringBack": "P346", "callWaiting": "P347", "busy": "P348", "reorder": "P349"}
_HT_TONES: Final = (
    ("P4000", "f1=425@-17,f2=0@-17,c=0/0;"),
    ("P4001", "f1=425@-19,f2=0@-19,c=1000/4000;"),
    ("P4002", "f1=425@-24,f2=0@-24,c=500/500;"),
    ("P4003", "f1=425@-24,f2=0@-24,c=250/250;"),
    ("P4005", "f1=425@-13,f2=0@-13,c=500/9500;"),
)


class Grandstream(Maker):
    """`cfg{mac}.xml`; the binary `cfg{mac}` is not offered, and phones go on to the other."""

    prefixes = ("cfg",)
    extensions = ("xml",)
    file = "cfg{mac}.xml"

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        if config.model.family == "grp":
            body = ['<config version="2">', *(tag("item", value, name=name) for name, value in _items(config))]
        else:
            body = ['<config version="1">', *tags(_numbered(config))]
        head = ['<gs_provision version="1">', tag("mac", config.mac)]
        return document([*head, *body, "</config>", "</gs_provision>"])


def _server(registrar: Registrar) -> str:
    return f"{registrar.host}:{registrar.port}"


def _minutes(registrar: Registrar) -> str:
    return str(max(1, registrar.expires // 60))


def _numbered(config: DeviceConfig) -> list[tuple[str, str]]:
    phone = config.model.family == "gxp"
    pairs = [
        ("P30", config.ntp_servers[0]),
        ("P64", ZONE),
        ("P2", config.admin_password),
        ("P196", config.admin_password),
        ("P237", config.address.place),
        ("P212", "2" if config.address.secure else "1"),
        ("P1360", config.provisioning_login),
        ("P1361", config.provisioning_password),
        ("P194", "1"),
        ("P285", _NIGHT[0]),
        ("P8459", _NIGHT[1]),
        ("P8458", "1"),
        ("P91", flag(not config.lines[0].call_waiting)),
        ("P65", flag(config.lines[0].hide_caller_id)),
        ("P1650", "2"),  # its own web page: off
        # Nobody else may hand it a configuration once it has ours.
        ("P145", "0"),
        ("P1414", "0"),
    ]
    if phone:
        pairs += [
            ("P1362", "nl"),
            *((number, _PHONE_TONES[tone]) for tone, number in _GXP_TONES.items()),
            ("P330", "3" if config.address.secure else "1"),
            ("P331", config.address.place),
            ("P332", "720"),
        ]
    else:
        # No SSH, and a daily look for settings as newer adapters call it; their spoken menu knows no Dutch.
        pairs += [("P276", "1"), ("P22296", "2"), *_HT_TONES]
    for number, line in enumerate(config.lines, start=1):
        pairs += _account(number, line, config) if phone or number == 1 else _second_port(line, config)
    if phone:
        unused = range(len(config.lines) + 1, config.model.lines + 1)
        pairs += [("P271" if number == 1 else f"P{number + 2}01", "0") for number in unused]
        pairs += _keys(config)
    elif config.model.lines > len(config.lines):
        pairs.append(("P401", "0"))
    return pairs


def _account(number: int, line: LineAccount, config: DeviceConfig) -> list[tuple[str, str]]:
    registrar = config.registrar
    if number > 1:
        base = f"P{number + 2}"
        return [
            (f"{base}01", "1"),
            (f"{base}02", _server(registrar)),
            (f"{base}04", line.sip_user),
            (f"{base}05", line.sip_user),
            (f"{base}06", line.sip_secret),
            (f"{base}07", line.display_name),
            (f"{base}10", "1"),
            (f"{base}12", _minutes(registrar)),
            (f"{base}17", line.label),
            (f"{base}26", config.voicemail),
            (f"{base}30", _TRANSPORT[registrar.transport]),
            (f"{base}43", "2" if registrar.secure else "0"),
            (f"{base}51", "9"),
            (f"{base}52", "8"),
            (f"{base}53", "0"),
        ]
    return [
        ("P271", "1"),
        ("P270", line.label),
        ("P47", _server(registrar)),
        ("P35", line.sip_user),
        ("P36", line.sip_user),
        ("P34", line.sip_secret),
        ("P3", line.display_name),
        ("P33", config.voicemail),
        ("P130", _TRANSPORT[registrar.transport]),
        ("P31", "1"),
        ("P32", _minutes(registrar)),
        ("P99", "1"),
        ("P57", "9"),
        ("P58", "8"),
        ("P59", "0"),
        ("P183", "2" if registrar.secure else "0"),
    ]


def _second_port(line: LineAccount, config: DeviceConfig) -> list[tuple[str, str]]:
    """The second telephone socket of an adapter."""
    registrar = config.registrar
    return [
        ("P401", "1"),
        ("P747", _server(registrar)),
        ("P735", line.sip_user),
        ("P736", line.sip_user),
        ("P734", line.sip_secret),
        ("P703", line.display_name),
        ("P731", "1"),
        ("P732", _minutes(registrar)),
        ("P830", _TRANSPORT[registrar.transport]),
        ("P757", "9"),
        ("P758", "8"),
        ("P759", "0"),
        ("P443", "2" if registrar.secure else "0"),
    ]


def _keys(config: DeviceConfig) -> list[tuple[str, str]]:
    wanted = [(_LINE_MODE, str(place), line.label, "") for place, line in enumerate(config.lines[: config.model.keys])]
    wanted += [(_MODE[key.does], "0", key.label, key.value) for key in config.keys]
    return [
        (f"P{_FIRST_KEY + 5 * place + part}", value)
        for place, values in enumerate(wanted)
        for part, value in enumerate(values)
    ]


def _items(config: DeviceConfig) -> list[tuple[str, str]]:
    address = config.address
    pairs = [
        ("language.gui", "nl"),
        ("dateTime.timezone", ZONE),
        ("dateTime.ntp.server.1", config.ntp_servers[0]),
        ("dateTime.ntp.server.2", config.ntp_servers[1]),
        ("users.admin.password", config.admin_password),
        ("users.user.password", config.admin_password),
        ("provisioning.config.protocol", "HTTPS" if address.secure else "HTTP"),
        ("provisioning.config.serverPath", address.place),
        ("provisioning.config.username", config.provisioning_login),
        ("provisioning.config.password", config.provisioning_password),
        ("provisioning.auto.mode", "YesUpgradeHourOfDay"),
        ("provisioning.auto.hour", _NIGHT[0]),
        ("provisioning.auto.endHour", _NIGHT[1]),
        ("provisioning.auto.randomTime.enable", "Yes"),
        # Nobody else may hand this phone a configuration once it has ours, and its web page is off.
        ("provisioning.3cxAutoProvision", "No"),
        ("security.webaccessmode", "Disabled"),
        ("security.ssh", "No"),
        *((f"audio.tone.{tone}", sound) for tone, sound in _PHONE_TONES.items()),
        ("phonebook.download.mode", "EnabledUseHTTPS" if address.secure else "EnabledUseHTTP"),
        ("phonebook.download.server", address.place),
        ("phonebook.download.username", config.provisioning_login),
        ("phonebook.download.password", config.provisioning_password),
        ("phonebook.download.interval", "720"),
        ("sip.notify.challenge", "Yes"),
        ("call.callWaiting.enable", _yes(config.lines[0].call_waiting)),
    ]
    for number, line in enumerate(config.lines, start=1):
        pairs += _named_account(number, line, config)
    unused = range(len(config.lines) + 1, config.model.lines + 1)
    pairs += [(f"account.{number}.enable", "No") for number in unused]
    for place, key in enumerate(config.keys, start=len(config.lines) + 1):
        pairs += [
            (f"pks.vpk.{place}.keyMode", _NAMED_MODE[key.does]),
            (f"pks.vpk.{place}.account", "0"),
            (f"pks.vpk.{place}.description", key.label),
            (f"pks.vpk.{place}.value", key.value),
        ]
    return pairs


def _named_account(number: int, line: LineAccount, config: DeviceConfig) -> list[tuple[str, str]]:
    account, registrar = f"account.{number}", config.registrar
    return [
        (f"{account}.enable", "Yes"),
        (f"{account}.name", line.label),
        (f"{account}.sip.server.1.address", _server(registrar)),
        (f"{account}.sip.userid", line.sip_user),
        (f"{account}.sip.subscriber.userid", line.sip_user),
        (f"{account}.sip.subscriber.password", line.sip_secret),
        (f"{account}.sip.subscriber.name", line.display_name),
        (f"{account}.sip.transport", _NAMED_TRANSPORT[registrar.transport]),
        (f"{account}.sip.registerExpiration", _minutes(registrar)),
        (f"{account}.sip.voicemail.number", config.voicemail),
        (f"{account}.sip.subscribe.forMwi", "Yes"),
        (f"{account}.codec.choice.1", "G.722"),
        (f"{account}.codec.choice.2", "PCMA"),
        (f"{account}.codec.choice.3", "PCMU"),
        (f"{account}.audio.srtpMode", "EnabledAndForced" if registrar.secure else "Disabled"),
        (f"{account}.call.sendAnonymous", _yes(line.hide_caller_id)),
        (f"{account}.call.callWaiting", _yes(line.call_waiting)),
    ]


def _yes(value: object) -> str:
    return "Yes" if value else "No"
