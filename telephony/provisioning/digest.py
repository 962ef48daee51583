"""HTTP Digest (RFC 7616 with MD5 and qop=auth, and the older RFC 2069 form) and Basic (RFC 7617), as the server sees
them.

MD5 because nearly all desk phones know nothing else. Nonces are signed and carry their own time, so that a challenge
costs no storage; only nonces that were used are remembered, by the caller. No clock, database or network in here: the
time comes in as whole seconds.
"""

import base64
import hashlib
import hmac
import re
import secrets
import struct
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final
from urllib.parse import unquote, urlsplit

REALM: Final = "Centrale"  # one constant: HA1 is kept, and it holds the realm
NONCE_LIFETIME: Final = 300  # seconds
_SIGNATURE_BYTES: Final = 16
_NONCE_LAYOUT: Final = struct.Struct(">Q8s16s")
MAX_HEADER: Final = 2048


@dataclass(frozen=True, slots=True)
class DigestCredentials:
    """One Authorization header. `count` is `nc` as a number; 0 without qop (RFC 2069 style), where a nonce is good
    for one request.
    """

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    qop: str = ""
    nc: str = ""
    cnonce: str = ""

    @property
    def count(self) -> int:
        """How often the client says it used this nonce."""
        return int(self.nc, 16) if self.nc else 0


@dataclass(frozen=True, slots=True)
class BasicCredentials:
    """User name and password as sent; only ever accepted over HTTPS."""

    username: str
    password: str


Credentials = DigestCredentials | BasicCredentials

_FIELD = re.compile(r'\s*+([a-zA-Z0-9*]++)\s*+=\s*+(?:"([^"\\]*+(?:\\.[^"\\]*+)*+)"|([^\s,"]++))\s*+(?:,|$)')
_FIELDS = re.compile(f"(?:{_FIELD.pattern})++")
_NEEDED = frozenset({"username", "realm", "nonce", "uri", "response"})
_ESCAPED = re.compile(r"\\(.)")
_HEX32 = re.compile(r"[0-9a-f]{32}", re.IGNORECASE)
_NC = re.compile(r"[0-9a-f]{8}", re.IGNORECASE)


def parse_authorization(header: str) -> Credentials | None:
    """Read an Authorization header; None for no header, another scheme and anything malformed."""
    if len(header) > MAX_HEADER:
        return None
    scheme, _, rest = header.strip().partition(" ")
    match scheme.lower():
        case "digest":
            return _parse_digest(rest)
        case "basic":
            return _parse_basic(rest)
        case _:
            return None


def _parse_digest(text: str) -> DigestCredentials | None:
    if not _FIELDS.fullmatch(text):
        return None
    found = _FIELD.findall(text)
    fields = {
        name.lower(): _ESCAPED.sub(r"\1", quoted) if "\\" in quoted else quoted or bare for name, quoted, bare in found
    }
    if len(fields) < len(found) or not fields.keys() >= _NEEDED:
        return None
    if (
        fields.get("algorithm", "MD5").upper() != "MD5"
        or fields["realm"] != REALM
        or not _HEX32.fullmatch(fields["response"])
    ):
        return None
    qop = fields.get("qop", "")
    if qop and (qop != "auth" or not _NC.fullmatch(fields.get("nc", "")) or not fields.get("cnonce")):
        return None
    return DigestCredentials(
        username=fields["username"],
        realm=fields["realm"],
        nonce=fields["nonce"],
        uri=fields["uri"],
        response=fields["response"].lower(),
        qop=qop,
        nc=fields["nc"] if qop else "",
        cnonce=fields["cnonce"] if qop else "",
    )


def _parse_basic(text: str) -> BasicCredentials | None:
    try:
        decoded = base64.b64decode(text.strip(), validate=True).decode()
    except ValueError:  # not base64, not ASCII, not UTF-8
        return None
    username, colon, password = decoded.partition(":")
    return BasicCredentials(username, password) if colon and username.isprintable() else None


class NonceState(Enum):
    """What a returned nonce is."""

    FRESH = auto()
    STALE = auto()  # ours, and too old: the client should retry with a new one without asking its user
    FORGED = auto()


@dataclass(frozen=True, slots=True)
class NonceSigner:
    """Makes nonces and knows its own again: 8 bytes of time, 8 of chance, 16 of HMAC-SHA256; always 43 characters."""

    key: bytes

    def issue(self, now: int) -> str:
        """A new nonce for a challenge at `now` (seconds since 1970)."""
        chance = secrets.token_bytes(8)
        packed = _NONCE_LAYOUT.pack(now, chance, self._sign(now, chance))
        return base64.urlsafe_b64encode(packed).decode().rstrip("=")

    def state(self, nonce: str, now: int) -> NonceState:
        """Whether `nonce` was issued here and is still good at `now`."""
        try:
            issued, chance, signature = _NONCE_LAYOUT.unpack(
                base64.b64decode(nonce + "=", altchars=b"-_", validate=True)
            )
        except (struct.error, ValueError):
            return NonceState.FORGED
        if not hmac.compare_digest(signature, self._sign(issued, chance)):
            return NonceState.FORGED
        return NonceState.FRESH if 0 <= now - issued < NONCE_LIFETIME else NonceState.STALE

    def _sign(self, issued: int, chance: bytes) -> bytes:
        return hmac.digest(self.key, b"provisioning-nonce" + struct.pack(">Q", issued) + chance, "sha256")[
            :_SIGNATURE_BYTES
        ]


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def ha1(username: str, password: str, *, realm: str = REALM) -> str:
    """H(username:realm:password): equivalent to the password for that realm, so ours is stored encrypted."""
    return _md5(f"{username}:{realm}:{password}")


def response_of(credentials: DigestCredentials, *, method: str, ha1: str) -> str:
    """The response that the right password would give. HA2 holds the address exactly as the phone wrote it."""
    ha2 = _md5(f"{method}:{credentials.uri}")
    if credentials.qop:
        return _md5(f"{ha1}:{credentials.nonce}:{credentials.nc}:{credentials.cnonce}:{credentials.qop}:{ha2}")
    return _md5(f"{ha1}:{credentials.nonce}:{ha2}")


def proves(credentials: Credentials, *, method: str, username: str, ha1: str) -> bool:
    """Whether these credentials show knowledge of the password behind `ha1`; all comparisons take the same time."""
    same_name = hmac.compare_digest(credentials.username.encode(), username.encode())
    if isinstance(credentials, BasicCredentials):
        given, expected = _md5(f"{credentials.username}:{REALM}:{credentials.password}"), ha1
    else:
        given, expected = credentials.response, response_of(credentials, method=method, ha1=ha1)
    return hmac.compare_digest(given, expected) and same_name


def is_for(credentials: DigestCredentials, *, path: str, query: str) -> bool:
    """Whether the signed address is the one asked for, so that a captured header opens nothing else.

    `path` is decoded (as PATH_INFO), slashes are compared one by one: `//x` and `/x` differ. Clients may write the
    absolute form.
    """
    try:
        target = urlsplit(credentials.uri) if "://" in credentials.uri else None
    except ValueError:
        return False
    written_path, _, written_query = credentials.uri.partition("?")
    if target is not None:
        written_path, written_query = target.path, target.query
    return unquote(written_path) == path and written_query == query


def challenges(nonce: str, *, stale: bool, offer_basic: bool) -> tuple[str, ...]:
    """The WWW-Authenticate headers of a 401: Digest first, because some firmware reads only the first one it finds."""
    digest = f'Digest realm="{REALM}", qop="auth", algorithm=MD5, nonce="{nonce}"' + (", stale=true" if stale else "")
    return (digest, f'Basic realm="{REALM}", charset="UTF-8"') if offer_basic else (digest,)
