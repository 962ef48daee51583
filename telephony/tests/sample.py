"""A phone of each vendor's family, filled in, for tests that render."""

from telephony.provisioning.catalogue import BY_CODE, Model
from telephony.provisioning.config import DeviceConfig, Does, Key, LineAccount, Registrar, Transport

NTP = ("0.nl.pool.ntp.org", "1.nl.pool.ntp.org")
LINE = LineAccount(
    label="121",
    display_name="Sanne de Vriès & Zn",
    sip_user="s7Kd93mQx2LpTzVb",
    sip_secret="Zq8vNfT3yWcK5rHb9sLm",
    hide_caller_id=False,
    call_waiting=True,
    forward_always="0612345601",
)
SECOND = LineAccount(
    label="101",
    display_name='Verkoop "Noord" <1>',
    sip_user="t8Le04nRy3MqUaWc",
    sip_secret="Ar9wOgU4zXdL6sIc0tMn",
    hide_caller_id=True,
    call_waiting=False,
)
KEYS = (Key(Does.BUSY_LAMP, "102", "Kim & Co"), Key(Does.SPEED_DIAL, "0201234567", 'Klant; "A"'))

# One model of every family, with a suffix of its golden file.
SAMPLES = {
    "yealink-t46u": "cfg",
    "yealink-w70b": "cfg",
    "snom-d785": "xml",
    "snom-710": "xml",
    "snom-m900": "xml",
    "poly-vvx450": "cfg",
    "poly-spip550": "cfg",
    "poly-edge-e450": "cfg",
    "grandstream-gxp2170": "xml",
    "grandstream-grp2614": "xml",
    "grandstream-ht802": "xml",
    "cisco-spa504g": "xml",
    "cisco-ata191": "xml",
    "cisco-cp-8841-3pcc": "xml",
    "fanvil-x4u": "cfg",
    "fanvil-h2u": "cfg",
    "gigaset-n510-ip-pro": "xml",
    "gigaset-n670-ip-pro": "xml",
    "gigaset-maxwell-3": "xml",
    "panasonic-kx-hdv130": "cfg",
    "panasonic-kx-ut136": "cfg",
    "panasonic-kx-tgp600": "cfg",
    "htek-uc924": "xml",
    "linphone": "xml",
    "zoiper": "xml",
    "acrobits": "xml",
}


def config_of(code: str) -> DeviceConfig:
    """A full phone of this model: two lines and two keys where it has room for them."""
    model = BY_CODE[code]
    lines = (LINE, SECOND)[: model.lines]
    return DeviceConfig(
        model=model,
        mac="" if model.is_app else "249ad80a46b3",
        registrar=_registrar(model),
        ntp_servers=NTP,
        lines=lines,
        admin_password="Qw3rTyUi0pAsDfGhJkLz",
        provisioning_url="https://phones.centrale.test/provision/",
        provisioning_login="acme-249ad80a46b3",
        provisioning_password="Pa55wordPa55wordPa55",
        voicemail="1233",
        keys=KEYS[: max(0, model.keys - len(lines))],
    )


def _registrar(model: Model) -> Registrar:
    if model.tls:
        return Registrar("sip.centrale.test", 5061, Transport.TLS)
    return Registrar("sip.centrale.test", 5060, Transport.UDP)
