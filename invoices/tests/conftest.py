"""A customer with something to pay: a product, calls and mobile cost."""

from collections.abc import Callable
from datetime import date

import pytest
from django.conf import settings

from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, tenant
from cdr.models import MonthlyTotal
from cdr.vocabulary import CallType, Direction
from cdr.vocabulary import Product as CallProduct
from invoices.models import Product, Subscription
from portal.lib.periods import Month

type AddCalls = Callable[..., None]


@pytest.fixture(autouse=True)
def _seller(monkeypatch: pytest.MonkeyPatch) -> None:
    seller = {
        "name": "Centrale Telecom B.V.",
        "street": "Voorbeeldstraat 1",
        "postcode": "1234 AB",
        "city": "Utrecht",
        "country": "NL",
        "kvk_number": "12345678",
        "vat_number": "NL001234567B89",
        "iban": "NL91ABNA0417164300",
    }
    monkeypatch.setattr(settings, "SELLER", seller)


@pytest.fixture
def product(db: None) -> Product:
    return Product.objects.create(code="user", description="Gebruikers", group="exchange", price_micros=9_950_000)


@pytest.fixture
def subscribed(product: Product) -> Callable[..., Subscription]:
    def subscribe(customer: Customer, **fields: object) -> Subscription:
        base: dict[str, object] = {
            "product": product,
            "description": product.description,
            "quantity": 14,
            "price_micros": product.price_micros,
            "valid_from": date(2026, 8, 1),
            "billed_until": date(2026, 10, 1),
        }
        with tenant(customer):
            return Subscription.objects.create(customer=customer, **(base | fields))

    return subscribe


@pytest.fixture
def called(db: None) -> AddCalls:
    """Totals as the loader writes them; records of calls are the business of cdr's own tests."""

    def add(customer: Customer, period: Month, *, calls: int = 10, micros: int = 1_234_567, **fields: object) -> None:
        base: dict[str, object] = {
            "month": period.first_day,
            "billing_period": period.first_day,
            "number": "+31887654000",
            "call_type": CallType.NL_FIXED,
            "direction": Direction.OUTGOING,
            "product": CallProduct.FIXED,
            "seconds": 60 * calls,
        }
        with crossing(Crossing.INGEST):
            MonthlyTotal.objects.create(customer=customer, calls=calls, micros=micros, **(base | fields))

    return add
