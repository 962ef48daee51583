"""Yealink's `key = value` files, with the names that firmware V81 and newer use (T2 to T5 and the DECT bases)."""

from typing import Final

from telephony.provisioning.config import CommonConfig, DeviceConfig, Does, Key, LineAccount, Registrar, Transport
from telephony.provisioning.vendors.base import TEXT, Maker, Unrenderable, check, clock, flag, plain

HEADER: Final = "#!version:1.0.0.1"  # the phone ignores a file whose first line is anything else
_TRANSPORT: Final = {Transport.UDP: "0", Transport.TCP: "1", Transport.TLS: "2"}
_LINE_KEY: Final = "15"
_DOES: Final = {Does.SPEED_DIAL: "13", Does.BUSY_LAMP: "16"}

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
    """A value as it may stand after `key = `; the word that resets a setting is refused beside what no file carries."""
    if value.upper() == "%NULL%":
        raise Unrenderable("a reserved word")
    return plain(value)


def render_common(config: CommonConfig) -> bytes:
    """The file for all phones of a model: language and time, nothing secret."""
    return _file([*_DUTCH, *_clock(config.ntp_servers)])


class Yealink(Maker):
    """Desk phones and DECT bases."""

    content_type = TEXT
    extensions = ("cfg",)
    file = "{mac}.cfg"

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        settings = [*_DUTCH, *_clock(config.ntp_servers), *_house(config)]
        desk = config.model.family == "desk"
        for number, line in enumerate(config.lines, start=1):
            settings += _account(number, line, config.registrar, config.voicemail)
            settings += _line_key(number, line) if desk else _handset(number)
        for number in range(len(config.lines) + 1, config.model.lines + 1):
            settings.append((f"account.{number}.enable", "0"))
        for position, key in enumerate(config.keys, start=len(config.lines) + 1):
            settings += _key(position, key)
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
        # Every hour for changes, and once a night at a minute of its own.
        ("static.auto_provision.repeat.enable", "1"),
        ("static.auto_provision.repeat.minutes", str(config.refresh_minutes)),
        ("static.auto_provision.weekly.enable", "1"),
        ("static.auto_provision.weekly.dayofweek", "0123456"),
        ("static.auto_provision.weekly.begin_time", clock(config.night_minute)),
        ("static.auto_provision.weekly.end_time", clock(config.night_minute + 30)),
        # Nobody else may hand this phone a configuration once it has ours.
        ("static.auto_provision.pnp_enable", "0"),
        ("static.auto_provision.dhcp_option.enable", "0"),
        ("static.zero_touch.enable", "0"),
        ("static.security.user_password", f"admin:{config.admin_password}"),
        ("static.security.user_password", f"user:{config.admin_password}"),  # in place of the factory's user:user
        ("static.wui.http_enable", "0"),
        ("static.wui.https_enable", "0"),
        ("features.action_uri.enable", "0"),
        ("sip.notify_reboot_enable", "0"),
        ("sip.trust_ctrl", "1"),
        ("features.remote_phonebook.enable", "1"),
        ("remote_phonebook.data.1.url", config.phonebook_url),
        ("remote_phonebook.data.1.name", "Telefoonboek"),
        ("remote_phonebook.data.1.username", config.provisioning_login),
        ("remote_phonebook.data.1.password", config.provisioning_password),
        # Call waiting and forwarding are settings of the phone as a whole here; its first line decides.
        ("call_waiting.enable", flag(first.call_waiting)),
        ("forward.always.enable", flag(first.forward_always)),
        ("forward.always.target", first.forward_always),
    ]


def _account(number: int, line: LineAccount, registrar: Registrar, voicemail: str) -> list[tuple[str, str]]:
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
        (f"{account}.srtp_encryption", "2" if registrar.secure else "0"),
        (f"{account}.dtmf.type", "1"),
        (f"{account}.codec.g722.enable", "1"),
        (f"{account}.codec.g722.priority", "1"),
        (f"{account}.codec.pcma.enable", "1"),
        (f"{account}.codec.pcma.priority", "2"),
        (f"{account}.anonymous_call", flag(line.hide_caller_id)),
        (f"{account}.subscribe_mwi", "1"),
        (f"voice_mail.number.{number}", voicemail),
    ]


def _line_key(number: int, line: LineAccount) -> list[tuple[str, str]]:
    return [
        (f"linekey.{number}.type", _LINE_KEY),
        (f"linekey.{number}.line", str(number)),
        (f"linekey.{number}.label", line.label),
    ]


def _handset(number: int) -> list[tuple[str, str]]:
    # A base rings the handset of the same number for each line.
    return [
        (f"handset.{number}.incoming_lines", str(number)),
        (f"handset.{number}.dial_out_lines", str(number)),
    ]


def _key(position: int, key: Key) -> list[tuple[str, str]]:
    return [
        (f"linekey.{position}.type", _DOES[key.does]),
        (f"linekey.{position}.line", "1"),
        (f"linekey.{position}.value", key.value),
        (f"linekey.{position}.label", key.label),
    ]


def _file(settings: list[tuple[str, str]]) -> bytes:
    lines = [HEADER, *(f"{key} = {escape(value)}".rstrip() for key, value in settings)]
    return ("\n".join(lines) + "\n").encode()
