"""What phones say of themselves in their User-Agent: one table of shapes, read for people and never trusted."""

import re
from dataclasses import dataclass
from typing import Final

from telephony.provisioning.identify import FLAGS, MAC, normal

MAX_USER_AGENT: Final = 200


@dataclass(frozen=True, slots=True)
class UserAgent:
    """Model, firmware and MAC address; a hint for people, never a ground to trust it: anybody can send this."""

    model: str = ""
    firmware: str = ""
    mac: str = ""


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, FLAGS)


_VERSION = r"(?P<firmware>v?\d{1,4}(?:\.[\w+]{1,16}){1,6}(?:\([a-z]\))?)"
_SHAPES: Final = (
    # Mozilla/4.0 (compatible; snomD785-SIP 10.1.33.33 2010.12-00004-g9ba52f5 000413922D24 SXM:0 UXM:0)
    _shape(rf".*\bsnom ?(?P<model>[a-z]?\d{{3}})(?:-SIP)? {_VERSION}(?:.*?\b(?P<mac>0004?13[0-9a-f]{{6}})\b)?.*"),
    # FileTransport PolycomVVX-VVX_450-UA/5.9.1.0615 (SN:64167f9f4c90) Type/Application
    _shape(
        r"(?:FileTransport|Microbrowser/\S+) Poly(?:com)?[a-z]*-(?P<model>[a-z0-9_]{3,20})-UA/(?P<firmware>[\d.]{3,20})"
        rf"(?: \(SN:{MAC}\))?.*"
    ),
    # Grandstream Model HW GRP2601W V1.1A SW 1.0.7.32 DevId EC:74:D7:89:1A:76
    _shape(rf"Grandstream Model HW (?P<model>\w{{3,12}})\b.*?SW {_VERSION}(?: DevId {MAC})?.*"),
    # Cisco-CP-8841-3PCC/11.0 (00562b043615)
    _shape(rf"Cisco-(?P<model>CP-\d{{4}}-3PCC)/{_VERSION}(?: \({MAC}\))?.*"),
    # as in Cisco/ATA191-MPP-11-1-0-MSR4 (FCH2443D9R4)
    _shape(r"Cisco/(?P<model>ATA\d{3})(?:-MPP)?-(?P<firmware>[\w-]{1,24})(?P<mac>)\b.*"),
    # Cisco/SPA504G-7.4.9c (649EF3788E6A)(CCQ162306EA)
    _shape(rf"Cisco/(?P<model>SPA\d{{3}}[a-z0-9]{{0,3}})-{_VERSION}(?: \({MAC}\))?.*"),
    # Linksys/SPA-942-6.1.5(a) (88019FA42805): a serial number that looks like an address
    _shape(rf"Linksys/(?P<model>SPA-?\d{{3}})-{_VERSION}(?P<mac>).*"),
    # Fanvil X6U Pro 2.12.16 0c383e2cd782
    _shape(rf"Fanvil (?P<model>[a-z]\w{{1,8}}(?:[ -](?:Pro|V\d))?) {_VERSION}(?: {MAC})?.*"),
    # Gigaset N870 IP PRO/83.V2.11.0+build.a546b91;7C2F80E0D605
    _shape(rf'"?(?:Gigaset )?(?P<model>N\d{{3}}E?[ -](?:IP|DM)[ -]PRO)/(?P<firmware>[\w.+]{{3,24}})(?:;{MAC})?.*'),
    # Gigaset Maxwell 3 2.41.0 7C:2F:80:AA:BB:D8
    _shape(rf"Gigaset (?P<model>Maxwell \w{{1,5}}) {_VERSION}(?: {MAC})?.*"),
    # as in Panasonic_KX-HDV130/01.201 (bcc3420a130a)
    _shape(rf"Panasonic_(?P<model>KX-[a-z0-9]{{3,10}})/{_VERSION}(?: \({MAC}\))?.*"),
    # Htek UC926 2.0.4.2 00:1f:c1:00:00:00
    _shape(rf"Htek (?P<model>UC\d{{3}}[a-z]?) {_VERSION}(?: {MAC})?.*"),
    # LinphoneAndroid/6.0.20 (Pixel 8) LinphoneSDK/5.4.60
    _shape(r"(?P<model>Linphone)[a-z-]*/(?P<firmware>\d[\w.-]{1,20})(?P<mac>).*"),
    _shape(r"(?P<model>Zoiper)[ /]v?(?P<firmware>\d[\w.-]{1,20})(?P<mac>).*"),
    _shape(r"(?:Groundwire|CloudSoftphone|(?P<model>Acrobits))/(?P<firmware>\d[\w.-]{1,20})(?P<mac>).*"),
    # Yealink SIP-T46U 108.86.0.20 24:9a:d8:0a:46:b3; the oldest leave their name away, so this one is last
    _shape(
        r"(?:yealink[ -]+)?(?:SIP[ -]+)?(?P<model>(?:VP-)?[A-Z][A-Z0-9_]{1,11})"
        rf"\s+(?P<firmware>\d{{1,3}}(?:\.\d{{1,5}}){{3}})(?:\s+{MAC})?.*"
    ),
)


def read_user_agent(header: str) -> UserAgent:
    """Model, firmware and MAC address from a User-Agent; empty where it says nothing."""
    for shape in _SHAPES:
        if found := shape.fullmatch(header[:MAX_USER_AGENT]):
            model = (found["model"] or "Acrobits").strip('"')
            return UserAgent(model=model[:24], firmware=found["firmware"][:24], mac=normal(found["mac"] or ""))
    return UserAgent()
