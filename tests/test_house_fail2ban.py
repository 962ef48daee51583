"""The filters of docs/operators.md against lines as they are really written, read by fail2ban itself."""

import ast
import datetime as dt
import logging
import os
import re
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from portal.logs import ContextFilter, JsonFormatter
from telephony.tests.phones import Phone, nonce_of

pytestmark = pytest.mark.fail2ban

ADDRESS = "192.0.2.10"
PATH = "/provision/001565ffffff.cfg"
REGISTRAR = settings.ROOT / "telephony" / "registrar"
FORGED = '", "message": "provisioning refused", "address": "198.51.100.9"'


def banned(tmp_path: Path, name: str, lines: list[str]) -> list[tuple[str, float | None]]:
    """Whom the filter of that name finds in the lines, and when, on a server that keeps Dutch time."""
    guide = (settings.ROOT / "docs" / "operators.md").read_text()
    found = re.search(rf"# /etc/fail2ban/filter\.d/{name}\.conf[^\n]*\n(.+?)\n(?:\n|```)", guide, re.DOTALL)
    assert found
    (tmp_path / "filter.conf").write_text(found[1] + "\n")
    (tmp_path / "lines.log").write_text("".join(f"{line}\n" for line in lines))
    command = ["fail2ban-regex", "-o", "row", str(tmp_path / "lines.log"), str(tmp_path / "filter.conf")]
    environment = os.environ | {"TZ": "Europe/Amsterdam"}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60).stdout
    rows = [ast.literal_eval(line.replace("\t", "").rstrip(",")) for line in told.splitlines()]
    return [(row[0], row[1]) for row in rows]


def written(records: list[logging.LogRecord]) -> list[str]:
    for record in records:
        ContextFilter().filter(record)
    return [JsonFormatter().format(record) for record in records]


def test_a_refused_phone_is_found_at_its_time_and_nobody_else(
    db: None, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = Phone("nobody", "wrong", address=ADDRESS)
    nonce = nonce_of(wrong.ask(PATH))
    assert caplog.records == []  # the challenge that every phone begins with is no line at all
    wrong.ask(PATH, authorization=wrong.digest(nonce, PATH), User_Agent=FORGED)
    wrong.ask(PATH, authorization=Phone(FORGED, "wrong").digest(nonce, PATH, nc="00000002"))
    logging.getLogger("tests").warning("somebody says %s", FORGED)
    found = banned(tmp_path, "centrale-phones", written(caplog.records))
    assert [address for address, _ in found] == [ADDRESS]
    now = dt.datetime.now(dt.UTC).timestamp()
    assert all(at is not None and abs(now - at) < 60 for _, at in found)


def test_a_slowed_log_in_is_found_in_the_log_of_nginx(tmp_path: Path) -> None:
    shape = "".join(
        re.findall(
            r"^\s+'(.+)'",
            (settings.ROOT / "deploy" / "nginx.conf").read_text().partition("log_format")[2],
            re.MULTILINE,
        )
    )
    said = {
        "$time_iso8601": "2026-11-26T22:34:34+00:00",
        "$remote_addr": ADDRESS,
        "$shown_path": "/accounts/login/",
        "$status": "429",
    }
    line = re.sub(r"\$\w+", lambda name: said.get(name[0], "0"), shape)
    at = dt.datetime(2026, 11, 26, 22, 34, 34, tzinfo=dt.UTC).timestamp()
    other = line.replace('"status":429', '"status":200')
    assert banned(tmp_path, "centrale-login", [line, other]) == [(ADDRESS, at)]


def test_a_refused_registration_is_found_in_the_log_of_the_registrar(tmp_path: Path) -> None:
    told = re.search(r'xlog\("L_WARN", "(registration refused [^"]+)\\n"', (REGISTRAR / "kamailio.cfg").read_text())
    assert told
    line = " 1(17) WARNING: <script>: " + told[1].replace("$tU", "x4f1").replace("$si", ADDRESS)
    assert [address for address, _ in banned(tmp_path, "centrale-registrar", [line])] == [ADDRESS]
