"""Somebody else who is at it at the same moment."""

import threading
from collections.abc import Callable
from typing import Final

import pytest
from django.db import connection, connections

from accounts.models import Customer
from accounts.tenancy import tenant

PATIENCE: Final = 60  # seconds
_WAITS: Final = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"


class Other:
    """What somebody else does at once, in a thread with a connection of its own."""

    def __init__(self, work: Callable[[], object]) -> None:
        self.failed: list[BaseException] = []
        self._work = work
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001 - shown by `end`
            self.failed.append(error)
        finally:
            connections["default"].close()

    def start(self) -> None:
        """Let them begin."""
        self._thread.start()

    def until_it_waits(self) -> None:
        """Come back as soon as the database says that they wait for what this connection holds."""
        while self._thread.is_alive():
            with connection.cursor() as cursor:
                cursor.execute(_WAITS)
                if cursor.fetchone() != (0,):
                    return
            self._thread.join(0.01)
        pytest.fail(f"it did not wait: {self.failed}")

    def end(self) -> None:
        """Wait until they are done; they must have succeeded."""
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()
        assert self.failed == []


def at_once(customer: Customer, first: Callable[[], object], second: Callable[[], object]) -> None:
    """Do both in the rooms of a customer: the second comes while the first is not done yet, and waits for it."""

    def do_second() -> None:
        with tenant(customer):
            second()

    other = Other(do_second)
    with tenant(customer):
        first()
        other.start()
        other.until_it_waits()
    other.end()
