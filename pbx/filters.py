"""What the list of people is narrowed and sorted by; the page and the API use the same."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from portal.lib.numbers import matches
from telephony.models import Line

SORTS = ("extension", "name")


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """``q`` is part of a name, an extension or a number. An exchange holds hundreds of people, not millions: done here."""

    given: Mapping[str, str]
    sort: str = "extension"

    @property
    def q(self) -> str:
        return self.given.get("q", "").strip()

    def apply(self, people: Iterable[Line]) -> list[Line]:
        found = [line for line in people if not self.q or self._fits(line)]
        backwards, key = self.sort.startswith("-"), self.sort.removeprefix("-")
        return sorted(found, key=_by_name if key == "name" else _by_extension, reverse=backwards)

    def _fits(self, line: Line) -> bool:
        dialable = line.dialable
        if self.q.casefold() in dialable.display_name.casefold():
            return True
        digits = self.q.replace(" ", "")
        if dialable.extension and digits.isdigit() and dialable.extension.startswith(digits):
            return True
        return any(matches(self.q, number.e164) for number in dialable.numbers.all())


def _by_name(line: Line) -> tuple[str, str]:
    return (line.dialable.display_name.casefold(), line.dialable.extension or "")


def _by_extension(line: Line) -> tuple[str, str]:
    return (line.dialable.extension or "~", line.dialable.display_name.casefold())
