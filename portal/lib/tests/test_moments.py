"""Moments as people type them, also in the night in which the clock is changed."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from portal.lib.moments import MomentField


@pytest.mark.parametrize("typed", ["2026-10-25T02:30", "2026-03-29T02:30"])
def test_a_time_that_comes_twice_or_never_is_asked_again_in_words(typed: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        MomentField().clean(typed)
    assert wrong.value.messages == [
        "De klok wordt in dit uur verzet, dus deze tijd komt twee keer voor of niet. Kies een andere."
    ]


def test_any_other_time_is_that_of_the_clock_on_the_wall() -> None:
    assert MomentField().clean("2026-10-25T03:30") == datetime(2026, 10, 25, 2, 30, tzinfo=UTC)
    assert MomentField().clean("2026-10-25T02:30+01:00") == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_what_is_no_moment_is_told_as_such() -> None:
    with pytest.raises(ValidationError) as wrong:
        MomentField().clean("gisteren")
    assert wrong.value.error_list[0].code == "invalid"
