"""Calls as customers see them. One definition of what is selected serves totals, details, export and API.

Every read runs inside a customer's door. What a customer never sees (0800, 112, 113, 116xxx, and legs that are not the
call) is left out in `selection`, once, of rows, counts and sums alike.
"""

from cdr.selectors.calls.choices import billing_periods, months_of_billing_period, own_numbers
from cdr.selectors.calls.corrections import Chain, booked_back, chain_of
from cdr.selectors.calls.months import (
    both_ways,
    by_month,
    by_number_and_type,
    months_of,
    records_to_read,
    total,
    total_of_months,
)
from cdr.selectors.calls.pages import Page, call_at, cursor_of, legs_of, page, place_of
from cdr.selectors.calls.reach import AT_ONCE, REACH, countable, within_reach
from cdr.selectors.calls.search import MOST_NUMBERS, TooManyNumbersError, find_parties
from cdr.selectors.calls.selection import SHOWN, Parties, Selection, records
from cdr.selectors.calls.sums import (
    MOST_DEAR,
    Sums,
    add_up,
    by_day,
    by_destination,
    days_of,
    dearest_calls,
    rows_of,
    sums_of_records,
    totals_by_day,
)

__all__ = [
    "AT_ONCE",
    "MOST_DEAR",
    "MOST_NUMBERS",
    "REACH",
    "SHOWN",
    "Chain",
    "Page",
    "Parties",
    "Selection",
    "Sums",
    "TooManyNumbersError",
    "add_up",
    "billing_periods",
    "booked_back",
    "both_ways",
    "by_day",
    "by_destination",
    "by_month",
    "by_number_and_type",
    "call_at",
    "chain_of",
    "countable",
    "cursor_of",
    "days_of",
    "dearest_calls",
    "find_parties",
    "legs_of",
    "months_of",
    "months_of_billing_period",
    "own_numbers",
    "page",
    "place_of",
    "records",
    "records_to_read",
    "rows_of",
    "sums_of_records",
    "total",
    "total_of_months",
    "totals_by_day",
    "within_reach",
]
