"""Download of the selected calls: all of them, or an error that cannot be overlooked."""

from collections.abc import Iterator, Sequence
from datetime import UTC
from functools import lru_cache
from typing import cast

from django.db import connection, transaction
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_safe

from accounts.access import Capability
from accounts.models import Customer
from accounts.tenancy import tenant
from accounts.web import CustomerRequest, customer_view
from cdr.asking import Asked, ask, language
from cdr.filters import type_label
from cdr.models import CallRecord
from cdr.selectors import calls
from cdr.selectors.rates import destinations_of
from cdr.vocabulary import Direction, Product
from portal.lib.csvsafe import Cell, CsvForm, stream
from portal.lib.money import euros

ROWS_AT_ONCE = 2_000
NUMBERS_KEPT = 20_000


class IncompleteExportError(RuntimeError):
    """The rows sent are not the rows counted: the download is cut off, so that nobody takes it for whole."""


@require_safe
@customer_view(Capability.VIEW_CALLS)
def export(request: CustomerRequest) -> HttpResponse:
    """The selected calls as CSV: for Dutch Excel, or with `form=iso` for programs."""
    asked = ask(request.GET, request.actor, today=timezone.localdate())
    form = CsvForm.ISO if request.GET.get("form") == "iso" else CsvForm.DUTCH
    body = csv_rows(request.customer, asked, form, language())
    response = StreamingHttpResponse(body, content_type="text/csv; charset=utf-8")
    name = f"{request.customer.reference}-{asked.selection.first}-{asked.selection.end}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return cast("HttpResponse", response)  # the guard passes a stream on as it is


def csv_rows(customer: Customer, asked: Asked, form: CsvForm, tongue: str) -> Iterator[bytes]:
    """The file in pieces. The request's own door is closed when this runs, so it opens one of its own."""
    outermost = not connection.in_atomic_block
    with override(tongue), transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                # Count and rows see the same moment, whatever is loaded meanwhile.
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with tenant(customer):
            expected = calls.add_up(calls.by_day(asked.selection).values())
            counter = _Counter()
            yield from stream(_header(), _rows(asked, form, counter, expected), form)
            if counter.rows != expected.calls or counter.micros != expected.micros:
                raise IncompleteExportError(f"{counter.rows} of {expected.calls} rows were sent")


class _Counter:
    """What was sent so far."""

    def __init__(self) -> None:
        self.rows = 0
        self.micros = 0

    def add(self, call: CallRecord) -> None:
        self.rows += 1
        self.micros += call.amount or 0


def _header() -> Sequence[str]:
    return (
        _("Start"), _("Direction"), _("Call type"), _("Product"), _("Own number"), _("Name"), _("Other party"),
        _("Destination"), _("Seconds"), _("Amount ex VAT"),
    )  # fmt: skip


def _rows(asked: Asked, form: CsvForm, counter: _Counter, expected: calls.Sums) -> Iterator[Sequence[Cell]]:
    rates = calls.records(asked.selection).order_by().values_list("rate_id", flat=True).distinct()
    where = destinations_of(rates)
    types = {kind: type_label(kind) for kind in calls.SHOWN}
    directions = {value: str(label) for value, label in Direction.choices}
    products = {value: str(label) for value, label in Product.choices}

    @lru_cache(NUMBERS_KEPT)
    def written(number: str, other: str) -> tuple[str, str]:
        if form is CsvForm.DUTCH:
            return asked.own(number)[1], asked.other(other)
        return number, asked.plain_other(other)

    for call in calls.records(asked.selection).iterator(chunk_size=ROWS_AT_ONCE):
        counter.add(call)
        own, other = written(call.number, call.other)
        yield (
            call.start if form is CsvForm.DUTCH else call.start.astimezone(UTC),
            directions[call.direction],
            types[call.call_type],
            products[call.product],
            own,
            asked.names.get(call.number, ""),
            other,
            where.get(call.rate_id, ""),
            call.seconds,
            None if call.amount is None else euros(call.amount),
        )
    if form is CsvForm.DUTCH:
        yield (_("Total"), "", "", "", "", "", "", expected.calls, expected.seconds, euros(expected.micros))
