"""What can be done: load a file, close a billing period, make a source or a tariff. The only writers of this app."""

from cdr.services.bundles import end_bundle, make_bundle, set_bundle_numbers
from cdr.services.imports import drop_import, keep_import, use_import
from cdr.services.loading import load_file
from cdr.services.own_prices import add_own_prices, end_own_price
from cdr.services.periods import close_period
from cdr.services.saved import keep_filter, remove_filter, rename_filter
from cdr.services.sources import save_source
from cdr.services.spend_settings import (
    Chosen,
    chosen,
    remove_number_limit,
    save_limits,
    set_number_limit,
    set_partner_limit,
    unlock,
)
from cdr.services.tariffs import add_version, move_version, save_tariff, set_customer_tariff

__all__ = [
    "Chosen",
    "add_own_prices",
    "add_version",
    "chosen",
    "close_period",
    "drop_import",
    "end_bundle",
    "end_own_price",
    "keep_filter",
    "keep_import",
    "load_file",
    "make_bundle",
    "move_version",
    "remove_filter",
    "remove_number_limit",
    "rename_filter",
    "save_limits",
    "save_source",
    "save_tariff",
    "set_bundle_numbers",
    "set_customer_tariff",
    "set_number_limit",
    "set_partner_limit",
    "unlock",
    "use_import",
]
