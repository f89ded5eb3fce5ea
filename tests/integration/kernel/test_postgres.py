# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import os
import signal
import stat
import time

import psycopg
import pytest

from zegel.server.kernel import postgres
from zegel.server.kernel.errors import Misconfigured
from zegel.server.kernel.postgres import EmbeddedPostgres, RunAs


@pytest.fixture(scope="module")
def server(walkable_folder):
    """A durable one of its own, as an installation has it."""
    server = EmbeddedPostgres(walkable_folder / "postgres", walkable_folder / "secrets")
    yield server
    server.stop()


@pytest.fixture
def urls(server):
    return server.start()


def settings_of(urls, *names: str) -> list[str]:
    with psycopg.connect(urls.admin) as admin:
        return [admin.execute(f"SHOW {name}").fetchone()[0] for name in names]


def test_it_listens_on_a_socket_only_and_writes_through(urls):
    values = settings_of(
        urls, "listen_addresses", "fsync", "synchronous_commit", "password_encryption", "log_statement"
    )
    assert values == ["", "on", "on", "scram-sha-256", "none"]


def test_text_sorts_the_same_everywhere(urls):
    with psycopg.connect(urls.app) as app:
        row = app.execute("SELECT datlocprovider, datlocale FROM pg_database WHERE datname = 'zegel'").fetchone()
    assert row == ("b", "C.UTF-8")


@pytest.mark.parametrize("role", ["app", "owner", "admin"])
def test_nobody_comes_in_without_the_right_password(urls, role):
    url = getattr(urls, role)
    name = url.split("//")[1].split(":")[0]
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.replace(url.split(":")[2].split("@")[0], "wrong"))
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://{name}@/{url.split('@/')[1]}", password="")


def test_the_data_belongs_to_a_user_that_is_not_root_and_to_nobody_else(server, urls):
    state = server.data.stat()
    assert state.st_uid == RunAs.choose().uid != 0
    assert stat.S_IMODE(state.st_mode) == 0o700


def test_roles_may_do_no_more_than_they_must(urls):
    with psycopg.connect(urls.admin) as admin:
        rows = admin.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication FROM pg_roles "
            "WHERE rolname IN ('zegel_app', 'zegel_owner') ORDER BY 1"
        ).fetchall()
    assert rows == [("zegel_app", False), ("zegel_owner", False)]
    with psycopg.connect(urls.app) as app, pytest.raises(psycopg.errors.InsufficientPrivilege):
        app.execute("CREATE TABLE public.mine (id int)")


def test_what_was_committed_survives_a_kill_of_everything(server, urls):
    with psycopg.connect(urls.owner) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS test_kept (id int)")
        owner.execute("INSERT INTO test_kept VALUES (1)")
    os.kill(server.pid, signal.SIGKILL)
    urls = server.start()
    with psycopg.connect(urls.owner) as owner:
        assert owner.execute("SELECT count(*) FROM test_kept").fetchone() == (1,)


def test_one_that_outlived_its_supervisor_is_taken_over(server, urls):
    another = EmbeddedPostgres(server.folder, server._passwords)
    pid = server.pid
    another.start()
    assert another.pid == pid
    another.stop()
    assert not another.is_running()


def test_a_process_number_that_now_belongs_to_a_stranger_blocks_nothing(server, urls):
    server.stop()
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    assert settings_of(server.start(), "fsync") == ["on"]


def test_a_failing_statement_leaves_no_value_in_the_log(server, urls):
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE test_people (email text PRIMARY KEY)")
        owner.execute("INSERT INTO test_people VALUES ('anna@example.nl')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            owner.execute("INSERT INTO test_people VALUES (%s)", ["anna@example.nl"])
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            owner.execute("SELECT 'anna@example.nl'::int")
    time.sleep(0.1)
    assert b"anna@example.nl" not in server.log.read_bytes()


def test_another_major_versions_data_is_not_touched(tmp_path, monkeypatch):
    server = EmbeddedPostgres(tmp_path / "postgres", tmp_path / "secrets")
    monkeypatch.setattr(RunAs, "can_reach", lambda self, folder: True)
    old = tmp_path / "postgres" / "data-12"
    old.mkdir(parents=True)
    (old / "PG_VERSION").write_text("12\n")
    with pytest.raises(Misconfigured, match="major version"):
        server._make_cluster()


def test_a_folder_that_the_databases_user_can_not_reach_is_avoided(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    if RunAs.choose().is_other:
        assert str(postgres.place_for(closed / "data")).startswith("/var/lib/zegel-")
    else:
        assert postgres.place_for(closed / "data") == closed / "data" / "postgres"
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
