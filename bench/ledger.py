# SPDX-License-Identifier: EUPL-1.2
"""The ledger's claims: durable entries per second with a fresh checkpoint, what logging adds to a fetch, and pymerkle
beside it.

Real parts throughout: PostgreSQL with fsync, the sequencer in a process of its own, object storage on disk, uvicorn
with the
server's threads for the fetches, and a client process that asks at a fixed rate whether answers come or not (so that
a slow
answer is not hidden by asking later). Run it on a machine that does nothing else: `make bench NAME=ledger`.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from _report import Result, report

SEGMENT = 128 * 1024
FETCHES_PER_S = 200
CLIENT_THREADS = 32


def percentile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


# --- the installation -----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def installation() -> Iterator[Path]:
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
        set_up()
        from django.core.management import call_command

        call_command("migrate", database="owner", verbosity=0)
        yield folder
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def set_up() -> None:
    import django

    django.setup()


@contextlib.contextmanager
def process(*words: str) -> Iterator[subprocess.Popen[str]]:
    """This file again, in a process of its own."""
    child = subprocess.Popen([sys.executable, __file__, *words], stdout=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.terminate()
        child.wait()


def sequencer() -> None:
    """The worker's part: publishes until killed."""
    set_up()
    from zegel.server.ledger.jobs import sequence

    sequence(threading.Event())


# --- durable entries a second -----------------------------------------------------------------------------------------


def view_entry() -> Any:
    """An entry like the one that stands for a view."""
    from zegel.server.kernel import ids
    from zegel.server.ledger import Entry, Kind

    camera, owner = ids.new(), ids.new()
    facts = {"camera": camera, "track": 1, "purpose": "alarm_verification", "alarm": ids.new(), "lease": ids.new(),
             "from_ms": 1_700_000_000_000, "to_ms": 1_700_000_060_000}  # fmt: skip
    return Entry(Kind.VIEW, owner, facts, about=camera)


def an_actor() -> Any:
    from zegel.server.kernel import ids
    from zegel.server.kernel.actor import Actor, ActorKind

    return Actor(
        ActorKind.PERSON, ids.new(), ids.new(), role="operator", purpose="alarm_verification", address="192.0.2.1"
    )


class Watch:
    """Notes when a published checkpoint covered which size, as an outsider would see it."""

    def __init__(self) -> None:
        from zegel.server.ledger.tilestore import of_origin

        self._tiles = of_origin(1)
        self._stop = threading.Event()
        self.seen: list[tuple[float, int]] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.wait(0.01):
            note = self._tiles.checkpoint()
            size = int(note.split("\n")[1]) if note else 0
            if not self.seen or self.seen[-1][1] != size:
                self.seen.append((time.perf_counter(), size))

    def wait_for(self, size: int) -> None:
        deadline = time.monotonic() + 60
        while not self.seen or self.seen[-1][1] < size:
            if time.monotonic() > deadline:
                self.stop()
                raise SystemExit("no checkpoint came within a minute")
            time.sleep(0.02)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def lag(self, durable: list[tuple[float, int]]) -> list[float]:
        """For each (moment, size) at which entries were durable: how long until a checkpoint covered them."""
        return [next(at for at, covered in self.seen if covered >= size) - moment for moment, size in durable]


def appends(threads: int, per_thread: int, batch: int) -> tuple[float, list[float], list[tuple[float, int]]]:
    """Entries a second, the latency of each call in s, and (moment, size) of each durable group."""
    from zegel.server.ledger import actions

    latencies: list[float] = []
    durable: list[tuple[float, int]] = []
    actor = an_actor()

    def work() -> None:
        for _ in range(per_thread):
            entries = [view_entry() for _ in range(batch)]
            start = time.perf_counter()
            receipts = actions.append_many(entries, actor)
            end = time.perf_counter()
            latencies.append(end - start)
            durable.append((end, receipts[-1].index + 1))

    started = time.perf_counter()
    run_threads([work] * threads)
    return threads * per_thread * batch / (time.perf_counter() - started), latencies, durable


def run_threads(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=one) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def bench_appends(scale: float) -> list[Result]:
    with process("--sequencer"):
        watch = Watch()
        _, _, warm = appends(2, 4, 64)
        watch.wait_for(warm[-1][1])
        grouped, _, durable = appends(4, int(160 * scale), 256)
        single, latencies, more = appends(64, int(80 * scale), 1)
        watch.wait_for(max(size for _, size in durable + more))
        watch.stop()
        lags = watch.lag(durable + more)
    return [
        Result("durable entries, written 256 at a time by 4 threads", "entries/s", grouped, 10_000, "higher"),
        Result("checkpoint behind a durable entry, highest", "ms", max(lags) * 1000, 1000, "lower"),
        Result("checkpoint behind a durable entry, median", "ms", percentile(lags, 0.5) * 1000, None, "lower"),
        Result("durable entries, one at a time by 64 threads", "entries/s", single, None, "higher"),
        Result("one append among 64 threads, p99", "ms", percentile(latencies, 0.99) * 1000, None, "lower"),
    ]


def bench_receipts(scale: float) -> list[Result]:
    """How fast promises are signed and receipts made, from the published tiles."""
    from zegel.server.kernel import tenancy
    from zegel.server.ledger import actions, queries

    actor = an_actor()
    with process("--sequencer"):
        receipts = actions.append_many([view_entry() for _ in range(200)], actor)
        deadline = time.monotonic() + 60
        while queries.state().published <= receipts[-1].index:
            if time.monotonic() > deadline:
                raise SystemExit("no checkpoint came within a minute")
            time.sleep(0.05)
    promises, proofs = [], []
    with tenancy.acting_as(actor.party_id, actor.id):
        for receipt in receipts:
            promises.append(timed(lambda receipt=receipt: receipt.promise))
            proofs.append(timed(lambda receipt=receipt: queries.receipt(receipt.index)))
    return [
        Result("signing a promise of inclusion, p99", "ms", percentile(promises, 0.99) * 1000, None, "lower"),
        Result(f"a receipt in a log of {receipts[-1].index + 1:,}, p99", "ms", percentile(proofs, 0.99) * 1000, None,
               "lower"),
    ]  # fmt: skip


def timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


# --- what logging adds to a fetch -------------------------------------------------------------------------------------


def fetch_server() -> None:
    """Serves one segment plainly at /plain, and after a durable entry at /logged. Prints its port."""
    set_up()
    import uvicorn
    from a2wsgi import WSGIMiddleware

    from zegel.server.asgi import DJANGO_THREADS
    from zegel.server.kernel import storage
    from zegel.server.ledger import actions

    store, actor = storage.store(), an_actor()
    store.put("bench/pack", os.urandom(64 * SEGMENT))

    def application(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        headers = [("Content-Type", "application/octet-stream")]
        if environ["PATH_INFO"] == "/logged":
            receipt = actions.append(view_entry(), actor)
            headers.append(("X-Promise", receipt.promise.hex()))
        data = store.get_range("bench/pack", (time.monotonic_ns() % 64) * SEGMENT, SEGMENT)
        start("200 OK", [*headers, ("Content-Length", str(len(data)))])
        return [data]

    listening = socket.create_server(("127.0.0.1", 0))
    print(listening.getsockname()[1], flush=True)
    served = WSGIMiddleware(application, workers=DJANGO_THREADS)
    config = uvicorn.Config(served, log_level="error", access_log=False, lifespan="off")
    uvicorn.Server(config).run(sockets=[listening])


def fetch_client(port: int, seconds: float) -> None:
    """Asks FETCHES_PER_S times a second, whatever the answers do, half a second plain and half a second logged in turn.

    Whatever else the machine does then meets both. Prints the latencies of each from when a fetch was due.
    """
    latencies: dict[str, list[float]] = {"/plain": [], "/logged": [], "timer": []}
    started = time.perf_counter() + 0.2
    count = int(FETCHES_PER_S * seconds)

    def work(first: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for number in range(first, count, CLIENT_THREADS):
            path = "/logged" if (2 * number // FETCHES_PER_S) % 2 else "/plain"
            due = started + number / FETCHES_PER_S
            time.sleep(max(0.0, due - time.perf_counter()))
            latencies["timer"].append(time.perf_counter() - due)
            connection.request("GET", path)
            assert len(connection.getresponse().read()) == SEGMENT
            latencies[path].append(time.perf_counter() - due)

    run_threads([lambda first=first: work(first) for first in range(CLIENT_THREADS)])  # type: ignore[misc]
    print(json.dumps(latencies))


def fetches(port: int, seconds: float) -> dict[str, list[float]]:
    with process("--client", str(port), str(seconds)) as client:
        assert client.stdout is not None
        latencies: dict[str, list[float]] = json.loads(client.stdout.readline())
        return latencies


def disk_syncs(folder: Path, seconds: float) -> list[float]:
    """How long this disk takes to sync 8 KiB now, with nothing of ours in between: no commit can be faster."""
    took: list[float] = []
    with open(folder / "sync", "wb") as file:
        file.write(bytes(1 << 20))
        until = time.perf_counter() + seconds
        while time.perf_counter() < until:
            file.seek(0)
            file.write(os.urandom(8192))
            file.flush()
            took.append(timed(lambda: os.fdatasync(file.fileno())))
            time.sleep(1 / FETCHES_PER_S)
    return took


def bench_fetches(scale: float, folder: Path) -> list[Result]:
    with process("--sequencer"), process("--server") as server:
        assert server.stdout is not None
        port = int(server.stdout.readline())
        fetches(port, 2)
        measured = fetches(port, 30 * scale)
        syncs = disk_syncs(folder, 5)
    plain, logged, timer = measured["/plain"], measured["/logged"], measured["timer"]
    before, after = percentile(plain, 0.99) * 1000, percentile(logged, 0.99) * 1000
    middle = (percentile(logged, 0.5) - percentile(plain, 0.5)) * 1000
    return [
        Result(f"fetch of {SEGMENT // 1024} KiB at {FETCHES_PER_S}/s, p99", "ms", before, None, "lower"),
        Result("the same with a durable entry first, p99", "ms", after, None, "lower"),
        Result("log before serve adds, at p99", "ms", after - before, 5, "lower"),
        Result("log before serve adds, at p50", "ms", middle, None, "lower"),
        Result("beside it: the client is woken late by, p99", "ms", percentile(timer, 0.99) * 1000, None, "lower"),
        Result("beside it: the disk syncs 8 KiB in, p99", "ms", percentile(syncs, 0.99) * 1000, None, "lower"),
    ]


# --- pymerkle beside it -----------------------------------------------------------------------------------------------


def bench_pymerkle(scale: float, folder: Path) -> list[Result]:
    """The same bodies into pymerkle's tree on SQLite, on the same disk, durable (synchronous=FULL, its default)."""
    from pymerkle import SqliteTree

    from zegel.server.ledger.prepared import prepare

    bodies = [prepare(view_entry(), an_actor()).body for _ in range(int(20_000 * scale))]
    with SqliteTree(str(folder / "pymerkle.db")) as tree:
        one = timed(lambda: [tree.append_entry(body) for body in bodies[:500]])
        groups = [bodies[at : at + 256] for at in range(0, len(bodies), 256)]
        many = timed(lambda: [tree.append_entries(group) for group in groups])
        size = tree.get_size()
        proof = [timed(lambda n=n: tree.prove_inclusion(n + 1)) for n in range(0, size, max(1, size // 20))]
        head = timed(tree.get_root)
    return [
        Result("pymerkle on SQLite: durable entries, 256 at a time", "entries/s", len(bodies) / many, None, "higher"),
        Result("pymerkle on SQLite: durable entries, one at a time", "entries/s", 500 / one, None, "higher"),
        Result(f"pymerkle on SQLite: a proof in a log of {size:,}, p99", "ms", percentile(proof, 0.99) * 1000,
               None, "lower"),
        Result(f"pymerkle on SQLite: the root of {size:,}", "ms", head * 1000, None, "lower"),
    ]  # fmt: skip


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--scale", type=float, default=1.0, help="longer or shorter runs")
    words.add_argument("--sequencer", action="store_true")
    words.add_argument("--server", action="store_true")
    words.add_argument("--client", nargs=2)
    chosen = words.parse_args()
    if chosen.sequencer:
        return sequencer()
    if chosen.server:
        return fetch_server()
    if chosen.client:
        return fetch_client(int(chosen.client[0]), float(chosen.client[1]))
    with installation() as folder:
        results = bench_appends(chosen.scale)
        results += bench_receipts(chosen.scale)
        results += bench_fetches(chosen.scale, folder)
        results += bench_pymerkle(chosen.scale, folder)
    return report("ledger", results)


if __name__ == "__main__":
    main()
