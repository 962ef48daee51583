"""A file of which no row can be loaded, in each dialect whose rows are put together before they are read."""

from pathlib import Path

import pytest

from accounts.models import Customer
from cdr.dialects import dialects
from cdr.models import Batch
from cdr.tests.test_golden import FILES, golden_file
from cdr.tests.worlds import a_source, a_tariff, load

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("name", [name for name in FILES if name.startswith(("freeswitch", "kamailio"))])
def test_a_file_without_any_call_that_is_believed_keeps_each_row_with_its_reason(
    acme: Customer, tmp_path: Path, name: str
) -> None:
    a_tariff()
    path = tmp_path / golden_file(name).name
    content = golden_file(name).read_bytes()
    for old, new in (
        (b"2026-", b"1999-"),
        (b'"start_uepoch":"17', b'"start_uepoch":"07'),
        (b'"start_epoch":"17', b'"start_epoch":"07'),
    ):
        content = content.replace(old, new)
    path.write_bytes(content)
    batch = load(path, a_source(name if name in dialects() else name.partition("-")[0]))
    assert (batch.state, batch.loaded) == (Batch.State.DONE, 0)
    assert batch.read == batch.rejected + batch.duplicate
