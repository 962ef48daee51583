"""Names, values and notes of the trail as people say them. They are stored as programs write them, once for all languages."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from django.apps import apps
from django.db.models import Field
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext_lazy

from accounts.models import AuditEntry
from portal.lib import formats, numbers
from portal.lib.periods import Month

NOTHING = "–"
STORED_NUMBER = re.compile(r"(?<![\w+])(?:\+[1-9]\d{7,14}|short:\d{3,6})(?!\d)")
# 2026-10, 2026-10-31 or 2026-10-31 14:20
STORED_DAY = re.compile(r"(?<![\w-])(\d{4}-\d{2})(-\d{2})?( \d{2}:\d{2})?(?![\w-])")
WEEKDAYS = ("mo", "tu", "we", "th", "fr", "sa", "su")
STORED_WEEK = re.compile(
    rf"\b((?:{'|'.join(WEEKDAYS)})(?: (?:{'|'.join(WEEKDAYS)}))*) (\d{{1,2}}:\d\d)-(\d{{1,2}}:\d\d)"
)

# Kinds of objects whose names end in a day or month, or are one. Elsewhere, as in names of files, digits stay as they are.
NAMED_BY_DAY = frozenset(
    {
        "cdr.billingperiod",
        "cdr.dispute",
        "cdr.export",
        "cdr.fraudsign",
        "cdr.maskedperiod",
        "cdr.tariffversion",
    }
)
# Fields that hold codes, and the field of a model that has the words for them.
CODED = {"call_types": ("cdr.callrecord", "call_type")}
# Days on which something is over: the last day that it holds is the day before.
FIRST_DAY_WITHOUT = frozenset({"valid_to"})

# Filters as they stand in addresses, what people call their parts, and parts that hold codes.
ASKED = frozenset({"filter", "query"})
FILTERS: Mapping[str, Promise] = {
    "month": gettext_lazy("month"),
    "from": gettext_lazy("from"),
    "to": gettext_lazy("up to and including"),
    "q": gettext_lazy("number or name"),
    "product": gettext_lazy("product"),
    "direction": gettext_lazy("direction"),
    "type": gettext_lazy("call type"),
    "number": gettext_lazy("own number"),
    "caller": gettext_lazy("caller"),
    "callee": gettext_lazy("called"),
    "cost_min": gettext_lazy("amount at least"),
    "cost_max": gettext_lazy("amount at most"),
    "seconds_min": gettext_lazy("seconds at least"),
    "seconds_max": gettext_lazy("seconds at most"),
    "invoice": gettext_lazy("invoice"),
}
FILTER_CODES = {"product": "product", "direction": "direction", "type": "call_type"}
FILTER_WORDS: Mapping[tuple[str, str], Promise] = {("month", "previous"): gettext_lazy("the previous one")}

# verb -> what its note counts
COUNTED: Mapping[str, Any] = {
    "calls.rate": ngettext_lazy("%(count)s call", "%(count)s calls", "count"),
    "calls.rerate": ngettext_lazy("%(count)s call", "%(count)s calls", "count"),
    "customer.own_prices": ngettext_lazy("%(count)s price", "%(count)s prices", "count"),
    "mobile.add": ngettext_lazy("%(count)s subscription", "%(count)s subscriptions", "count"),
    "mobile.bundle": ngettext_lazy("%(count)s subscription", "%(count)s subscriptions", "count"),
    "rejects.again": ngettext_lazy("%(count)s row", "%(count)s rows", "count"),
    "rejects.dismiss": ngettext_lazy("%(count)s row", "%(count)s rows", "count"),
    "tariff.version_added": ngettext_lazy("%(count)s price", "%(count)s prices", "count"),
}
# [what it is about: ]count[. why]
NOTE = re.compile(r"(?:(?P<about>[\w-]+): )?(?P<count>\d+)(?:\. (?P<why>.*))?", re.DOTALL)
# verb -> the field that has the words for its note
CHOSEN = {"menu.set": ("pbx.menu", "moment")}


def _language() -> str:
    return (get_language() or "nl")[:2]


def is_nothing(value: Any) -> bool:
    """Whether a value says nothing; "no" and 0 do."""
    return value is None or value == "" or value == []


def name_of(entry: AuditEntry) -> str:
    """What an entry is about."""
    # A place is called "person @ customer"; in the customer's own log book the person says enough.
    if entry.object_type == "accounts.membership":
        return entry.object_name.partition(" @ ")[0]
    name = with_numbers(entry.object_name)
    return with_days(name) if entry.object_type in NAMED_BY_DAY else name


def with_numbers(text: str) -> str:
    """A text with the telephone numbers in it as people write them."""
    return STORED_NUMBER.sub(lambda found: numbers.display(found[0], _language()), text)


def with_days(text: str) -> str:
    """A text with the days and months in it as people say them."""
    return STORED_DAY.sub(_day, text)


def _day(found: re.Match[str]) -> str:
    month, day, at = found.groups()
    try:
        if day is None:
            return formats.month(Month.parse(month), _language()) + (at or "")
        return formats.full_date(dt.date.fromisoformat(month + day), _language()) + (at or "")
    except ValueError:
        return found[0]


def note_of(entry: AuditEntry) -> str:
    """What an entry says beside its changes."""
    if entry.verb in CHOSEN:
        return _chosen(*CHOSEN[entry.verb], entry.note)
    found = NOTE.fullmatch(entry.note)
    if entry.verb in COUNTED and found:
        counted = str(COUNTED[entry.verb] % {"count": int(found["count"])})
        about = with_days(found["about"] or "") if entry.verb == "calls.rerate" else ""
        return " · ".join(part for part in (about, counted, (found["why"] or "").strip()) if part)
    return with_days(entry.note) if entry.verb == "customer.own_price_ended" else entry.note


def _chosen(model: str, name: str, value: Any) -> str:
    """The words that a field of a model has for a value."""
    found = apps.get_model(model)._meta.get_field(name)
    return str(dict(found.flatchoices).get(value, value))


def value_of(field: "Field[Any, Any] | None", name: str, value: Any) -> str:
    """A value of a field."""
    if is_nothing(value):
        return NOTHING
    if isinstance(value, list):
        return ", ".join(value_of(field, name, item) for item in value)
    if name in CODED:
        return _chosen(*CODED[name], value)
    if name == "barred":
        return str(numbers.BLOCK_LABELS[numbers.Block(value)]).lower()
    if (name == "micros" or name.endswith("_micros")) and isinstance(value, int):
        return formats.euro(value, _language())
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(value, int):
        return formats.number(value, _language())
    return _text(name, value) if isinstance(value, str) else str(value)


def _text(name: str, value: str) -> str:
    if name in ASKED:
        return ", ".join(_asked(*part) for part in parse_qsl(value)) or value
    if name == "periods":
        return STORED_WEEK.sub(_week, value)
    if "T" in value and len(value) >= 19:
        return _moment(value)
    if STORED_DAY.fullmatch(value):
        return with_days(_last_day(value) if name in FIRST_DAY_WITHOUT else value)
    return with_numbers(value)


def _asked(name: str, text: str) -> str:
    """One part of a filter."""
    if name in FILTER_CODES and text.isdecimal():
        text = str(_chosen("cdr.callrecord", FILTER_CODES[name], int(text)))
    text = str(FILTER_WORDS.get((name, text), text))
    return f"{FILTERS.get(name, name)}: {with_days(with_numbers(text.removeprefix('ext:')))}"


def _last_day(value: str) -> str:
    try:
        return (dt.date.fromisoformat(value) - dt.timedelta(days=1)).isoformat()
    except ValueError:
        return value


def _week(found: re.Match[str]) -> str:
    """`mo tu we 8:30-17:30` with the days in the reader's language."""
    monday = dt.date(2026, 1, 5)
    days = [formats.weekday(monday + dt.timedelta(WEEKDAYS.index(day)), _language()) for day in found[1].split()]
    return f"{' '.join(days)} {found[2]}–{found[3]}"


def _moment(value: str) -> str:
    try:
        at = dt.datetime.fromisoformat(value)
    except ValueError:
        return value
    return formats.moment(at, _language(), now=timezone.now()) if at.tzinfo else value
