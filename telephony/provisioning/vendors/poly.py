"""Polycom and Poly: a master file under the phone's address, which names the file with the settings.

The master is the same for every phone, because the phone itself puts its address into the name.
"""

from typing import Final

from telephony.provisioning.config import DeviceConfig, LineAccount, Transport
from telephony.provisioning.identify import ASKED_AGAIN, Request
from telephony.provisioning.vendors.base import Maker, attributes, check, clock, document, flag

SETTINGS_SUFFIX: Final = "user"
_TRANSPORT: Final = {Transport.UDP: "UDPOnly", Transport.TCP: "TCPOnly", Transport.TLS: "TLS"}
_MASTER: Final = document(
    [
        "<APPLICATION",
        attributes(
            {
                "APP_FILE_PATH": "",
                "CONFIG_FILES": f"[PHONE_MAC_ADDRESS]-{SETTINGS_SUFFIX}.cfg",
                "MISC_FILES": "",
                "LOG_FILE_DIRECTORY": "",
                "OVERRIDES_DIRECTORY": "",
                "CONTACTS_DIRECTORY": "",
                "LICENSE_DIRECTORY": "",
            }
        ),
        "/>",
    ]
)
# Last Sunday of March at 2, last Sunday of October at 3; a fixed day is off.
_DUTCH: Final = {
    "lcl.ml.lang": "Dutch_Netherlands",
    "lcl.datetime.time.24HourClock": "1",
    "tcpIpApp.sntp.gmtOffset": "3600",
    "tcpIpApp.sntp.gmtOffset.overrideDHCP": "1",
    "tcpIpApp.sntp.address.overrideDHCP": "1",
    "tcpIpApp.sntp.daylightSavings.enable": "1",
    "tcpIpApp.sntp.daylightSavings.fixedDayEnable": "0",
    "tcpIpApp.sntp.daylightSavings.start.month": "3",
    "tcpIpApp.sntp.daylightSavings.start.dayOfWeek": "1",
    "tcpIpApp.sntp.daylightSavings.start.dayOfWeek.lastInMonth": "1",
    "tcpIpApp.sntp.daylightSavings.start.time": "2",
    "tcpIpApp.sntp.daylightSavings.stop.month": "10",
    "tcpIpApp.sntp.daylightSavings.stop.dayOfWeek": "1",
    "tcpIpApp.sntp.daylightSavings.stop.dayOfWeek.lastInMonth": "1",
    "tcpIpApp.sntp.daylightSavings.stop.time": "3",
    # Dutch tones, all 425 Hz; a busy tone lasts as long here as it does by itself.
    "tone.chord.callProg.dialTone.freq.1": "425",
    "tone.chord.callProg.dialTone.freq.2": "0",
    "tone.chord.callProg.busyTone.freq.1": "425",
    "tone.chord.callProg.busyTone.freq.2": "0",
    "tone.chord.callProg.ringback.freq.1": "425",
    "tone.chord.callProg.ringback.freq.2": "0",
    "tone.chord.callProg.ringback.onDur": "1000",
    "tone.chord.callProg.ringback.offDur": "4000",
    "tone.chord.callProg.callWaiting.freq.1": "425",
}


class Poly(Maker):
    """SoundPoint, VVX and Edge E."""

    content_type = "application/xml; charset=utf-8"
    extensions = ("cfg",)
    file = "{mac}-user.cfg"
    gives_back = ASKED_AGAIN

    def serves(self, request: Request) -> bool:
        """The settings, under the name that the master gives."""
        return not request.prefix and request.extension == "cfg" and request.suffix == SETTINGS_SUFFIX

    def signpost(self, request: Request) -> bytes | None:
        """The master file."""
        asked = not request.prefix and request.extension == "cfg" and not request.suffix
        return _MASTER if asked else None

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        pairs = {"tcpIpApp.sntp.address": config.ntp_servers[0], **_DUTCH, **_device(config), **_house(config)}
        for number, line in enumerate(config.lines, start=1):
            pairs |= _registration(number, line, config)
        for number in range(len(config.lines) + 1, config.model.lines + 1):
            pairs |= {f"reg.{number}.address": "", f"reg.{number}.server.1.register": "0"}
        for place, key in enumerate(config.keys, start=1):
            pairs |= {
                f"attendant.resourceList.{place}.address": key.value,
                f"attendant.resourceList.{place}.label": key.label,
                f"attendant.resourceList.{place}.type": "normal",
            }
        return document(["<PHONE_CONFIG>", "  <ALL", attributes(pairs), "  />", "</PHONE_CONFIG>"])


def _device(config: DeviceConfig) -> dict[str, str]:
    """Values of the phone itself take effect only with a `set` beside each."""
    pairs = {
        "device.prov.serverName": config.provisioning_url,
        "device.prov.serverType": "3" if config.address.secure else "2",
        "device.prov.user": config.provisioning_login,
        "device.prov.password": config.provisioning_password,
        "device.prov.tagSerialNo": "1",
        "device.auth.localAdminPassword": config.admin_password,
        "device.auth.localUserPassword": config.admin_password,
    }
    return {"device.set": "1"} | {
        name: value for key, given in pairs.items() for name, value in ((key, given), (f"{key}.set", "1"))
    }


def _house(config: DeviceConfig) -> dict[str, str]:
    secure = flag(config.registrar.secure)
    return {
        "httpd.enabled": "0",
        "httpd.cfg.enabled": "0",
        "prov.polling.enabled": "1",
        "prov.polling.mode": "abs",
        "prov.polling.time": clock(config.night_minute),
        "sec.srtp.enable": "1",
        "sec.srtp.offer": secure,
        "sec.srtp.require": secure,
        "call.callWaiting.enable": flag(config.lines[0].call_waiting),
        "up.oneTouchVoiceMail": "1",
        "voice.codecPref.G722": "1",
        "voice.codecPref.G711_A": "2",
        "voice.codecPref.G711_Mu": "3",
    }


def _registration(number: int, line: LineAccount, config: DeviceConfig) -> dict[str, str]:
    reg, registrar = f"reg.{number}", config.registrar
    return {
        f"{reg}.address": line.sip_user,
        f"{reg}.auth.userId": line.sip_user,
        f"{reg}.auth.password": line.sip_secret,
        f"{reg}.displayName": line.display_name,
        f"{reg}.label": line.label,
        f"{reg}.lineKeys": "1",
        f"{reg}.type": "private",
        f"{reg}.server.1.address": registrar.host,
        f"{reg}.server.1.port": str(registrar.port),
        f"{reg}.server.1.transport": _TRANSPORT[registrar.transport],
        f"{reg}.server.1.expires": str(registrar.expires),
        f"{reg}.server.1.register": "1",
        f"msg.mwi.{number}.subscribe": line.sip_user,
        f"msg.mwi.{number}.callBackMode": "contact",
        f"msg.mwi.{number}.callBack": config.voicemail,
        f"divert.{number}.contact": line.forward_always,
        f"divert.fwd.{number}.enabled": flag(line.forward_always),
    }
