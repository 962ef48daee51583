"""Days in the environment."""

from datetime import date

import pytest

from portal import env


def test_a_day_is_read_and_none_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_DAY", "2027-01-01")
    assert env.day("SOME_DAY") == date(2027, 1, 1)
    monkeypatch.setenv("SOME_DAY", "")
    assert env.day("SOME_DAY") is None


def test_what_is_no_day_is_refused_with_the_name_of_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_DAY", "1 januari")
    with pytest.raises(ValueError, match=r"SOME_DAY is no day: '1 januari'\. Write it as 2026-10-31\."):
        env.day("SOME_DAY")
