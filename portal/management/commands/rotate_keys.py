"""`manage.py rotate_keys`: encrypt every stored secret with the first key of CENTRALE_KEYS, so that the others can go."""

import json
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any, Final

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import models, transaction

from accounts.models import Customer
from accounts.tenancy import customer_key, tenant
from portal.lib.crypto import UndecipherableError, box

BATCH: Final = 200


def encrypted_models() -> list[type[models.Model]]:
    """Every table that says which of its columns are encrypted."""
    return [model for model in apps.get_models() if getattr(model, "encrypted", ())]


class Command(BaseCommand):
    """A batch is a transaction, and what the first key opens is left alone: broken off, it is run again and goes on."""

    help = "Encrypt every stored secret again with the first key of CENTRALE_KEYS. Safe to break off and to run again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count what another key encrypted")
        parser.add_argument("--batch", type=int, default=BATCH, help="rows in a transaction")
        parser.add_argument("--json", action="store_true", help="print one JSON document as the last line")

    def handle(self, *_args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch is a number from 1.")
        total: Counter[str] = Counter()
        for model in encrypted_models():
            counts: Counter[str] = Counter()
            for door in _doors(model):
                counts += self._rotate(model, door, options["batch"], write=not options["dry_run"])
            total += counts
            if not options["json"]:
                self.stdout.write(f"{model._meta.label}: {_words(counts)}")
        if options["json"]:
            self.stdout.write(json.dumps({name: total[name] for name in ("read", "rotated", "lost")}))
        if total["lost"]:
            raise CommandError(
                f"No key opens {total['lost']} secrets. Put the key that they were encrypted with back, and run this again."
            )

    def _rotate(
        self, model: type[models.Model], door: Callable[[], AbstractContextManager[None]], batch: int, *, write: bool
    ) -> Counter[str]:
        counts: Counter[str] = Counter()
        last = 0
        while True:
            # A change that comes in between waits for its row, and then encrypts with the first key itself.
            with transaction.atomic(), door():
                found = model._default_manager.filter(pk__gt=last).order_by("pk").select_for_update(of=("self",))
                rows = list(found.only("pk", *model.encrypted)[:batch])  # type: ignore[attr-defined]
                counts += self._write(model, rows, write=write)
            if len(rows) < batch:
                return counts
            last = rows[-1].pk

    def _write(self, model: type[models.Model], rows: list[models.Model], *, write: bool) -> Counter[str]:
        counts: Counter[str] = Counter()
        changed = []
        for row in rows:
            for column in model.encrypted:  # type: ignore[attr-defined]
                token = getattr(row, column)
                if not token:
                    continue
                counts["read"] += 1
                if box().is_newest(token):
                    continue
                try:
                    setattr(row, column, box().rotate(token))
                except UndecipherableError:
                    counts["lost"] += 1
                    self.stderr.write(f"{model._meta.label} {row.pk}: no key opens {column}.")
                else:
                    counts["rotated"] += 1
                    changed.append(row)
        if write and changed:
            model._default_manager.bulk_update(dict.fromkeys(changed), model.encrypted)  # type: ignore[attr-defined]
        return counts


def _doors(model: type[models.Model]) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Each customer's rooms for a table of customers, else none."""
    if customer_key(model) is None:
        yield nullcontext
        return
    for customer in Customer.objects.order_by("pk"):
        yield partial(tenant, customer)


def _words(counts: Counter[str]) -> str:
    return f"{counts['read']} secrets, {counts['rotated']} with another key than the first" + (
        f", {counts['lost']} that no key opens" if counts["lost"] else ""
    )
