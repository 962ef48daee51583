"""Cisco's flat profile: SPA phones, ATA adapters and the multiplatform (3PCC) phones."""

from typing import Final

from telephony.provisioning.config import DeviceConfig, Does, Key, LineAccount, Transport
from telephony.provisioning.vendors.base import Maker, check, document, tag

_TRANSPORT: Final = {Transport.UDP: "UDP", Transport.TCP: "TCP", Transport.TLS: "TLS"}
_DOES: Final = {Does.SPEED_DIAL: "fnc=sd;ext", Does.BUSY_LAMP: "fnc=blf+sd;sub"}
# Dutch tones, all 425 Hz: dialling is continuous, busy 0.5 s on and off, congestion 0.25 s, ringing 1 s in 5.
_DUTCH: Final = (
    ("Time_Zone", "GMT+01:00"),
    ("Daylight_Saving_Time_Enable", "Yes"),
    ("Daylight_Saving_Time_Rule", "start=3/-1/7/2:0:0;end=10/-1/7/3:0:0;save=1:0:0"),
    ("Time_Format", "24hr"),
    ("Date_Format", "day/month"),
    ("Locale", "nl-NL"),
    ("Dial_Tone", "425@-10;30(*/0/1)"),
    ("Busy_Tone", "425@-10;20(.5/.5/1)"),
    ("Reorder_Tone", "425@-10;20(.25/.25/1)"),
    ("Ring_Back_Tone", "425@-16;*(1/4/1)"),
    ("Call_Waiting_Tone", "425@-16;30(.5/9.5/1)"),
)


class Cisco(Maker):
    """One element a setting; `ua="na"` keeps it out of the menu of the user."""

    prefixes = ("", "spa", "cisco/")
    extensions = ("xml", "cfg")
    file = "{mac}.xml"
    marks = "!#%*+,-./:=?@^_~"  # the login stands in a rule between brackets, where `$` starts a macro

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        pairs = [*_DUTCH, *_house(config)]
        for number, line in enumerate(config.lines, start=1):
            pairs += _line(number, line, config)
        pairs += [(f"Line_Enable_{number}_", "No") for number in range(len(config.lines) + 1, config.model.lines + 1)]
        if config.model.keys:
            pairs += _keys(config)
        return document(["<flat-profile>", *(tag(name, value, ua="na") for name, value in pairs), "</flat-profile>"])


def _house(config: DeviceConfig) -> list[tuple[str, str]]:
    minute = config.night_minute
    credentials = f"--uid {config.provisioning_login} --pwd {config.provisioning_password}"
    first = config.lines[0]
    return [
        ("Primary_NTP_Server", config.ntp_servers[0]),
        ("Secondary_NTP_Server", config.ntp_servers[1]),
        ("Provision_Enable", "Yes"),
        ("Profile_Rule", f"[{credentials}]{config.provisioning_url}$MA.xml"),
        ("Resync_On_Reset", "Yes"),
        ("Resync_At", f"{minute // 60:02}{minute % 60:02}"),
        ("Resync_Random_Delay", "60"),
        ("Resync_From_SIP", "Yes"),
        ("Resync_Error_Retry_Delay", "3600"),
        ("Report_Rule", ""),
        ("Enable_Web_Server", "No"),
        ("Enable_Web_Admin_Access", "No"),
        ("Admin_Passwd" if config.model.family == "spa" else "Admin_Password", config.admin_password),
        ("User_Password", config.admin_password),
        ("XML_Directory_Service_Name", "Telefoonboek"),
        ("XML_Directory_Service_URL", config.phonebook_url),
        ("XML_User_Name", config.provisioning_login),
        ("XML_Password", config.provisioning_password),
        ("Voice_Mail_Number", config.voicemail),
        ("CW_Setting", _yes(first.call_waiting)),
        ("Block_CID_Setting", _yes(first.hide_caller_id)),
        ("Cfwd_All_Dest", first.forward_always),
        ("Station_Name", first.display_name),
    ]


def _line(number: int, line: LineAccount, config: DeviceConfig) -> list[tuple[str, str]]:
    registrar = config.registrar
    pairs = [
        ("Line_Enable", "Yes"),
        ("Proxy", f"{registrar.host}:{registrar.port}"),
        ("SIP_Transport", _TRANSPORT[registrar.transport]),
        ("Register", "Yes"),
        ("Register_Expires", str(registrar.expires)),
        ("Display_Name", line.display_name),
        ("Short_Name", line.label),
        ("User_ID", line.sip_user),
        ("Use_Auth_ID", "Yes"),
        ("Auth_ID", line.sip_user),
        ("Password", line.sip_secret),
        ("Mailbox_ID", line.sip_user),
        ("Preferred_Codec", "G722"),
        ("Second_Preferred_Codec", "G711a"),
        ("G722_Enable", "Yes"),
        ("Use_Pref_Codec_Only", "No"),
        ("Secure_Call_Option", "Required" if registrar.secure else "Optional"),
    ]
    return [(f"{name}_{number}_", value) for name, value in pairs]


def _keys(config: DeviceConfig) -> list[tuple[str, str]]:
    lines = min(len(config.lines), config.model.keys)
    pairs = [(f"Extension_{number}_", str(number)) for number in range(1, lines + 1)]
    for number, key in enumerate(config.keys, start=lines + 1):
        pairs += [(f"Extension_{number}_", "Disabled"), (f"Extended_Function_{number}_", _function(key))]
    return pairs


def _function(key: Key) -> str:
    """`;` parts the fields and `$` starts a macro, so a label goes without them."""
    label = key.label.replace(";", ",").replace("$", "")
    return f"{_DOES[key.does]}={key.value}@$PROXY;nme={label}"


def _yes(value: object) -> str:
    return "Yes" if value else "No"
