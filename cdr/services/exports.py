"""Files of calls: who takes which calls away, at once or made by a worker."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from celery import signature
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Actor, Capability
from accounts.audit import record
from accounts.errors import Refusal
from accounts.models import Customer
from accounts.tenancy import tenant
from accounts.work import queue
from cdr.models import Export, ExportForm, MonthlyReport

# By name: tasks know services and not the other way round.
_MAKE = signature("cdr.tasks.make_export")
_MAIL = signature("cdr.tasks.mail_export")
MOST_WAITING = 10
State = Export.State
Problem = Export.Problem


def folder() -> Path:
    """Where files of calls lie, those of each customer in a folder of their own."""
    return Path(settings.MEDIA_ROOT) / "exports"


def path_of(export: Export) -> Path:
    """Where the file lies, or will lie."""
    return folder() / str(export.customer_id) / f"{export.pk}.{ExportForm(export.form).suffix}"


@transaction.atomic
def record_download(*, actor: Actor, customer: Customer, query: str, form: str, rows: int) -> None:
    """Write down that somebody takes these calls away; part of the request, so that no file goes out without it."""
    record(
        actor=actor,
        verb="calls.export",
        obj=customer,
        changes={"filter": (None, query or "–"), "form": (None, form), "rows": (None, rows)},
    )


def start_export(
    *,
    actor: Actor,
    customer: Customer,
    query: str,
    form: ExportForm,
    rows: int,
    report: MonthlyReport | None = None,
    month: date | None = None,
) -> Export:
    """Have a file made for the actor, who gets a mail when it is there. Runs inside the customer's door."""
    if actor.user is None:
        raise Refusal("export_for_nobody", _("A file of calls is made for a person. Log in first."))
    waiting = Export.objects.filter(user=actor.user, state__in=(State.QUEUED, State.RUNNING)).count()
    if report is None and waiting >= MOST_WAITING:
        raise Refusal("exports_waiting", _("Ten of your files are still being made. Wait until one is ready."))
    now = timezone.now()
    with transaction.atomic():
        made = Export.objects.create(
            customer=customer,
            user=actor.user,
            report=report,
            month=month,
            query=query,
            form=form,
            full_numbers=actor.can(Capability.FULL_NUMBERS),
            rows=rows,
            created_at=now,
            seen_at=now,
        )
        record_download(actor=actor, customer=customer, query=query, form=form.value, rows=rows)
        queue(_MAKE, customer.pk, made.pk, actor=actor)
    return made


def begin_export(*, export: Export) -> None:
    """A worker takes it up, from the start: what a dead worker wrote is thrown away."""
    _set(export, state=State.RUNNING, problem="", done=0, attempts=export.attempts + 1, seen_at=timezone.now())


def note_progress(*, export: Export, done: int, rows: int) -> None:
    """The worker is there, and this far."""
    _set(export, done=done, rows=rows, seen_at=timezone.now())


def note_masked(*, export: Export) -> None:
    """The reader may not see whole numbers any more, so there are none in the file."""
    _set(export, full_numbers=False)


def finish_export(*, export: Export, file: Path, name: str, rows: int, actor: Actor) -> bool:
    """The file is whole: it can be fetched from now on, and a mail says so. False when nobody wants it any more."""
    now = timezone.now()
    with transaction.atomic():
        wanted = _set(
            export,
            state=State.DONE,
            file=str(file.relative_to(settings.MEDIA_ROOT)),
            name=name,
            size=file.stat().st_size,
            rows=rows,
            done=rows,
            seen_at=now,
            expires_at=now + timedelta(days=settings.EXPORT_DAYS),
        )
        if wanted:
            queue(_MAIL, export.customer_id, export.pk, actor=actor)
    if not wanted:
        file.unlink(missing_ok=True)
    return wanted


def fail_export(*, export: Export, problem: Export.Problem, actor: Actor) -> None:
    """It ends without a file, and page and mail say why."""
    with transaction.atomic():
        if _set(
            export, only=(State.QUEUED, State.RUNNING), state=State.FAILED, problem=problem, seen_at=timezone.now()
        ):
            queue(_MAIL, export.customer_id, export.pk, actor=actor)


@transaction.atomic
def retry_export(*, actor: Actor, export: Export) -> None:
    """Try once more what failed, with the rights of now. Runs inside the customer's door."""
    if export.state != State.FAILED:
        raise Refusal(
            "nothing_to_retry", _("There is nothing to try again: this file waits, is being made or is ready.")
        )
    _set(
        export,
        state=State.QUEUED,
        problem="",
        done=0,
        attempts=0,
        full_numbers=actor.can(Capability.FULL_NUMBERS),
        mailed_at=None,
        seen_at=timezone.now(),
    )
    record(actor=actor, verb="export.start", obj=export, changes={"filter": (None, export.query or "–")})
    queue(_MAKE, export.customer_id, export.pk, actor=actor)


@transaction.atomic
def remove_export(*, actor: Actor, export: Export) -> None:
    """Throw a file away before its time; one that is being made is not kept. Runs inside the customer's door."""
    record(actor=actor, verb="export.remove", obj=export)
    file = path_of(export)
    export.delete()
    transaction.on_commit(lambda: file.unlink(missing_ok=True))


def has_hidden_numbers(actor: Actor, export: Export) -> bool:
    """Whether whole numbers are in the file that the actor may not see any more."""
    return export.full_numbers and not actor.can(Capability.FULL_NUMBERS)


def open_file(*, actor: Actor, export: Export, now: datetime) -> BinaryIO:
    """The file, for whom it was made; Refusal while there is none, when it expired, or with what may not be seen."""
    if has_hidden_numbers(actor, export):
        raise Refusal(
            "export_whole_numbers",
            _("There are whole numbers in this file, which you may not see any more. Have it made again."),
        )
    if not export.is_over:
        raise Refusal("export_not_ready", _("This file is still being made. A mail comes when it is ready."))
    gone = Refusal("export_gone", _("This file is not there any more. Have it made again."))
    if not export.is_ready(now):
        raise gone
    try:
        return path_of(export).open("rb")
    except FileNotFoundError:
        raise gone from None


def mark_mailed(*, export: Export) -> None:
    """The link went out."""
    _set(export, mailed_at=timezone.now())


def _set(export: Export, *, only: Collection[State] = tuple(State), **values: object) -> bool:
    """Write these values; False when it was removed meanwhile, or is in another state than `only`."""
    with tenant(export.customer_id):
        found = Export.objects.filter(pk=export.pk, state__in=only).update(**values)
    for name, value in values.items():
        setattr(export, name, value)
    return bool(found)
