"""The demonstration's own sounds, and where they are heard."""

from pathlib import Path

import pytest
from django.conf import LazySettings

from accounts.access import system
from accounts.models import Customer
from accounts.tenancy import tenant
from portal.demo import phones, sounds
from telephony import greeting_selectors, schedule_selectors, services
from telephony.models import Line
from telephony.tests.sounds import samples

pytestmark = pytest.mark.django_db


def test_greetings_are_made_of_numbers_and_become_what_phones_play() -> None:
    made = sounds.greeting(sounds.chime(523.25), sounds.voice("hallo daar"))
    head, levels = samples(made.wav)
    assert (head.framerate, head.nchannels, head.sampwidth) == (8000, 1, 2)
    assert 1000 < made.milliseconds < 2500
    assert max(levels) > 0
    assert made == sounds.greeting(sounds.chime(523.25), sounds.voice("hallo daar"))


def test_the_demonstration_has_greetings_of_which_a_line_plays_two(
    acme: Customer, settings: LazySettings, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path
    with tenant(acme):
        bob = services.create_line(actor=system(acme), customer=acme, display_name="Bob Bakker", extension="121")
        phones.record(system(acme), acme, phones.Phones([bob], {}))
        found = {each.name: each for each in greeting_selectors.greetings()}
        line = Line.objects.get(pk=bob.pk)
        assert len(found) == 3
        assert (line.no_answer_greeting, line.busy_greeting) == (
            found["Nu niet bereikbaar"],
            found["Bob is in gesprek"],
        )
        assert [each.name for each in found.values() if not schedule_selectors.uses_of(each)] == ["Gesloten met Kerst"]
        assert all((tmp_path / each.latest.file).stat().st_size > 10_000 for each in found.values())
