"""The production shape: what docker-compose.yml, the Dockerfile and nginx.conf name must exist and run outside them."""

import ast
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery.bin.celery import celery as celery_command
from django.core.management import get_commands, load_command_class
from django.urls import resolve
from granian.cli import cli as granian_command

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "centrale"}
PATIENCE = 60


def _dockerfile(word: str) -> list[str]:
    joined = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    return [line.removeprefix(f"{word} ") for line in joined.splitlines() if line.startswith(f"{word} ")]


def _variables_read() -> set[str]:
    """Every name that our code reads through portal.env, or from os.environ."""
    found: set[str] = set()
    for path in [*ROOT.glob("portal/**/*.py"), ROOT / "manage.py"]:
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).startswith(("env.", "os.environ.get"))
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    found.add(str(first.value))
            if (
                isinstance(node, ast.Assign)
                and ast.unparse(node.targets[0]) == "URLS"
                and isinstance(node.value, ast.Dict)
            ):
                found |= {str(ast.literal_eval(value)) for value in node.value.values}
    return found


def test_every_service_the_design_names_is_there() -> None:
    ours = {"init", "web", "phones", "worker", "beat", "static"}
    assert set(SERVICES) == ours | {"registrar", "nginx", "postgres", "redis", "mail"}
    assert SERVICES["postgres"]["image"] == "postgres:18"


@pytest.mark.parametrize("name", SERVICES)
def test_no_service_runs_as_root_or_gains_rights(name: str) -> None:
    service = SERVICES[name]
    user, _, group = service["user"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")


def test_the_image_does_not_run_as_root() -> None:
    assert _dockerfile("USER") == ["10001:10001"]
    assert all(service["user"] == "10001:10001" for service in OURS.values())


@pytest.mark.parametrize("name", [name for name in SERVICES if name not in {"init", "static"}])
def test_every_lasting_service_has_a_health_check(name: str) -> None:
    check = SERVICES[name]["healthcheck"]
    assert check["test"][0] in {"CMD", "CMD-SHELL"}
    assert {"interval", "timeout", "retries"} <= check.keys()


@pytest.mark.parametrize("name", OURS)
def test_every_command_exists_and_takes_its_arguments(name: str) -> None:
    program, *words = OURS[name]["command"]
    words = [re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", word) for word in words]
    if program == "python":
        assert words[0] == "manage.py"
        command = load_command_class(get_commands()[words[1]], words[1])
        command.create_parser("manage.py", words[1]).parse_args(words[2:])
    elif program == "granian":
        assert granian_command.make_context("granian", words).params["app"] == "portal.wsgi:application"
    elif program == "celery":
        position = words.index("worker" if "worker" in words else "beat")
        assert words[:position] == ["--app", "portal.celery:app"]
        celery_command.commands[words[position]].make_context(
            words[position], words[position + 1 :], resilient_parsing=True
        )
    else:
        assert shutil.which(program)
    assert program == "cp" or (BIN / program).exists()


def test_the_image_starts_the_web_server_by_default() -> None:
    assert ast.literal_eval(_dockerfile("CMD")[-1]) == OURS["web"]["command"]


@pytest.mark.parametrize("name", OURS)
def test_every_variable_is_one_that_the_portal_reads(name: str) -> None:
    read = _variables_read()
    for variable in OURS[name]["environment"]:
        assert variable in read or variable.removesuffix("_FILE") in read, variable
    for variable in re.findall(r"(\w+)=", " ".join(_dockerfile("ENV"))):
        assert variable in {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"} or variable in read


@pytest.mark.parametrize("name", SERVICES)
def test_every_secret_is_declared_and_given_to_who_reads_it(name: str) -> None:
    given = set(SERVICES[name].get("secrets", []))
    assert given <= COMPOSE["secrets"].keys()
    named = set(re.findall(r"/run/secrets/(\w+)", str(SERVICES[name])))
    assert named == given


def test_no_secret_stands_in_the_files_themselves() -> None:
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("./deploy/secrets/")
    assert "/deploy/secrets/" in (ROOT / ".gitignore").read_text()
    assert "deploy/secrets" in (ROOT / ".dockerignore").read_text()
    for service in SERVICES.values():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|KEYS|DATABASE|REDIS", variable):
                assert variable.endswith("_FILE") or variable == "POSTGRES_INITDB_ARGS", (variable, value)


def test_the_phone_facing_web_holds_no_more_than_it_needs() -> None:
    phones = SERVICES["phones"]
    assert phones["environment"]["CENTRALE_URLS"] == "portal.phone_urls"
    assert phones["environment"]["DATABASE_URL_FILE"] == "/run/secrets/database_provision_url"
    assert "database_url" not in phones["secrets"]
    assert "volumes" not in phones


def test_only_the_set_up_knows_the_administrator_and_the_owner() -> None:
    for name, service in SERVICES.items():
        knows = {"database_admin_url", "database_owner_url"} & set(service.get("secrets", []))
        assert bool(knows) is (name == "init")


@pytest.mark.parametrize("name", SERVICES)
def test_every_path_and_volume_exists(name: str) -> None:
    made = " ".join(_dockerfile("RUN"))
    for volume in SERVICES[name].get("volumes", []):
        source, target = volume.split(":")[:2]
        if source.startswith("./"):
            assert (ROOT / source).exists() or source == "./deploy/tls"  # the certificate is the operator's
        else:
            assert source in COMPOSE["volumes"]
        if name in OURS:
            assert re.search(rf"mkdir[^&]* {target}\b", made), target


def test_networks_and_dependencies_exist() -> None:
    for service in SERVICES.values():
        assert set(service["networks"]) <= COMPOSE["networks"].keys()
        for other, how in service.get("depends_on", {}).items():
            assert other in SERVICES
            if how["condition"] == "service_healthy":
                assert "healthcheck" in SERVICES[other]


@pytest.mark.parametrize(("name", "urls"), [("web", "portal.urls"), ("phones", "portal.phone_urls")])
def test_every_health_address_is_routed(name: str, urls: str) -> None:
    addresses = re.findall(r"http://127\.0\.0\.1:8000(/\w+)", str(SERVICES[name]["healthcheck"]["test"]))
    assert addresses
    for address in addresses:
        resolve(address, urlconf=urls)


def test_nginx_forwards_to_services_and_ports_that_exist() -> None:
    conf = (ROOT / "deploy/nginx.conf").read_text()
    for host, port in re.findall(r"server (\w+):(\d+);", conf):
        assert SERVICES[host]["command"][SERVICES[host]["command"].index("--port") + 1] == port
    published = {entry.split(":")[1] for entry in SERVICES["nginx"]["ports"]}
    assert published == set(re.findall(r"listen (\d+)", conf))
    assert "127.0.0.1:8080/healthz" in str(SERVICES["nginx"]["healthcheck"]["test"])


# --- run outside compose what compose would run ---


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _production(tmp_path: Path, service: str) -> dict[str, str]:
    """The environment of a service, its secrets in files, on the servers of this test run."""
    secrets = {
        "secret_key": "for-this-test-only-" + "x" * 40,
        "centrale_keys": os.environ["CENTRALE_KEYS"],
        "database_url": os.environ["DATABASE_URL"],
        "database_provision_url": os.environ["DATABASE_PROVISION_URL"],
        "redis_url": os.environ["REDIS_URL"],
    }
    for name, value in secrets.items():
        (tmp_path / name).write_text(value + "\n")
    given = {
        name: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", str(value)).replace("/run/secrets", str(tmp_path))
        for name, value in OURS[service]["environment"].items()
    }
    own = {
        "PATH": f"{BIN}:{os.environ['PATH']}",
        "CENTRALE_HOME": str(tmp_path),
        "STATIC_ROOT": str(tmp_path / "static"),
    }
    return {**given, **own, "HOSTNAME": "compose-test"}


@contextmanager
def _running(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _eventually(command: list[str], environment: dict[str, str], process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + PATIENCE
    while True:
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < until, (done.stderr, log.read_text())
        time.sleep(0.1)


@pytest.mark.parametrize("name", ["web", "phones"])
def test_a_web_service_starts_and_its_own_health_check_passes(name: str, tmp_path: Path, db: None) -> None:
    port = str(_free_port())
    environment = _production(tmp_path, name)
    if name == "web":  # production refuses to start without its collected static files
        subprocess.run(
            [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], cwd=ROOT, env=environment, check=True
        )
    command = [port if word == "8000" else word for word in OURS[name]["command"]]
    check = [word.replace(":8000/", f":{port}/") for word in OURS[name]["healthcheck"]["test"][1:]]
    with _running(command, environment, tmp_path / "log") as process:
        _eventually(check, environment, process, tmp_path / "log")
        if name == "phones":
            with pytest.raises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/calls/", timeout=10)
            assert refused.value.code == 404
            refused.value.close()


def test_the_worker_starts_and_its_own_health_check_passes(tmp_path: Path, db: None) -> None:
    environment = _production(tmp_path, "worker")
    environment["REDIS_URL_FILE"] = str(tmp_path / "own_redis")
    (tmp_path / "own_redis").write_text(os.environ["REDIS_URL"])
    command = [*OURS["worker"]["command"], "--hostname", "celery@compose-test"]
    (kind, line) = OURS["worker"]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    check = ["sh", "-c", line.replace("$$", "$")]
    with _running(command, environment, tmp_path / "log") as process:
        _eventually(check, environment, process, tmp_path / "log")


def test_beat_starts_and_its_own_health_check_passes_until_it_writes_no_more(tmp_path: Path, db: None) -> None:
    (tmp_path / "beat").mkdir()
    command = [word.replace("/data/", f"{tmp_path}/") for word in OURS["beat"]["command"]]
    check = [word.replace("/data/", f"{tmp_path}/") for word in OURS["beat"]["healthcheck"]["test"][1:]]
    environment = _production(tmp_path, "beat")
    log = tmp_path / "log"
    with _running(command, environment, log) as process:
        _eventually(check, environment, process, log)
    os.utime(tmp_path / "beat/schedule", (time.time() - 700,) * 2)
    assert subprocess.run(check, env=environment, capture_output=True, check=False).returncode != 0
