"""Named refusals of billing; each says what to do."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from accounts.errors import Refusal
from accounts.models import Customer
from portal.lib.periods import Month

_SELLER_NEEDS = ("name", "street", "postcode", "city", "kvk_number", "vat_number")
_BUYER_NEEDS = ("name", "street", "postcode", "city")


def month_is_over(month: Month, today_month: Month) -> None:
    """An invoice over a month that still runs would be wrong tomorrow."""
    if month >= today_month:
        raise Refusal(
            "month_open",
            _("%(month)s is not over yet. Bill it from %(day)s on.")
            % {"month": month, "day": month.end_day.isoformat()},
        )


def seller_is_complete(seller: Mapping[str, str]) -> None:
    """The law wants the seller named in full (article 35a Wet OB)."""
    missing = [f"SELLER_{_VARIABLE.get(name, name.upper())}" for name in _SELLER_NEEDS if not seller.get(name)]
    if missing:
        raise Refusal(
            "seller_incomplete",
            _("Invoices must name the seller. Set %(names)s in the environment.") % {"names": ", ".join(missing)},
        )


_VARIABLE = {"kvk_number": "KVK", "vat_number": "VAT"}


def buyer_is_complete(customer: Customer) -> None:
    """The law wants the buyer's name and address on it."""
    missing = [customer._meta.get_field(name) for name in _BUYER_NEEDS if not getattr(customer, name)]
    if missing:
        names = ", ".join(str(getattr(one, "verbose_name", one.name)) for one in missing)
        raise Refusal(
            "buyer_incomplete",
            _("%(customer)s cannot be billed yet: fill in %(names)s.")
            % {"customer": customer.reference, "names": names},
        )
