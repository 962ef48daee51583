"""Results that read very many records: the page comes at once, and they follow it."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render

from accounts.web import CustomerRequest
from cdr.asking import language
from portal.lib import formats

COUNTED = "counted"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What stands in the place of a result: its address for the page, one for people, and among how many calls it is found."""

    url: str
    link: str
    calls: str


def goes_on(request: CustomerRequest) -> bool:
    """Whether the result itself is asked for: by the page that waits for it, or by somebody without script."""
    return bool(request.htmx) or COUNTED in request.GET


def waiting(request: CustomerRequest, calls: int) -> Waiting:
    """For a page whose result is found among so many calls."""
    query = request.GET.copy()
    query[COUNTED] = "1"
    link = f"{request.path}?{query.urlencode()}"
    return Waiting(request.get_full_path(), link, formats.number(calls, language()))


def answered(request: CustomerRequest, template: str, context: dict[str, object]) -> HttpResponse:
    """The page, or what it waits for: the part `result` of its template."""
    return render(request, f"{template}#result" if request.htmx else template, context)
