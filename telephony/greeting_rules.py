"""Named refusals about greetings. Each says in words what to do instead, and has a stable code."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.errors import Refusal
from telephony.models import Greeting, Line
from telephony.schedule_selectors import Use

MOST_GREETINGS = 200
MOST_VERSIONS = 20
USES_SHOWN = 5


def plays_for(greeting: Greeting | None, line: Line, *, field: str) -> None:
    """What is another line's own is for that line."""
    if greeting is not None and greeting.line_id not in {None, line.pk}:
        message = _("%(name)s belongs to another line. Upload it once more for this one.")
        raise Refusal("greeting_of_another_line", message % {"name": greeting.name}, field=field)


def there_is_room(count: int) -> None:
    """A customer keeps not more than can be looked after."""
    if count >= MOST_GREETINGS:
        message = _("There are %(most)s greetings already. Remove one that is not used.")
        raise Refusal("too_many_greetings", message % {"most": MOST_GREETINGS}, field="name")


def is_silent_nowhere(greeting: Greeting, uses: Sequence[Use]) -> None:
    """What callers hear may not vanish; the refusal names where it plays."""
    if uses:
        message = _("%(name)s is still heard at: %(users)s. Choose what callers hear there instead.")
        names = ", ".join(use.name for use in uses[:USES_SHOWN]) + (" …" if len(uses) > USES_SHOWN else "")
        raise Refusal("greeting_in_use", message % {"name": greeting.name, "users": names}, field="instead")


def can_stand_in(greeting: Greeting, instead: Greeting, uses: Sequence[Use]) -> None:
    """Another one is heard instead, and one that may be heard there."""
    if instead.pk == greeting.pk:
        raise Refusal("greeting_replaces_itself", _("Choose another one to be heard instead."), field="instead")
    for use in uses:
        if isinstance(use.holder, Line):
            plays_for(instead, use.holder, field="instead")
        elif instead.line_id is not None:
            message = _("%(name)s belongs to one line. Choose a greeting of the company.")
            raise Refusal("greeting_of_one_line", message % {"name": instead.name}, field="instead")
