"""Snom's XML settings: desk phones of firmware 10 (`desk`) and 8 (`classic`), and the DECT bases of the M series."""

from typing import Final

from telephony.provisioning.config import DeviceConfig, Does, LineAccount, Transport
from telephony.provisioning.identify import Request
from telephony.provisioning.vendors.base import Maker, check, clock, document, tag, tags

_DOES: Final = {Does.SPEED_DIAL: "speed", Does.BUSY_LAMP: "blf"}
_DAY: Final = 86_400  # seconds
_DUTCH: Final = (
    ("language", "Nederlands"),
    ("web_language", "Nederlands"),
    ("locale", "nl_NL"),
    ("tone_scheme", "NLD"),
    ("timezone", "NLD+1"),
    ("time_24_format", "on"),
    ("date_us_format", "off"),
)


class Snom(Maker):
    """All Snom phones; `R` marks what people may not change on the phone."""

    prefixes = ("", "snom")
    extensions = ("xml", "htm", "html")
    file = "{mac}.xml"
    resync = "check-sync;reboot=false"

    def serves(self, request: Request) -> bool:
        """`snomD785-{MAC}.htm`, or the address alone as the macro `{mac}` of `setting_server` gives it."""
        return super().serves(request) and (bool(request.prefix) or request.extension == "xml")

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        dect = config.model.family == "dect"
        settings = [*tags(_DUTCH), tag("ntp_server", config.ntp_servers[0]), *_house(config)]
        if dect:
            settings += _servers(config)
        for number, line in enumerate(config.lines, start=1):
            settings += _handset(number, line, config) if dect else _identity(number, line, config)
        for number in range(len(config.lines) + 1, config.model.lines + 1):
            settings.append(tag("user_active", "off", idx=number))
        lines = ["<settings>", '<phone-settings e="2">', *settings, "</phone-settings>"]
        if config.model.keys:
            lines += ["<functionKeys>", *_keys(config), "</functionKeys>"]
        return document([*lines, "</settings>"])


def _house(config: DeviceConfig) -> list[str]:
    found = [
        ("setting_server", f"{config.provisioning_url}{{mac}}.xml"),
        ("http_client_user", config.provisioning_login),
        ("http_client_pass", config.provisioning_password),
        ("http_user", "admin"),
        ("http_pass", config.admin_password),
        ("admin_mode", "off"),
        ("admin_mode_password", config.admin_password),
        ("admin_mode_password_confirm", config.admin_password),
        ("webserver_type", "off"),
        # Nobody else may hand this phone a configuration once it has ours.
        ("provisioning_order", "redirection:stop"),
        ("challenge_checksync", "on"),
        ("call_waiting", _switch(config.lines[0].call_waiting)),
        ("dkey_retrieve", f"speed {config.voicemail}"),
        ("dkey_directory", f"url {config.phonebook_url}"),
    ]
    if config.model.family == "desk":
        found += [
            ("webserver_admin_name", "admin"),
            ("webserver_admin_password", config.admin_password),
            ("prov_polling_enabled", "on"),
            ("prov_polling_mode", "abs"),
            ("prov_polling_time", clock(config.night_minute)),
        ]
    else:
        found.append(("settings_refresh_timer", str(_DAY)))
    return tags(found)


def _outbound(config: DeviceConfig) -> str:
    registrar = config.registrar
    return f"{registrar.host}:{registrar.port};transport={registrar.transport.value}"


def _identity(number: int, line: LineAccount, config: DeviceConfig) -> list[str]:
    secure = config.registrar.secure
    forwarded = bool(line.forward_always)
    pairs = [
        ("user_active", "on"),
        ("user_realname", line.display_name),
        ("user_idle_text", line.label),
        ("user_name", line.sip_user),
        ("user_pname", line.sip_user),
        ("user_pass", line.sip_secret),
        ("user_host", config.registrar.host),
        ("user_outbound", _outbound(config)),
        ("user_expiry", str(config.registrar.expires)),
        ("user_mailbox", config.voicemail),
        ("user_srtp", _switch(secure)),
        ("user_savp", "mandatory" if secure else "off"),
        ("codec_priority_list", "g722,pcma,pcmu,telephone-event"),
        ("hide_identity", "true" if line.hide_caller_id else "false"),
        ("fwd_all_enabled", _switch(forwarded)),
        ("fwd_all_target", line.forward_always),
    ]
    return [tag(name, value, idx=number, perm="R") for name, value in pairs]


def _servers(config: DeviceConfig) -> list[str]:
    pairs = [
        ("srv_sip_server_alias", "Centrale"),
        ("user_host", config.registrar.host),
        ("user_outbound", _outbound(config) if config.registrar.transport is not Transport.UDP else ""),
        ("user_srtp", _switch(config.registrar.secure)),
    ]
    return [tag(name, value, idx=1) for name, value in pairs]


def _handset(number: int, line: LineAccount, config: DeviceConfig) -> list[str]:
    pairs = [
        ("user_active", "on"),
        ("user_realname", line.display_name),
        ("user_name", line.sip_user),
        ("user_pname", line.sip_user),
        ("user_pass", line.sip_secret),
        ("user_mailbox", config.voicemail),
        ("subscr_sip_hs_idx", str(number)),
        ("subscr_sip_line_name", line.label),
        ("subscr_sip_ua_data_server_id", "1"),
    ]
    return [tag(name, value, idx=number) for name, value in pairs]


def _keys(config: DeviceConfig) -> list[str]:
    lines = [
        tag("fkey", "line", idx=place, context=place + 1, label=line.label, perm="R")
        for place, line in enumerate(config.lines[: config.model.keys])
    ]
    others = [
        tag("fkey", f"{_DOES[key.does]} {key.value}", idx=place, context="active", label=key.label, perm="R")
        for place, key in enumerate(config.keys, start=len(config.lines))
    ]
    return lines + others


def _switch(value: object) -> str:
    return "on" if value else "off"
