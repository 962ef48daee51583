"""The filters of calls in the API, and what they ask."""

from typing import cast

from django.core.exceptions import ValidationError
from django.forms import Field
from django.http import QueryDict
from django.utils import timezone
from django_filters.fields import RangeField
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.request import Request

from accounts.access import Actor
from accounts.apibase import CustomerAPI
from cdr.asking import Asked, ask, problems
from cdr.vocabulary import SHOWN_NAMES, Direction, Product


def text(name: str, what: str, *, many: bool = False) -> OpenApiParameter:
    """A parameter that is a text."""
    return OpenApiParameter(name, OpenApiTypes.STR, description=what, many=many)


FILTERS = [
    text("month", "A month in Amsterdam, such as 2026-10, or previous; the running month when no period is given."),
    OpenApiParameter("from", OpenApiTypes.DATE, description="First day of a period of one's own."),
    OpenApiParameter("to", OpenApiTypes.DATE, description="Last day of it, counted in."),
    text("q", "Part of a number in any spelling, or of the name of an own number."),
    text("number", "Own number, E.164; unknown for calls of which it is not known.", many=True),
    text("caller", "Who called: part of a number in any spelling, or of the name of an own number."),
    text("callee", "Who was called: the same."),
    OpenApiParameter("product", OpenApiTypes.STR, enum=[kind.name.lower() for kind in Product]),
    OpenApiParameter("direction", OpenApiTypes.STR, many=True, enum=[kind.name.lower() for kind in Direction]),
    OpenApiParameter(
        "type", OpenApiTypes.STR, many=True, enum=SHOWN_NAMES, description="Kind of call, as in call_type."
    ),
    text("cost_min", "Amount in euros, at least; equal to cost_max: exactly that amount, to four decimals."),
    text("cost_max", "Amount in euros, at most."),
    text("seconds_min", "Duration at least: seconds, or 1:30."),
    text("seconds_max", "Duration at most."),
    text("invoice", "Number of an invoice, or its billing period such as 2026-10; takes the place of the period."),
    text(
        "on",
        "A month such as 2026-10 or a day such as 2026-10-31, in the place of the period; of an invoice the calls that started in it.",
    ),
]


def readable(query: QueryDict, actor: Actor) -> Asked:
    """A question, read inside the customer's door.

    ValidationError at the names of what cannot be read, because a program would take the answer to the rest for it.
    """
    asked = ask(query, actor, today=timezone.localdate())
    if found := problems(query, asked):
        raise exceptions.ValidationError(_by_parameter(found, query, asked))
    return asked


def _by_parameter(found: dict[str, list[str]], query: QueryDict, asked: Asked) -> dict[str, list[str]]:
    """Problems by the names of parameters: a page has one field where an address has `cost_min` and `cost_max`."""
    named = dict(found)
    for name in {"cost", "seconds"} & set(found):
        texts, ends = named.pop(name), cast("RangeField", asked.form.fields[name]).fields
        wrong = [
            f"{name}_{end}"
            for end, box in zip(("min", "max"), ends, strict=True)
            if not _reads(box, query.get(f"{name}_{end}"))
        ]
        named |= dict.fromkeys(wrong, texts)
    return named


def _reads(box: Field, typed: str | None) -> bool:
    try:
        box.clean(typed)
    except ValidationError:
        return False
    return True


def asked_of(view: CustomerAPI, request: Request) -> Asked:
    """What a request asks."""
    return readable(request.query_params, view.actor)
