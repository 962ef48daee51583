"""Named refusals. Each says in words what to do instead, and has a stable code."""

import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from django.utils.translation import gettext as _

from accounts.errors import Refusal
from portal.lib.numbers import (
    ALWAYS_ALLOWED,
    BLOCK_LABELS,
    EXTENSION_REFUSALS,
    SHORT_PREFIX,
    Block,
    blocks_of,
    display,
    extension_refusal,
)
from telephony import selectors
from telephony.callers import Pattern
from telephony.features import CASES, Features
from telephony.models import CallerFilter, Dialable, Line, NumberRange, PhoneNumber
from telephony.models.dialables import SYSTEM_FAX, SYSTEM_VOICEMAIL
from telephony.models.lines import FEWEST_RINGS, MOST_RINGS, Instead

MAX_RANGE = 10_000
MOST_ALONG = 10
MOST_CALLERS = 500
_SYSTEM = {SYSTEM_FAX: Dialable.Kind.FAX, SYSTEM_VOICEMAIL: Dialable.Kind.VOICEMAIL}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def without_control(text: str) -> str:
    """The text without characters that phones, files and pages cannot carry."""
    return _CONTROL.sub("", text)


def name_is_plain(name: str, *, field: str = "display_name") -> str:
    """The name without white space at its ends; refuses an empty one and characters that phones and files cannot
    carry.
    """
    plain = " ".join(name.split(" ")).strip()
    if not plain:
        raise Refusal("name_missing", _("Give a name. It shows on phones."), field=field)
    if _CONTROL.search(plain):
        raise Refusal("name_control", _("Type the name on one line, without special control characters."), field=field)
    return plain


def extension_may_be_used(extension: str, *, kind: str) -> None:
    """Refuses short codes of the national plan and of the platform; 998 and 999 are the system's own."""
    if _SYSTEM.get(extension) == kind:
        return
    code = extension_refusal(extension)
    if code is not None:
        proposals = selectors.free_extensions(extension)
        raise Refusal(code, EXTENSION_REFUSALS[code], field="extension", proposals=proposals)


def extension_is_free(extension: str, *, but_for: Dialable | None = None) -> None:
    """Refuses an extension that another dialable of the customer has, and names free ones nearby."""
    others = Dialable.objects.exclude(pk=but_for.pk) if but_for else Dialable.objects.all()
    owner = others.filter(extension=extension).first()
    if owner is None:
        return
    proposals = selectors.free_extensions(extension)
    message = _("%(name)s already uses %(extension)s.") % {"name": owner.display_name, "extension": extension}
    if proposals:
        message += " " + _("Free nearby: %(free)s.") % {"free": ", ".join(proposals)}
    raise Refusal("extension_taken", message, field="extension", proposals=proposals)


def reachable(extension: str | None, number: PhoneNumber | None) -> None:
    """A line without number and extension could neither call nor be called."""
    if not extension and number is None:
        raise Refusal(
            "number_or_extension",
            _("Give an extension, choose a number, or both. Without either nobody can call."),
            field="extension",
        )


def number_is_free(number: PhoneNumber, *, but_for: Dialable | None = None) -> None:
    """A number reaches one dialable."""
    if number.dialable_id is not None and (but_for is None or number.dialable_id != but_for.pk):
        message = _("%(number)s already belongs to %(name)s. Choose another number.")
        raise Refusal(
            "number_has_owner", message % {"number": display(number.e164), "name": number.dialable}, field="number"
        )


def forward_may_go_to(
    number: str, *, blocked: frozenset[Block], barred: frozenset[Block] = frozenset(), field: str = "forward_to"
) -> None:
    """Calls may not be sent to an emergency or help line, nor where the customer's lines, or this one, may not call."""
    if number.startswith(SHORT_PREFIX) or number in ALWAYS_ALLOWED:
        raise Refusal(
            "forward_to_short_number",
            _("Calls cannot be forwarded to %(number)s. Choose a colleague or an ordinary phone number.")
            % {"number": display(number)},
            field=field,
        )
    groups = blocks_of(number)
    for held, message in (
        (blocked, _("Calling %(group)s is blocked for all lines, so forwarding there is too. Choose another number.")),
        (barred, _("Calling %(group)s is blocked for this line, so forwarding there is too. Choose another number.")),
    ):
        hit = sorted(groups & held)
        if hit:
            raise Refusal("forward_blocked", message % {"group": str(BLOCK_LABELS[hit[0]]).lower()}, field=field)


def no_call_goes_to(blocked: frozenset[Block], everyone: Iterable[tuple[Line, Features]]) -> None:
    """A block may not stop a forward, menu or group in silence: whoever sends calls there chooses something else first."""
    broken = [
        line.dialable.display_name
        for line, features in everyone
        if any(blocks_of(target.external) & blocked for _field, target in features.live() if target)
    ]
    broken += [pointer.name for pointer in selectors.others_that_send_calls_to(blocked)]
    if broken:
        message = _(
            "These send calls to numbers that would be blocked: %(names)s. Let them send calls elsewhere first."
        )
        raise Refusal("forwards_to_blocked", message % {"names": ", ".join(broken[:5])})


def forward_is_not_itself(line: Line, target: Dialable, *, field: str = "forward_to") -> None:
    """A line that forwards to itself would never ring."""
    if line.dialable_id == target.pk:
        raise Refusal(
            "forward_to_itself", _("A phone cannot forward to itself. Choose a colleague or a number."), field=field
        )


def forward_makes_no_circle(
    dialable: Dialable, target: Dialable, leads: Mapping[int, Iterable[int]], *, field: str
) -> None:
    """What sends calls to each other hands them round; `leads` says to which dialables each one sends calls."""
    circle = _way(target.pk, dialable.pk, leads)
    if circle:
        names = {each.pk: str(each) for each in Dialable.objects.filter(pk__in=circle)}
        message = _("Then calls go in a circle: %(circle)s. Choose another destination.")
        shown = " → ".join(names[each] for each in [dialable.pk, *circle])
        raise Refusal("forward_in_a_circle", message % {"circle": shown}, field=field)


def _way(first: int, last: int, leads: Mapping[int, Iterable[int]]) -> list[int]:
    """The shortest way from one dialable to another, both included; empty when there is none."""
    ways, seen = deque([[first]]), {first}
    while ways:
        way = ways.popleft()
        if way[-1] == last:
            return way
        for step in leads.get(way[-1], ()):
            if step not in seen:
                seen.add(step)
                ways.append([*way, step])
    return []


def forward_has_a_target(*, has_target: bool, field: str = "forward_to") -> None:
    """A forward that is on needs somewhere to go."""
    if not has_target:
        raise Refusal("forward_without_target", _("Give the number or colleague that calls should go to."), field=field)


def rings_are_sensible(rings: int) -> None:
    """Shorter than one ring nobody can answer; after a hundred seconds callers have hung up."""
    if not FEWEST_RINGS <= rings <= MOST_RINGS:
        message = _("Let the phone ring %(fewest)s to %(most)s times.") % {"fewest": FEWEST_RINGS, "most": MOST_RINGS}
        raise Refusal("rings_out_of_range", message, field="rings")


def ends_in_the_future(until: datetime | None, now: datetime, *, field: str) -> None:
    """What ends by itself ends later than now, and within a year."""
    if until is not None and not now < until <= now + timedelta(days=366):
        raise Refusal("end_in_the_past", _("Choose a moment after now, within a year."), field=field)


def messages_have_an_address(features: Features) -> None:
    """A voicemail that takes messages mails them."""
    if features.voicemail and not features.announcement_only and not features.mail_to:
        raise Refusal("voicemail_without_mail", _("Give the address that messages are sent to."), field="mail_to")


def calls_go_to_a_voicemail_that_is_on(features: Features) -> None:
    """Callers are not sent to a voicemail that is switched off."""
    if features.voicemail:
        return
    if features.voicemail_always:
        raise Refusal("voicemail_is_off", _("Switch voicemail on first."), field="voicemail")
    for case in CASES:
        if getattr(features, f"{case}_does") == Instead.VOICEMAIL:
            raise Refusal(
                "voicemail_is_off", _("Voicemail is off. Switch it on, or choose something else."), field=f"{case}_does"
            )


def ringing_along_is_possible(features: Features) -> None:
    """Who rings along is a phone: a number or somebody with a line, each once and not too many."""
    targets = [along.to for along in features.also_rings]
    if features.also_ring and not targets:
        raise Refusal("nobody_rings_along", _("Give a number or colleague that rings along."), field="also_ring")
    if len(targets) > MOST_ALONG:
        raise Refusal(
            "too_many_ring_along", _("At most %(most)s ring along.") % {"most": MOST_ALONG}, field="also_ring"
        )
    if len(set(targets)) < len(targets):
        raise Refusal("rings_along_twice", _("Give each number or colleague once."), field="also_ring")
    for target in targets:
        if target.dialable is not None and target.dialable.kind != Dialable.Kind.LINE:
            message = _("%(name)s has no phone that rings. Choose a number or a colleague.")
            raise Refusal("no_phone_rings_along", message % {"name": target.dialable.display_name}, field="also_ring")


def callers_may_be_refused(patterns: Sequence[Pattern]) -> None:
    """A list has callers in it, and none of them is an emergency or help line."""
    if not patterns:
        raise Refusal("no_callers", _("Give at least one number."), field="numbers")
    if len(patterns) > MOST_CALLERS:
        message = _("At most %(most)s numbers in a list. Make a second one.") % {"most": MOST_CALLERS}
        raise Refusal("too_many_callers", message, field="numbers")
    help_line = next((each for each in patterns if not each.is_prefix and each.digits in ALWAYS_ALLOWED), None)
    if help_line is not None:
        message = _("%(number)s is a number for help and always gets through. Leave it out.")
        raise Refusal("caller_is_for_help", message % {"number": help_line}, field="numbers")


def caller_filter_name_is_free(line: Line, name: str, *, but_for: CallerFilter | None) -> None:
    """Two lists of a line with one name cannot be told apart."""
    others = line.caller_filters.exclude(pk=but_for.pk) if but_for else line.caller_filters.all()
    if any(other.name.casefold() == name.casefold() for other in others):
        raise Refusal("name_taken", _("There is already one with this name. Choose another name."), field="name")


def pin_is_safe(pin: str, line: Line) -> None:
    """A PIN for listening to messages that a stranger would not try first."""
    if not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
        raise Refusal("pin_digits", _("Choose a PIN of 4 to 8 digits."), field="pin")
    own = [line.dialable.extension or "", *(number.e164 for number in line.dialable.numbers.all())]
    if _counts_or_repeats(pin) or any(_stands_in(pin, digits) for digits in own if digits):
        raise Refusal(
            "pin_too_easy",
            _("This PIN is easily guessed. Choose digits that do not repeat, count on, or stand in your number."),
            field="pin",
        )


def _stands_in(pin: str, digits: str) -> bool:
    """The end of a number, or an extension with zeros around it."""
    return digits.endswith(pin) or pin.strip("0") == digits.strip("0")


def _counts_or_repeats(pin: str) -> bool:
    """`7777`, `2345`, `9876`, `1212`."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    half = pin[: len(pin) // 2]
    return half * 2 == pin or (len(steps) == 1 and steps <= {0, 1, 9})


def line_meant(typed: str) -> Line:
    """The line of the open customer that somebody writes down by extension or number."""
    target = selectors.find_target(typed)
    found = target.dialable if target else None
    if found is None:
        message = _("This customer has no line with extension or number “%(typed)s”.") % {"typed": typed}
        raise Refusal("line_unknown", message, field="line")
    line = selectors.lines().filter(dialable=found).first()
    if line is None:
        message = _("%(name)s is no phone line, so no device carries it. Give the extension or number of a line.")
        raise Refusal("not_a_line", message % {"name": found.display_name}, field="line")
    return line


def nothing_points_at(dialable: Dialable) -> None:
    """What calls are sent to may not vanish under them; the refusal names what has to change first."""
    found = selectors.pointers_at(dialable)
    if found:
        names = ", ".join(pointer.name for pointer in found[:5])
        message = _("Calls still go to %(name)s from: %(names)s. Send those somewhere else first.")
        raise Refusal("still_pointed_at", message % {"name": dialable.display_name, "names": names})


def range_is_sane(first: str, last: str) -> int:
    """How many numbers lie in the range, both ends included."""
    if len(first) != len(last) or last < first:
        raise Refusal("range_order", _("The last number must come after the first and be as long."), field="last")
    size = int(last) - int(first) + 1
    if size > MAX_RANGE:
        raise Refusal("range_too_big", _("At most %(most)s numbers at a time.") % {"most": MAX_RANGE}, field="last")
    return size


def range_is_free(number_range: NumberRange) -> None:
    """Numbers that reach somebody, or that something else holds, stay with their customer."""
    used = number_range.numbers.filter(dialable__isnull=False).order_by("e164").first()
    if used is not None:
        message = _("%(number)s belongs to %(name)s. Give those another number first.")
        raise Refusal("range_in_use", message % {"number": display(used.e164), "name": used.dialable})
