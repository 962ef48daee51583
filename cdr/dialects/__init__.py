"""Dialects: what a kind of CDR file looks like, as data. A new one is a `.toml` file beside this module."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast

type Converter = Literal["text", "number", "local_time", "iso_time", "seconds", "choice"]
type LegRule = Literal["plain", "asterisk"]

CONVERTERS: tuple[Converter, ...] = ("text", "number", "local_time", "iso_time", "seconds", "choice")
HEADER_LAYOUT = 0  # the key of identity and group where a header names the columns


@dataclass(frozen=True, slots=True)
class Field:
    """Where a fact about a call stands and how it is read."""

    column: str
    converter: Converter
    required: bool = True
    choices: Mapping[str, int] | None = None
    otherwise: int | None = None  # what any other choice means; None refuses it


@dataclass(frozen=True, slots=True)
class Dialect:
    """A table of columns and converters."""

    name: str
    title: str
    delimiter: str
    header: bool
    accepts_open_end: bool  # whether a last row without a line end may be taken as whole
    legs: LegRule
    layouts: Mapping[int, tuple[str, ...]]
    identity: Mapping[int, tuple[str, ...]]
    group: Mapping[int, str]
    fields: Mapping[str, Field]


def _field(raw: Mapping[str, Any]) -> Field:
    if raw["as"] not in CONVERTERS:
        raise ValueError(f"there is no converter {raw['as']}")
    return Field(
        column=raw["column"],
        converter=cast("Converter", raw["as"]),
        required=raw.get("required", True),
        choices=MappingProxyType(raw["choices"]) if "choices" in raw else None,
        otherwise=raw.get("otherwise"),
    )


def read_dialect(text: str) -> Dialect:
    """A dialect of the text of its file; KeyError or ValueError when the file is not one."""
    raw = tomllib.loads(text)
    return Dialect(
        name=raw["name"],
        title=raw["title"],
        delimiter=raw["delimiter"],
        header=raw["header"],
        accepts_open_end=raw["accepts_open_end"],
        legs=raw["legs"],
        layouts=MappingProxyType({int(count): tuple(names) for count, names in raw.get("layouts", {}).items()}),
        identity=MappingProxyType({int(count): tuple(names) for count, names in raw["identity"].items()}),
        group=MappingProxyType({int(count): name for count, name in raw.get("group", {}).items()}),
        fields=MappingProxyType({name: _field(field) for name, field in raw["fields"].items()}),
    )


@cache
def dialects() -> Mapping[str, Dialect]:
    """Every dialect by its name."""
    found = [read_dialect(path.read_text("utf-8")) for path in sorted(Path(__file__).parent.glob("*.toml"))]
    return MappingProxyType({dialect.name: dialect for dialect in found})
