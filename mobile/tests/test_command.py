"""`usage_load` from the command line: counts that add up, and one clear sentence where a file is no usage file."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Customer
from accounts.tenancy import tenant
from mobile.models import MonthUsage, UsageBatch
from mobile.tests.test_loading import HEAD, add, row, subscription


@pytest.fixture
def file(acme: Customer, tmp_path: Path) -> Path:
    add(acme, subscription("+31612345601"))
    path = tmp_path / "usage.csv"
    path.write_text("\n".join([HEAD, row("0612345601", "data", "1", "GB"), "broken"]))
    return path


def test_the_counts_add_up_and_the_second_time_nothing_is_new(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    expected = {"read": 2, "loaded": 1, "duplicate": 0, "rejected": {"columns": 1}}
    call_command("usage_load", str(file), "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == expected
    call_command("usage_load", str(file), "--json")
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == expected | {"loaded": 0, "duplicate": 1}


def test_without_json_it_says_so_in_words(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("usage_load", str(file))
    assert "2 rows read: 1 loaded, 0 duplicate, 1 rejected." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        ("naïef".encode("latin-1"), "is not UTF-8"),
        (b"src,dst\n1,2\n", "is no usage file"),
    ],
)
def test_a_wrong_file_is_refused_and_leaves_nothing(file: Path, content: bytes, sentence: str, acme: Customer) -> None:
    file.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        call_command("usage_load", str(file))
    assert not UsageBatch.objects.exists()
    with tenant(acme):
        assert not MonthUsage.objects.exists()


def test_a_file_that_is_not_there_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("usage_load", str(tmp_path / "none.csv"))
