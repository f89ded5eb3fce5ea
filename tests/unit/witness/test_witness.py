# SPDX-License-Identifier: EUPL-1.2
"""A witness cosigns a log that only grew, refuses one that forked, and remembers both through a kill."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from zegel import witnesscli
from zegel.seal import merkle
from zegel.seal.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from zegel.seal.cosignature import verify_cosignature
from zegel.seal.errors import ProofRefused
from zegel.seal.note import Note, NoteSigner
from zegel.seal.suite import SigningKey
from zegel.seal.witnessing import AddCheckpoint, parse_cosignatures
from zegel.witnessing import FolderDamaged, Memory, Status, Witness

NAME = "log.example/ledger"
LEAVES = [merkle.leaf_hash(bytes([at])) for at in range(60)]
FORKED = [*LEAVES[:20], merkle.leaf_hash(b"another"), *LEAVES[21:]]


class Log:
    """A log that may show whatever it likes."""

    def __init__(self) -> None:
        self.signer = NoteSigner(NAME, SigningKey.generate())

    def note(self, size: int, leaves: list[bytes] = LEAVES) -> Note:
        return sign_checkpoint(Checkpoint(NAME, size, merkle.root(size, merkle.nodes_of(leaves))), self.signer)

    def asks(self, old: int, size: int, leaves: list[bytes] = LEAVES) -> bytes:
        proof = merkle.consistency_proof(old, size, merkle.nodes_of(leaves)) if 0 < old < size else ()
        return AddCheckpoint(old, proof, self.note(size, leaves)).encode()


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def witness(tmp_path: Path, log: Log) -> Witness:
    Memory(tmp_path).init("witness.example/w1")
    return Witness.of(tmp_path, [log.signer.verifier])


def cosigned(log: Log, witness: Witness, size: int, body: bytes) -> None:
    note = log.note(size).with_signatures(parse_cosignatures(body))
    assert verify_checkpoint(note, log.signer.verifier, [witness.signer.verifier], 1).size == size


def test_what_only_grows_is_cosigned(log: Log, witness: Witness) -> None:
    for old, size in ((0, 5), (5, 5), (5, 21), (21, 60)):
        answer = witness.add_checkpoint(log.asks(old, size), at_s=1_700_000_000)
        assert answer.status is Status.OK, answer.body
        cosigned(log, witness, size, answer.body)
        note = log.note(size).with_signatures(parse_cosignatures(answer.body))
        assert verify_cosignature(note, witness.signer.verifier) == 1_700_000_000


def test_a_wrong_old_size_is_told_the_right_one(log: Log, witness: Witness) -> None:
    witness.add_checkpoint(log.asks(0, 21))
    answer = witness.add_checkpoint(log.asks(5, 30))
    assert (answer.status, answer.body, answer.type) == (Status.CONFLICT, b"21\n", "text/x.tlog.size")
    assert witness.add_checkpoint(log.asks(21, 30)).status is Status.OK


@pytest.mark.parametrize("size", [21, 30, 60])
def test_a_fork_is_refused_and_kept_as_evidence(log: Log, witness: Witness, size: int) -> None:
    assert witness.add_checkpoint(log.asks(0, 21)).status is Status.OK
    answer = witness.add_checkpoint(log.asks(21, size, FORKED))
    assert answer.status in (Status.CONFLICT, Status.NO_PROOF)
    kept = witness.memory.forks()
    assert len(kept) == 1
    assert str(log.note(21)) in kept[0].read_text()
    assert str(log.note(size, FORKED)) in kept[0].read_text()
    assert witness.memory.last(NAME) == Checkpoint.parse(log.note(21).text)


def test_a_smaller_tree_is_never_cosigned_again(log: Log, witness: Witness) -> None:
    witness.add_checkpoint(log.asks(0, 30))
    assert witness.add_checkpoint(log.asks(0, 5)).status is Status.CONFLICT
    assert witness.add_checkpoint(log.asks(5, 21)).status is Status.CONFLICT


def test_only_logs_that_it_was_given_count(log: Log, witness: Witness) -> None:
    other = Log()
    assert witness.add_checkpoint(other.asks(0, 5)).status is Status.NOT_SIGNED
    other.signer = NoteSigner("elsewhere.example/ledger", other.signer.key)
    stranger = sign_checkpoint(Checkpoint("elsewhere.example/ledger", 0, merkle.EMPTY_ROOT), other.signer)
    assert witness.add_checkpoint(AddCheckpoint(0, (), stranger).encode()).status is Status.UNKNOWN_LOG


NONSENSE = [b"", b"old 0\n", b"old -1\n\nx", b"old 00\n\nx", b"\xff\n\n", b"new 0\n\nx", b"old 0\nno base64\n\nx\n0\n"]


@pytest.mark.parametrize("body", NONSENSE)
def test_nonsense_is_refused(witness: Witness, body: bytes) -> None:
    assert witness.add_checkpoint(body).status is Status.BAD
    with pytest.raises(ProofRefused):
        AddCheckpoint.parse(body)


def test_an_old_size_above_the_checkpoints_is_refused(log: Log, witness: Witness) -> None:
    witness.add_checkpoint(log.asks(0, 30))
    assert witness.add_checkpoint(AddCheckpoint(31, (), log.note(30)).encode()).status is Status.BAD


def test_it_remembers_when_it_starts_again(tmp_path: Path, log: Log, witness: Witness) -> None:
    witness.add_checkpoint(log.asks(0, 30))
    again = Witness.of(tmp_path, [log.signer.verifier])
    assert again.signer.verifier == witness.signer.verifier
    assert again.add_checkpoint(log.asks(0, 5)).body == b"30\n"


def test_it_says_nothing_that_is_not_durable(log: Log, witness: Witness, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("no space left on device")

    witness.add_checkpoint(log.asks(0, 5))
    monkeypatch.setattr("zegel.witnessing.write_durably", full)
    with pytest.raises(OSError, match="no space"):
        witness.add_checkpoint(log.asks(5, 21))
    monkeypatch.undo()
    assert witness.add_checkpoint(log.asks(5, 21)).status is Status.OK


def test_a_memory_that_was_tampered_with_stops_it(log: Log, witness: Witness) -> None:
    witness.add_checkpoint(log.asks(0, 5))
    next((witness.memory.folder / "logs").iterdir()).write_text("nothing")
    with pytest.raises(FolderDamaged):
        witness.add_checkpoint(log.asks(5, 21))


@contextmanager
def running(witness: Witness) -> Iterator[http.client.HTTPConnection]:
    server = witnesscli.serving(witness, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=5)
    try:
        yield connection
    finally:
        connection.close()
        server.shutdown()
        server.server_close()


def test_it_answers_over_http(log: Log, witness: Witness) -> None:
    with running(witness) as http_to:
        http_to.request("POST", "/add-checkpoint", log.asks(0, 21))
        answer = http_to.getresponse()
        assert answer.status == 200
        cosigned(log, witness, 21, answer.read())
        http_to.close()
        http_to.request("POST", "/add-checkpoint", log.asks(21, 30, FORKED))
        assert http_to.getresponse().status == 422
        http_to.close()
        http_to.request("GET", "/key")
        assert http_to.getresponse().read().decode().strip() == str(witness.signer.verifier)


def test_the_command_makes_and_shows_one(tmp_path: Path, capsys: pytest.CaptureFixture[str], log: Log) -> None:
    folder = tmp_path / "w"
    assert witnesscli.main(["init", str(folder), "--name", "w.example/1"]) == 0
    key = capsys.readouterr().out.strip()
    assert witnesscli.main(["init", str(folder), "--name", "w.example/1"]) == 2
    witness = Witness.of(folder, [log.signer.verifier])
    witness.add_checkpoint(log.asks(0, 21))
    assert witnesscli.main(["show", str(folder)]) == 0
    said = capsys.readouterr().out
    assert key in said
    assert "21 entries" in said
    witness.add_checkpoint(log.asks(21, 30, FORKED))
    assert witnesscli.main(["show", str(folder)]) == 1
    assert (folder / "key").stat().st_mode & 0o077 == 0
