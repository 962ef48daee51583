"""Pages of short lists, which are counted in hundreds: the pager's cursors are page numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

SIZE = 50


@dataclass(frozen=True, slots=True)
class Page[T]:
    """One page with the cursors for ``{% pager %}`` and the words about it."""

    items: list[T]
    total: int
    before: str
    after: str
    text: str


def page_of[M: Model](found: QuerySet[M], query: Mapping[str, str], size: int = SIZE) -> Page[M]:
    """The page that ``?after=`` or ``?before=`` asks for; nonsense asks for the first."""
    total = found.count()
    last = max(0, (total - 1) // size)
    wish = query.get("after") or query.get("before") or "0"
    number = min(int(wish), last) if wish.isdecimal() and len(wish) < 9 else 0
    first = number * size
    items = list(found[first : first + size])
    text = _("%(first)d to %(last)d of %(total)d") % {"first": first + 1, "last": first + len(items), "total": total}
    return Page(
        items=items,
        total=total,
        before=str(number - 1) if number else "",
        after=str(number + 1) if number < last else "",
        text=text if total > size else "",
    )
