"""What an auto attendant does with a caller: which menu plays, what a key does, where one who chooses nothing goes."""

import unicodedata
from datetime import datetime

from pbx.routing.features import Target
from pbx.routing.journey import (
    ANNOUNCEMENT_SECONDS,
    FIRST_DIGIT_TIMEOUT,
    MAX_TRIES,
    PRESS_SECONDS,
    PROMPT_SECONDS,
    End,
    Journey,
    Move,
    Reason,
)
from pbx.routing.shapes import TRANSFERS, Action, AutoAttendant, Key, Menu, Outcome, Person, label
from telephony.timetable import Moment

KEYPAD = {
    letter: digit
    for digit, letters in enumerate(("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz"), 2)
    for letter in letters
}
# Skipped when people spell a name on the keys of their phone.
NAME_PREFIXES = frozenset({"van", "de", "der", "den", "het", "ten", "ter", "te", "el", "al", "t"})
# People type a few letters, not a whole name.
MIN_LETTERS = 3


def open_menu(attendant: AutoAttendant, at: datetime) -> tuple[Menu, Moment]:
    """Holiday menu if there is one, else by working hours; the business menu stands in for a missing one."""
    moment = attendant.timetable.moment(at) if attendant.timetable else Moment.BUSINESS
    if moment is Moment.HOLIDAY and attendant.holiday is not None:
        return attendant.holiday, moment
    if moment is not Moment.BUSINESS and attendant.after_hours is not None:
        return attendant.after_hours, Moment.AFTER_HOURS
    return attendant.business, Moment.BUSINESS


def through_menu(journey: Journey, attendant: AutoAttendant) -> Move | End:
    menu, moment = open_menu(attendant, journey.at)
    journey.note(f"menu_{moment}", attendant, menu=label(attendant), greeting=menu.greeting)
    tries = 0
    while tries < MAX_TRIES:
        if not journey.keys:
            journey.seconds += ANNOUNCEMENT_SECONDS + FIRST_DIGIT_TIMEOUT
            journey.note("menu_no_input", attendant, menu=label(attendant))
            return _operator(journey, attendant, menu)
        pressed = journey.keys.popleft()
        journey.seconds += PRESS_SECONDS
        result = _press(journey, attendant, menu, pressed)
        if isinstance(result, Move | End):
            return result
        # A key that does something leads nowhere twice: only mistakes count towards the operator.
        tries += not result
    journey.note("menu_too_many_mistakes", attendant, menu=label(attendant))
    return _operator(journey, attendant, menu)


def _press(journey: Journey, attendant: AutoAttendant, menu: Menu, pressed: str) -> Move | End | bool:
    """A move or an end, else whether the key did something."""
    key = menu.keys.get(pressed)
    if key is None or not key.does_something:
        journey.note("key_does_nothing", attendant, key=pressed)
        return False
    if key.action in TRANSFERS:
        return _transfer(journey, attendant, key, pressed)
    if key.action is Action.DISCONNECT:
        journey.note("key_disconnects", attendant, key=pressed)
        return End(Outcome.DISCONNECTED)
    if key.action is Action.DIAL_BY_EXTENSION:
        return _found(journey, attendant, _dialled_extension(journey), pressed)
    if key.action is Action.DIAL_BY_NAME:
        return _found(journey, attendant, _dialled_name(journey), pressed)
    journey.note("key_plays" if key.action is Action.PLAY_ANNOUNCEMENT else "key_repeats", attendant, key=pressed)
    journey.seconds += ANNOUNCEMENT_SECONDS
    return True


def _transfer(journey: Journey, attendant: AutoAttendant, key: Key, pressed: str) -> Move:
    target = key.target or Target()
    journey.note(f"key_{key.action}", attendant, key=pressed, target=journey.exchange.label(target))
    if key.action is Action.TRANSFER_WITH_PROMPT:
        journey.seconds += PROMPT_SECONDS
    return Move(target, Reason.KEY)


def _operator(journey: Journey, attendant: AutoAttendant, menu: Menu) -> Move | End:
    key = menu.operator
    if key is None or key.target is None:
        journey.note("menu_without_operator", attendant, menu=label(attendant))
        return End(Outcome.DISCONNECTED)
    journey.note("menu_operator", attendant, target=journey.exchange.label(key.target))
    return Move(key.target, Reason.KEY)


def _found(journey: Journey, attendant: AutoAttendant, dialled: tuple[str, int | None], pressed: str) -> Move | bool:
    digits, found = dialled
    if found is None:
        journey.note("key_finds_nobody", attendant, key=pressed, digits=digits)
        return False
    target = Target(dialable=found)
    journey.note("key_finds", attendant, key=pressed, digits=digits, target=journey.exchange.label(target))
    return Move(target, Reason.KEY)


def _dialled_extension(journey: Journey) -> tuple[str, int | None]:
    """The caller is heard out while a longer extension could follow: 20 and 201 may both exist."""
    extensions = journey.exchange.extensions
    digits = ""
    while journey.keys and any(extension.startswith(digits + journey.keys[0]) for extension in extensions):
        digits += journey.keys.popleft()
    journey.seconds += PRESS_SECONDS * max(len(digits), 1)
    return digits, extensions.get(digits)


def _dialled_name(journey: Journey) -> tuple[str, int | None]:
    """Last and first name in the letters on the keys; nobody when it fits more than one person."""
    digits = ""
    while journey.keys and journey.keys[0].isdigit():
        digits += journey.keys.popleft()
    journey.seconds += PRESS_SECONDS * max(len(digits), 1)
    people = [place for place in journey.exchange.objects.values() if isinstance(place, Person)]
    fits = [person.id for person in people if on_keypad(person.last_name, person.first_name).startswith(digits)]
    return digits, fits[0] if len(digits) >= MIN_LETTERS and len(fits) == 1 else None


def on_keypad(last_name: str, first_name: str) -> str:
    """The digits under which a name is found: prefixes skipped, accents folded, all else dropped."""
    words = [
        word for word in f"{last_name} {first_name}".casefold().replace("'", " ").split() if word not in NAME_PREFIXES
    ]
    plain = unicodedata.normalize("NFKD", "".join(words))
    return "".join(str(KEYPAD[letter]) for letter in plain if letter in KEYPAD)
