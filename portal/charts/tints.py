"""How strongly a cell of a matrix is tinted."""


def tint(value: int, largest: int) -> str:
    """`tint-1` to `tint-5` by the share of the largest cell, at most 20 % accent; nothing for zero."""
    if value <= 0 or largest <= 0:
        return ""
    return f"tint-{min(5, 1 + value * 5 // (largest + 1))}"
