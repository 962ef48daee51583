"""`manage.py cdr_load FILE --source NAME`: load a file of call records and print its counts as JSON."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError

from accounts.access import Door, system
from cdr.ingest.parse import FileProblem
from cdr.ingest.problems import STOPPED
from cdr.models import Batch, Source
from cdr.services import load_file

COUNTS = ("read", "loaded", "duplicate", "rejected", "unrated")


class Command(BaseCommand):
    """Load a file of call records."""

    help = "Load a file of call records. The last line of the output is one JSON document with the counts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the file, as the switch wrote it")
        parser.add_argument("--source", required=True, help="the name of the source that it comes from")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            self._load(options["source"], options["file"])
        except OperationalError as error:
            raise CommandError(
                "The database does not answer. What was loaded so far is kept; load the file again when it is back."
            ) from error
        except ProgrammingError as error:
            raise CommandError("The database is not up to date. Run manage.py migrate first.") from error

    def _load(self, name: str, path: Path) -> None:
        source = Source.objects.filter(name=name).first()
        if source is None:
            known = ", ".join(Source.objects.values_list("name", flat=True)) or "none yet"
            self._print(dict.fromkeys(COUNTS, 0))
            raise CommandError(f"There is no source {name}. Known sources: {known}.")
        try:
            batch = load_file(path=path, source=source, actor=system(door=Door.COMMAND))
        except FileProblem as problem:
            self._print(dict.fromkeys(COUNTS, 0))
            raise CommandError(problem.sentence) from problem
        except KeyError as error:
            raise CommandError(f"The source {name} has a kind of file that does not exist: {error}.") from error
        for reason, rows in sorted(batch.reasons.items()):
            example = batch.rejects.filter(reason=reason).order_by("line").first()
            where = f" For example line {example.line}: {example.sentence}" if example else ""
            self.stderr.write(f"{rows} rows rejected, reason {reason}.{where}")
        if batch.problem and batch.state == Batch.State.DONE:
            self.stderr.write(batch.problem)
        self._print({count: getattr(batch, count) for count in COUNTS})
        if batch.state == Batch.State.REFUSED:
            raise CommandError(batch.problem)
        if batch.state == Batch.State.CANCELLED:
            raise CommandError(STOPPED)

    def _print(self, counts: dict[str, int]) -> None:
        self.stdout.write(json.dumps(counts))
        self.stdout.flush()
