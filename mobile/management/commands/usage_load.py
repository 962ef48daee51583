"""`manage.py usage_load FILE`: load a usage file; again, and every row is a duplicate."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mobile.services import load_usage
from mobile.usage_file import COLUMNS, NotAUsageFile

_SENTENCES = {
    "empty_file": "{name} is empty: there is nothing to load.",
    "encoding": "{name} is not UTF-8. Save it as UTF-8 and load it again.",
    "header": "{name} is no usage file: its first line must name the columns {columns}.",
}


class Command(BaseCommand):
    """Loads the whole file in one transaction."""

    help = "Load a file of mobile usage (columns: see mobile/usage_file.py)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file")
        parser.add_argument("--json", action="store_true", help="print one JSON document as the last line")

    def handle(self, *_args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            outcome = load_usage(content=path.read_bytes(), file_name=path.name)
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
        except NotAUsageFile as error:
            sentence = _SENTENCES[error.code].format(name=path.name, columns=", ".join(COLUMNS[:7]))
            raise CommandError(sentence) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(outcome)))
            return
        rejected = sum(outcome.rejected.values())
        self.stdout.write(
            f"{outcome.read} rows read: {outcome.loaded} loaded, {outcome.duplicate} duplicate, {rejected} rejected."
        )
        for reason, count in sorted(outcome.rejected.items()):
            self.stdout.write(f"  {count} rejected: {reason}")
