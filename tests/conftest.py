"""Fixtures of the tests that go through the whole house."""

from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import Customer, User
from tests.world import World, furnish


@pytest.fixture
def world(acme: Customer, alice: User, bob: User, tmp_path: Path) -> World:
    """Acme with phones, an exchange, calls and an invoice; bob has a line."""
    return furnish(acme, alice, bob, tmp_path, timezone.now())
