#!/usr/bin/env python
"""Django's command line for Centrale; starts or joins the embedded servers where the environment names none."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

from portal.children import Record
from portal.embedded import EmbeddedError, attach

# These read the code only, so no server has to run for them.
WITHOUT_SERVERS = {
    "makemessages",
    "compilemessages",
    "collectstatic",
    "findstatic",
    "diffsettings",
    "number",
    "make_key",
    "help",
    "version",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    if len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_SERVERS and "--help" not in sys.argv:
        home = Path(os.environ.get("CENTRALE_HOME") or Path(__file__).resolve().parent / ".centrale")
        demo = Record.read(home / "supervisor.json")
        if demo is not None:  # it may run on another port, and what a command tells phones says where
            os.environ.setdefault("PROVISIONING_URL", f"{demo.url}/provision/")
        try:
            attach(home)
        except EmbeddedError as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
