"""deploy/nginx.conf, run by a real nginx in front of a server that tells what reached it."""

import http.client
import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 20

pytestmark = pytest.mark.nginx


class Echo(BaseHTTPRequestHandler):
    """Answers with the name of the service, the path and the headers it was asked with."""

    service = ""
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = json.dumps({"service": self.service, "path": self.path, "headers": dict(self.headers)}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Say nothing."""


def _echo(name: str) -> ThreadingHTTPServer:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type(name, (Echo,), {"service": name}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [probe.getsockname()[1] for probe in probes]
    for probe in probes:
        probe.close()
    return ports


class Front:
    """The running nginx."""

    def __init__(self, plain: int, tls: int) -> None:
        self.plain, self.tls = plain, tls

    def get(
        self, path: str, *, tls: bool = True, certificate: Path | None = None, **headers: str
    ) -> tuple[int, Message, bytes]:
        address = f"https://localhost:{self.tls}{path}" if tls else f"http://localhost:{self.plain}{path}"
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        if certificate is not None:
            context.load_cert_chain(f"{certificate}.pem", f"{certificate}.key")
        opener = urllib.request.build_opener(urllib.request.HTTPSHandler(context=context), _NoRedirect())
        request = urllib.request.Request(  # noqa: S310 - our own nginx
            address, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        try:
            with opener.open(request, timeout=10) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def seen(self, path: str, *, certificate: Path | None = None, **headers: str) -> dict[str, object]:
        status, _, body = self.get(path, tls=True, certificate=certificate, **headers)
        assert status == 200, body
        told: dict[str, object] = json.loads(body)
        told["headers"] = {str(name).lower(): value for name, value in dict(told["headers"]).items()}  # type: ignore[call-overload]
        return told


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """A redirect is an answer here."""


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """nginx with our file."""
    with _running(tmp_path_factory.mktemp("nginx")) as front_:
        yield front_


@contextmanager
def _running(folder: Path, *, including: str = "") -> Iterator[Front]:
    """nginx with our file, and with one that it may include; only ports, upstreams and folders are those of this machine."""
    web, phones = _echo("web"), _echo("phones")
    plain, tls = _free_ports(2)
    (folder / "static").mkdir()
    (folder / "static" / "app.css").write_text("body { color: red }")
    (folder / "mime.types").write_text("types { text/css css; }")
    for name in ("proxy.conf", "phone-certificates.conf", "phone-plain.conf"):
        shutil.copy(ROOT / "deploy" / name, folder)
    (folder / "tls").mkdir()
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-subj",
            "/CN=localhost",
            "-days",
            "1",
            "-keyout",
            str(folder / "tls/privkey.pem"),
            "-out",
            str(folder / "tls/fullchain.pem"),
        ],
        check=True,
        capture_output=True,
    )
    conf = (ROOT / "deploy/nginx.conf").read_text()
    for here, there in {
        "web:8000": f"127.0.0.1:{web.server_port}",
        "phones:8000": f"127.0.0.1:{phones.server_port}",
        "listen 8080": f"listen 127.0.0.1:{plain}",
        "listen 8443": f"listen 127.0.0.1:{tls}",
        "/tmp/": f"{folder}/",  # noqa: S108 - the container's own
        "alias /static/": f"alias {folder}/static/",
        "/dev/stderr": f"{folder}/error.log",
        "/dev/stdout": f"{folder}/access.log",
    }.items():
        assert here in conf
        conf = conf.replace(here, there)
    if including:
        assert f"# include {including};" in conf
        conf = conf.replace(f"# include {including};", f"include {including};")
    _certify(folder / "tls/phone-makers", "/CN=A maker of phones", None)
    (folder / "nginx.conf").write_text(conf)
    folder.chmod(0o755)
    # As root its workers would become somebody who may not read pytest's folders.
    here_only = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    process = subprocess.Popen(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", here_only])
    try:
        _until_listening(plain, process)
        yield Front(plain, tls)
    finally:
        process.terminate()
        process.wait(PATIENCE)
        web.shutdown()
        phones.shutdown()


def _certify(name: Path, subject: str, maker: Path | None) -> None:
    """A key and a certificate, signed by a maker's or by itself."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "1",
    ]
    command += ["-subj", subject, "-keyout", f"{name}.key", "-out", f"{name}.pem"]
    if maker is not None:
        command += ["-CA", f"{maker}.pem", "-CAkey", f"{maker}.key"]
    subprocess.run(command, check=True, capture_output=True)


def _until_listening(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        with socket.socket() as plug:
            if plug.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)


def test_plain_http_only_leads_to_tls(front: Front) -> None:
    status, headers, _ = front.get("/calls/?month=2026-10", tls=False)
    assert (status, headers["Location"]) == (308, "https://localhost/calls/?month=2026-10")


def test_phones_get_in_over_plain_http_only_where_an_operator_lets_them(front: Front, tmp_path: Path) -> None:
    path = "/provision/805EC0112233.cfg"
    assert front.get(path, tls=False)[0] == 308
    with _running(tmp_path, including="phone-plain.conf") as opened:
        status, _, body = opened.get(path, tls=False, X_Phone_Certificate="CN=805EC0112233", X_Forwarded_Proto="https")
        told = json.loads(body)
        assert (status, told["service"], told["path"]) == (200, "phones", path)
        assert told["headers"]["X-Forwarded-Proto"] == "http"
        assert not told["headers"].get("X-Phone-Certificate")
        assert opened.get("/calls/", tls=False)[0] == 308


def test_its_own_health_address_answers_without_the_portal(front: Front) -> None:
    status, _, body = front.get("/healthz", tls=False)
    assert (status, body) == (200, b"ok\n")


def test_pages_go_to_the_web_and_phones_to_their_own_process(front: Front) -> None:
    assert front.seen("/calls/")["service"] == "web"
    assert front.seen("/accounts/login/")["service"] == "web"
    assert front.seen("/provision/0015651a2b3c.cfg") | {"headers": None} == {
        "service": "phones",
        "path": "/provision/0015651a2b3c.cfg",
        "headers": None,
    }


def test_the_portal_learns_who_asks_whatever_the_visitor_claims(front: Front) -> None:
    headers = front.seen("/", X_Forwarded_For="203.0.113.9", X_Forwarded_Proto="http", X_Request_ID="forged-forged")[
        "headers"
    ]
    assert isinstance(headers, dict)
    assert headers["x-forwarded-for"] == "127.0.0.1"
    assert headers["x-forwarded-proto"] == "https"
    assert headers["host"] == "localhost"
    assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])


def test_static_files_are_served_without_the_portal_and_kept(front: Front) -> None:
    status, headers, body = front.get("/static/app.css")
    assert (status, body) == (200, b"body { color: red }")
    assert headers["Content-Type"] == "text/css; charset=utf-8"
    assert "immutable" in str(headers.get_all("Cache-Control"))
    assert front.get("/static/none.css")[0] == 404


def test_what_runs_inside_is_not_told_outside(front: Front) -> None:
    assert front.get("/readyz")[0] == 404
    assert "Server" not in front.get("/readyz")[1] or front.get("/readyz")[1]["Server"] == "nginx"


def _certificate_seen(front: Front, **given: Any) -> str | None:
    headers = front.seen("/provision/249ad80a46b3.cfg", **given)["headers"]
    assert isinstance(headers, dict)
    found: str | None = headers.get("x-phone-certificate")
    return found


def test_nobody_claims_a_certificate_by_a_header(front: Front) -> None:
    assert _certificate_seen(front, X_Phone_Certificate="CN=249AD80A46B3") is None


def test_a_certificate_of_a_maker_is_handed_on_and_another_one_is_not(tmp_path: Path) -> None:
    with _running(tmp_path, including="phone-certificates.conf") as front:
        makers, own, forged = (tmp_path / "tls" / name for name in ("phone-makers", "own", "forged"))
        _certify(own, "/O=Yealink/CN=249AD80A46B3", makers)
        _certify(forged, "/O=Yealink/CN=249AD80A46B3", None)
        assert _certificate_seen(front, certificate=own) == "CN=249AD80A46B3,O=Yealink"
        assert _certificate_seen(front) is None
        assert _certificate_seen(front, X_Phone_Certificate="CN=249AD80A46B3") is None
        assert front.get("/provision/249ad80a46b3.cfg", certificate=forged)[0] == 400


def test_an_office_whose_phones_all_start_at_once_is_served(front: Front) -> None:
    """Phones behind one address, each with several requests."""

    def ask(requests: int) -> set[int]:
        line = http.client.HTTPSConnection("localhost", front.tls, context=ssl._create_unverified_context())  # noqa: S323
        found = set()
        for _ in range(requests):
            line.request("GET", "/provision/0015651a2b3c.cfg")
            answer = line.getresponse()
            answer.read()
            found.add(answer.status)
        line.close()
        return found

    with ThreadPoolExecutor(30) as phones:
        assert set().union(*phones.map(ask, [20] * 30)) == {200}
