"""`manage.py rotate_keys`: every secret of every app gets the first key, also when it is broken off half-way."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection, models
from pytest_django import Settings

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import Crossing, crossing, customer_key, tenant
from portal.lib.crypto import SecretBox, UndecipherableError, generate_key
from telephony import services, vault
from telephony.models import Line
from tests.world import World

ROOT = Path(__file__).parents[1]


def rotate(**options: Any) -> dict[str, int]:
    out = io.StringIO()
    call_command("rotate_keys", json=True, stdout=out, **options)
    told: dict[str, int] = json.loads(out.getvalue().splitlines()[-1])
    return told


def secrets() -> Iterator[tuple[str, str]]:
    """Every value in a column of text that looks like one of ours, in the rooms of every customer, and its column."""
    with crossing(Crossing.OPERATE):
        for model in apps.get_models():
            for field in model._meta.local_concrete_fields:
                if isinstance(field, models.TextField | models.CharField):
                    found = model._default_manager.filter(**{f"{field.name}__startswith": "gAAAAA"})
                    yield from (
                        (f"{model._meta.label}.{field.name}", value)
                        for value in found.values_list(field.name, flat=True)
                    )


def opened_by(key: str) -> tuple[int, int]:
    """How many secrets this key alone opens, and how many there are."""
    box, good, every = SecretBox([key]), 0, 0
    for _column, value in secrets():
        every += 1
        try:
            box.decrypt(value)
            good += 1
        except UndecipherableError:
            pass
    return good, every


@pytest.mark.django_db(transaction=True)
def test_every_column_of_secrets_is_known_and_gets_the_new_key(world: World, settings: Settings) -> None:
    known = {
        f"{model._meta.label}.{column}" for model in apps.get_models() for column in getattr(model, "encrypted", ())
    }
    found = {column for column, _value in secrets()}
    assert found <= known
    assert {"telephony.Line.sip_secret", "telephony.ProvisioningAnswer.body", "telephony.PhoneFile.body"} <= found
    new = generate_key()
    settings.ENCRYPTION_KEYS = [new, *settings.ENCRYPTION_KEYS]
    good, every = opened_by(new)
    assert good == 0
    assert rotate(dry_run=True) == {"read": every, "rotated": every, "lost": 0}
    assert opened_by(new)[0] == 0
    assert rotate(batch=3) == {"read": every, "rotated": every, "lost": 0}
    assert opened_by(new) == (every, every)
    assert rotate()["rotated"] == 0


@pytest.mark.django_db(transaction=True)
def test_a_secret_that_no_key_opens_is_named_and_the_others_are_done(
    world: World, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    new = generate_key()
    with tenant(world.customer):
        Line.objects.filter(pk=world.line.pk).update(sip_secret=SecretBox([generate_key()]).encrypt("gone"))
    settings.ENCRYPTION_KEYS = [new, *settings.ENCRYPTION_KEYS]
    with pytest.raises(CommandError, match="No key opens 1 secrets"):
        rotate()
    assert f"telephony.Line {world.line.pk}: no key opens sip_secret." in capsys.readouterr().err
    good, every = opened_by(new)
    assert good == every - 1


@pytest.mark.django_db(transaction=True)
def test_killed_half_way_nothing_is_lost_and_the_next_run_goes_on(acme: Customer, settings: Settings) -> None:
    with tenant(acme):
        for number in range(60):
            services.create_line(
                actor=system(acme), customer=acme, display_name=f"Line {number}", extension=str(300 + number)
            )
    old, new = settings.ENCRYPTION_KEYS[0], generate_key()
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = os.environ | {
        "DATABASE_URL": url,
        "CENTRALE_KEYS": f"{new},{old}",
        "PYTHONPATH": str(ROOT),
        "LOG_LEVEL": "ERROR",
    }
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE]
    with subprocess.Popen(command, env=environment, cwd=ROOT) as worker:
        assert worker.wait(60) == -9
    good, every = opened_by(new)
    assert 0 < good < every
    settings.ENCRYPTION_KEYS = [new, old]
    with tenant(acme):
        assert all(len(vault.decrypt(line.sip_secret)) == 20 for line in Line.objects.all())
    assert rotate(batch=7) == {"read": every, "rotated": every - good, "lost": 0}
    assert opened_by(new) == (every, every)


# In the middle of a batch, and after some that are done.
KILLED_IN_THE_MIDDLE = """
import os, signal
import django; django.setup()
from django.core.management import call_command
from django.db.models import QuerySet
written, update = [], QuerySet.bulk_update
def bulk_update(self, *args, **kwargs):
    found = update(self, *args, **kwargs)
    written.append(found)
    if len(written) == 4:
        os.kill(os.getpid(), signal.SIGKILL)
    return found
QuerySet.bulk_update = bulk_update
call_command("rotate_keys", batch=5)
"""


def test_tables_that_say_they_have_secrets_have_those_columns(db: None) -> None:
    for model in apps.get_models():
        for column in getattr(model, "encrypted", ()):
            assert isinstance(model._meta.get_field(column), models.TextField)
    assert customer_key(Line) is not None
