"""Every verb that any service writes has a sentence of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from accounts import audit_words
from accounts.models import AuditEntry

VERB = re.compile(r'verb=f?"([a-z_.{}]+)"|"([a-z_]+\.[a-z_]+)" if \w+ else "([a-z_]+\.[a-z_]+)"')


def written() -> Iterator[str]:
    for app in ("accounts", "telephony", "pbx", "cdr", "mobile", "invoices", "portal"):
        for path in sorted((Path(settings.ROOT) / app).rglob("*.py")):
            if "tests" in path.parts or ("audit.record" not in (text := path.read_text()) and "record(" not in text):
                continue
            for found in VERB.findall(text):
                yield from (verb for verb in found if verb and "{" not in verb)


@pytest.mark.parametrize("verb", sorted(set(written())))
@pytest.mark.parametrize("language", ["nl", "en"])
def test_the_log_book_has_a_sentence_for_the_verb(verb: str, language: str) -> None:
    entry = AuditEntry(user_name="Ada", verb=verb, object_type="x.y", object_name="Support (102)")
    with translation.override(language):
        said = audit_words.sentence(entry)
    assert said.startswith("Ada ")
    assert not said.endswith(")") or said.endswith("Support (102)")


def test_numbers_read_as_people_write_them() -> None:
    entry = AuditEntry(
        user_name="Ada", verb="number.assign", object_type="telephony.phonenumber", object_name="+31887654000"
    )
    with translation.override("en"):
        assert audit_words.sentence(entry) == "Ada let the number 088 765 40 00 reach somebody"
