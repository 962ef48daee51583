"""Gigaset: the N510 base, the bases of the N670 family, and the Maxwell desk phones.

They log in with Digest only, first with an address and secret of their own, so two refusals before a success are
normal.
"""

from typing import Final

from telephony.provisioning.config import DeviceConfig, Does, LineAccount, Transport
from telephony.provisioning.vendors.base import Maker, Unrenderable, check, document, flag, tag

_LATIN: Final = '<?xml version="1.0" encoding="ISO-8859-1"?>'
_TRANSPORT: Final = {Transport.UDP: "1", Transport.TCP: "2", Transport.TLS: "3"}
_DOES: Final = {Does.SPEED_DIAL: "3", Does.BUSY_LAMP: "4"}
_PIN_DIGITS: Final = 4
# Numbers of the N510: Dutch tones, web language, country, and GMT+1.
_N510_DUTCH: Final = (
    ("BS_AE_SwConfig.ucCountryCodeTone", "9"),
    ("BS_IP_Data1.ucI_HTTPLANGUAGE", "0xa"),
    ("BS_IP_Data1.uiI_TIME_COUNTRY", "0x30"),
    ("BS_IP_Data1.uiI_TIME_TIMEZONE", "0x1b"),
    ("BS_IP_Data1.ucB_TIME_USE_AUTOMATIC_DST", "0x1"),
    ("BS_IP_Data.ucB_AUTO_UPDATE_PROFILE", "0x1"),
    ("BS_IP_Data1.ucB_ACCEPT_FOREIGN_SUBNET", "0x0"),
)


class Gigaset(Maker):
    """`{MAC}.xml`, in upper case from an N510."""

    extensions = ("xml",)
    file = "{mac}.xml"
    marks = Maker.marks.replace('"', "")

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        match config.model.family:
            case "n510":
                return _n510(config)
            case "maxwell":
                return _params(_maxwell(config))
            case _:
                return _params(_n670(config), product="e2", operations=_handsets(config))


def _param(name: str, value: str) -> str:
    return tag("param", name=name, value=value).replace("></param>", "/>")


def _params(pairs: list[tuple[str, str]], *, product: str = "", operations: tuple[str, ...] = ()) -> bytes:
    opening = '<provisioning version="1.1"' + (f' productID="{product}">' if product else ">")
    lines = [opening, "<nvm>", *operations, *(_param(name, value) for name, value in pairs), "</nvm>"]
    return document([*lines, "</provisioning>"])


def _n670(config: DeviceConfig) -> list[tuple[str, str]]:
    registrar = config.registrar
    pairs = [
        ("DmGlobal.0.TimeZone", "Europe/Amsterdam"),
        ("DmGlobal.0.NtpServer", config.ntp_servers[0]),
        ("WebUIAccounts.1.Password", config.admin_password),
        ("Provisioning.global.ProvisioningServer", f"{config.provisioning_url}%MACD.xml"),
        # Nobody on the network may hand this base a configuration once it has ours.
        ("SystemSettings.global.SipMulticastEnabled", "0"),
        ("SipProvider.0.Name", "Centrale"),
        ("SipProvider.0.Domain", registrar.host),
        ("SipProvider.0.ProxyServerAddress", registrar.host),
        ("SipProvider.0.ProxyServerPort", str(registrar.port)),
        ("SipProvider.0.RegServerAddress", registrar.host),
        ("SipProvider.0.RegServerPort", str(registrar.port)),
        ("SipProvider.0.RegServerRefreshTimer", str(registrar.expires)),
        ("SipProvider.0.OutboundProxyMode", "2"),
        ("SipProvider.0.TransportProtocol", _TRANSPORT[registrar.transport]),
        ("SipProvider.0.UseSIPS", "0"),  # plain names, over TLS where the exchange speaks it
        ("SipProvider.0.SRTP_Enabled", flag(registrar.secure)),
        ("SipProvider.0.AcceptNonSRTPCalls", flag(not registrar.secure)),
        ("SipProvider.0.MWISubscription", "1"),
    ]
    for number, line in enumerate(config.lines, start=1):
        account = f"SipAccount.{number:05}"
        pairs += [
            (f"{account}.AuthName", line.sip_user),
            (f"{account}.AuthPassword", line.sip_secret),
            (f"{account}.ProviderId", "0"),
            (f"{account}.UserName", line.sip_user),
            (f"{account}.DisplayName", line.display_name),
            (f"{account}.VoiceMailMailbox", config.voicemail),
            (f"{account}.VoiceMailActive", "1"),
        ]
    return pairs


def _handsets(config: DeviceConfig) -> tuple[str, ...]:
    """A place for a handset a line; it is there once somebody registers one at the base."""
    return tuple(
        text
        for number in range(1, len(config.lines) + 1)
        for text in (f'<oper value="{number:05}" name="add_hs">', _param("hs.RegStatus", "ToReg"), "</oper>")
    )


def _maxwell(config: DeviceConfig) -> list[tuple[str, str]]:
    registrar = config.registrar
    pairs = [
        ("PhoneUI.Settings.Language", "nl-nl"),
        ("WebUI.Language", "nl-nl"),
        ("Telephony.ToneScheme", "NLD"),
        ("System.DateAndTime.TimeZone", "GMT+1.Europe/Amsterdam"),
        ("System.DateAndTime.TimeServer", config.ntp_servers[0]),
        ("System.DateAndTime.AutoAdjustTime", "NTPServiceEnabled"),
        ("System.DateAndTime.AutoAdjustClockForDST", "AutomatedDaylightSavingEnabled"),
        ("System.DateAndTime.TimeFormat", "24h"),
        ("System.DateAndTime.DateOrder", "dd.mm.yyyy"),
        ("WebUI.AdminPassword", config.admin_password),
        ("WebUI.UserPassword", config.admin_password),
        ("System.Provision.ProvisioningServer", f"{config.provisioning_url}%MACD.xml"),
        ("System.Provision.Period", "1440"),
        ("NET.IP.IPv4.DHCP.Options.Disabled", "66,114"),  # nobody else may hand it a configuration
        ("SIP.Security.UseSIPS", "0"),
        ("SIP.TransportProtocol", "1" if registrar.transport is Transport.UDP else "2"),
        ("SIP.Security.SRTP", flag(registrar.secure)),
        ("SIP.Security.AcceptNonSRTPCalls", flag(not registrar.secure)),
        ("SIP.ActiveCodecs", "9,8,0"),
    ]
    for place, line in enumerate(config.lines):
        pairs += _maxwell_account(place, line, config)
    pairs += [(f"SIP.Account.{place}.Active", "0") for place in range(len(config.lines), config.model.lines)]
    # Keys count from 0.
    pairs += [
        (f"PhoneUI.Keys.FunctionKeys.{number}.Type", "0") for number in range(min(len(config.lines), config.model.keys))
    ]
    for number, key in enumerate(config.keys, start=len(config.lines)):
        name = f"PhoneUI.Keys.FunctionKeys.{number}"
        pairs += [
            (f"{name}.Type", _DOES[key.does]),
            (f"{name}.PhoneNumber", key.value),
            (f"{name}.DisplayName", key.label),
        ]
    return pairs


def _maxwell_account(place: int, line: LineAccount, config: DeviceConfig) -> list[tuple[str, str]]:
    account, registrar = f"SIP.Account.{place}", config.registrar
    forwarded = f"Telephony.CallDivert.{place}.All"
    return [
        (f"{account}.Active", "1"),
        (f"{account}.AccountName", line.label),
        (f"{account}.AuthName", line.sip_user),
        (f"{account}.AuthPassword", line.sip_secret),
        (f"{account}.Username", line.sip_user),
        (f"{account}.DisplayName", line.display_name),
        (f"{account}.Domain", registrar.host),
        (f"{account}.ProxyServer.Address", registrar.host),
        (f"{account}.ProxyServer.Port", str(registrar.port)),
        (f"{account}.RegistrationServer.Address", registrar.host),
        (f"{account}.RegistrationServer.Port", str(registrar.port)),
        (f"{account}.VoiceMail.Mailbox", config.voicemail),
        (f"{account}.VoiceMail.Active", "1"),
        (f"{forwarded}.Active", flag(line.forward_always)),
        (f"{forwarded}.Target", line.forward_always),
    ]


def _n510(config: DeviceConfig) -> bytes:
    pairs = [*_N510_DUTCH, ("BS_IP_Data1.aucS_TIME_NTP_SERVER", _quoted(config.ntp_servers[0]))]
    pairs.append(("BS_CUSTOM.aucKdsPin[0]", _pin(config.admin_password)))
    for number, line in enumerate(config.lines, start=1):
        pairs += _n510_account(number, line, config)
    unused = range(len(config.lines) + 1, config.model.lines + 1)
    pairs += [(f"BS_IP_Data1.ucB_SIP_ACCOUNT_IS_ACTIVE_{number}", "0x0") for number in unused]
    lines = [
        '<ProviderFrame xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="N510.xsd">',
        "<Provider>",
        _closed("MAC_ADDRESS", value=config.mac.upper()),
        _closed("PROFILE_NAME", **{"class": "string", "value": "Centrale"}),
        _closed("S_CONFIGFILE_URL", **{"class": "string", "value": _quoted(config.provisioning_url)}),
        _closed("S_PROV_USERNAME", **{"class": "string", "value": _quoted(config.provisioning_login)}),
        _closed("S_PROV_PASSWORD", **{"class": "string", "value": _quoted(config.provisioning_password)}),
        *(_closed("SYMB_ITEM", ID=name, **{"class": "symb_item", "value": value}) for name, value in pairs),
        "</Provider>",
        "</ProviderFrame>",
    ]
    return document(lines, encoding="ascii", declaration=_LATIN)  # references for the rest, so it is Latin-1 too


def _n510_account(number: int, line: LineAccount, config: DeviceConfig) -> list[tuple[str, str]]:
    suffix, registrar = f"_{number}" if number > 1 else "", config.registrar
    port = f"{registrar.port:#x}"
    return [
        (f"BS_IP_Data1.aucS_SIP_ACCOUNT_NAME_{number}", _quoted(line.label)),
        (f"BS_IP_Data1.aucS_SIP_DISPLAYNAME{suffix}", _quoted(line.display_name)),
        (f"BS_IP_Data3.aucS_SIP_LOGIN_ID{suffix}", _quoted(line.sip_user)),
        (f"BS_IP_Data1.aucS_SIP_PASSWORD{suffix}", _quoted(line.sip_secret)),
        (f"BS_IP_Data1.aucS_SIP_USER_ID{suffix}", _quoted(line.sip_user)),
        (f"BS_IP_Data1.aucS_SIP_DOMAIN{suffix}", _quoted(registrar.host)),
        (f"BS_IP_Data1.aucS_SIP_SERVER{suffix}", _quoted(registrar.host)),
        (f"BS_IP_Data1.aucS_SIP_REGISTRAR{suffix}", _quoted(registrar.host)),
        (f"BS_IP_Data1.uiI_SIP_SERVER_PORT{suffix}", port),
        (f"BS_IP_Data1.uiI_SIP_REGISTRAR_PORT{suffix}", port),
        (f"BS_IP_Data1.uiI_RE_REGISTRATION_TIMER{suffix}", f"{registrar.expires:#x}"),
        (f"BS_IP_Data1.ucI_SIP_PREFERRED_VOCODER{suffix}", "0x05,0x01,0x00"),
        (f"BS_IP_Data1.aucS_VOIP_NET_AM_NUMBER_{number}", _quoted(config.voicemail)),
        (f"BS_IP_Data1.ucB_VOIP_NET_AM_ENABLED_{number}", "0x1"),
        (f"BS_IP_Data1.ucB_SIP_ACCOUNT_IS_ACTIVE_{number}", "0x1"),
        (f"BS_AE_Subscriber.stMtDat[{number - 1}].aucTlnName", _quoted(line.label)),
    ]


def _closed(name: str, **given: str) -> str:
    return tag(name, **given).replace(f"></{name}>", "/>")


def _quoted(value: str) -> str:
    """Text stands between double quotes inside the attribute, and has no way to hold one."""
    return f'"{value.replace('"', "'")}"'


def _pin(password: str) -> str:
    """The base takes a PIN of four digits, so the administrator's password gives its first: `0x12,0x34`."""
    digits = "".join(str(ord(character) % 10) for character in password)[:_PIN_DIGITS]
    if len(digits) < _PIN_DIGITS:
        raise Unrenderable("a phone without password or line")
    return f"0x{digits[:2]},0x{digits[2:]}"
