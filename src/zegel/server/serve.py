# SPDX-License-Identifier: EUPL-1.2
"""`zegel serve`: one supervised group of processes on this machine.

It makes what an installation needs (secrets, certificates, the embedded database), brings the schema forward, opens the
listening sockets, and starts the nursery, which has one child for each role. Whatever dies is started again with
back-off, the embedded database too. SIGTERM ends everything in order: listeners first, then the worker, then the
database.

What happens is said in DIR/run/serve.json (process, ports, addresses, ready or not), to systemd, and in the log.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import sleep
from typing import IO, Any

from zegel.server.kernel import clock, log
from zegel.server.kernel.configuration import checked_proxies, database_from_url, origin_parts, unnamed_proxy
from zegel.server.kernel.errors import Misconfigured, ZegelError
from zegel.server.kernel.postgres import EmbeddedPostgres, place_for
from zegel.server.kernel.secrets import secret
from zegel.server.kernel.tls import Certificates, ensure

ALL_ROLES = ("web", "realtime", "gateway", "worker")
FIRST_PAUSE_S, LONGEST_PAUSE_S, STEADY_AFTER_S = 0.5, 30.0, 60.0
READY_WITHIN_S = 60.0
NURSERY_GETS_S = 45.0  # twice what each half of its children gets, and a little
Socket = socket.socket
EXIT_MISCONFIGURED = 78  # EX_CONFIG: systemd's RestartPreventExitStatus names it


@dataclass(frozen=True)
class Plan:
    """What to run, from the command line and the environment; see `plan`."""

    data: Path
    roles: tuple[str, ...]
    http: tuple[str, int]
    link: tuple[str, int]
    dc09: tuple[str, int] | None
    dc09_tls: tuple[str, int] | None
    smtp: tuple[str, int] | None
    origin: str | None
    names: tuple[str, ...]


def main(argv: Sequence[str]) -> int:
    log.set_up("serve")
    try:
        return Supervisor(plan(argv)).run()
    except ZegelError as error:
        print(f"zegel serve: {error}", file=sys.stderr)
        return EXIT_MISCONFIGURED


def plan(argv: Sequence[str]) -> Plan:
    """Raises Misconfigured for what would only half work."""
    words = _parser().parse_args(argv)
    roles = tuple(role for role in ALL_ROLES if role in words.roles.split(","))
    unknown = set(words.roles.split(",")) - set(ALL_ROLES)
    if unknown:
        raise Misconfigured(
            f"There is no role {', '.join(sorted(unknown))}.", action=f"Choose from {', '.join(ALL_ROLES)}."
        )
    if words.origin:
        origin_parts(words.origin.rstrip("/"))
    _refuse_half_configured(roles)
    http = _address(words.http)
    if {"web", "realtime"} & set(roles):
        _check_proxies(words.origin, http[0])
    return Plan(
        words.data.absolute(),
        roles,
        http,
        _address(words.link),
        _address_or_off(words.dc09),
        _address_or_off(words.dc09_tls),
        _address_or_off(words.smtp),
        words.origin.rstrip("/") if words.origin else None,
        tuple(words.name),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="zegel serve", description="Runs the server.")
    environment = os.environ.get
    parser.add_argument(
        "--data", type=Path, default=Path(environment("ZEGEL_DATA", "var")), help="folder of this installation"
    )
    parser.add_argument(
        "--roles", default=",".join(ALL_ROLES), help="which of web,realtime,gateway,worker (default: all)"
    )
    parser.add_argument(
        "--http", default="127.0.0.1:8000", metavar="HOST:PORT", help="browsers' listener; port 0 = any free one"
    )
    parser.add_argument("--link", default="0.0.0.0:8443", metavar="HOST:PORT", help="units' listener (TLS)")
    parser.add_argument(
        "--dc09", default="127.0.0.1:9999", metavar="HOST:PORT|off",
        help="panels' listener without TLS, TCP and UDP: what is not encrypted is taken from this machine only, or "
        "under a recorded exception (a VPN)",
    )  # fmt: skip
    parser.add_argument("--dc09-tls", default="0.0.0.0:9998", metavar="HOST:PORT|off", help="panels' listener (TLS)")
    parser.add_argument("--smtp", default="127.0.0.1:2525", metavar="HOST:PORT|off", help="cameras' mail")
    parser.add_argument(
        "--origin",
        default=environment("ZEGEL_ORIGIN"),
        help="address that browsers use, for example https://alarm.example",
    )
    parser.add_argument(
        "--name", action="append", default=[], help="host name or IP address that units use; may be repeated"
    )
    return parser


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise Misconfigured(f"'{text}' is not an address to listen on.", action="Write HOST:PORT.")
    return host.strip("[]"), int(port)


def _address_or_off(text: str) -> tuple[str, int] | None:
    return None if text == "off" else _address(text)


def _check_proxies(origin: str | None, listener: str) -> None:
    """Says loudly what happens when the proxy before an https origin has no name; see `unnamed_proxy`."""
    proxies = checked_proxies(os.environ.get("ZEGEL_PROXIES", ""))
    warning = unnamed_proxy(origin.rstrip("/"), listener, proxies) if origin else None
    if warning is not None:
        log.warning("serve.no_proxy_named")
        print(f"zegel serve: WARNING: {warning}", file=sys.stderr)


def _refuse_half_configured(roles: tuple[str, ...]) -> None:
    given = os.environ.get("DATABASE_URL")
    if given:
        database_from_url(given, pool=False)
    if os.environ.get("MIGRATE_DATABASE_URL") and not given:
        raise Misconfigured("MIGRATE_DATABASE_URL is set and DATABASE_URL is not.", action="Set both, or neither.")
    if roles != ALL_ROLES and not given:
        raise Misconfigured(
            "Roles on their own share a database, and DATABASE_URL is not set.", action="Set it, or run all roles here."
        )
    if roles != ALL_ROLES and not os.environ.get("STORAGE_URL"):
        raise Misconfigured(
            "Roles on their own share an object store, and STORAGE_URL is not set.",
            action="Set it to s3://… or to file:///… on a folder that all of them see.",
        )


class Brood:
    """The nursery (zegel.server.nursery) and what it said last of its children."""

    def __init__(self, environment: Mapping[str, str], sockets: Mapping[str, Mapping[str, Socket]]) -> None:
        self._environment = {**environment, "ZEGEL_SUPERVISOR": str(os.getpid())}
        self._sockets = sockets
        self._process: subprocess.Popen[bytes] | None = None
        self._said = b""
        self._began = 0.0
        self._pause, self._due = FIRST_PAUSE_S, 0.0
        self.pids: dict[str, int] = {}

    def begin(self) -> None:
        """It imports everything, and waits to be told."""
        numbers = [opened.fileno() for named in self._sockets.values() for opened in named.values()]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "zegel.server.nursery"],
            env=self._environment, pass_fds=numbers, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip
        assert self._process.stdout is not None
        os.set_blocking(self._process.stdout.fileno(), False)
        self._said, self._began = b"", clock.monotonic()

    def go(self) -> None:
        """The database is ready: a child for each role."""
        roles = [
            [role, {name: opened.fileno() for name, opened in named.items()}] for role, named in self._sockets.items()
        ]
        assert self._process is not None
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it died: `revive` sees that
            self._process.stdin.write(json.dumps(roles).encode() + b"\n")
            self._process.stdin.flush()

    def revive(self) -> None:
        """Begins anew when it has died, with back-off; its children went with it."""
        if self._process is not None and self._process.poll() is not None:
            now = clock.monotonic()
            steady = now - self._began > STEADY_AFTER_S
            self._pause = FIRST_PAUSE_S if steady else min(self._pause * 2, LONGEST_PAUSE_S)
            log.error("nursery.died", status=self._process.returncode, pause_s=self._pause)
            self._process, self._due = None, now + self._pause
        if self._process is None and clock.monotonic() >= self._due:
            self.begin()
            self.go()

    def heard(self) -> bool:
        """True when it said something new of its children."""
        if self._process is None or self._process.stdout is None:
            return False
        self._said += self._process.stdout.read() or b""
        *lines, self._said = self._said.split(b"\n")
        if lines:
            self.pids = json.loads(lines[-1])
        return bool(lines)

    def all_there(self) -> bool:
        return len(self.pids) == len(self._sockets)

    def end(self) -> None:
        """Listeners first, then the worker; whoever doesn't come along is killed."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(NURSERY_GETS_S)
        except subprocess.TimeoutExpired:
            log.error("nursery.killed")
            self._process.kill()
            self._process.wait()


class Supervisor:
    """Starts, watches, ends."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._stop = False
        self._database: EmbeddedPostgres | None = None
        self._brood: Brood | None = None
        self._environment = dict(os.environ)

    def run(self) -> int:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        _make_data_folder(self._plan.data)
        with _only_supervisor(self._plan.data):
            try:
                return self._run()
            finally:
                self._end()

    def _on_signal(self, number: int, frame: Any) -> None:
        self._stop = True

    def _run(self) -> int:
        (self._plan.data / "run" / "serve.json").unlink(missing_ok=True)  # of one that was killed
        self._start_database()
        certificates = self._make_certificates()
        sockets = self._listen()
        panels = self._listen_to_panels()
        facts = self._facts(certificates, sockets) | _ports(panels)
        self._brood = Brood(self._without_owner(), self._roles(sockets, panels))
        self._brood.begin()  # it imports while the schema is brought forward
        if (status := self._prepare()) != 0:
            return status
        _write_facts(self._plan.data, facts | {"ready": False})
        self._brood.go()
        self._watch(facts, self._brood)
        return 0

    # --- before the children --------------------------------------------------------------------------------------

    def _start_database(self) -> None:
        plan, environment = self._plan, self._environment
        environment["ZEGEL_DATA"] = str(plan.data)
        if environment.get("DATABASE_URL"):
            return
        secrets = Path(environment.get("SECRETS_PATH", plan.data / "secrets"))
        self._database = EmbeddedPostgres(place_for(plan.data), secrets)
        urls = self._database.start()
        environment |= {"DATABASE_URL": urls.app, "MIGRATE_DATABASE_URL": urls.owner}
        log.info("database.started", where="embedded")

    def _make_certificates(self) -> Certificates | None:
        if "gateway" not in self._plan.roles:
            return None
        names = [*self._plan.names, *([self._plan.link[0]] if self._plan.link[0] not in {"0.0.0.0", "::"} else [])]  # noqa: S104
        return ensure(self._plan.data / "tls", names)

    def _listen(self) -> dict[str, socket.socket]:
        """Opened here, so that ports are taken before anything is promised and a child's restart refuses nobody."""
        sockets = {}
        front = ",".join(role for role in ("web", "realtime") if role in self._plan.roles)
        if front:
            sockets[front] = _bound(self._plan.http)
        if "gateway" in self._plan.roles:
            sockets["gateway"] = _bound(self._plan.link)
        return sockets

    def _listen_to_panels(self) -> dict[str, socket.socket]:
        """The receivers' own, by the names that they ask for (signals/receivers/sockets.py)."""
        if "gateway" not in self._plan.roles:
            return {}
        sockets = {}
        if self._plan.dc09:
            sockets["dc09"] = _bound(self._plan.dc09)
            sockets["dc09_udp"] = _bound_datagrams(self._plan.dc09, sockets["dc09"].getsockname()[1])
        if self._plan.dc09_tls:
            sockets["dc09_tls"] = _bound(self._plan.dc09_tls)
        if self._plan.smtp:
            sockets["smtp"] = _bound(self._plan.smtp)
        return sockets

    def _facts(self, certificates: Certificates | None, sockets: dict[str, socket.socket]) -> dict[str, Any]:
        front = next((s for role, s in sockets.items() if role != "gateway"), None)
        http_port = front.getsockname()[1] if front else None
        origin = self._plan.origin or f"http://localhost:{http_port or 8000}"
        self._environment["ZEGEL_ORIGIN"] = origin
        return {
            "pid": os.getpid(),
            "roles": list(self._plan.roles),
            "origin": origin,
            "http_port": http_port,
            "link_port": sockets["gateway"].getsockname()[1] if "gateway" in sockets else None,
            "ca": str(certificates.authority) if certificates else None,
            "ca_fingerprint": certificates.fingerprint if certificates else None,
            "database": "embedded" if self._database else "given",
        }

    def _roles(
        self, listeners: Mapping[str, Socket], panels: Mapping[str, Socket]
    ) -> dict[str, Mapping[str, Socket]]:
        """Each child's role, with its sockets by name."""
        roles: dict[str, Mapping[str, Socket]] = {role: {"": opened} for role, opened in listeners.items()}
        if "gateway" in self._plan.roles:
            roles["receivers"] = panels
        if "worker" in self._plan.roles:
            roles["worker"] = {}
        return roles

    def _without_owner(self) -> dict[str, str]:
        return {name: value for name, value in self._environment.items() if name != "MIGRATE_DATABASE_URL"}

    def _prepare(self) -> int:
        """Migrations and start-up checks, in a child that alone gets the owner's address."""
        done = subprocess.run(
            [sys.executable, "-m", "zegel.server.process", "prepare"], env=self._environment, check=False
        )
        if done.returncode == 0:
            return 0
        if self._stop:
            return 0
        print("zegel serve: not started, see above.", file=sys.stderr)
        return EXIT_MISCONFIGURED

    # --- the children ----------------------------------------------------------------------------------------------

    def _watch(self, facts: dict[str, Any], brood: Brood) -> None:
        ready = False
        since = clock.monotonic()
        while not self._stop:
            if self._database and not self._database.is_running():
                log.error("database.died")
                self._database.start()
            brood.revive()
            news = brood.heard()
            if not ready and (ready := self._is_ready(facts, brood)):
                news = True
                _notify("READY=1")
                log.info("serve.ready", seconds=round(clock.monotonic() - since, 2))
            if ready and news:
                _write_facts(self._plan.data, facts | {"ready": True, "children": brood.pids})
            _notify("WATCHDOG=1")
            sleep(0.1)

    def _is_ready(self, facts: dict[str, Any], brood: Brood) -> bool:
        """The browsers' listener says so; without one, that there is every child."""
        if not brood.all_there():
            return False
        return facts["http_port"] is None or _asks_ready(self._plan.http[0], facts["http_port"])

    def _end(self) -> None:
        """The children, then the database."""
        _notify("STOPPING=1")
        if self._brood:
            self._brood.end()
        if self._database:
            self._database.stop()
        (self._plan.data / "run" / "serve.json").unlink(missing_ok=True)
        log.info("serve.ended")


# --- small parts ------------------------------------------------------------------------------------------------------


def _make_data_folder(data: Path) -> None:
    """Others may walk through it (the database's user lives inside) and read nothing of it."""
    try:
        for folder in [*reversed(data.parents), data, data / "run"]:
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o711 if folder == data else 0o755)  # whatever the umask
    except OSError as error:
        raise Misconfigured(
            f"The folder {data} can't be used ({error.strerror}).", action="Choose another with --data."
        ) from None
    secret(Path(os.environ.get("SECRETS_PATH", data / "secrets")), "django", 48)


class _only_supervisor:
    """Two supervisors of one installation would fight over everything."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._file: IO[str] | None = None

    def __enter__(self) -> None:
        self._file = open(self._data / "run" / "serve.lock", "w", encoding="ascii")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured(
                f"Zegel already runs on {self._data}.", action="Stop that one first, or choose another --data."
            ) from None

    def __exit__(self, *_: object) -> None:
        if self._file:
            self._file.close()


def _bound(address: tuple[str, int]) -> socket.socket:
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind(address)
        listening.listen(1024)
    except OSError as error:
        raise Misconfigured(
            f"Can't listen on {address[0]}:{address[1]} ({error.strerror}).", action="Choose another port, or 0."
        ) from None
    listening.set_inheritable(True)
    return listening


def _bound_datagrams(wanted: tuple[str, int], beside: int) -> socket.socket:
    """UDP on the port that TCP has; where any free one was asked for and that one is taken, another."""
    family = socket.AF_INET6 if ":" in wanted[0] else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_DGRAM)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * 1024 * 1024)
    for port in (beside, wanted[1]):
        try:
            opened.bind((wanted[0], port))
        except OSError as error:
            fault = error.strerror
            continue
        opened.set_inheritable(True)
        return opened
    raise Misconfigured(f"Can't listen on {wanted[0]}:{beside} UDP ({fault}).", action="Choose another port, or 0.")


def _ports(panels: dict[str, socket.socket]) -> dict[str, int | None]:
    """For run/serve.json; None for what is switched off."""
    names = ("dc09", "dc09_udp", "dc09_tls", "smtp")
    return {f"{name}_port": panels[name].getsockname()[1] if name in panels else None for name in names}


def _asks_ready(host: str, port: int) -> bool:
    """GET /readyz, by hand: the supervisor imports no HTTP client."""
    target = "127.0.0.1" if host in {"0.0.0.0", ""} else "::1" if host == "::" else host  # noqa: S104
    try:
        with socket.create_connection((target, port), timeout=3) as connection:
            connection.settimeout(6)
            connection.sendall(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            return connection.recv(64).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def _write_facts(data: Path, facts: dict[str, Any]) -> None:
    path = data / "run" / "serve.json"
    aside = path.with_suffix(".new")
    aside.write_text(json.dumps(facts, indent=1) + "\n", "utf-8")
    aside.rename(path)


def _notify(message: str) -> None:
    """systemd's sd_notify, when it is there."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        try:
            sender.sendto(message.encode(), "\0" + address[1:] if address.startswith("@") else address)
        except OSError:
            log.warning("systemd.does_not_listen")


# --- zegel manage
# -------------------------------------------------------------------------------------------------------


def manage(argv: Sequence[str]) -> int:
    """`zegel manage [--data DIR] COMMAND …`: Django's commands, as the application role, against a running
    installation."""
    words = list(argv)
    data = Path(os.environ.get("ZEGEL_DATA", "var"))
    if words[:1] == ["--data"] and len(words) > 1:
        data = Path(words[1])
        words = words[2:]
    os.environ |= environment_of(data.absolute())
    log.set_up("tool")
    from django.core.management import execute_from_command_line

    execute_from_command_line(["zegel manage", *words])
    return 0


def environment_of(data: Path) -> dict[str, str]:
    """What a tool beside the running server needs to find its database and stores."""
    environment = {"ZEGEL_DATA": str(data), "DJANGO_SETTINGS_MODULE": "zegel.server.settings"}
    if not os.environ.get("DATABASE_URL"):
        secrets = Path(os.environ.get("SECRETS_PATH", data / "secrets"))
        environment["DATABASE_URL"] = EmbeddedPostgres(place_for(data), secrets).urls().app
    return environment
