"""Invoices in the API, on the selectors and filters of the pages. Amounts are decimal euros."""

from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import pagination, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request

from accounts.access import Capability
from accounts.apibase import CustomerAPI, Pages
from invoices import selectors
from invoices.filters import InvoiceFilter
from invoices.models import Invoice, InvoiceLine
from portal.lib.money import euros, euros_of_cents


class CentsField(serializers.DecimalField):
    """Cents as decimal euros."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=19, decimal_places=2, read_only=True, **options)

    def to_representation(self, value: Any) -> Any:
        return super().to_representation(euros_of_cents(value))


class InvoiceLineSerializer(serializers.ModelSerializer[InvoiceLine]):
    """A line as it was issued; `since` and `until` (exclusive) only where they differ from the invoice's month."""

    unit_price = serializers.SerializerMethodField()
    amount = CentsField(source="amount_cents")

    class Meta:
        model = InvoiceLine
        fields = (
            "position",
            "key",
            "group",
            "kind",
            "description",
            "quantity",
            "unit",
            "unit_price",
            "amount",
            "vat_category",
            "vat_rate",
            "since",
            "until",
        )

    def get_unit_price(self, line: InvoiceLine) -> Decimal | None:
        return None if line.unit_price_micros is None else euros(line.unit_price_micros)


class InvoiceSerializer(serializers.ModelSerializer[Invoice]):
    """An issued invoice; `month` is the first day of its period."""

    net = CentsField(source="net_cents")
    vat = CentsField(source="vat_cents")
    total = CentsField(source="total_cents")

    class Meta:
        model = Invoice
        fields: tuple[str, ...] = ("id", "number", "month", "issued_on", "due_on", "sent_at", "net", "vat", "total")


class InvoiceDetailSerializer(InvoiceSerializer):
    """An invoice with its lines and the parties as they stand on it."""

    lines = InvoiceLineSerializer(many=True, read_only=True)

    class Meta(InvoiceSerializer.Meta):
        fields = (*InvoiceSerializer.Meta.fields, "seller", "buyer", "lines")


class InvoicePages(Pages):
    """Newest first."""

    ordering = "-month"  # one invoice a month


class Invoices(CustomerAPI, viewsets.ReadOnlyModelViewSet[Invoice]):
    """Issued invoices, newest first; filters `first` and `last` (months), `number`."""

    capability = Capability.VIEW_INVOICES
    serializer_class = InvoiceSerializer
    filterset_class = InvoiceFilter
    pagination_class: type[pagination.BasePagination] = InvoicePages
    queryset = Invoice.objects.none()

    def get_queryset(self) -> QuerySet[Invoice]:
        found = selectors.archive()
        return found.prefetch_related("lines") if self.action == "retrieve" else found

    def get_serializer_class(self) -> type[InvoiceSerializer]:
        return InvoiceDetailSerializer if self.action == "retrieve" else InvoiceSerializer

    @extend_schema(responses={(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY)})
    @action(detail=True, methods=["get"])
    def pdf(self, request: Request, pk: str) -> HttpResponse:  # noqa: ARG002 - DRF passes the key, get_object reads it
        """The document as it was issued."""
        found = self.get_object()
        return HttpResponse(
            selectors.pdf_of(found),
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{found.number}.pdf"',
                "Cache-Control": "private, no-store",
            },
        )


routes: list[tuple[str, type[viewsets.ViewSetMixin], str]] = [("invoices", Invoices, "invoices")]
