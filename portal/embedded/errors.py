"""What can go wrong with the embedded servers, in one sentence for the person at the keyboard."""


class EmbeddedError(Exception):
    """The embedded servers cannot be started or joined; the message says why and what to do."""
