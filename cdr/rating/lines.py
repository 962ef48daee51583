"""A rate as it is entered, before it has a place in a tariff or with a customer."""

from dataclasses import dataclass

from cdr.rating.prices import Price


@dataclass(frozen=True, slots=True)
class RateLine:
    """Prefix as it is stored: `3120` or `short:18`.

    For a price of a customer's own the call type may be 0 and the destination empty: as in the tariff.
    """

    prefix: str
    destination: str
    call_type: int
    price: Price
