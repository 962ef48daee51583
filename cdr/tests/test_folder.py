"""The drop folder."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.access import system
from accounts.models import Customer, User
from cdr.models import Batch, Source
from cdr.services import known, live, loading
from cdr.services.folder import load_folder
from cdr.tasks import load_drop_folder
from cdr.tests.worlds import a_source, a_tariff, asterisk_row

pytestmark = pytest.mark.django_db

NOBODY = 65_534


@pytest.fixture
def source(acme: Customer) -> Source:
    a_tariff()
    return a_source()


@pytest.fixture
def drop(tmp_path: Path, source: Source) -> Callable[..., Path]:
    """Put a file into the folder, written some seconds ago."""

    def put(name: str, content: str, *, age: int = 60) -> Path:
        folder = tmp_path / source.name
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(content)
        os.utime(path, (time.time() - age, time.time() - age))
        return path

    return put


def look(tmp_path: Path, source: Source) -> list[Batch]:
    return load_folder(source=source, root=tmp_path, actor=system())


def test_a_file_that_stands_still_between_two_looks_is_loaded_and_moved(
    tmp_path: Path, source: Source, drop: Callable[..., Path]
) -> None:
    path = drop("Master.csv", asterisk_row() + "\n")
    assert look(tmp_path, source) == []
    [batch] = look(tmp_path, source)
    assert (batch.loaded, batch.file_name) == (1, "Master.csv")
    assert not path.exists()
    assert (path.parent / "done" / "Master.csv").exists()


def test_a_file_that_grows_waits_until_it_is_whole(tmp_path: Path, source: Source, drop: Callable[..., Path]) -> None:
    drop("Master.csv", asterisk_row() + "\n" + asterisk_row(sequence=2)[:40])
    assert look(tmp_path, source) == []
    drop("Master.csv", asterisk_row() + "\n" + asterisk_row(sequence=2) + "\n", age=30)
    assert look(tmp_path, source) == []
    [batch] = look(tmp_path, source)
    assert (batch.loaded, batch.rejected) == (2, 0)


def test_a_file_that_was_just_written_or_has_an_unfinished_name_waits(
    tmp_path: Path, source: Source, drop: Callable[..., Path]
) -> None:
    drop("Master.csv", asterisk_row() + "\n", age=0)
    drop("Other.csv.part", asterisk_row() + "\n")
    assert [look(tmp_path, source) for _ in range(3)] == [[], [], []]


def test_a_file_that_is_refused_goes_to_failed_with_the_reason_beside_it(
    tmp_path: Path, source: Source, drop: Callable[..., Path]
) -> None:
    path = drop("wrong.csv", "a,b\n1,2\n")
    look(tmp_path, source)
    [batch] = look(tmp_path, source)
    assert batch.state == Batch.State.REFUSED
    assert "not a file of Asterisk" in (path.parent / "failed" / "wrong.csv.reason.txt").read_text()


def test_a_file_that_somebody_stopped_does_not_lie_among_those_that_are_loaded(
    tmp_path: Path,
    source: Source,
    drop: Callable[..., Path],
    client: Client,
    olga: User,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = drop("Master.csv", asterisk_row() + "\n")
    look(tmp_path, source)
    # Somebody is quick.
    monkeypatch.setattr(loading, "compact", lambda _source: live.ask_to_stop(Batch.objects.get()))
    [batch] = look(tmp_path, source)
    assert batch.state == Batch.State.CANCELLED
    assert not (path.parent / "done").exists()
    assert "Deliver the file again" in (path.parent / "failed" / "Master.csv.reason.txt").read_text()
    client.force_login(olga)
    assert "Lever het bestand opnieuw aan" in client.get(f"/operate/batches/{batch.pk}/").content.decode()


def test_a_file_that_takes_the_place_of_another_while_that_is_loaded_is_loaded_too(
    tmp_path: Path, source: Source, drop: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop("Master.csv", asterisk_row(unique="1.1") + "\n")
    look(tmp_path, source)
    with monkeypatch.context() as sender:

        def send(loaded_for: Source) -> None:
            known.compact(loaded_for)
            drop("next.part", asterisk_row(unique="2.2") + "\n").rename(path)

        sender.setattr(loading, "compact", send)
        [batch] = look(tmp_path, source)
    assert (batch.state, batch.loaded, path.exists()) == (Batch.State.DONE, 1, True)
    look(tmp_path, source)
    [following] = look(tmp_path, source)
    assert (following.loaded, path.exists()) == (1, False)
    assert "2.2" in (path.parent / "done" / "Master.csv").read_text()


def test_the_task_makes_the_folder_of_a_source_and_loads_what_is_in_it(
    tmp_path: Path, source: Source, drop: Callable[..., Path], settings: Settings
) -> None:
    settings.DROP_FOLDER = tmp_path
    drop("Master.csv", asterisk_row() + "\n")
    assert [load_drop_folder(source.pk) for _ in range(3)] == [0, 1, 0]
    assert load_drop_folder(source.pk + 1) == 0


def test_a_link_is_not_followed_and_stays(tmp_path: Path, source: Source, drop: Callable[..., Path]) -> None:
    target = tmp_path / "elsewhere.csv"
    target.write_text(asterisk_row() + "\n")
    os.utime(target, (1, 1))
    link = drop("Master.csv", "").parent / "link.csv"
    link.symlink_to(target)
    assert [look(tmp_path, source), [batch.file_name for batch in look(tmp_path, source)]] == [[], ["Master.csv"]]
    assert link.is_symlink()


@pytest.fixture
def nobody() -> Iterator[Callable[[], None]]:
    """Go on as a user who may read what others may: root reads everything."""
    before = os.geteuid()
    yield lambda: os.seteuid(NOBODY) if before == 0 else None
    os.seteuid(before)


def test_a_file_that_may_not_be_read_does_not_keep_the_others_waiting(
    source: Source, drop: Callable[..., Path], nobody: Callable[[], None]
) -> None:
    dropped = drop("a.csv", asterisk_row() + "\n").parent
    drop("b.csv", asterisk_row() + "\n")
    with TemporaryDirectory() as folder:  # all may go into this one
        Path(folder).chmod(0o755)
        moved = shutil.copytree(dropped, Path(folder) / source.name)
        moved.chmod(0o777)
        (moved / "a.csv").chmod(0)
        assert look(Path(folder), source) == []
        nobody()
        assert [batch.file_name for batch in look(Path(folder), source)] == ["b.csv"]
        os.seteuid(os.getuid())
