"""What a phone's request costs beside a view that answers `ok` without middleware, both on granian, over sockets; and the storm
after a power cut.

A cost is the time of a request at full load, so the ratio of what the trivial view and the leg reach in a second. Beside it
stands the ratio of CPU time, of the server with PostgreSQL and Valkey: that leaves out the load itself, which runs on the same cores.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from accounts.models import Customer
from accounts.tenancy import tenant
from benchmarks import storm
from benchmarks.fleet import Desk, make_fleet, nonce_of, request, signed
from benchmarks.rounds import Side, compare, miss, say
from benchmarks.serving import Served, seconds_of_stores, served
from benchmarks.wire import Load, Start, Talk
from telephony import services
from telephony.models import Device, ProvisioningAnswer
from telephony.provisioning.digest import ha1

TALKS = 16
OF_A_TALK = 500
TIMES = 10  # that all phones of a customer are rendered
#: How many times the cost of a trivial request each may take; rendering is no request, and is held against its CPU time.
GOALS = {"challenge": 2.0, "stored": 5.0, "unchanged": 4.0, "rendered": 12.0}

type Asks = Callable[[Desk], Talk]


@dataclass(slots=True)
class Leg:
    """One kind of request, asked over connections that stay open, and the CPU time that all of it took."""

    name: str
    server: Served
    asks: Asks
    desks: list[Desk]
    cpu: list[float] = field(default_factory=list)

    def run(self) -> int:
        before = self.server.seconds() + seconds_of_stores()
        outcome = Load(self.server.port).run(Start(0.0, "", self.asks(desk)) for desk in self.desks)
        if outcome.wrong:
            raise RuntimeError(f"{self.name}: {outcome.wrong[0]}")
        self.cpu.append((self.server.seconds() + seconds_of_stores() - before) / len(outcome.taken))
        return len(outcome.taken)


def run() -> None:
    """Print the ratios, and what the storm gave."""
    fleet = make_fleet()
    phones = {"CENTRALE_URLS": "portal.phone_urls", "LOG_LEVEL": "INFO"}
    trivial = {"BENCH_TRIVIAL": "1", "DJANGO_SETTINGS_MODULE": ""}
    with (
        served("portal.wsgi:application", "/healthz", **phones) as portal,
        served("benchmarks.trivial:application", "/trivial", **trivial) as least,
    ):
        beside = Leg("trivial", least, _trivial, _of_one_model(fleet))
        miss(*_legs(portal, beside))
        miss(*storm.run(portal, fleet, Leg("trivial", least, _trivial, fleet[:TALKS]).run))
    miss(*_rendering(min(beside.cpu)))


def _of_one_model(fleet: list[Desk]) -> list[Desk]:
    return [desk for desk in fleet if desk.plan == fleet[0].plan][:TALKS]


def _legs(portal: Served, trivial: Leg) -> list[str]:
    asks: dict[str, Asks] = {"challenge": _challenge, "stored": _stored, "unchanged": _unchanged}
    legs = [Leg(name, portal, ask, trivial.desks) for name, ask in asks.items()]
    ratios = compare(
        "provisioning, times a trivial request",
        Side("trivial_per_second", trivial.run),
        *(Side(f"{leg.name}_per_second", leg.run) for leg in legs),
    )
    least_cpu = min(trivial.cpu)
    say(
        {"benchmark": "provisioning, CPU time of a request", "trivial_us": round(least_cpu * 1e6)}
        | {f"{leg.name}_us": round(min(leg.cpu) * 1e6) for leg in legs}
        | {f"{leg.name}_ratio": round(min(leg.cpu) / least_cpu, 2) for leg in legs}
    )
    return [
        f"{leg.name} costs {ratio:.1f} times a trivial request, the goal is {GOALS[leg.name]:.0f}"
        for leg, ratio in zip(legs, ratios, strict=True)
        if ratio > GOALS[leg.name]
    ]


def _trivial(_desk: Desk) -> Talk:
    return _same(request("GET", "/trivial"), 200)


def _challenge(desk: Desk) -> Talk:
    return _same(request("GET", f"/provision/{desk.mac}.cfg"), 401)


def _same(asked: bytes, status: int) -> Talk:
    for _ in range(OF_A_TALK):
        reply = yield asked
        if reply.status != status:
            return f"{reply.status} instead of {status}"
    return ""


def _stored(desk: Desk) -> Talk:
    return _fetches(desk, "", 200)


def _unchanged(desk: Desk) -> Talk:
    return _fetches(desk, ProvisioningAnswer.objects.get(login=desk.login).etag, 304)


def _fetches(desk: Desk, keeps: str, status: int) -> Talk:
    path, secret = f"/provision/{desk.mac}.cfg", ha1(desk.login, desk.password)
    nonce = nonce_of((yield request("GET", path)))
    for count in range(1, OF_A_TALK):
        header = signed(desk.login, secret, "GET", path, nonce, count)
        reply = yield request("GET", path, header, keeps=keeps)
        if reply.status != status:
            return f"{reply.status} instead of {status}"
    return ""


def _rendering(trivial_cpu: float) -> list[str]:
    """What a change pays, so that a phone does not: its first fetch is a stored answer like every other.

    The ratio is that of CPU time, of us with PostgreSQL: for each of a customer's phones when a change is about them all.
    """
    customer = Customer.objects.get(reference="desk-0")
    with tenant(customer):
        devices = list(Device.objects.all())
        start = time.perf_counter()
        for device in devices:
            services.keep_answer(device)
        alone = (time.perf_counter() - start) / len(devices)
        before, start = time.process_time() + seconds_of_stores(), time.perf_counter()
        for _ in range(TIMES):
            services.keep_answers(devices)
        together = (time.perf_counter() - start) / TIMES / len(devices)
        cpu = (time.process_time() + seconds_of_stores() - before) / TIMES / len(devices)
    ratio = cpu / trivial_cpu
    say(
        {"benchmark": "rendering a phone's settings in the change", "milliseconds_alone": round(alone * 1000, 2)}
        | {"milliseconds_among_many": round(together * 1000, 2), "cpu_us_among_many": round(cpu * 1e6)}
        | {"phones": len(devices), "times_a_trivial_request": round(ratio, 2)}
    )
    goal = GOALS["rendered"]
    return [f"rendering takes {ratio:.1f} times a trivial request, the goal is {goal:.0f}"] if ratio > goal else []
