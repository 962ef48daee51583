"""What a request really sends to PostgreSQL and to Valkey, as libpq and Valkey count it."""

from collections import Counter
from itertools import takewhile
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.db import connection

from telephony.services import NewDevice
from telephony.tests.conftest import T46U
from telephony.tests.phones import Phone, nonce_of

FILE, OTHER = f"/provision/{T46U}.cfg", "/provision/001565ffffff.cfg"


@pytest.fixture
def yealink(transactional_db: None, phone: NewDevice, tmp_path: Path) -> Phone:
    one = Phone(phone.device.login, phone.password)
    assert one.fetch(FILE).status_code == 200  # now there are connections, with statements and scripts
    assert Phone("nobody", "wrong").fetch(FILE).status_code == 401
    return one


def sent(phone: Phone, path: str, authorization: str, folder: Path, **said: str) -> tuple[int, list[str], Counter[str]]:
    """The status, the messages to PostgreSQL, and how often each command ran in our database of Valkey, which others use too."""
    valkey = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])
    valkey.ping()
    with (folder / "trace").open("w+b") as trace, valkey.monitor() as monitor:  # type: ignore[no-untyped-call]
        connection.connection.pgconn.trace(trace.fileno())
        status = phone.ask(path, authorization=authorization, **said).status_code
        connection.connection.pgconn.untrace()
        valkey.echo("over")
        ours = (one for one in monitor.listen() if one["db"] == valkey.get_connection_kwargs()["db"])
        words = (one["command"].split()[0].lower() for one in ours)
        counted = Counter(takewhile(lambda word: word != "echo", words))
    told = [line.split("\t") for line in (folder / "trace").read_text().splitlines()]
    return status, [words[3] for words in told if words[1] == "F"], counted


def test_settings_and_nothing_new_are_one_statement_and_one_script(yealink: Phone, tmp_path: Path) -> None:
    nonce, etag = nonce_of(yealink.ask(FILE)), yealink.fetch(FILE)["ETag"]
    for count, keeps, wanted in (("00000001", "", 200), ("00000002", etag, 304)):
        header = yealink.digest(nonce, FILE, nc=count)
        status, messages, commands = sent(yealink, FILE, header, tmp_path, If_None_Match=keeps)
        assert (status, messages) == (wanted, ["Bind", "Describe", "Execute", "Sync"])
        assert commands["evalsha"] == 1


def test_a_challenge_asks_nobody(yealink: Phone, tmp_path: Path) -> None:
    status, messages, commands = sent(yealink, FILE, "", tmp_path)
    assert (status, messages) == (401, [])
    assert not {name for name in commands if "eval" in name or "get" in name}


def test_a_refusal_sends_the_same_for_names_and_addresses_known_or_not(yealink: Phone, tmp_path: Path) -> None:
    found = []
    for name in (yealink.username, "x" * len(yealink.username)):
        for path in (FILE, OTHER, "/provision/phonebook.xml"):
            wrong = Phone(name, "wrong")
            header = wrong.digest(nonce_of(wrong.ask(path)), path)
            found.append(sent(wrong, path, header, tmp_path)[:2])
            counted = sent(wrong, path, wrong.digest(nonce_of(wrong.ask(path)), path), tmp_path)[2]
            found.append((counted["evalsha"], sorted(counted)))
    assert len({repr(one) for one in found}) == 2
