"""Small files as answers."""

from pathlib import Path

import pytest
from django.http import Http404

from portal.lib.ranges import part_of


def test_a_file_that_is_gone_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(Http404):
        part_of(tmp_path / "gone.wav", "audio/wav", "")


def test_the_last_bytes_are_given_as_players_ask_for_them(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(b"0123456789")
    answer = part_of(tmp_path / "a.wav", "audio/wav", "bytes=-3")
    assert (answer.status_code, answer.content, answer["Content-Range"]) == (206, b"789", "bytes 7-9/10")
