"""`manage.py demo_load`: the data of the demonstration."""

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from portal.demo.load import load, write_description


class Command(BaseCommand):
    """Fills an empty installation; run again it only completes what is missing."""

    help = "Load the demonstration's data and write demo.json."

    def handle(self, *_args: Any, **_options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This installation is no demonstration; its data stays as it is.")
        load(self.stdout.write)
        write_description(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}", settings.HOME / "demo.json")
