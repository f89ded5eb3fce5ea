# SPDX-License-Identifier: EUPL-1.2
"""kill -9 of writers, sequencer and database under load: no confirmed entry is lost, and the tree never forks."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from zegel.seal import merkle
from zegel.seal.checkpoint import Checkpoint
from zegel.seal.note import Note
from zegel.server.kernel.postgres import EmbeddedPostgres
from zegel.server.ledger.tilestore import Head

PARTS = Path(__file__).with_name("parts.py")
ROUNDS = 2
LOAD_S = 1.5


class Installation:
    """A durable database (fsync on) and the ledger's processes, none of which is asked before it dies."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checkpoints: set[tuple[int, bytes]] = set()
        self.confirmed: dict[int, str] = {}
        self._log = folder / "confirmed"

    def start_database(self) -> None:
        self.database = EmbeddedPostgres(self.folder / "postgres", self.folder / "secrets")
        self.database.start()
        urls = self.database.urls()
        self.environment = {
            **os.environ, "DJANGO_SETTINGS_MODULE": "zegel.server.settings", "ZEGEL_DATA": str(self.folder),
            "DATABASE_URL": urls.app, "MIGRATE_DATABASE_URL": urls.owner, "ZEGEL_ORIGIN": "http://localhost:8000",
        }  # fmt: skip

    def start(self, part: str, **more) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, str(PARTS), part], env=self.environment, **more)

    def load_and_kill(self) -> None:
        """Writers and sequencer at work, checkpoints watched, then everything killed at once."""
        before = self.size_published()
        with open(self._log, "ab") as confirmed:
            children = [
                self.start("sequence"),
                self.start("append", stdout=confirmed),
                self.start("append", stdout=confirmed),
            ]
        deadline = time.monotonic() + 20
        while self.size_published() <= before + 5 and time.monotonic() < deadline:
            time.sleep(0.02)
        until = time.monotonic() + LOAD_S
        while time.monotonic() < until:
            self.watch()
            time.sleep(0.02)
        (postmaster,) = [int((self.database.data / "postmaster.pid").read_text().splitlines()[0])]
        for child in children:
            child.kill()
        os.killpg(postmaster, signal.SIGKILL)
        for child in children:
            child.wait()
        while self.database.is_running():  # its parent, this test, must see it dead before its number is free
            time.sleep(0.05)
        self.watch()

    def size_published(self) -> int:
        self.watch()
        return max((size for size, _ in self.checkpoints), default=0)

    def watch(self) -> None:
        try:
            newest = max((self.folder / "storage/ledger/1/heads").glob("[0-9]*"))
            note = Head.decode(newest.read_bytes()).note
        except (ValueError, FileNotFoundError):  # none yet, or tidied away since
            return
        head = Checkpoint.parse(Note.parse(note).text)
        self.checkpoints.add((head.size, head.root))

    def read_confirmed(self) -> None:
        lines = self._log.read_bytes().split(b"\n")
        for line in lines[:-1]:
            index, leaf = line.decode().split()
            assert self.confirmed.setdefault(int(index), leaf) == leaf


@pytest.fixture
def installation() -> Iterator[Installation]:
    folder = Path(tempfile.mkdtemp(prefix="zegel-kill-"))
    folder.chmod(0o755)
    made = Installation(folder)
    made.start_database()
    try:
        subprocess.run([sys.executable, str(PARTS), "migrate"], env=made.environment, check=True)
        yield made
    finally:
        made.database.stop()
        shutil.rmtree(folder, ignore_errors=True)


def test_kill_of_server_and_database_loses_no_confirmed_entry_and_forks_nothing(installation):
    for _ in range(ROUNDS):
        installation.load_and_kill()
        installation.start_database()
    with psycopg.connect(installation.database.urls().app) as app:
        rows = app.execute("SELECT index, leaf_hash FROM ledger_entry ORDER BY index").fetchall()
        bodies = app.execute("SELECT count(*) FROM ledger_gaps()").fetchone()
    leaves = [bytes(leaf) for _, leaf in rows]
    assert [index for index, _ in rows] == list(range(len(rows)))
    assert bodies == (0,)

    installation.read_confirmed()
    assert len(installation.confirmed) > 50
    lost = [index for index, leaf in installation.confirmed.items() if leaves[index].hex() != leaf]
    assert lost == []

    nodes = merkle.nodes_of(leaves)
    assert len(installation.checkpoints) > 2
    for size, root in installation.checkpoints:
        assert merkle.root(size, nodes) == root, f"the checkpoint of {size} is of another tree"

    before = installation.size_published()
    sequencing = installation.start("sequence")
    try:
        deadline = time.monotonic() + 15
        while installation.size_published() < len(leaves) and time.monotonic() < deadline:
            time.sleep(0.05)
    finally:
        sequencing.kill()
        sequencing.wait()
    assert installation.size_published() == len(leaves) >= before
    assert (len(leaves), merkle.root(len(leaves), nodes)) in installation.checkpoints
