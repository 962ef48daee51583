"""Putting a line back as it was: what changed travels in a signed address, so nothing is stored for a toast of eight
seconds. Only that is put back; what others changed meanwhile stays.
"""

from datetime import datetime
from typing import Any, Final

from django.core import signing

from portal.lib.numbers import Block
from telephony.features import GREETINGS, TARGETS, Along
from telephony.models import Dialable, Greeting, Line
from telephony.selectors import Target
from telephony.services import LineChange

SALT: Final = "telephony.line"
SECONDS: Final = 3600


def remember(change: LineChange) -> str:
    """What a change replaced, for `recall` of the same line within the hour."""
    state = {name: _plain(value) for name, value in change.before.items()}
    return signing.dumps([change.line.pk, state], salt=SALT, compress=True)


def recall(token: str, line: Line) -> dict[str, Any] | None:
    """The features that put the line back; None for a token that is old, forged or of another line."""
    try:
        pk, state = signing.loads(token, salt=SALT, max_age=SECONDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return {name: _value(name, plain) for name, plain in state.items()} if pk == line.pk else None


def _plain(value: object) -> object:
    if isinstance(value, Target):
        return [value.dialable.pk if value.dialable else None, value.external]
    if isinstance(value, Greeting):
        return value.pk
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [[_plain(along.to), along.confirm] for along in value]
    return sorted(value) if isinstance(value, frozenset) else value


def _value(name: str, plain: Any) -> object:
    if name in TARGETS:
        return _target(*plain) if plain else None
    if name in GREETINGS:
        return Greeting.objects.filter(pk=plain).first() if plain else None
    if name == "also_rings":
        found = [(_target(*to), confirm) for to, confirm in plain]
        return tuple(Along(target, confirm) for target, confirm in found if target is not None)
    if name == "barred":
        return frozenset(map(Block, plain))
    return datetime.fromisoformat(plain) if plain and name.endswith("_until") else plain


def _target(dialable: int | None, external: str) -> Target | None:
    if dialable is None:
        return Target(external=external)
    found = Dialable.objects.filter(pk=dialable).first()
    return Target(dialable=found) if found else None
