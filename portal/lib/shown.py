"""How forms, filters and messages are shown: the thinking behind the template components, without HTML."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.messages import constants
from django.core.exceptions import ValidationError
from django.forms import BaseForm, BoundField, ChoiceField, ModelChoiceField
from django.http import QueryDict
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Problem:
    """One error of a field; `proposals` are values that would be accepted."""

    text: str
    proposals: tuple[str, ...] = ()


def problems(bound: BoundField) -> list[Problem]:
    """Errors with the proposals that a ValidationError carries in `params["proposals"]`."""
    found: list[Problem] = []
    for error in bound.errors.as_data():
        params = error.params if isinstance(error, ValidationError) and isinstance(error.params, dict) else {}
        proposals = tuple(str(value) for value in params.get("proposals", ()))
        found.extend(Problem(str(text), proposals) for text in error.messages)
    return found


@dataclass(frozen=True, slots=True)
class SetFilter:
    """A filter of the bar. `words` is empty when it is not set; then `remove_url` is too."""

    field: BoundField
    label: str
    words: str = ""
    remove_url: str = ""


@dataclass(frozen=True, slots=True)
class FilterBar:
    """What the filter bar shows: the search field, the filters in the form's order and where to clear them."""

    path: str
    search: BoundField | None
    filters: tuple[SetFilter, ...]
    clear_url: str
    keep: tuple[tuple[str, str], ...]
    searched: SetFilter | None = None  # what stands in the search field

    @property
    def chosen(self) -> tuple[SetFilter, ...]:
        return tuple(item for item in self.filters if item.words)

    @property
    def count(self) -> int:
        """How many filters are set, the search among them."""
        return len(self.chosen) + bool(self.searched)


def _names(bound: BoundField) -> list[str]:
    """The query parameters of one field: one, or several of a range."""
    widget = bound.field.widget
    suffixes = getattr(widget, "suffixes", None) or getattr(widget, "widgets_names", None)
    if not suffixes:
        return [bound.html_name]
    return [f"{bound.html_name}{suffix if suffix.startswith('_') else f'_{suffix}'}" for suffix in suffixes]


def _choice_words(bound: BoundField, values: Iterable[str]) -> list[str]:
    labels: dict[str, str] = {}
    for key, label in getattr(bound.field, "choices", ()):
        if isinstance(label, list | tuple):
            labels.update({str(inner): str(word) for inner, word in label})
        else:
            labels[str(key)] = str(label)
    return [labels[value] for value in values if value in labels]


def _words(bound: BoundField, values: list[str]) -> str:
    if isinstance(bound.field, ChoiceField | ModelChoiceField):
        chosen = _choice_words(bound, values)
        return ", ".join(chosen[:2]) + (f" +{len(chosen) - 2}" if len(chosen) > 2 else "")
    if len(values) == 2:
        first, last = values
        if first == last:
            return first
        if first and last:
            return _("%(first)s to %(last)s") % {"first": first, "last": last}
        return _("from %(first)s") % {"first": first} if first else _("to %(last)s") % {"last": last}
    if values == ["on"] or values == ["true"]:
        return _("yes")
    return ", ".join(values)


def _without(path: str, query: QueryDict, names: Iterable[str]) -> str:
    left = query.copy()
    for name in (*names, "after", "before", "page"):
        left.pop(name, None)
    text = left.urlencode()
    return f"{path}?{text}" if text else path


def filter_bar(form: BaseForm, query: QueryDict, *, path: str, search: str, keep: Iterable[str]) -> FilterBar:
    """The bar of a GET form; hidden fields and those in `keep` are no filters, they travel along."""
    kept = set(keep)
    filters: list[SetFilter] = []
    every: list[str] = []
    for bound in form:
        if bound.name in kept or bound.is_hidden:
            continue
        names = _names(bound)
        every.extend(names)
        if bound.name == search:
            continue
        values = query.getlist(names[0]) if len(names) == 1 else [query.get(name, "") for name in names]
        words = _words(bound, values) if any(values) else ""
        filters.append(
            SetFilter(bound, str(bound.label), words, _without(path, query, names) if words else ""),
        )
    searched = _searched(form[search], path, query) if search else None
    anything = searched is not None or any(item.words for item in filters)
    return FilterBar(
        path=path,
        search=form[search] if search else None,
        filters=tuple(filters),
        clear_url=_without(path, query, every) if anything else "",
        keep=tuple((name, value) for name in query if name in kept for value in query.getlist(name)),
        searched=searched,
    )


def _searched(bound: BoundField, path: str, query: QueryDict) -> SetFilter | None:
    words = (query.get(bound.html_name) or "").strip()
    if not words:
        return None
    return SetFilter(bound, _("Search"), words, _without(path, query, [bound.html_name]))


KINDS = {
    constants.SUCCESS: ("good", "check"),
    constants.INFO: ("good", "check"),
    constants.WARNING: ("warn", "clock"),
    constants.ERROR: ("bad", "alert"),
}


def toast(message: Any) -> Mapping[str, str]:
    """kind, icon, and of `extra_tags` at most one of `undo:/url` (posts), `look:/url` and `retry:/url` (links)."""
    kind, icon = KINDS.get(message.level, ("good", "check"))
    shown = {"kind": kind, "icon": icon, "text": str(message.message)}
    for tag in (message.extra_tags or "").split():
        name, _colon, url = tag.partition(":")
        if name in {"undo", "look", "retry"} and url.startswith("/") and not url.startswith("//"):
            shown[name] = url
    return shown


def initials(user: Any) -> str:
    """First letters of first and last name, else of the user name."""
    names = [getattr(user, "first_name", ""), getattr(user, "last_name", "")]
    letters = "".join(name[0] for name in names if name)
    return (letters or str(getattr(user, "username", "?"))[:2]).upper()
