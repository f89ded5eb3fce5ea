# SPDX-License-Identifier: EUPL-1.2
"""The witnesses of this log: its checkpoints are shown to each, and their cosignatures are kept and served (C2SP
tlog-witness).

- Which they are comes from the installation's settings (LEDGER_WITNESSES), and from nowhere else.
- A witness that knows a larger tree than ours, or another one, is not argued with: it is on record as refusing, which
  breaks the promise that the log only grew.
- What is shown is a checkpoint of the published tree; a witness sees sizes and hashes.
"""

from __future__ import annotations

import http.client
import json
import re
import ssl
import threading
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from zegel.seal.checkpoint import Checkpoint, verify_checkpoint
from zegel.seal.cosignature import verify_cosignature
from zegel.seal.errors import SealError
from zegel.seal.merkle import consistency_proof
from zegel.seal.note import Note, NoteSigner, Signature, VerifierKey
from zegel.seal.witnessing import AddCheckpoint, parse_cosignatures
from zegel.server.kernel import clock, locks, log
from zegel.server.kernel.services import service
from zegel.server.kernel.storage import NotFound
from zegel.server.ledger import origin
from zegel.server.ledger.models import Published
from zegel.server.ledger.tilestore import Head, TileStore, of_origin

LOCK = "ledger.witnesses"
EVERY_S = 5.0
TIMEOUT_S = 5
LARGEST_ANSWER = 64 << 10
_SETTING = re.compile(r"(\S+)@(https?://\S+)")


class WitnessUnclear(ValueError):
    """LEDGER_WITNESSES holds something that is no witness; the message says what to write."""


class DidNotAnswer(Exception):
    """Nothing is known: it will be asked again."""


@dataclass(frozen=True)
class Witness:
    key: VerifierKey
    url: str

    @property
    def name(self) -> str:
        return self.key.name


@dataclass(frozen=True)
class Standing:
    """What a witness cosigned last. `refused`: it knows another tree of this log."""

    name: str
    vkey: str
    size: int
    at: datetime | None
    refused: bool


def configured(text: str | None = None) -> tuple[Witness, ...]:
    """VKEY@URL, with spaces or commas between them. Raises WitnessUnclear."""
    found = []
    for word in (settings.LEDGER_WITNESSES if text is None else text).replace(",", " ").split():
        parts = _SETTING.fullmatch(word)
        if parts is None:
            raise WitnessUnclear(f"{word[:80]!r} is no witness: write VERIFIERKEY@https://address.")
        try:
            found.append(Witness(VerifierKey.parse(parts[1]), parts[2].rstrip("/")))
        except SealError as problem:
            raise WitnessUnclear(f"{word[:80]!r}: {problem}") from None
    return tuple(found)


def _tiles() -> TileStore:
    return of_origin(Published.objects.get(id=1).origin_number)


def standing() -> list[Standing]:
    """Of each configured witness."""
    tiles = _tiles()
    return [_standing(tiles, witness) for witness in configured()]


def _standing(tiles: TileStore, witness: Witness) -> Standing:
    said = _read(tiles, witness)
    at_s = said.get("at_s")
    at = clock.moment(int(at_s) * 1000) if isinstance(at_s, int) else None
    return Standing(witness.name, str(witness.key), int(said.get("size", 0)), at, bool(said.get("refused")))


def cosigned() -> str:
    """The newest checkpoint that a witness cosigned, with all cosignatures of it; "" before the first."""
    return _cosigned(_tiles())


def _cosigned(tiles: TileStore) -> str:
    try:
        return tiles.store.get(tiles.key("cosigned")).decode()
    except NotFound:
        return ""


def with_cosignatures(tiles: TileStore, note: str) -> str:
    """The same checkpoint with what witnesses said of it, if they have seen exactly this one."""
    held = _cosigned(tiles) if note and settings.LEDGER_WITNESSES else ""
    return held if held and Note.parse(held).text == Note.parse(note).text else note


def covering(tiles: TileStore, index: int) -> Note | None:
    """The cosigned checkpoint, if it covers that entry: a receipt that carries it needs no trust in the log alone."""
    held = _cosigned(tiles) if settings.LEDGER_WITNESSES else ""
    if not held:
        return None
    note = Note.parse(held)
    return note if Checkpoint.parse(note.text).size > index else None


# --- showing ---


def show_all(tiles: TileStore, signer: NoteSigner) -> int:
    """Shows the newest checkpoint to every witness that has not cosigned it; returns how many did now."""
    witnesses = configured()
    head = tiles.head() if witnesses else None
    if head is None or head.size == 0:
        return 0
    verify_checkpoint(head.note, signer.verifier)
    return sum(_show(tiles, head, witness) for witness in witnesses)


def _show(tiles: TileStore, head: Head, witness: Witness) -> bool:
    said = _read(tiles, witness)
    if said.get("size") == head.size and not said.get("refused"):
        return False
    try:
        lines = _asked(tiles, head, witness, int(said.get("size", 0)))
    except DidNotAnswer as problem:
        log.warning("ledger.witness_silent", witness=witness.name, why=str(problem)[:200])
        return False
    if lines is None:
        log.error("ledger.witness_refused", witness=witness.name, size=head.size)
        _write(tiles, witness, {**said, "refused": True})
        return False
    note = Note.parse(head.note)
    at_s = verify_cosignature(note.with_signatures(lines), witness.key)
    _write(tiles, witness, {"size": head.size, "at_s": at_s, "refused": False})
    _merge(tiles, note, [line for line in lines if line.is_of(witness.key)])
    return True


def _asked(tiles: TileStore, head: Head, witness: Witness, old: int) -> tuple[Signature, ...] | None:
    """Its cosignatures; None when it knows a tree that ours did not grow from. Raises DidNotAnswer."""
    for _ in range(2):
        proof = consistency_proof(old, head.size, tiles.nodes(head.size, head)) if 0 < old < head.size else ()
        status, data = _post(witness, AddCheckpoint(old, proof, Note.parse(head.note)).encode())
        if status == 200:
            try:
                return parse_cosignatures(data)
            except SealError as problem:
                raise DidNotAnswer(str(problem)) from None
        if status == 422:
            return None
        if status != 409 or not data.strip().isdigit():
            raise DidNotAnswer(f"it answered {status}")
        known = int(data)
        if known > head.size or known == old:
            return None
        old = known
    return None


def _post(witness: Witness, body: bytes) -> tuple[int, bytes]:
    at = urlsplit(witness.url)
    connection = (
        http.client.HTTPSConnection(at.netloc, timeout=TIMEOUT_S, context=ssl.create_default_context())
        if at.scheme == "https"
        else http.client.HTTPConnection(at.netloc, timeout=TIMEOUT_S)
    )
    try:
        connection.request("POST", f"{at.path}/add-checkpoint", body, {"Content-Type": "text/plain; charset=utf-8"})
        answer = connection.getresponse()
        return answer.status, answer.read(LARGEST_ANSWER)
    except (OSError, http.client.HTTPException) as problem:
        raise DidNotAnswer(type(problem).__name__) from None
    finally:
        connection.close()


def _merge(tiles: TileStore, note: Note, lines: list[Signature]) -> None:
    """A larger checkpoint takes the place of a smaller one; to the same one it is added."""
    held = _cosigned(tiles)
    if held:
        before = Note.parse(held)
        if Checkpoint.parse(before.text).size > Checkpoint.parse(note.text).size:
            return
        if before.text == note.text:
            known = {line.line() for line in before.signatures}
            note, lines = before, [line for line in lines if line.line() not in known]
    tiles.store.put(tiles.key("cosigned"), str(note.with_signatures(lines)).encode())


def _place(tiles: TileStore, witness: Witness) -> str:
    return tiles.key(f"witnesses/{witness.key.id.hex()}")


def _read(tiles: TileStore, witness: Witness) -> dict[str, int | bool]:
    try:
        found: dict[str, int | bool] = json.loads(tiles.store.get(_place(tiles, witness)))
    except (NotFound, ValueError):
        return {}
    return found


def _write(tiles: TileStore, witness: Witness, said: dict[str, int | bool]) -> None:
    tiles.store.put(_place(tiles, witness), json.dumps(said).encode())


@service("worker", name=LOCK)
def witnessed(stop: threading.Event) -> None:
    """Until told to stop; one at a time. Without witnesses it only waits."""
    if not configured():
        stop.wait()
        return
    with locks.only_one(LOCK, stop) as connection:
        if connection is None:
            return
        number = Published.objects.get(id=1).origin_number
        signer = NoteSigner(origin.name(number), origin.key())
        while not stop.wait(EVERY_S):
            show_all(of_origin(number), signer)
