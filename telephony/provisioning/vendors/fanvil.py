"""Fanvil's XML of firmware 2 and newer."""

import re
from typing import Final

from telephony.provisioning.config import DeviceConfig, Does, Key, LineAccount, Transport
from telephony.provisioning.vendors.base import Maker, check, document, flag, tag, tags

_TRANSPORT: Final = {Transport.UDP: "0", Transport.TCP: "1", Transport.TLS: "3"}
_LINE_KEY, _MEMORY_KEY = "2", "1"
_DOES: Final = {Does.SPEED_DIAL: "f", Does.BUSY_LAMP: "ba"}
# Keys that a page of the display holds, by the model's name; others have them all on one.
_PAGE: Final = {
    "X210": 32,
    "X210i": 32,
    "X4U": 6,
    "X5U": 6,
    "X6": 12,
    "X6U": 12,
    "V62": 6,
    "V64": 8,
    "V65": 10,
    "V67": 29,
}
# Last Sunday of March at 2, last Sunday of October at 3.
_DATE: Final = (
    ("TimeZone", "4"),
    ("TimeZoneName", "UTC+1"),
    ("EnableDST", "2"),
    ("DSTFixedType", "2"),
    ("DSTMinOffset", "60"),
    ("DSTStartMon", "3"),
    ("DSTStartWeek", "5"),
    ("DSTStartWday", "0"),
    ("DSTStartHour", "2"),
    ("DSTEndMon", "10"),
    ("DSTEndWeek", "5"),
    ("DSTEndWday", "0"),
    ("DSTEndHour", "3"),
    ("EnableSNTP", "1"),
)


class Fanvil(Maker):
    """X, V and H phones."""

    extensions = ("cfg",)
    file = "{mac}.cfg"

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        lines = ["<sysConf>", "<Version>2.0000000000</Version>", *_provisioning(config), *_phone(config)]
        lines.append("<sip>")
        for number, line in enumerate(config.lines, start=1):
            lines += [f'<line index="{number}">', *tags(_account(line, config)), "</line>"]
        for number in range(len(config.lines) + 1, config.model.lines + 1):
            lines += [f'<line index="{number}">', tag("EnableReg", "0"), "</line>"]
        # Call waiting is a setting of the phone as a whole here; its first line decides.
        waiting = tag("CallWaiting", flag(config.lines[0].call_waiting))
        lines += [
            "</sip>",
            "<call>",
            f'<port index="1">{waiting}</port>',
            "</call>",
            *_keys(config),
            "<mm>",
            tag("SelectYourTone", "5"),
            "</mm>",
            "</sysConf>",
        ]
        return document(lines)


def _provisioning(config: DeviceConfig) -> list[str]:
    address = config.address
    pairs = [
        ("DefaultUsername", config.provisioning_login),
        ("DefaultPassword", config.provisioning_password),
        ("DownloadCommonConf", "0"),
        ("SaveProvisionInfo", "1"),
        ("FlashServerIP", config.provisioning_url.rstrip("/")),
        ("FlashFileName", "$mac.cfg"),
        ("FlashProtocol", "5" if address.secure else "4"),
        ("FlashMode", "2"),
        ("FlashInterval", "24"),
    ]
    return ["<ap>", *tags(pairs), "<pnp>", tag("PNPEnable", "0"), "</pnp>", "</ap>"]


def _phone(config: DeviceConfig) -> list[str]:
    book = [
        ("Name", "Telefoonboek"),
        ("Addr", config.phonebook_url),
        ("UserName", config.provisioning_login),
        ("PassWd", config.provisioning_password),
    ]
    # The factory's guest/guest would open the phone as well.
    accounts = [
        text
        for index, name, level in ((1, "admin", "10"), (2, "guest", "5"))
        for text in (
            f'<account index="{index}">',
            *tags([("Name", name), ("Password", config.admin_password), ("Level", level)]),
            "</account>",
        )
    ]
    return [
        "<phone>",
        tag("MenuPassword", config.admin_password),
        "<display>",
        tag("DefaultLanguage", "nl"),
        "</display>",
        "<date>",
        tag("SNTPServer", config.ntp_servers[0]),
        *tags(_DATE),
        "</date>",
        '<xmlContact index="1">',
        *tags(book),
        "</xmlContact>",
        "</phone>",
        "<web>",
        tag("EnableTelnet", "0"),
        *accounts,
        "</web>",
    ]


def _account(line: LineAccount, config: DeviceConfig) -> list[tuple[str, str]]:
    registrar = config.registrar
    return [
        ("PhoneNumber", line.sip_user),
        ("DisplayName", line.display_name),
        ("SipName", line.label),
        ("RegisterAddr", registrar.host),
        ("RegisterPort", str(registrar.port)),
        ("RegisterUser", line.sip_user),
        ("RegisterPswd", line.sip_secret),
        ("RegisterTTL", str(registrar.expires)),
        ("EnableReg", "1"),
        ("Transport", _TRANSPORT[registrar.transport]),
        ("MediaCrypto", "2" if registrar.secure else "0"),
        ("VoiceCodecMap", "G722,PCMA,PCMU"),
        ("MWINum", config.voicemail),
        ("CLIR", flag(line.hide_caller_id)),
        ("AlwaysFWD", flag(line.forward_always)),
        ("AlwaysFWDNum", line.forward_always),
    ]


def _keys(config: DeviceConfig) -> list[str]:
    if not config.model.keys:
        return []
    wanted = [
        (_LINE_KEY, f"SIP{number}", line.label)
        for number, line in enumerate(config.lines[: config.model.keys], start=1)
    ]
    wanted += [(_MEMORY_KEY, _memory(key), key.label) for key in config.keys]
    size = _PAGE.get(re.split(r"[- ]", config.model.name)[0], len(wanted))
    pages = [wanted[start : start + size] for start in range(0, len(wanted), size)]
    lines = ["<dsskey>", tag("FuncKeyPageNum", str(len(pages)))]
    for number, page in enumerate(pages, start=1):
        lines.append(f'<internal index="{number}">')
        for place, (kind, value, title) in enumerate(page, start=1):
            lines += [f'<Fkey index="{place}">', *tags([("Type", kind), ("Value", value), ("Title", title)]), "</Fkey>"]
        lines.append("</internal>")
    return [*lines, "</dsskey>"]


def _memory(key: Key) -> str:
    return f"{key.value}@1/{_DOES[key.does]}"
