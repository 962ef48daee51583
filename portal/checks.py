"""System checks of the settings: each says what is missing and where to set it."""

import base64
import binascii
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004 - Django's name


def _error(number: int, text: str, hint: str) -> CheckMessage:
    return Error(text, hint=hint, id=f"centrale.E{number:03}")


@register(Tags.security)
def servers_and_secrets(**_: Any) -> list[CheckMessage]:
    """The servers are named and the secrets are there."""
    found: list[CheckMessage] = []
    if not settings.DATABASES["default"]["USER"]:
        found.append(
            _error(1, "No database is named.", "Set DATABASE_URL to a postgres:// URL of the role centrale_web.")
        )
    if not settings.REDIS_URL:
        found.append(_error(2, "No Redis or Valkey is named.", "Set REDIS_URL to a redis:// or unix:// URL."))
    if not settings.ENCRYPTION_KEYS:
        found.append(
            _error(
                3,
                "No key encrypts the secrets of phones.",
                "Set CENTRALE_KEYS, or CENTRALE_KEYS_FILE, to Fernet keys; the first encrypts.",
            )
        )
    for place, key in enumerate(settings.ENCRYPTION_KEYS, start=1):
        if not _is_key(key):
            found.append(
                _error(
                    4,
                    f"Key {place} in CENTRALE_KEYS is not 32 bytes in URL-safe base64.",
                    "Make one with manage.py make_key.",
                )
            )
    return found


@register(Tags.security, deploy=True)
def fit_for_customers(**_: Any) -> list[CheckMessage]:
    """What the demonstration may leave open is closed."""
    found: list[CheckMessage] = []
    if settings.DEMO:
        found.append(
            _error(
                10,
                "This is the demonstration: its log-ins are public.",
                "Unset CENTRALE_DEMO and name your own servers.",
            )
        )
    missing = [
        name
        for name in ("name", "street", "postcode", "city", "kvk_number", "vat_number", "iban")
        if not settings.SELLER[name]
    ]
    if missing:
        found.append(
            Warning(
                f"Invoices lack the provider's {', '.join(missing)}.",
                hint="The law asks for them on every invoice. Set the SELLER_ variables.",
                id="centrale.W011",
            )
        )
    if "{host}" not in settings.MAIL_LINKS:
        found.append(
            Warning(
                "Links in mails do not lead to the host names of the brands.",
                hint="Set MAIL_LINKS with {host} in it, for example https://{host}.",
                id="centrale.W013",
            )
        )
    if not settings.PROVISIONING_URL.startswith("https://"):
        found.append(
            Warning(
                "Phones are told to fetch their configuration without TLS.",
                hint="Set PROVISIONING_URL to https.",
                id="centrale.W012",
            )
        )
    return found


def _is_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key)) == 32
    except (binascii.Error, ValueError):
        return False
