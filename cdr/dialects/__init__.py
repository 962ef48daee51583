"""Dialects: what a kind of CDR file looks like, as data. A new one is a `.toml` file beside this module."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, cast, get_args

type Format = Literal["csv", "json"]
type Header = Literal["always", "never", "optional"]
type LegRule = Literal["plain", "asterisk", "numbers"]
type RowRule = Literal["plain", "broadworks", "freeswitch", "kamailio"]
type Converter = Literal[
    "text",
    "domain",
    "number",
    "choice",
    "filled",
    "seconds",
    "decimal_seconds",
    "milliseconds",
    "euros",
    "local_time",
    "iso_time",
    "compact_time",
    "epoch",
]

CONVERTERS: tuple[Converter, ...] = get_args(Converter.__value__)
HEADER_LAYOUT = 0  # the key of identity and group where a header, or the document itself, names the columns


@dataclass(frozen=True, slots=True)
class Field:
    """Where a fact about a call stands and how it is read."""

    columns: tuple[str, ...]  # of which the first filled one counts
    converter: Converter
    required: bool = True
    choices: Mapping[str, int] | None = None
    otherwise: int | None = None  # what any other choice means; None refuses it
    strict: bool = False  # a number of which digits were lost is refused
    unless: str = ""  # the fact is empty in rows in which this column is filled


@dataclass(frozen=True, slots=True)
class Dialect:
    """A table of columns and converters.

    `layouts` name the columns of a row by their count. `positions` do the same for rows that are longer than anybody
    wants to name: the place of each known column, counted from 1, in a row of at least `least` cells.
    """

    name: str
    title: str
    format: Format
    delimiter: str
    header_line: Header
    accepts_open_end: bool  # whether a last row without a line end may be taken as whole
    skip: tuple[str, ...]  # lines that begin so are no rows
    url_encoded: bool
    rows: RowRule
    legs: LegRule
    layouts: Mapping[int, tuple[str, ...]]
    positions: Mapping[int, str]
    least: int
    identity: Mapping[int, tuple[str, ...]]  # a name that ends in ? may be empty
    group: Mapping[int, tuple[str, ...]]  # of which the first filled one counts
    extra: tuple[str, ...]  # columns that the rule for rows needs besides; a name that ends in ? may be missing
    made: frozenset[str]  # columns that the rule for rows adds
    escape: str  # the sign before a delimiter that is none; empty where values are quoted
    only: Mapping[str, tuple[str, ...]]  # rows with another value in such a column are none
    constants: Mapping[str, int]
    fields: Mapping[str, Field]

    @property
    def header(self) -> bool:
        """Whether every file begins with a line that names its columns."""
        return self.header_line == "always"

    def wanted(self, key: int) -> frozenset[str]:
        """Names of the columns that are read of a layout."""
        names = {column for field in self.fields.values() for column in (*field.columns, field.unless)}
        names |= {name.removesuffix("?") for name in self.identity[key]}
        names |= {name.removesuffix("?") for name in self.extra}
        return frozenset(names | set(self.group.get(key, ())) | set(self.only))

    def needed(self, key: int) -> frozenset[str]:
        """Names of the columns without which a file is not of this dialect."""
        fields = (field for field in self.fields.values() if field.required and len(field.columns) == 1)
        named = {name for name in (*self.identity[key], *self.extra, *self.only) if not name.endswith("?")} - {"row"}
        return frozenset({field.columns[0] for field in fields} | named) - self.made

    def __reduce__(self) -> tuple[Any, ...]:
        """Goes to another process by its name."""
        return _named, (self.name,)


def _named(name: str) -> Dialect:
    return dialects()[name]


def _names(given: str | list[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _field(raw: Mapping[str, Any]) -> Field:
    if raw["as"] not in CONVERTERS:
        raise ValueError(f"there is no converter {raw['as']}")
    return Field(
        columns=_names(raw["column"]),
        converter=cast("Converter", raw["as"]),
        required=raw.get("required", True),
        choices=MappingProxyType(raw["choices"]) if "choices" in raw else None,
        otherwise=raw.get("otherwise"),
        strict=raw.get("strict", False),
        unless=raw.get("unless", ""),
    )


def read_dialect(text: str) -> Dialect:
    """A dialect of the text of its file; KeyError or ValueError when the file is not one."""
    raw = tomllib.loads(text)
    return Dialect(
        name=raw["name"],
        title=raw["title"],
        format=raw.get("format", "csv"),
        delimiter=raw.get("delimiter", ","),
        header_line=raw.get("header", "never"),
        accepts_open_end=raw.get("accepts_open_end", False),
        skip=tuple(raw.get("skip", ())),
        url_encoded=raw.get("url_encoded", False),
        rows=raw.get("rows", "plain"),
        legs=raw["legs"],
        layouts=MappingProxyType({int(count): tuple(names) for count, names in raw.get("layouts", {}).items()}),
        positions=MappingProxyType({place: name for name, place in raw.get("positions", {}).items()}),
        least=raw.get("least", 0),
        identity=MappingProxyType({int(count): tuple(names) for count, names in raw["identity"].items()}),
        group=MappingProxyType({int(count): _names(name) for count, name in raw.get("group", {}).items()}),
        extra=tuple(raw.get("extra", ())),
        made=frozenset(raw.get("made", ())),
        escape=raw.get("escape", ""),
        only=MappingProxyType({column: tuple(values) for column, values in raw.get("only", {}).items()}),
        constants=MappingProxyType(raw.get("constants", {})),
        fields=MappingProxyType({name: _field(field) for name, field in raw["fields"].items()}),
    )


@cache
def dialects() -> Mapping[str, Dialect]:
    """Every dialect by its name."""
    found = [read_dialect(path.read_text("utf-8")) for path in sorted(Path(__file__).parent.glob("*.toml"))]
    return MappingProxyType({dialect.name: dialect for dialect in found})
