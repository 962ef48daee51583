"""The only reasons for which a test may be left out: a program of the operating system that is not installed."""

import shutil

import pytest

PROGRAMS = {
    "browser": ("chromium", "apt-get install chromium"),
    "nginx": ("nginx", "apt-get install nginx-light"),
    "registrar": ("kamailio", "apt-get install kamailio kamailio-postgres-modules"),
    "softphone": ("baresip", "apt-get install baresip-core"),
    "fail2ban": ("fail2ban-regex", "apt-get install fail2ban"),
}


def missing() -> dict[str, str]:
    """Mark -> why its tests are left out on this machine."""
    return {
        mark: f"{program} is not here ({advice})"
        for mark, (program, advice) in PROGRAMS.items()
        if shutil.which(program) is None
    }


def leave_out(items: list[pytest.Item]) -> None:
    """Mark the tests that need a program this machine lacks."""
    for mark, why in missing().items():
        for item in items:
            if item.get_closest_marker(mark) is not None:  # a keyword may be a parameter of the same name
                item.add_marker(pytest.mark.skip(reason=why))
