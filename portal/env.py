"""Typed readers of the environment. A secret may stand in a file named by ``<NAME>_FILE``."""

import ipaddress
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import environ

type Network = ipaddress.IPv4Network | ipaddress.IPv6Network

env = environ.FileAwareEnv()


def text(name: str, default: str = "") -> str:
    """The variable as it stands, or the content of the file that ``<NAME>_FILE`` names."""
    return str(env.str(name, default=default)).strip()


def boolean(name: str, *, default: bool = False) -> bool:
    """True for 1, true, yes, on; anything unreadable is an error."""
    return bool(env.bool(name, default=default))


def integer(name: str, default: int) -> int:
    """A whole number."""
    return int(env.int(name, default=default))


def day(name: str) -> date | None:
    """A day such as 2026-10-31; None where the variable is not set, ValueError that names it for anything else."""
    value = text(name)
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise ValueError(f"{name} is no day: {value!r}. Write it as 2026-10-31.") from error


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """Words between commas, without empty ones."""
    return [word.strip() for word in env.list(name, default=list(default)) if word.strip()]


def folder(name: str, default: str) -> Path:
    """A path, made absolute."""
    return Path(text(name, default)).expanduser().resolve()


def networks(name: str, default: tuple[str, ...] = ()) -> list[Network]:
    """Addresses and networks between commas."""
    return [ipaddress.ip_network(word, strict=False) for word in words(name, default)]


def database(url: str) -> dict[str, object]:
    """Django's settings for a ``postgres://`` URL; ``?host=/folder`` names a unix socket. An empty URL gives settings that cannot connect."""
    parts = urlsplit(url)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "centrale",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or query.pop("port", "") or ""),
        "OPTIONS": query,
    }


def broker(url: str) -> str:
    """The URL as Celery wants it: a unix socket is ``redis+socket`` there and ``unix`` everywhere else."""
    return url.replace("unix://", "redis+socket://", 1) if url.startswith("unix://") else url
