"""What every vendor's renderer shares."""


class Unrenderable(ValueError):  # noqa: N818 - it says what the value is
    """A value that the vendor's format cannot carry; it names the reason and never the value, which may be a secret."""
