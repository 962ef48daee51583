"""Reads a usage file: counters per SIM and bundle, as a mobile network sends them every few hours. Pure.

One header line, then one row per counter, separated by comma or semicolon, in UTF-8 (a byte order mark is allowed):

=======  ==============================================================================================
column   value
=======  ==============================================================================================
msisdn   mobile number, any way of writing it
iccid    number of the SIM, may be empty
period   month the counter belongs to, ``2026-10``
bundle   ``data``, ``voice``, ``sms`` or ``cost`` (what falls outside every bundle, ex VAT)
used     decimal number with a point, the counter since the month began (a total, not an event)
unit     data: ``B KB MB GB`` (decimal); voice: ``s min``; sms: ``sms``; cost: ``EUR``
as_of    moment of the counter, ISO 8601 with its offset
cause    cost rows only: ``data_over data_abroad calls_abroad calls_roaming sms_abroad premium other``
country  cost rows only, ISO 3166 alpha-2, may be empty
=======  ==============================================================================================

Rows that cannot be read become rejects with a reason; they never stop a file.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from enum import StrEnum

from portal.lib import numbers
from portal.lib.periods import Month

COLUMNS = ("msisdn", "iccid", "period", "bundle", "used", "unit", "as_of", "cause", "country")
_NEEDED = COLUMNS[:7]
# Counters of a month are corrected for a while after it; later than this is a wrong file.
_LATEST = timedelta(days=70)
_MOST = Decimal(10) ** 15


class Counter(StrEnum):
    """What a row counts."""

    DATA = "data"
    VOICE = "voice"
    SMS = "sms"
    COST = "cost"


class Cause(StrEnum):
    """Why something costs extra."""

    DATA_OVER = "data_over"
    DATA_ABROAD = "data_abroad"
    CALLS_ABROAD = "calls_abroad"
    CALLS_ROAMING = "calls_roaming"
    SMS_ABROAD = "sms_abroad"
    PREMIUM = "premium"
    OTHER = "other"


class Reason(StrEnum):
    """Why a row was put aside."""

    COLUMNS = "columns"
    NUMBER = "number"
    SIM = "sim"
    PERIOD = "period"
    BUNDLE = "bundle"
    USED = "used"
    UNIT = "unit"
    AS_OF = "as_of"
    CAUSE = "cause"
    UNKNOWN_SUBSCRIPTION = "unknown_subscription"


# Base units: bytes, seconds, pieces, micro-euros.
_UNITS: dict[Counter, dict[str, int]] = {
    Counter.DATA: {"b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9},
    Counter.VOICE: {"s": 1, "min": 60},
    Counter.SMS: {"sms": 1},
    Counter.COST: {"eur": 10**6},
}


@dataclass(frozen=True, slots=True)
class Reading:
    """A counter: `used` in base units, `as_of` in UTC; `raw` is the row as it stood in the file."""

    line: int
    raw: str
    msisdn: str
    iccid: str
    period: Month
    counter: Counter
    used: int
    as_of: datetime
    cause: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that was put aside, as it stood in the file."""

    line: int
    raw: str
    reason: Reason


class NotAUsageFile(ValueError):  # noqa: N818 - says what it is
    """The whole file is something else; `code` is empty_file, encoding or header."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _BadRowError(ValueError):
    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(content: bytes) -> Iterator[Reading | Reject]:
    """Read a whole file. Raises NotAUsageFile before the first row when it is not one."""
    text = _decoded(content)
    lines = text.splitlines()
    delimiter = ";" if ";" in lines[0] else ","
    header = [name.strip().lower() for name in next(csv.reader([lines[0]], delimiter=delimiter))]
    if any(name not in header for name in _NEEDED) or len(set(header)) != len(header):
        raise NotAUsageFile("header")
    return _rows(lines[1:], header, delimiter)


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotAUsageFile("encoding") from error
    if not text.strip():
        raise NotAUsageFile("empty_file")
    return text


def _rows(lines: Sequence[str], header: list[str], delimiter: str) -> Iterator[Reading | Reject]:
    for number, raw in enumerate(lines, 2):
        if not raw.strip():
            continue
        try:
            yield _reading(number, raw, _fields(raw, header, delimiter))
        except _BadRowError as bad:
            yield Reject(number, raw, bad.reason)


def _fields(raw: str, header: list[str], delimiter: str) -> dict[str, str]:
    try:
        cells = next(csv.reader([raw], delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _BadRowError(Reason.COLUMNS) from error
    if len(cells) != len(header) or "\0" in raw:
        raise _BadRowError(Reason.COLUMNS)
    return dict(zip(header, (cell.strip() for cell in cells), strict=True))


def _reading(line: int, raw: str, row: dict[str, str]) -> Reading:
    period = _period(row["period"])
    counter = _one_of(Counter, row["bundle"], Reason.BUNDLE)
    return Reading(
        line=line,
        raw=raw,
        msisdn=_number(row["msisdn"]),
        iccid=_sim(row["iccid"]),
        period=period,
        counter=counter,
        used=_used(counter, row["used"], row["unit"]),
        as_of=_as_of(row["as_of"], period),
        cause=_one_of(Cause, row.get("cause") or Cause.OTHER, Reason.CAUSE) if counter is Counter.COST else "",
        country=_country(row.get("country", "")) if counter is Counter.COST else "",
    )


def _one_of[E: StrEnum](kind: type[E], text: str, reason: Reason) -> E:
    try:
        return kind(text.lower())
    except ValueError as error:
        raise _BadRowError(reason) from error


def _number(text: str) -> str:
    number = numbers.parse(text, context="cdr/NL", bare=numbers.Bare.INTERNATIONAL).e164
    if number is None:
        raise _BadRowError(Reason.NUMBER)
    return number


def _sim(text: str) -> str:
    digits = text.replace(" ", "")
    if digits and not re.fullmatch(r"[0-9]{18,22}", digits):
        raise _BadRowError(Reason.SIM)
    return digits


def _period(text: str) -> Month:
    try:
        return Month.parse(text)
    except ValueError as error:
        raise _BadRowError(Reason.PERIOD) from error


def _used(counter: Counter, used: str, unit: str) -> int:
    factor = _UNITS[counter].get(unit.lower())
    if factor is None:
        raise _BadRowError(Reason.UNIT)
    try:
        value = Decimal(used) if re.fullmatch(r"[0-9]+(\.[0-9]+)?", used) else Decimal("NaN")
    except InvalidOperation as error:
        raise _BadRowError(Reason.USED) from error
    if not value.is_finite() or value * factor > _MOST:
        raise _BadRowError(Reason.USED)
    return int((value * factor).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _as_of(text: str, period: Month) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise _BadRowError(Reason.AS_OF) from error
    if moment.tzinfo is None:
        raise _BadRowError(Reason.AS_OF)
    moment = moment.astimezone(UTC)
    if not period.start <= moment <= period.end + _LATEST:
        raise _BadRowError(Reason.AS_OF)
    return moment


def _country(text: str) -> str:
    if text and not re.fullmatch(r"[A-Za-z]{2}", text):
        raise _BadRowError(Reason.CAUSE)
    return text.upper()
