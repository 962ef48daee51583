"""`manage.py cdr_load`."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Customer
from cdr.models import Batch
from cdr.services import live, loading
from cdr.tests.worlds import a_source, a_tariff, asterisk_row, write

pytestmark = pytest.mark.django_db


def run(path: Path, source: str = "asterisk") -> tuple[dict[str, int], str]:
    """What the last line of the output says, and what was said beside it."""
    out, err = StringIO(), StringIO()
    call_command("cdr_load", str(path), source=source, stdout=out, stderr=err)
    return json.loads(out.getvalue().splitlines()[-1]), err.getvalue()


def test_the_last_line_is_json_whose_counts_add_up(acme: Customer, tmp_path: Path) -> None:
    a_tariff()
    a_source()
    path = write(tmp_path, [asterisk_row(start="2026-11-02 10:00:00"), "broken"])
    counts, said = run(path)
    assert counts == {"read": 2, "loaded": 1, "duplicate": 0, "rejected": 1, "unrated": 0}
    assert "line 2" in said
    assert run(path)[0] == {"read": 2, "loaded": 0, "duplicate": 1, "rejected": 1, "unrated": 0}


@pytest.mark.parametrize(
    ("name", "content", "source", "sentence"),
    [
        ("none.csv", None, "asterisk", "There is no file"),
        ("empty.csv", b"", "asterisk", "The file is empty"),
        ("other.csv", b"x;y\n", "asterisk", "not a file of Asterisk"),
        ("other.csv", b"x;y\n", "nowhere", "There is no source nowhere. Known sources: asterisk."),
    ],
)
def test_a_wrong_file_or_source_is_said_in_one_sentence(
    acme: Customer, tmp_path: Path, name: str, content: bytes | None, source: str, sentence: str
) -> None:
    a_source()
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        run(path, source)


def test_a_load_that_somebody_stopped_is_no_success(
    acme: Customer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_source()
    monkeypatch.setattr(loading, "compact", lambda _source: live.ask_to_stop(Batch.objects.get()))
    with pytest.raises(CommandError, match="Somebody stopped"):
        run(write(tmp_path, [asterisk_row(start="2026-11-02 10:00:00")]))
