"""Apps on telephones and computers: one account, fetched once, without an address of their own."""

from typing import Final

from telephony.provisioning.config import DeviceConfig, Transport
from telephony.provisioning.identify import Asked, Request
from telephony.provisioning.vendors.base import DECLARATION, Maker, check, document, escaped, tag, tags

_ZOIPER_TRANSPORT: Final = {Transport.UDP: "0", Transport.TCP: "1", Transport.TLS: "2"}


class Linphone(Maker):
    """Linphone's remote provisioning: sections of its own configuration, each value replacing what was there."""

    content_type = "application/xml; charset=utf-8"

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        line, registrar = config.lines[0], config.registrar
        server = f"<sip:{registrar.host}:{registrar.port};transport={registrar.transport.value}>"
        name = line.display_name.replace("\\", "").replace('"', "'")
        sections = {
            "sip": [("default_proxy", "0"), ("media_encryption", "srtp" if registrar.secure else "none")],
            "misc": [("transient_provisioning", "1")],  # the token is spent, so it must not ask again at its next start
            "proxy_0": [
                ("reg_proxy", server),
                ("reg_identity", f'"{name}" <sip:{line.sip_user}@{registrar.host}>'),
                ("reg_expires", str(registrar.expires)),
                ("reg_sendregister", "1"),
                ("voicemail", f"sip:{config.voicemail}@{registrar.host}"),
            ],
            "auth_info_0": [
                ("username", line.sip_user),
                ("userid", line.sip_user),
                ("passwd", line.sip_secret),
                ("domain", registrar.host),
            ],
        }
        lines = ['<config xmlns="http://www.linphone.org/xsds/lpconfig.xsd">']
        for section, entries in sections.items():
            lines.append(f'<section name="{section}">')
            lines += [tag("entry", value, name=key, overwrite="true") for key, value in entries]
            lines.append("</section>")
        return document([*lines, "</config>"])


class Zoiper(Maker):
    """Zoiper 5's account."""

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        line, registrar = config.lines[0], config.registrar
        account = [
            ("ident", line.label),
            ("name", line.display_name),
            ("username", line.sip_user),
            ("password", line.sip_secret),
            ("authentication_username", line.sip_user),
            ("SIP_domain", f"{registrar.host}:{registrar.port}"),
            ("SIP_use_outbound_proxy", "false"),
            ("SIP_transport_type", _ZOIPER_TRANSPORT[registrar.transport]),
            ("SIP_use_auth_username", "true"),
            ("SIP_auth_username", line.sip_user),
            ("SIP_srtp_mode", "2" if registrar.secure else "0"),
            ("register_on_startup", "true"),
            ("voicemail_check_extension", config.voicemail),
        ]
        return document(["<options>", "<accounts>", "<account>", *tags(account), *_closing("account accounts options")])


class Acrobits(Maker):
    """Groundwire and Cloud Softphone, which may also log in."""

    content_type = "application/xml; charset=utf-8"

    def serves(self, request: Request) -> bool:
        """Its address has no name of a file."""
        return request.asked is Asked.APP and request.prefix == "acrobits"

    def render(self, config: DeviceConfig) -> bytes:
        """See Maker."""
        check(config)
        line, registrar = config.lines[0], config.registrar
        account = [
            ("title", line.display_name),
            ("username", line.sip_user),
            ("password", line.sip_secret),
            ("authUsername", line.sip_user),
            ("host", f"{registrar.host}:{registrar.port}"),
            ("transport", registrar.transport.value),
            ("voiceMailNumber", config.voicemail),
            ("subscribeForVoicemail", "1"),
            ("extProvInterval", "0"),  # the token is spent, so there is nothing to ask again
        ]
        return document(["<account>", *tags(account), "</account>"])


def acrobits_refusal(words: str) -> bytes:
    """What an Acrobits app shows its user when it is not let in."""
    return f"{DECLARATION}\n<account><message>{escaped(words)}</message></account>\n".encode()


def _closing(names: str) -> list[str]:
    return [f"</{name}>" for name in names.split()]
