"""Every page about calls beside ten million of them: milliseconds of server time for a busy customer and for an operator.

Without a network and a browser: from the request to the last byte of the answer, all middleware included. What adds up
very many records, because no total tells it (an amount, a duration, who with whom, half a month by number), follows its
page; that part is bounded, stands apart and has a goal of its own. See benchmarks.ledger for the month.
"""

import statistics
import time
from collections.abc import Iterator
from datetime import timedelta

from django.test import Client

from accounts.models import Brand, BrandHost, Customer, Membership, User
from accounts.tenancy import Crossing, crossing, tenant
from benchmarks.ledger import FULL, HELD, full_month, nearest
from benchmarks.rounds import miss, say
from cdr.models import Batch, Source, Tariff, TariffVersion
from cdr.selectors import calls

TIMES = 11
PART = {"HX-Request": "true"}
MOST = 50.0  # milliseconds at the median of a page
MOST_OF_RECORDS = 150.0  # and of a result that follows its page, for a customer with 200,000 calls


def run() -> None:
    """Print the median of each page and of all of them, and name those that take too long."""
    full_month()
    busy = nearest(HELD // 50)
    customer, operator = _log_in("bench-owner", customer=busy.customer), _log_in("bench-operator", operates=True)
    pages = list(_pages_of(busy.customer))
    taken = {path: _median(customer, path) for path in pages}
    taken |= {path: _median(operator, path) for path in _pages_of_operators()}
    late = {path: _median(customer, path, **PART) for path in pages if _comes_without_result(customer, path)}
    middle = statistics.median(taken.values())
    say(
        {"benchmark": "pages, milliseconds", "median": middle, "most": max(taken.values()), "calls": busy.calls} | taken
    )
    say({"benchmark": "results that follow their page", "most": max(late.values())} | late)
    miss(*_above(MOST, taken), *_above(MOST_OF_RECORDS, late))


def _above(most: float, taken: dict[str, float]) -> list[str]:
    return [f"{path} takes {took} ms, the goal is {most:.0f}" for path, took in taken.items() if took > most]


def _log_in(name: str, **place: object) -> Client:
    brand = Brand.objects.get_or_create(name="Bench", defaults={"sender": "bench@centrale.example", "is_default": True})
    BrandHost.objects.get_or_create(brand=brand[0], host="testserver")
    user = User.objects.create_user(username=name, email=f"{name}@centrale.example", first_name="B", last_name="Bench")
    roles = {} if "operates" in place else dict.fromkeys(Membership.ROLES, True)
    Membership.objects.create(user=user, **place, **roles)
    client = Client()
    client.force_login(user)
    return client


def _comes_without_result(client: Client, path: str) -> bool:
    return 'hx-trigger="load"' in client.get(path).content.decode()


def _median(client: Client, path: str, **headers: str) -> float:
    measured = []
    for _ in range(TIMES + 1):
        start = time.perf_counter()
        answer = client.get(path, headers=headers)
        measured.append((time.perf_counter() - start) * 1000)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return round(statistics.median(measured[1:]), 1)


def _pages_of(customer: Customer) -> Iterator[str]:
    month = f"month={FULL}"
    with tenant(customer):
        every = calls.records(calls.Selection(FULL.first_day, FULL.end_day))
        deep, number = every[every.count() // 2], calls.own_numbers(calls.Selection(FULL.first_day, FULL.end_day))[0]
    half = f"from={FULL.first_day + timedelta(days=7)}&to={FULL.end_day - timedelta(days=10)}"
    between = f"from={FULL.first_day + timedelta(days=2)}&to={FULL.end_day - timedelta(days=4)}"
    yield from (
        f"/calls/?{month}",
        f"/calls/?{month}&type=3",
        f"/calls/?{month}&number=%2B{number[1:]}",
        f"/calls/?{between}",
        f"/calls/details/?{month}",
        f"/calls/details/?{month}&after={calls.cursor_of(deep)}",
        f"/calls/details/?{month}&type=3",
        f"/calls/details/?{month}&number=%2B{number[1:]}",
        f"/calls/details/?{month}&q=0316",
        f"/calls/details/?{between}",
        f"/calls/{calls.cursor_of(deep)}/",
        f"/calls/?{half}",
        f"/calls/?{month}&q=0316",
        f"/calls/?{month}&seconds_min=600",
        f"/calls/details/?{month}&seconds_min=600",
        "/calls/",
        "/calls/details/",
        "/calls/cost/?number=0612345678",
        "/calls/limits/",
        "/calls/bundles/",
        "/calls/signs/",
        "/calls/disputes/",
    )


def _pages_of_operators() -> Iterator[str]:
    source, tariff = Source.objects.get(name="bench"), Tariff.objects.get(name="Bench")
    version = TariffVersion.objects.filter(tariff=tariff).latest("valid_from")
    with crossing(Crossing.OPERATE):
        batch = Batch.objects.filter(source=source).latest("pk")
    yield from (
        "/operate/sources/",
        f"/operate/sources/{source.pk}/",
        "/operate/batches/",
        f"/operate/batches/{batch.pk}/",
        "/operate/batches/upload/",
        "/operate/rejects/",
        "/operate/unrated/",
        "/operate/tariffs/",
        f"/operate/tariffs/{tariff.pk}/",
        f"/operate/tariffs/{tariff.pk}/versions/{version.pk}/",
        "/operate/call-cost/",
        "/operate/own-prices/",
        "/operate/bundles/",
        "/operate/signs/",
        "/operate/signs/thresholds/",
        "/operate/disputes/",
        "/operate/retention/",
    )
