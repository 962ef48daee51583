"""Why calls have no price, and what mends it, in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cdr.rating.explain import Outcome
from cdr.selectors.unrated import UnratedGroup
from cdr.sign_words import country
from portal.lib.numbers import country_of, display


@dataclass(frozen=True, slots=True)
class Words:
    """A reason as a title, and the sentence that says what to do."""

    title: str | Promise
    mend: str | Promise


REASONS: Mapping[Outcome, Words] = {
    Outcome.NO_TARIFF: Words(
        _("No tariff"),
        _("Make a default tariff, or add this customer to one."),
    ),
    Outcome.NO_VERSION: Words(
        _("The tariff begins later"),
        _("Add rates to the tariff that hold from this month on, or agree own prices that do."),
    ),
    Outcome.NO_RATE: Words(
        _("No rate for this destination"),
        _("Add rates with this prefix to the tariff, or an own price of the customer."),
    ),
}
NO_NUMBER = Words(
    _("No called number"),
    _(
        "The switch told no number that can be read. Let it deliver the call again with its number: that corrects this one. "
        "A call that was none can be taken back."
    ),
)
PRICED = Words(
    _("Waits to be rated again"),
    _("The example has a price by now. Press Rate again, or wait some minutes."),
)


def words_of(group: UnratedGroup) -> Words:
    if group.priced:
        return PRICED
    return NO_NUMBER if group.reason == Outcome.NO_RATE and not group.prefix else REASONS[group.reason]


def destination(group: UnratedGroup, tongue: str) -> str:
    """`+49 Duitsland`, the beginning of a Dutch number, or a short number."""
    if not group.prefix:
        return ""
    if not group.prefix.startswith("+") or group.prefix.startswith("+31"):
        return display(group.prefix) if not group.prefix.startswith("+") else group.prefix
    region = country_of(group.example.other)
    return f"{group.prefix} {country(region, tongue)}" if region and region.isalpha() else group.prefix
