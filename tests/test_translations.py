"""Dutch is what people see first, so every message in the source has a Dutch translation."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.translation import gettext, override, pgettext
from django.utils.translation.template import templatize

APPS = ("portal", "accounts", "telephony", "pbx", "cdr", "mobile", "invoices")
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}


def messages(app: str) -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """Place and message id of everything translatable in an app."""
    root = Path(settings.ROOT) / app
    for path in sorted([*root.rglob("*.py"), *root.rglob("*.html"), *root.rglob("*.txt")]):
        if {"tests", "migrations", "static"} & set(path.relative_to(root).parts):
            continue
        text = path.read_text()
        source = text if path.suffix == ".py" else _flat(templatize(text))
        for line, message, _comments, _context in extract("python", io.BytesIO(source.encode()), keywords=KEYWORDS):
            yield f"{path.relative_to(settings.ROOT)}:{line}", message if isinstance(message, str) else tuple(message)


def _flat(template: str) -> str:
    """Without the template's indentation, which the reader would take for Python's."""
    return "\n".join(line.lstrip() for line in template.splitlines())


def catalogue(app: str) -> Catalog:
    path = Path(settings.ROOT) / app / "locale/nl/LC_MESSAGES/django.po"
    return read_po(io.BytesIO(path.read_bytes()), locale="nl") if path.exists() else Catalog(locale="nl")


def translated() -> set[str]:
    known: set[str] = set()
    for app in APPS:
        for message in catalogue(app):
            if (
                message.id
                and message.string
                and not message.fuzzy
                and (all(message.string) if isinstance(message.string, tuple) else True)
            ):
                known.add(message.id if isinstance(message.id, str) else message.id[0])
    return known


@pytest.mark.parametrize("app", APPS)
def test_every_message_of_the_app_has_a_dutch_translation(app: str) -> None:
    known = translated()
    missing = {
        f"{place}: {message!r}"
        for place, message in messages(app)
        if (message if isinstance(message, str) else message[0]) not in known
    }
    assert sorted(missing) == []


@pytest.mark.parametrize("app", APPS)
def test_translations_keep_the_placeholders_of_their_message(app: str) -> None:
    known = catalogue(app)
    wrong = [str(error) for message in known if message.id for error in message.check(known)]
    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_a_message_is_shown_in_the_words_of_its_own_app(app: str) -> None:
    """All catalogues are one for Django: of apps that have the same message the first gives its words to the others."""
    with override("nl"):
        others = {
            message.id: shown
            for message in catalogue(app)
            if isinstance(message.id, str) and message.id and message.string
            for shown in [pgettext(message.context, message.id) if message.context else gettext(message.id)]
            if shown != message.string
        }
    assert others == {}
