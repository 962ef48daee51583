"""The one family of domain errors: a rule or a service refuses, with a stable code and a sentence that says what to do."""

from collections.abc import Sequence

from django.utils.functional import Promise


class Refusal(Exception):  # noqa: N818 - a refusal is the domain's word
    """A change that a rule refuses. ``code`` is stable, ``message`` is for people, ``field`` names the input it is about."""

    def __init__(
        self, code: str, message: str | Promise, *, field: str | None = None, proposals: Sequence[str] = ()
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.proposals = tuple(proposals)

    def __str__(self) -> str:
        return str(self.message)
