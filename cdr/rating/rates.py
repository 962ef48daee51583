"""A rate: what calls to numbers that begin with a prefix cost, and the digits that prefixes are matched with."""

from dataclasses import dataclass

from cdr.rating.prices import Price
from cdr.vocabulary import CallType

NO_RATE = -1


@dataclass(frozen=True, slots=True)
class PrefixRate:
    """What calls to a prefix cost. `prefix` is a rating key (see `rating_key`), `id` names the row it came from.

    The id of a price of the customer's own is negative, as records keep it.
    """

    id: int
    prefix: str
    call_type: int
    price: Price
    destination: str = ""


def rating_key(number: str) -> str:
    """The digits that prefixes are matched with: `+31201234567` -> `31201234567`, `short:1850` -> `01850`.

    No E.164 number begins with a zero, so national short codes get one and never meet a country's prefix. Anything that
    is no number gives an empty key, which matches nothing.
    """
    if number.startswith("+"):
        return number[1:]
    if number.startswith("short:"):
        return "0" + number[6:]
    return ""


def stored_prefix_key(prefix: str) -> str:
    """The rating key of a prefix as it is stored: `3120` or `short:18`."""
    return "0" + prefix.removeprefix("short:") if prefix.startswith("short:") else prefix


def stored_prefixes(number: str) -> list[str]:
    """Every prefix, as it is stored, that a number could be rated by."""
    if number.startswith("short:"):
        code = number.removeprefix("short:")
        return [f"short:{code[:length]}" for length in range(1, len(code) + 1)]
    digits = rating_key(number)
    return [digits[:length] for length in range(1, len(digits) + 1)]


def type_of_prefix(prefix: str) -> int:
    """The call type of a rating key that no rate of a tariff covers."""
    if prefix.startswith(("0", "3190", "3118")):
        return int(CallType.SERVICE)
    if prefix.startswith(("316", "3197")):
        return int(CallType.NL_MOBILE)
    return int(CallType.NL_FIXED) if prefix.startswith("31") else int(CallType.ABROAD)
