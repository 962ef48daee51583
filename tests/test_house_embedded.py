"""The embedded servers, for real: started, joined, killed, started again."""

import os
import signal
import socket
import stat
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from portal.embedded import EmbeddedError, Servers, find
from portal.embedded.places import places
from portal.embedded.processes import Mark, birth, mark, myself
from portal.embedded.removing import remove_abandoned
from portal.embedded.state import read
from portal.roles import LOGIN_ROLES


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "home"
    yield home
    _remove(home)


def _remove(home: Path) -> None:
    where = places(home)
    state = read(where)
    for server in (state.postgres, state.valkey) if state else ():
        if server is not None:
            server.end(signals=[signal.SIGQUIT, signal.SIGKILL], patience=10)
    for folder in {where.base, where.sockets}:
        if folder.exists() and folder != home:
            _delete(folder)


def _delete(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    folder.rmdir()


def _server(home: Path, name: str) -> Mark:
    state = read(places(home))
    assert state is not None
    server: Mark | None = getattr(state, name)
    assert server is not None
    return server


def _ask(url: str, question: str) -> tuple[object, ...] | None:
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()


def test_both_servers_answer_and_keep_their_data_over_a_restart(home: Path) -> None:
    with Servers.start(home, fsync=False) as servers:
        urls = servers.environment()
        with psycopg.connect(urls["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert redis.Redis.from_url(urls["REDIS_URL"]).ping()
        assert find(home) == urls
    assert find(home) is None
    with Servers.start(home, fsync=False) as servers:
        assert servers.environment() == urls
        assert _ask(urls["DATABASE_OWNER_URL"], "SELECT answer FROM kept") == (42,)


def test_a_queued_message_survives_a_restart(home: Path) -> None:
    with Servers.start(home) as servers:
        redis.Redis.from_url(servers.environment()["REDIS_URL"]).set("message", "kept")
    with Servers.start(home) as servers:
        assert redis.Redis.from_url(servers.environment()["REDIS_URL"]).get("message") == b"kept"


def test_a_second_start_joins_and_the_last_to_leave_stops(home: Path) -> None:
    first = Servers.start(home, fsync=False)
    second = Servers.start(home, fsync=False)
    assert (first.started, second.started) == (True, False)
    first.leave()
    assert find(home) == second.environment()
    second.leave()
    assert find(home) is None


def test_stop_stops_for_everyone(home: Path) -> None:
    first = Servers.start(home, fsync=False)
    Servers.start(home, fsync=False)
    first.stop()
    assert find(home) is None


@pytest.mark.parametrize("name", ["postgres", "valkey"])
def test_a_killed_server_is_started_again_with_its_data(home: Path, name: str) -> None:
    servers = Servers.start(home)
    with psycopg.connect(servers.environment()["DATABASE_OWNER_URL"]) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    killed = _server(home, name)
    os.kill(killed.pid, signal.SIGKILL)
    assert killed.end(signals=[], patience=0) or killed.end(signals=[signal.SIGKILL], patience=10)
    assert find(home) is None
    with Servers.start(home) as again:
        assert _ask(again.environment()["DATABASE_URL"], "SELECT current_user") == ("centrale_web",)
        assert _ask(again.environment()["DATABASE_OWNER_URL"], "SELECT answer FROM kept") == (42,)
        assert _server(home, name) != killed
    servers.stop()


def test_servers_that_nobody_living_holds_are_ended_and_started_anew(home: Path) -> None:
    holder = os.fork()
    if holder == 0:  # a process that is killed while it holds the servers
        Servers.start(home, fsync=False)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(holder, 0)
    left = _server(home, "postgres"), _server(home, "valkey")
    assert all(server.alive() for server in left)
    with Servers.start(home, fsync=False) as servers:
        assert servers.started
        assert not any(server.alive() for server in left)


def test_a_stale_pid_file_with_the_pid_of_a_stranger_is_no_obstacle(home: Path) -> None:
    Servers.start(home, fsync=False).stop()
    where = places(home)
    left = where.postgres / "postmaster.pid"
    left.write_text(f"{os.getpid()}\n{where.postgres}\n1\n5432\n\n\n\n")
    with Servers.start(home, fsync=False) as servers:
        assert _ask(servers.environment()["DATABASE_URL"], "SELECT 1") == (1,)


def test_half_made_data_is_made_again(home: Path) -> None:
    where = places(home)
    where.make()
    where.private(where.base / "postgres.new")
    (where.base / "postgres.new" / "PG_VERSION").write_text("18\n")
    where.private(where.postgres)
    with Servers.start(home, fsync=False) as servers:
        assert _ask(servers.environment()["DATABASE_URL"], "SELECT 1") == (1,)


def test_lost_passwords_are_replaced_and_the_data_stays(home: Path) -> None:
    with Servers.start(home, fsync=False) as servers:
        before = servers.environment()
        with psycopg.connect(before["DATABASE_OWNER_URL"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    places(home).state.unlink()
    with Servers.start(home, fsync=False) as servers:
        assert servers.environment() != before
        assert _ask(servers.environment()["DATABASE_OWNER_URL"], "SELECT answer FROM kept") == (42,)


def test_a_stranger_without_the_password_gets_in_nowhere(home: Path) -> None:
    with Servers.start(home, fsync=False) as servers:
        where = servers.where
        for role in (*LOGIN_ROLES, "postgres"):
            with pytest.raises(psycopg.OperationalError, match=r"password authentication failed"):
                psycopg.connect(host=str(where.sockets), user=role, password="guess", dbname="centrale")
        with pytest.raises(redis.AuthenticationError):
            redis.Redis(unix_socket_path=str(where.valkey_socket)).ping()


def test_nothing_listens_on_the_network(home: Path) -> None:
    with Servers.start(home, fsync=False) as servers:
        assert _ask(servers.environment()["DATABASE_URL"], "SHOW listen_addresses") == ("",)
        client = redis.Redis.from_url(servers.environment()["REDIS_URL"])
        assert client.config_get("port") == {"port": "0"}


def test_passwords_and_data_are_private(home: Path) -> None:
    with Servers.start(home, fsync=False) as servers:
        where = servers.where
        assert stat.S_IMODE(where.state.stat().st_mode) == 0o600
        for folder in (home, where.base, where.postgres, where.sockets, where.logs):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
        command_line = Path(f"/proc/{_server(home, 'valkey').pid}/cmdline")
        if command_line.exists():
            assert servers.passwords["valkey"].encode() not in command_line.read_bytes()


def test_no_folder_that_was_there_changes_its_mode(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    before = {folder: folder.stat().st_mode for folder in (home, *home.parents)}
    try:
        with Servers.start(home, fsync=False):
            pass
        assert {folder: folder.stat().st_mode for folder in (home, *home.parents)} == before
    finally:
        _remove(home)


def test_a_folder_that_is_not_private_is_refused(home: Path) -> None:
    where = places(home)
    home.mkdir()
    where.logs.mkdir(parents=True, mode=0o755)
    if where.base != home:
        where.base.chmod(0o755)
    with pytest.raises(EmbeddedError, match="private folder"):
        Servers.start(home, fsync=False)


def test_a_home_with_a_long_path_still_has_a_socket(tmp_path: Path) -> None:
    home = tmp_path.joinpath(*["a-rather-long-name-for-a-folder"] * 5)
    try:
        with Servers.start(home, fsync=False) as servers:
            assert len(str(servers.where.sockets / ".s.PGSQL.5432")) <= 107
            with socket.socket(socket.AF_UNIX) as plug:
                plug.connect(str(servers.where.sockets / ".s.PGSQL.5432"))
    finally:
        _remove(home)


def test_a_normal_user_gets_servers_of_their_own(tmp_path: Path) -> None:
    """As root: become nobody in a forked child, whatever folders nobody may enter."""
    if os.geteuid() != 0:
        test_both_servers_answer_and_keep_their_data_over_a_restart(tmp_path / "home")
        return
    room = Path("/var/tmp") / f"centrale-test-{os.getpid()}"  # noqa: S108 - pytest's own folders are closed to nobody
    room.mkdir(mode=0o700)
    os.chown(room, 65534, 65534)
    home = room.joinpath(*["a-rather-long-name-for-a-folder"] * 4)
    try:
        assert _as_nobody(home) == 0
    finally:
        _delete(room)


def _as_nobody(home: Path) -> int:
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    status = 1
    try:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
        with Servers.start(home, fsync=False) as servers:
            assert _ask(servers.environment()["DATABASE_URL"], "SELECT current_user") == ("centrale_web",)
            assert redis.Redis.from_url(servers.environment()["REDIS_URL"]).ping()
            assert servers.where.postgres.is_relative_to(home)
            assert servers.where.postgres.stat().st_uid == 65534
        _delete(servers.where.sockets)
        status = 0
    except BaseException:  # noqa: BLE001 - the child must not run pytest's own ending
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(status)


def test_a_pid_that_was_given_out_again_is_another_process() -> None:
    me = myself()
    assert me.alive()
    assert not Mark(me.pid, "some other birth").alive()
    assert mark(2**22 + 1) is None


def test_a_zombie_counts_as_dead() -> None:
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert birth(child) is None
    os.waitpid(child, 0)


def test_the_roles_are_as_tenancy_needs_them(home: Path) -> None:
    with Servers.start(home, fsync=False) as servers:
        url = servers.environment()["DATABASE_OWNER_URL"]
        with psycopg.connect(url) as connection:
            rows = connection.execute(
                "SELECT rolname, rolcanlogin, rolcreatedb, rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication"
                " FROM pg_roles WHERE rolname LIKE 'centrale%' ORDER BY rolname"
            ).fetchall()
            assert rows == [
                ("centrale_crossing", False, False, False),
                ("centrale_owner", True, True, False),
                ("centrale_provision", True, False, False),
                ("centrale_sip", True, False, False),
                ("centrale_web", True, False, False),
            ]
            members = connection.execute(
                "SELECT roleid::regrole::text, member::regrole::text, inherit_option, set_option, admin_option"
                " FROM pg_auth_members WHERE member::regrole::text LIKE 'centrale%'"
            ).fetchall()
            assert members == [("centrale_crossing", "centrale_web", False, True, False)]
            owner = connection.execute(
                "SELECT datdba::regrole::text FROM pg_database WHERE datname = current_database()"
            ).fetchone()
            assert owner == ("centrale_owner",)


def test_the_web_role_makes_nothing_and_takes_the_crossing_only_by_name(home: Path) -> None:
    with Servers.start(home, fsync=False) as servers:
        url = servers.environment()["DATABASE_URL"]
        for statement in ("CREATE TABLE mine (id int)", "CREATE TEMP TABLE mine (id int)", "CREATE SCHEMA mine"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                _ask(url, statement)
        with psycopg.connect(url) as connection:
            connection.execute("SET LOCAL ROLE centrale_crossing")
            assert connection.execute("SELECT current_user").fetchone() == ("centrale_crossing",)
        for role in ("centrale_owner", "postgres", "centrale_provision"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                _ask(url, f"SET ROLE {role}")


def test_homes_that_killed_runs_left_behind_are_removed_and_no_others(tmp_path: Path) -> None:
    holder = os.fork()
    if holder == 0:
        Servers.start(tmp_path / "run-killed", fsync=False)
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(holder, 0)
    left = _server(tmp_path / "run-killed", "postgres")
    (tmp_path / "run-of-somebody-else").mkdir()
    with Servers.start(tmp_path / "run-alive", fsync=False) as servers:
        remove_abandoned(tmp_path, "run-*")
        assert not left.alive()
        assert not (tmp_path / "run-killed").exists()
        assert not places(tmp_path / "run-killed").base.exists()
        assert (tmp_path / "run-of-somebody-else").exists()
        assert _ask(servers.environment()["DATABASE_URL"], "SELECT 1") == (1,)
    _remove(tmp_path / "run-alive")
