"""A question about the calls as the API reads it: what cannot be read is refused, for a program would not see a warning."""

from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions

from accounts.access import Actor
from cdr.asking import Asked, ask
from cdr.filters import PERIOD_NAMES, typed_period


def readable(query: QueryDict, actor: Actor) -> Asked:
    """Read a query inside the customer's door. Raises ValidationError with the fields that cannot be read."""
    today = timezone.localdate()
    typed = [name for name in PERIOD_NAMES if query.get(name)]
    if typed and typed_period(query, today) is None:
        # A program would take the running month for the one it asked for.
        raise exceptions.ValidationError(
            {typed[0]: [_("Write a month as 2026-10, or both from and to as 2026-10-31.")]}
        )
    asked = ask(query, actor, today=today)
    if asked.form.errors:
        raise exceptions.ValidationError(
            {name: [str(text) for text in texts] for name, texts in asked.form.errors.items()}
        )
    return asked
