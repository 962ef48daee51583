"""Fill an empty installation with the demonstration, step by step; a step that was done is passed over."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.access import Door, system
from accounts.models import Customer
from accounts.tenancy import tenant
from portal.demo import billing, bundles, calls, cast, exchange, limits, mobile, people, phones, trouble
from portal.lib.periods import Month, month_of
from telephony import vault
from telephony.models import Device
from telephony.services import keep_answers

MONTHS = 3  # closed ones; the running month comes on top


def load(say: Callable[[str], None], now: dt.datetime | None = None) -> None:
    """Make what is missing of the demonstration."""
    now = now or timezone.now()
    running = month_of(now)
    months = [running.shifted(-back) for back in range(MONTHS, -1, -1)]
    if not Customer.objects.filter(reference=cast.CUSTOMERS[0].reference).exists():
        say("Making partners, customers, people, phones and an exchange ...")
        with transaction.atomic():
            _company_life(running, months, now)
    say("Loading calls ...")
    folder = settings.HOME / "demo-files"
    calls.load(folder, months, now, say)
    calls.steal(folder, now, say)
    trouble.load(folder, now, say)
    limits.choose(now)
    say("Loading mobile usage ...")
    mobile.load(folder, months, now)
    say("Making invoices ...")
    billing.bill(months, say)


def _company_life(running: Month, months: list[Month], now: dt.datetime) -> None:
    made = people.make()
    billing.make_products()
    first_person = 0
    for plan in cast.CUSTOMERS:
        customer = made.customers[plan.reference]
        actor = system(customer, Door.COMMAND)
        with tenant(customer):
            found = phones.make(actor, customer, plan, made.users, first_person)
            if plan.exchange:
                exchange.make(actor, customer, plan, found, running.first_day)
            if plan.reference == cast.CUSTOMERS[0].reference:
                phones.record(actor, customer, found)
            mobile.make(actor, customer, mobile.sims(plan, first_person), months[0].first_day)
            billing.subscribe(actor, customer, plan, months)
        bundles.make(customer, plan, months[0].first_day)
        first_person += plan.people
    mobile.limit(made.customers["acme"], made.users["alice"])
    calls.make_tariff(months[0].first_day)
    bundles.agree_prices(made.customers["acme"], running.first_day)
    north = made.customers["acme"].partner
    if north is not None:
        bundles.limit(north, made.users["dave"], now)
    calls.make_source()
    trouble.make_source()


def describe(url: str) -> dict[str, Any]:
    """What a person or a script needs to use the demonstration: address, log-ins, and phones with their passwords."""
    found = []
    for customer in Customer.objects.filter(reference__in=[plan.reference for plan in cast.CUSTOMERS]).order_by("pk"):
        with tenant(customer):
            found += [
                {
                    "mac": device.mac,
                    "username": device.login,
                    "password": vault.decrypt(device.password),
                    "url": f"{url}/provision/",
                    "customer": customer.reference,
                }
                for device in Device.objects.exclude(mac=None)
            ]
    logins = [{"username": plan.username, "password": cast.PASSWORD, "who": plan.who} for plan in cast.LOGINS]
    return {"url": url, "logins": logins, "phones": found}


def follow_address(url: str, path: Path) -> None:
    """Tell the phones where they fetch their configuration now, when the demonstration moved to another port."""
    known = json.loads(path.read_text())["url"] if path.exists() else url
    if known == url:
        return
    for customer in Customer.objects.order_by("pk"):
        with tenant(customer):
            keep_answers(Device.objects.all())


def write_description(url: str, path: Path) -> None:
    """Write ``demo.json`` in one step; it holds passwords, so only its owner may read it."""
    follow_address(url, path)
    half = path.with_suffix(".half")
    half.unlink(missing_ok=True)
    half.touch(mode=0o600)
    half.write_text(json.dumps(describe(url), indent=2) + "\n")
    half.replace(path)
