"""Panasonic's `NAME="value"` files for the KX-HDV, KX-UT and KX-TGP phones."""

from typing import Final

from telephony.provisioning.config import DeviceConfig, Does, LineAccount, Transport
from telephony.provisioning.vendors.base import TEXT, Maker, Unrenderable, check, clock, plain

HEADER: Final = "# Panasonic SIP Phone Standard Format File #"  # any other beginning, and the phone drops the file
MAX_LINE: Final = 500
_TRANSPORT: Final = {Transport.UDP: "0", Transport.TCP: "1", Transport.TLS: "2"}
_DOES: Final = {Does.SPEED_DIAL: "X_PANASONIC_IPTEL_ONETOUCH", Does.BUSY_LAMP: "X_PANASONIC_IPTEL_CONTACT"}
# Last Sunday of March at 2 (minutes), last Sunday of October at 3; 5 is the last.
_DUTCH: Final = (
    ("DEFAULT_LANGUAGE", "nl"),
    ("WEB_LANGUAGE", "nl"),
    ("TIME_ZONE", "60"),
    ("DST_ENABLE", "Y"),
    ("DST_OFFSET", "60"),
    ("DST_START_MONTH", "3"),
    ("DST_START_ORDINAL_DAY", "5"),
    ("DST_START_DAY_OF_WEEK", "0"),
    ("DST_START_TIME", "120"),
    ("DST_STOP_MONTH", "10"),
    ("DST_STOP_ORDINAL_DAY", "5"),
    ("DST_STOP_DAY_OF_WEEK", "0"),
    ("DST_STOP_TIME", "180"),
    # Dutch tones, all 425 Hz, in milliseconds: 60 of silence, sound, and silence until the first comes again.
    ("DIAL_TONE1_FRQ", "425"),
    ("DIAL_TONE1_TIMING", "60,0"),
    ("BUSY_TONE_FRQ", "425"),
    ("BUSY_TONE_TIMING", "60,500,440"),
    ("REORDER_TONE_FRQ", "425"),
    ("REORDER_TONE_TIMING", "60,250,190"),
    ("RINGBACK_TONE_FRQ", "425"),
    ("RINGBACK_TONE_TIMING", "60,1000,3940"),
)


class Panasonic(Maker):
    """`Config{MAC}.cfg` or `{mac}.cfg`."""

    content_type = TEXT
    prefixes = ("", "config")
    extensions = ("cfg",)
    file = "Config{mac}.cfg"
    marks = "!*-._~"  # the login stands in an address

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker. Lines end in CR LF, the last one too, and an empty one follows."""
        check(config)
        settings = [*_DUTCH, *_house(config)]
        for number, line in enumerate(config.lines, start=1):
            settings += _line(number, line, config)
        unused = range(len(config.lines) + 1, config.model.lines + 1)
        settings += [(f"LINE_ENABLE_{number}", "Disabled") for number in unused]
        if config.model.keys:
            settings += _keys(config)
        return "\r\n".join([HEADER, *(_written(name, value) for name, value in settings), "", ""]).encode()


def _written(name: str, value: str) -> str:
    """The format has no way to hold a double quote."""
    line = f'{name}="{plain(value).replace('"', "'")}"'
    if len(line) > MAX_LINE:
        raise Unrenderable("white space at an end, or too long")
    return line


def _house(config: DeviceConfig) -> list[tuple[str, str]]:
    return [
        ("NTP_ADDR", config.ntp_servers[0]),
        ("ADMIN_ID", "admin"),
        ("ADMIN_PASS", config.admin_password),
        ("USER_ID", "user"),
        ("USER_PASS", config.admin_password),
        ("HTTPD_PORTOPEN_AUTO", "N"),
        ("PROVISION_ENABLE", "Y"),
        ("OPTION66_ENABLE", "N"),
        # This phone keeps its login inside the address.
        ("CFG_STANDARD_FILE_PATH", _with_login(config)),
        ("CFG_CYCLIC", "N"),
        ("CFG_RESYNC_TIME", clock(config.night_minute)),
        ("CFG_RESYNC_FROM_SIP", "check-sync"),
        ("HTTP_AUTH_ID", config.provisioning_login),
        ("HTTP_AUTH_PASSWORD", config.provisioning_password),
        ("VM_SUBSCRIBE_ENABLE", "Y"),
    ]


def _with_login(config: DeviceConfig) -> str:
    scheme = "https" if config.address.secure else "http"
    login = f"{config.provisioning_login}:{config.provisioning_password}"
    return f"{scheme}://{login}@{config.address.place}/Config{{MAC}}.cfg"


def _line(number: int, line: LineAccount, config: DeviceConfig) -> list[tuple[str, str]]:
    registrar = config.registrar
    pairs = [
        ("LINE_ENABLE", "Enabled"),
        ("PROFILE_ENABLE", "Enabled"),
        ("PHONE_NUMBER", line.sip_user),
        ("SIP_URI", line.sip_user),
        ("SIP_AUTHID", line.sip_user),
        ("SIP_PASS", line.sip_secret),
        ("DISPLAY_NAME", line.display_name),
        ("SIP_RGSTR_ADDR", registrar.host),
        ("SIP_RGSTR_PORT", str(registrar.port)),
        ("SIP_PRXY_ADDR", registrar.host),
        ("SIP_PRXY_PORT", str(registrar.port)),
        ("SIP_SVCDOMAIN", registrar.host),
        ("SIP_TRANSPORT", _TRANSPORT[registrar.transport]),
        ("SRTP_CONNECT_MODE", "0" if registrar.secure else "1"),
        ("REG_EXPIRE_TIME", str(registrar.expires)),
        ("VM_NUMBER", config.voicemail),
    ]
    return [(f"{name}_{number}", value) for name, value in pairs]


def _keys(config: DeviceConfig) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(config.lines[: config.model.keys], start=1):
        pairs += [
            (f"FLEX_BUTTON_FACILITY_ACT{number}", "X_PANASONIC_IPTEL_DN"),
            (f"FLEX_BUTTON_FACILITY_ARG{number}", str(number)),
            (f"FLEX_BUTTON_LABEL{number}", line.label),
        ]
    for number, key in enumerate(config.keys, start=len(config.lines) + 1):
        pairs += [
            (f"FLEX_BUTTON_FACILITY_ACT{number}", _DOES[key.does]),
            (f"FLEX_BUTTON_FACILITY_ARG{number}", key.value),
            (f"FLEX_BUTTON_LABEL{number}", key.label),
        ]
    return pairs
