# SPDX-License-Identifier: EUPL-1.2
"""A redacted film opened offline: whose key, for whom, each frame looked at; refused when anything was changed."""

from __future__ import annotations

import base64
import hashlib
import struct
from pathlib import Path
from typing import Any

import pytest

from tests.unit.seal.examples import DAY, NOW, World
from zegel.records import cli, redacted
from zegel.records.mp4 import REDACTED_TYPE
from zegel.records.package import Tampered, write_front
from zegel.seal.checkpoint import Checkpoint, sign_checkpoint
from zegel.seal.entry import ActorKind, Entry, entry_leaf_hash
from zegel.seal.envelope import Envelope
from zegel.seal.errors import FieldWrong, ProofRefused, SealError
from zegel.seal.proof import make_receipt
from zegel.seal.redacted import sign_redacted
from zegel.seal.suite import sign_fingerprint
from zegel.seal.words import words

FILM = struct.pack(">I4s", 16, b"ftyp") + b"isom\x00\x00\x00\x00" + struct.pack(">I4s", 12, b"mdat") + b"\x00" * 4
WORLD = World()


def receipt_of(export: bytes, statement: bytes) -> str:
    """Of a log with one entry."""
    facts = (("export", export), ("statement", statement))
    entry = Entry("export", NOW + DAY, WORLD.party, ActorKind.PERSON, WORLD.person, WORLD.party, facts)
    salt, body = bytes(32), entry.encode()
    checkpoint = Checkpoint(WORLD.log.verifier.name, 1, entry_leaf_hash(salt, body))
    return make_receipt(salt, body, 0, (), sign_checkpoint(checkpoint, WORLD.log))


def film(film_bytes: bytes = FILM, **changes: Any) -> bytes:
    said = WORLD.make_redacted(film=hashlib.sha256(FILM).digest(), **changes)
    signed = sign_redacted(said, WORLD.owner)
    front = write_front(signed, [receipt_of(said.export, Envelope.decode(signed).hash)])
    return film_bytes + struct.pack(">I4s", 24 + len(front), b"uuid") + REDACTED_TYPE + front


def test_it_says_who_signed_for_whom_and_that_each_frame_was_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(film())
    assert cli.main([str(path)]) == 0
    said = capsys.readouterr().out
    assert "100 of 100 frames, by a person; 1 sharp" in said
    assert words(sign_fingerprint(WORLD.owner.public_key)) in said
    assert cli.main([str(path), "--key", base64.b64encode(WORLD.owner.public_key).decode()]) == 0
    assert cli.main([str(path), "--key", base64.b64encode(WORLD.unit.public_key).decode()]) == 1


def test_every_changed_byte_is_refused() -> None:
    whole = film()
    assert redacted.read(whole).statement.kept == 1
    for at in range(16, len(whole), 7):
        changed = bytearray(whole)
        changed[at] ^= 1
        with pytest.raises(SealError):
            redacted.read(bytes(changed))
    with pytest.raises(Tampered):
        redacted.read(film(FILM + struct.pack(">I4s", 8, b"free")))


def test_no_statement_can_be_made_of_a_film_that_nobody_looked_at_or_of_someone_sharp_in_public() -> None:
    for wrong in ({"reviewed": 99}, {"frames": 0, "reviewed": 0}, {"purpose": "publication"}):
        with pytest.raises(FieldWrong):
            film(**wrong)
    assert redacted.read(film(purpose="publication", kept=0)).statement.purpose == "publication"


def test_the_receipt_must_be_of_this_export() -> None:
    said = WORLD.make_redacted(film=hashlib.sha256(FILM).digest())
    signed = sign_redacted(said, WORLD.owner)
    front = write_front(signed, [receipt_of(said.export, bytes(32))])
    with pytest.raises(ProofRefused):
        redacted.read(FILM + struct.pack(">I4s", 24 + len(front), b"uuid") + REDACTED_TYPE + front)
