# SPDX-License-Identifier: EUPL-1.2
"""What the receiver for panels carries: messages a second that are acknowledged after their durable commit, plain and
encrypted, on one core with 64 connections; pysiaalarm in its place; and 100,000 supervised units that poll every 90 s.

Real parts throughout: PostgreSQL with fsync, the receivers' process as `zegel serve` starts it, alone on one core; the
dialler and the database share the other one. Each connection has one message under way and sends the next when it has
its ACK, so a slow answer is not hidden. Frames are made before the clock starts. Run it on a machine that does nothing
else: `make bench NAME=signals`, or `ARGS=--quick` for a look.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from _report import Result, report

CONNECTIONS = 64
PER_CONNECTION = 1000
ROUNDS = 3
ANSWERED_WITHIN_S = 180.0
UNITS, POLL_S = 100_000, 90
SERVER_CORE, OTHER_CORE = 0, 1
KEY = b"ABCDEFABCDEFABCD"  # pysiaalarm takes a key as characters
TICKS = os.sysconf("SC_CLK_TCK")


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def pin(core: int) -> None:
    with contextlib.suppress(OSError):
        os.sched_setaffinity(0, {core})


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


# --- the installation -------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def installation() -> Iterator[Any]:
    """A database with fsync, migrated, in a folder of its own; gone afterwards."""
    from zegel.server.kernel.postgres import EmbeddedPostgres

    folder = Path(tempfile.mkdtemp(prefix="zegel-bench-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "postgres", folder / "secrets")
    server.start()
    try:
        urls = server.urls()
        os.environ.update(
            DJANGO_SETTINGS_MODULE="zegel.server.settings", ZEGEL_DATA=str(folder), DATABASE_URL=urls.app,
            MIGRATE_DATABASE_URL=urls.owner, ZEGEL_ORIGIN="http://localhost:8000",
        )  # fmt: skip
        import django

        django.setup()
        from django.core.management import call_command

        call_command("migrate", database="owner", verbosity=0)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


_PANELS = """
INSERT INTO signals_panel (id, provider_id, owner_id, site_id, line_id, name, account, receiver_no, line_no, protocol,
  key_wrapped, key_format, encryption_required, plain_reason, poll_s, grace_s, state, added_at)
SELECT unnest(%(ids)s::uuid[]), %(owner)s, %(owner)s, %(site)s, %(line)s, 'Panel', unnest(%(accounts)s::text[]), '', '',
  'dc09', unnest(%(keys)s::bytea[]), 'hex', %(sealed)s, '', %(poll)s, 30, 'active', now()
"""
_PATHS = """
INSERT INTO signals_path (provider_id, owner_id, panel_id, line_id, kind, poll_s, grace_s, since)
SELECT provider_id, owner_id, id, line_id, 'dc09_tcp', poll_s, grace_s, now() FROM signals_panel WHERE poll_s > 0
"""


class World:
    """A line, and panels as many as wanted: rows as `actions.add_panel` writes them, without their ledger entries."""

    def __init__(self, server: Any) -> None:
        from uuid import uuid4

        self.url = server._url("zegel_admin", "zegel")
        self.owner, self.line, self.site = uuid4(), uuid4(), uuid4()
        with self._admin() as admin:
            admin.execute(
                "INSERT INTO signals_line (id, provider_id, owner_id, arc_party_id, name, kinds, receiver_no, line_no, "
                "plain_reason, created_at) VALUES (%s, %s, %s, %s, 'Line', '[]', '', '', '', now())",
                [self.line, self.owner, self.owner, self.owner],
            )

    def _admin(self) -> Any:
        import psycopg

        return psycopg.connect(self.url, autocommit=True)

    def add(self, prefix: str, count: int, *, sealed: bool, poll_s: int = 0) -> list[str]:
        from uuid import uuid4

        from zegel.server.signals import keys
        from zegel.server.signals.models import KeyFormat

        ids = [uuid4() for _ in range(count)]
        accounts = [f"{prefix}{number:05X}" for number in range(count)]
        wrapped = [keys.wrap(one, KEY.hex(), KeyFormat.HEX) if sealed else None for one in ids]
        with self._admin() as admin:
            given = {"ids": ids, "accounts": accounts, "keys": wrapped, "owner": self.owner, "site": self.site,
                     "line": self.line, "sealed": sealed, "poll": poll_s}  # fmt: skip
            admin.execute(_PANELS, given)
            if poll_s:
                admin.execute(_PATHS)
                admin.execute("VACUUM ANALYZE signals_path")
        return accounts

    def count(self, query: str) -> int:
        with self._admin() as admin:
            return int(admin.execute(query).fetchone()[0])

    def quiet(self) -> None:
        with self._admin() as admin:
            admin.execute("CHECKPOINT")


@contextlib.contextmanager
def receivers(panels: int) -> Iterator[tuple[int, int]]:
    """The receivers' process on its own core: (its pid, its port). Ready when this yields."""
    listening, datagrams = socket.create_server(("127.0.0.1", 0), backlog=1024), socket.socket(type=socket.SOCK_DGRAM)
    datagrams.bind(("127.0.0.1", 0))
    numbers = [listening.fileno(), datagrams.fileno()]
    for number in numbers:
        os.set_inheritable(number, True)
    words = ["taskset", "-c", str(SERVER_CORE)] if shutil.which("taskset") else []
    words += [sys.executable, "-m", "zegel.server.process", "receivers", f"dc09={numbers[0]},dc09_udp={numbers[1]}"]
    child = subprocess.Popen(
        words, pass_fds=numbers, env={**os.environ, "ZEGEL_ROLE": "receivers", "ZEGEL_SUPERVISOR": str(os.getpid())},
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    assert child.stderr is not None
    try:
        for line in child.stderr:
            if "receivers.listening" in line:
                break
        else:
            raise SystemExit("the receivers did not start")
        threading.Thread(target=child.stderr.read, daemon=True).start()
        yield child.pid, listening.getsockname()[1]
    finally:
        child.terminate()
        child.wait()
        listening.close()
        datagrams.close()


# --- the dialler ------------------------------------------------------------------------------------------------------


class Panel(asyncio.Protocol):
    """One connection: the next message when the one before is acknowledged."""

    def __init__(self, frames: list[bytes], took: list[float], done: Any, wanted: bytes) -> None:
        self._frames, self._took, self._done, self._wanted = iter(frames), took, done, wanted
        self._sent = 0.0
        self._transport: Any = None
        self._buffer = b""
        self.refused = 0

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def start(self) -> None:
        self._next()

    def _next(self) -> None:
        frame = next(self._frames, None)
        if frame is None:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(frame)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._buffer.endswith(b"\r"):
            return
        self._took.append(time.perf_counter() - self._sent)
        self.refused += self._wanted not in self._buffer
        self._buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(ConnectionError("the receiver closed"))


def frames_of(account: str, count: int, sealed: bool, first: int) -> list[bytes]:
    """Each says another thing, also than those of the round before: the same in the same second is the same message."""
    from zegel.protocols import dc09
    from zegel.server.kernel import clock

    key, now_ms = dc09.Key(KEY) if sealed else None, clock.now_ms()
    return [
        dc09.write("SIA-DCS", account, f"#{account}|Nri{first // 1000}/BA{number % 1000:03d}",
                   seq=(first + number) % 9999 + 1, receiver="1", line="1", now_ms=now_ms, key=key)
        for number in range(count)
    ]  # fmt: skip


async def dial(port: int, conversations: list[list[bytes]], wanted: bytes) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    took: list[float] = []
    waits, panels = [], []
    for frames in conversations:
        done = loop.create_future()
        _, panel = await loop.create_connection(
            lambda frames=frames, done=done: Panel(frames, took, done, wanted), "127.0.0.1", port
        )
        waits.append(done)
        panels.append(panel)
    started = time.perf_counter()
    for panel in panels:
        panel.start()
    await asyncio.wait_for(asyncio.gather(*waits), ANSWERED_WITHIN_S)
    return {"took": took, "seconds": time.perf_counter() - started, "refused": sum(p.refused for p in panels)}


def dialler(port: int, accounts: list[str], each: int, sealed: bool, first: int) -> None:
    """A process of its own. Prints what it saw; waits for a line before it begins."""
    import uvloop

    pin(OTHER_CORE)
    conversations = [frames_of(account, each, sealed, first) for account in accounts]
    print("ready", flush=True)
    sys.stdin.readline()
    seen = uvloop.run(dial(port, conversations, b'"*ACK"' if sealed else b'"ACK"'))
    hand_over(seen)


def hand_over(seen: Any) -> None:
    """To the process that asked, in a file: a pipe may take a part of so long a line."""
    with tempfile.NamedTemporaryFile("w", prefix="zegel-bench-", delete=False) as file:
        json.dump(seen, file)
    print(file.name, flush=True)


def handed_over(line: str) -> Any:
    path = Path(line.strip())
    seen = json.loads(path.read_text())
    path.unlink()
    return seen


def conversation(port: int, accounts: list[str], each: int, sealed: bool, first: int, pid: int) -> dict[str, Any]:
    """Starts the dialler; what it saw, and the receiver's processor time for it."""
    words = [sys.executable, __file__, "--dialler", str(port), ",".join(accounts), str(each), str(int(sealed))]
    words.append(str(first))
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        before = cpu_s(pid)
        child.stdin.write("go\n")
        child.stdin.flush()
        seen: dict[str, Any] = handed_over(child.stdout.readline())
        seen["cpu_s"] = cpu_s(pid) - before
    return seen


# --- messages a second ------------------------------------------------------------------------------------------------


def summary(name: str, seen: list[dict[str, Any]], target: float | None) -> list[Result]:
    """The middle one of the rounds by rate."""
    one = sorted(seen, key=lambda s: len(s["took"]) / s["seconds"])[len(seen) // 2]
    count = len(one["took"])
    ours = target is not None
    return [
        Result(f"{name}: acknowledged", "messages/s", count / one["seconds"], target, "higher"),
        Result(f"{name}: answer, p50", "ms", percentile(one["took"], 0.5) * 1000, None, "lower"),
        Result(f"{name}: answer, p99", "ms", percentile(one["took"], 0.99) * 1000, 15 if ours else None, "lower"),
        Result(f"{name}: processor time of the receiver", "µs/message", one["cpu_s"] / count * 1e6,
               60 if ours else None, "lower"),
    ]  # fmt: skip


def bench_rate(world: World, each: int, rounds: int) -> list[Result]:
    results = []
    for name, sealed, target in (("plain", False, 10_000), ("encrypted", True, 7_000)):
        accounts = world.add("A" if sealed else "B", CONNECTIONS, sealed=sealed)
        seen = []
        with receivers(CONNECTIONS) as (pid, port):
            conversation(port, accounts, 100, sealed, 0, pid)
            for number in range(rounds):
                world.quiet()
                before = world.count("SELECT count(*) FROM signals_signal")
                one = conversation(port, accounts, each, sealed, 1000 * (number + 1), pid)
                stored = world.count("SELECT count(*) FROM signals_signal") - before
                if stored != each * CONNECTIONS or one["refused"]:
                    raise SystemExit(f"{stored} stored, {one['refused']} refused of {each * CONNECTIONS}")
                seen.append(one)
        results += summary(f"{name}, durable", seen, target)
    return results


# --- pysiaalarm in its place ------------------------------------------------------------------------------------------


def pysiaalarm_server(accounts: list[str], sealed: bool) -> None:
    """Its own asyncio server with a handler that does nothing. Prints its port."""
    import logging

    import uvloop
    from pysiaalarm.aio import SIAAccount, SIAClient

    logging.disable(logging.CRITICAL)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    async def nothing(event: Any) -> None:
        return None

    async def serve() -> None:
        known = [SIAAccount(account, KEY.decode() if sealed else None, (120, 60)) for account in accounts]
        client = SIAClient("127.0.0.1", port, known, function=nothing)
        await client.async_start()
        print(port, flush=True)
        await asyncio.Event().wait()

    uvloop.run(serve())


def bench_pysiaalarm(each: int) -> list[Result]:
    results = []
    for name, sealed in (("plain", False), ("encrypted", True)):
        accounts = [f"{number:06X}" for number in range(CONNECTIONS)]
        words = ["taskset", "-c", str(SERVER_CORE)] if shutil.which("taskset") else []
        words += [sys.executable, __file__, "--pysiaalarm", ",".join(accounts), str(int(sealed))]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
            assert child.stdout is not None
            port = int(child.stdout.readline())
            conversation(port, accounts, 50, sealed, 0, child.pid)
            seen = [conversation(port, accounts, each, sealed, 1000, child.pid)]
            child.terminate()
        if seen[0]["refused"]:
            print(f"pysiaalarm refused {seen[0]['refused']} {name}", file=sys.stderr)
        results += summary(f"pysiaalarm, {name}, stores nothing", seen, None)
    return results


# --- supervision ------------------------------------------------------------------------------------------------------


def poller(port: int, accounts: list[str], rate: float, seconds: float) -> None:
    """Polls at a fixed rate over CONNECTIONS connections, whether answers come or not. Prints the latencies."""
    import uvloop

    from zegel.protocols import dc09
    from zegel.server.kernel import clock

    pin(OTHER_CORE)

    async def run() -> list[float]:
        loop = asyncio.get_running_loop()
        took: list[float] = []

        class Unit(asyncio.Protocol):
            def __init__(self) -> None:
                self.due: list[float] = []

            def data_received(self, data: bytes) -> None:
                now = time.perf_counter()
                for _ in range(data.count(b"\r")):
                    took.append(now - self.due.pop(0))

        pairs = [await loop.create_connection(Unit, "127.0.0.1", port) for _ in range(CONNECTIONS)]
        count, started = int(rate * seconds), time.perf_counter() + 0.1
        for number in range(count):
            due = started + number / rate
            if (ahead := due - time.perf_counter()) > 0:
                await asyncio.sleep(ahead)
            transport, unit = pairs[number % CONNECTIONS]
            account = accounts[number % len(accounts)]
            unit.due.append(due)
            transport.write(dc09.write("NULL", account, "", seq=0, now_ms=clock.now_ms(), line="1"))
        await asyncio.sleep(1.0)
        return took

    print("ready", flush=True)
    sys.stdin.readline()
    hand_over(uvloop.run(run()))


def bench_supervised(world: World, units: int, seconds: float) -> list[Result]:
    accounts = world.add("C", units, sealed=False, poll_s=POLL_S)
    given = Path(os.environ["ZEGEL_DATA"]) / "accounts"
    given.write_text("\n".join(accounts))
    rate = units / POLL_S
    with receivers(units) as (pid, port):
        words = [sys.executable, __file__, "--poller", str(port), str(given), str(rate), str(seconds)]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdin is not None
            assert child.stdout is not None
            child.stdout.readline()
            before, began = cpu_s(pid), time.perf_counter()
            child.stdin.write("go\n")
            child.stdin.flush()
            took: list[float] = handed_over(child.stdout.readline())
            share = (cpu_s(pid) - before) / (time.perf_counter() - began)
        held = memory_mb(pid)
        polled = world.count("SELECT count(*) FROM signals_path WHERE last_at IS NOT NULL")
        lost = world.count("SELECT count(*) FROM signals_path WHERE missing_since IS NOT NULL")
    if len(took) < int(rate * seconds) or lost:
        raise SystemExit(f"{len(took)} of {int(rate * seconds)} polls answered, {lost} units thought lost")
    return [
        Result(f"{units:,} supervised units, polls answered after a durable commit", "polls/s", len(took) / seconds,
               rate, "higher"),
        Result("units polled", "units", polled, None, "higher"),
        Result("a poll's answer, p99", "ms", percentile(took, 0.99) * 1000, 15, "lower"),
        Result("processor share of the receiver", "%", share * 100, None, "lower"),
        Result("memory of the receiver", "MB", held, None, "lower"),
        Result("units thought lost", "units", lost, 0, "lower"),
    ]  # fmt: skip


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--quick", action="store_true", help="a look, not a measurement")
    words.add_argument("--dialler", nargs=5)
    words.add_argument("--pysiaalarm", nargs=2)
    words.add_argument("--poller", nargs=4)
    words.add_argument("--units", type=int, default=UNITS, help="how many are supervised")
    words.add_argument("--only", choices=("rate", "pysiaalarm", "supervised"))
    chosen = words.parse_args()
    if chosen.dialler:
        port, accounts, each, sealed, first = chosen.dialler
        return dialler(int(port), accounts.split(","), int(each), bool(int(sealed)), int(first))
    if chosen.pysiaalarm:
        return pysiaalarm_server(chosen.pysiaalarm[0].split(","), bool(int(chosen.pysiaalarm[1])))
    if chosen.poller:
        port, given, rate, seconds = chosen.poller
        return poller(int(port), Path(given).read_text().split("\n"), float(rate), float(seconds))
    pin(OTHER_CORE)
    with installation() as server:
        world, results = World(server), []
        if chosen.only in (None, "rate"):
            results += bench_rate(world, 200 if chosen.quick else PER_CONNECTION, 1 if chosen.quick else ROUNDS)
        if chosen.only in (None, "pysiaalarm"):
            results += bench_pysiaalarm(100 if chosen.quick else 500)
        if chosen.only in (None, "supervised"):
            results += bench_supervised(world, chosen.units, 10 if chosen.quick else POLL_S + 5)
    return report("signals", results)


if __name__ == "__main__":
    main()
