"""Yealink's `key = value` files, with the names that firmware V81 and newer use (T2 to T5)."""

import unicodedata
from typing import Final

from telephony.provisioning.config import CommonConfig, DeviceConfig, LineAccount, Registrar, Transport
from telephony.provisioning.identify import Request
from telephony.provisioning.vendors.base import Unrenderable

HEADER: Final = "#!version:1.0.0.1"  # the phone ignores a file whose first line is anything else
CONTENT_TYPE: Final = "text/plain; charset=utf-8"
MAX_VALUE: Final = 511
_TRANSPORT: Final = {Transport.UDP: "0", Transport.TCP: "1", Transport.TLS: "2"}
_LINE_KEY: Final = "15"

# Dutch phones in the Netherlands: the summer time rule is Yealink's own for Amsterdam (2 = automatic).
_DUTCH: Final = (
    ("lang.gui", "Dutch"),
    ("lang.wui", "Dutch"),
    ("voice.tone.country", "Netherlands"),
    ("local_time.time_zone", "+1"),
    ("local_time.time_zone_name", "Netherlands(Amsterdam)"),
    ("local_time.summer_time", "2"),
    ("local_time.date_format", "3"),  # 31/12/2026
    ("local_time.time_format", "1"),  # 24 hours
)


def escape(value: str) -> str:
    """A value as it may stand after `key = `; the only way a value gets into a file.

    The format has no escapes: a line break would start a setting of its own, so control characters, line and
    paragraph separators and the word that resets a setting are refused, and so is white space at either end, which
    phones drop.
    """
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in value):
        raise Unrenderable("a control character")
    if value != value.strip() or len(value) > MAX_VALUE or value.upper() == "%NULL%":
        raise Unrenderable("white space at an end, too long, or a reserved word")
    return value


def serves(request: Request) -> bool:
    """Whether this is the name under which a Yealink asks for its own file."""
    return request.extension == "cfg" and not request.prefix


def render_common(config: CommonConfig) -> bytes:
    """The file for all phones of a model: language and time, nothing secret."""
    return _file([*_DUTCH, *_clock(config.ntp_servers)])


def render(config: DeviceConfig) -> bytes:
    """The file of one phone. The same input gives the same bytes: phones compare, and apply again what differs."""
    if not config.admin_password or not config.provisioning_password or not config.lines:
        raise Unrenderable("a phone without password or line")  # never fall back to the factory's admin/admin
    if len(config.lines) > config.model.lines:
        raise Unrenderable("more lines than the model has")
    settings = [*_DUTCH, *_clock(config.ntp_servers), *_house(config)]
    for number, line in enumerate(config.lines, start=1):
        settings += _account(number, line, config.registrar)
    for number in range(len(config.lines) + 1, config.model.lines + 1):
        settings.append((f"account.{number}.enable", "0"))
    return _file(settings)


def _clock(ntp_servers: tuple[str, str]) -> list[tuple[str, str]]:
    return [("local_time.ntp_server1", ntp_servers[0]), ("local_time.ntp_server2", ntp_servers[1])]


def _house(config: DeviceConfig) -> list[tuple[str, str]]:
    first = config.lines[0]
    return [
        ("static.auto_provision.server.url", config.provisioning_url),
        ("static.auto_provision.server.username", config.provisioning_login),
        ("static.auto_provision.server.password", config.provisioning_password),
        ("static.auto_provision.power_on", "1"),
        ("static.auto_provision.repeat.enable", "1"),
        ("static.auto_provision.repeat.minutes", str(config.refresh_minutes)),
        # Nobody else may hand this phone a configuration once it has ours.
        ("static.auto_provision.pnp_enable", "0"),
        ("static.auto_provision.dhcp_option.enable", "0"),
        ("static.zero_touch.enable", "0"),
        ("static.security.user_password", f"admin:{config.admin_password}"),
        ("static.wui.http_enable", "0"),
        ("static.wui.https_enable", "0"),
        ("features.action_uri.enable", "0"),
        ("sip.notify_reboot_enable", "0"),
        ("sip.trust_ctrl", "1"),
        # Call waiting and forwarding are settings of the phone as a whole here; its first line decides.
        ("call_waiting.enable", _flag(first.call_waiting)),
        ("forward.always.enable", _flag(bool(first.forward_always))),
        ("forward.always.target", first.forward_always),
    ]


def _account(number: int, line: LineAccount, registrar: Registrar) -> list[tuple[str, str]]:
    account = f"account.{number}"
    server = f"{account}.sip_server.1"
    return [
        (f"{account}.enable", "1"),
        (f"{account}.label", line.label),
        (f"{account}.display_name", line.display_name),
        (f"{account}.user_name", line.sip_user),
        (f"{account}.auth_name", line.sip_user),
        (f"{account}.password", line.sip_secret),
        (f"{server}.address", registrar.host),
        (f"{server}.port", str(registrar.port)),
        (f"{server}.transport_type", _TRANSPORT[registrar.transport]),
        (f"{server}.expires", str(registrar.expires)),
        (f"{account}.srtp_encryption", "2" if registrar.transport is Transport.TLS else "0"),
        (f"{account}.dtmf.type", "1"),
        (f"{account}.codec.g722.enable", "1"),
        (f"{account}.codec.g722.priority", "1"),
        (f"{account}.codec.pcma.enable", "1"),
        (f"{account}.codec.pcma.priority", "2"),
        (f"{account}.anonymous_call", _flag(line.hide_caller_id)),
        (f"linekey.{number}.type", _LINE_KEY),
        (f"linekey.{number}.line", str(number)),
        (f"linekey.{number}.label", line.label),
    ]


def _flag(value: bool) -> str:
    return "1" if value else "0"


def _file(settings: list[tuple[str, str]]) -> bytes:
    lines = [HEADER, *(f"{key} = {escape(value)}".rstrip() for key, value in settings)]
    return ("\n".join(lines) + "\n").encode()
