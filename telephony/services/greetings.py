"""Greetings: made, given another version, put back, and removed when nobody hears them or something else instead."""

import datetime as dt
import secrets
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts import audit
from accounts.access import Actor
from accounts.models import Customer
from accounts.tenancy import tenant
from portal.lib import formats
from telephony import greeting_rules, rules, schedule_rules
from telephony.audio.convert import Sound
from telephony.models import Greeting, GreetingVersion, Line
from telephony.schedule_selectors import uses_of
from telephony.services.schedules import follow_instead

FOLDER: Final = "greetings"
A_CHANGE: Final = dt.timedelta(days=1)  # longer than any change takes that writes a file before its row is there


@transaction.atomic
def create_greeting(
    *, actor: Actor, customer: Customer, name: str, sound: Sound, given_as: str = "", line: Line | None = None
) -> Greeting:
    """Make a greeting of a converted sound, for all or for one line."""
    greeting_rules.there_is_room(Greeting.objects.count())
    greeting = Greeting.objects.create(customer=customer, name=_free_name(name), line=line)
    version = _keep(actor, greeting, sound, given_as)
    changes = {"length": (None, _length(version)), "line": (None, str(line) if line else None)}
    audit.record(actor=actor, verb="greeting.create", obj=greeting, changes=changes)
    return greeting


@transaction.atomic
def rename_greeting(*, actor: Actor, greeting: Greeting, name: str) -> Greeting:
    """Call it otherwise."""
    before = greeting.name
    greeting.name = _free_name(name, but_for=greeting)
    changed = audit.changes({"name": before}, {"name": greeting.name})
    if changed:
        greeting.save(update_fields=["name"])
        audit.record(actor=actor, verb="greeting.change", obj=greeting, changes=changed)
    return greeting


@transaction.atomic
def add_version(*, actor: Actor, greeting: Greeting, sound: Sound, given_as: str = "") -> GreetingVersion:
    """Let callers hear another sound from now on, wherever the greeting plays. The versions before stay."""
    before = _locked(greeting)
    version = _keep(actor, greeting, sound, given_as)
    changes = {"length": (_length(before), _length(version))}
    audit.record(actor=actor, verb="greeting.version", obj=greeting, changes=changes)
    return version


@transaction.atomic
def restore_version(*, actor: Actor, version: GreetingVersion) -> GreetingVersion:
    """Let callers hear an older version again; it becomes the latest."""
    before = _locked(version.greeting)
    if before.pk == version.pk:
        return version
    again = _add(actor, version.greeting, version.file, version.milliseconds, version.given_as)
    changes = {"version": (before.number, version.number)}
    audit.record(actor=actor, verb="greeting.restore", obj=version.greeting, changes=changes)
    return again


@transaction.atomic
def remove_greeting(
    *, actor: Actor, greeting: Greeting, instead: Greeting | None = None, to_standard: bool = False
) -> None:
    """Remove a greeting with its files. Where it plays, callers hear ``instead`` or the standard one from now on; with
    neither it is refused while it plays anywhere.
    """
    uses = uses_of(greeting)
    if instead is not None:
        greeting_rules.can_stand_in(greeting, instead, uses)
    elif not to_standard:
        greeting_rules.is_silent_nowhere(greeting, uses)
    follow_instead(actor=actor, uses=uses, old=greeting.name, instead=instead, verb="greeting.replace")
    audit.record(actor=actor, verb="greeting.remove", obj=greeting)
    files = set(greeting.versions.values_list("file", flat=True))
    greeting.delete()
    transaction.on_commit(lambda: _forget(files))


def clear_greeting_files(now: dt.datetime) -> int:
    """Remove files that no version plays: a change wrote them and was taken back, or a worker was killed. How many."""
    folders = (Path(settings.MEDIA_ROOT) / FOLDER).glob("*/")
    return sum(_clear(folder, now - A_CHANGE) for folder in folders if folder.name.isdecimal())


def _clear(folder: Path, before: dt.datetime) -> int:
    old = {file for file in folder.glob("*.wav") if file.stat().st_mtime < before.timestamp()}
    with tenant(int(folder.name)):
        played = {Path(settings.MEDIA_ROOT) / file for file in GreetingVersion.objects.values_list("file", flat=True)}
    for file in old - played:
        file.unlink(missing_ok=True)
    return len(old - played)


def path_of(version: GreetingVersion) -> Path:
    """Where its file lies."""
    return Path(settings.MEDIA_ROOT) / version.file


def _locked(greeting: Greeting) -> GreetingVersion:
    """The latest version, while nobody else adds one."""
    Greeting.objects.select_for_update().get(pk=greeting.pk)
    return GreetingVersion.objects.filter(greeting=greeting).order_by("-number")[0]


def _keep(actor: Actor, greeting: Greeting, sound: Sound, given_as: str) -> GreetingVersion:
    """Write the file, then its row. A file that no row came of is taken away again; one whose row was taken back, at night."""
    name = f"{FOLDER}/{greeting.customer_id}/{secrets.token_urlsafe(24)}.wav"
    path = Path(settings.MEDIA_ROOT) / name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600, exist_ok=False)
    try:
        path.write_bytes(sound.wav)
        return _add(actor, greeting, name, sound.milliseconds, rules.without_control(given_as)[:120])
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def _add(actor: Actor, greeting: Greeting, file: str, milliseconds: int, given_as: str) -> GreetingVersion:
    there = GreetingVersion.objects.filter(greeting=greeting).order_by("-number")
    last = there.first()
    version = GreetingVersion.objects.create(
        customer_id=greeting.customer_id,
        greeting=greeting,
        number=last.number + 1 if last else 1,
        file=file,
        milliseconds=milliseconds,
        given_as=given_as,
        made_by=actor.user,
    )
    old = list(there[greeting_rules.MOST_VERSIONS :])
    if old:
        GreetingVersion.objects.filter(pk__in=[each.pk for each in old]).delete()
        gone = {each.file for each in old} - set(there.values_list("file", flat=True))
        transaction.on_commit(lambda: _forget(gone))
    return version


def _forget(files: set[str]) -> None:
    for name in files:
        (Path(settings.MEDIA_ROOT) / name).unlink(missing_ok=True)


def _length(version: GreetingVersion) -> str:
    return formats.call_time(version.seconds)


def _free_name(name: str, *, but_for: Greeting | None = None) -> str:
    plain = rules.name_is_plain(name, field="name")
    others = Greeting.objects.exclude(pk=but_for.pk) if but_for else Greeting.objects.all()
    schedule_rules.name_is_free(others.values_list("name", flat=True), plain)
    return plain
