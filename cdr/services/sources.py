"""Make and change the feeds of call records."""

from collections.abc import Mapping

from accounts.access import Actor
from accounts.audit import changes, record, snapshot
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing
from cdr.models import Source, SourceAccount

FIELDS = (
    "name",
    "title",
    "dialect",
    "time_zone",
    "number_format",
    "trunks",
    "only_listed_accounts",
    "prices_include_vat",
    "expected_minutes",
    "sequence_pattern",
    "most_rejects",
)


def save_source(*, source: Source, actor: Actor, accounts: Mapping[str, Customer] | None = None) -> Source:
    """Save a new or changed source, which its form has validated; `accounts` replaces its own account codes, None keeps them."""
    with crossing(Crossing.OPERATE):
        made = source.pk is None
        before = {} if made else snapshot(Source.objects.get(pk=source.pk), FIELDS)
        source.save()
        codes = _codes(source)
        if accounts is not None:
            SourceAccount.objects.filter(source=source).exclude(account__in=list(accounts)).delete()
            for account, customer in accounts.items():
                SourceAccount.objects.update_or_create(source=source, account=account, defaults={"customer": customer})
        record(
            actor=actor,
            verb="source.made" if made else "source.changed",
            obj=source,
            changes=changes({**before, "accounts": codes}, {**snapshot(source, FIELDS), "accounts": _codes(source)}),
        )
    return source


def _codes(source: Source) -> str:
    """The account codes of a source in one line, for the trail."""
    found = SourceAccount.objects.filter(source=source).values_list("account", "customer__reference")
    return ", ".join(f"{account} = {reference}" for account, reference in found)
