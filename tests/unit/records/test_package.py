# SPDX-License-Identifier: EUPL-1.2
"""A package of originals and a film with its statement: opened offline, refused when anything in them was changed."""

from __future__ import annotations

import base64
import hashlib
import io
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import pytest

from tests.unit.seal.examples import DAY, NOW, World
from tests.unit.unit.test_mux import h264
from zegel.records import cli
from zegel.records.mp4 import STATEMENT_TYPE, Film, NoFilm, boxes
from zegel.records.package import (
    ForeignKey,
    NotAPackage,
    Tampered,
    What,
    film_of,
    read,
    write_front,
    write_package,
)
from zegel.seal import epoch, keyset, manifest
from zegel.seal.account import RecoveryCode
from zegel.seal.checkpoint import Checkpoint, sign_checkpoint
from zegel.seal.entry import ActorKind, Entry, entry_leaf_hash
from zegel.seal.envelope import Envelope
from zegel.seal.errors import CannotOpen, CodeMistyped, ProofRefused, SealError
from zegel.seal.exported import Exported, Form, Piece, seal_keys, sign_exported
from zegel.seal.kept import Kept, sign_kept
from zegel.seal.proof import make_receipt
from zegel.seal.ranges import Range, keys_from_roots
from zegel.seal.segment import Header, SegmentFlag, Track, seal_segment
from zegel.seal.suite import SigningKey
from zegel.seal.tree import leaf
from zegel.seal.words import words
from zegel.unit.cutter import Cutter

SECONDS = 3
LATER_MS = 20_000


def seconds_of_video() -> list[bytes]:
    """Segments' plaintext as a unit makes it, one second each, every one with its own init data."""
    stream, packets = h264(10 * SECONDS)
    cutter = Cutter()
    cutter.set_stream(stream)
    for packet in packets:
        cutter.add(packet)
    return [cut.plaintext for cut in cutter.take(0.0, 0)]


class Story:
    """Two recordings of three seconds, twenty seconds apart, and one second that was left out of the file."""

    def __init__(self) -> None:
        self.world = World()
        self.plain = seconds_of_video()
        second = bytes(range(16))
        self.epochs = {self.world.epoch_id: NOW, second: NOW + LATER_MS}
        self.roots = dict.fromkeys(self.epochs, self.world.root)
        self.sealed: list[tuple[Piece, bytes]] = []
        for identity in self.epochs:
            for slot, plaintext in enumerate(self.plain):
                header = Header(
                    self.world.suite, SegmentFlag.RANDOM_ACCESS, self.world.camera, identity, Track.SURVEILLANCE, slot,
                    slot, self.epochs[identity] + slot * 1000, 1000, b"avc1", len(plaintext),
                )  # fmt: skip
                data = seal_segment(leaf(self.world.root, slot), header, plaintext)
                self.sealed.append((Piece(identity, slot, hashlib.sha256(data).digest()), data))
        self.code = RecoveryCode.generate()

    def manifests(self) -> tuple[bytes, ...]:
        made, before = [], None
        for identity in self.epochs:
            entries = tuple(
                manifest.Entry(piece.sequence, piece.sequence, piece.sha256)
                for piece, _ in self.sealed
                if piece.epoch == identity
            )
            body = self.world.make_manifest(
                epoch=identity, previous=before, entries=entries, slot_count=10, closed=identity != self.world.epoch_id,
                release_head=None, checkpoint=None,
            )  # fmt: skip
            made.append(manifest.sign_manifest(body, self.world.unit))
            before = body.hash
        return tuple(made)

    def header(self, **changes: Any) -> Exported:
        world = self.world
        epochs = tuple(
            epoch.sign_epoch(
                world.make_epoch(epoch=one, start_ms=start, number=number + 1), world.root, world.tenant.public_key,
                world.unit,
            )
            for number, (one, start) in enumerate(self.epochs.items())
        )  # fmt: skip
        fields: dict[str, Any] = {
            "export": bytes(16), "form": Form.ORIGINALS, "unit": world.unit_id, "unit_pk": world.unit.public_key,
            "camera": world.camera, "track": Track.SURVEILLANCE, "camera_name": "Gate camera 2", "site_name": "Yard",
            "zone": "Europe/Amsterdam", "from_ms": NOW, "to_ms": NOW + 30_000,
            "ranges": tuple(Range(one, 0, SECONDS) for one in self.epochs), "person": world.person,
            "purpose": "police", "recipient": "Politie Rotterdam", "made_ms": NOW + DAY,
            "keysets": (keyset.sign_keyset(world.keyset, world.owner),), "epochs": epochs,
            "manifests": self.manifests(), "segments": tuple(piece for piece, _ in self.pieces()),
        }  # fmt: skip
        return Exported(**(fields | changes))

    def pieces(self) -> list[tuple[Piece, bytes]]:
        return self.sealed[:-1]

    def receipt(self, statement: bytes, **lies: Any) -> str:
        facts = {"export": bytes(16), "statement": Envelope.decode(statement).hash} | lies
        entry = Entry("export", NOW + DAY, self.world.party, ActorKind.PERSON, self.world.person, self.world.party,
                      tuple(sorted(facts.items())))  # fmt: skip
        salt, body = bytes(32), entry.encode()
        root = entry_leaf_hash(salt, body)  # of a tree of one
        note = sign_checkpoint(Checkpoint(self.world.log.verifier.name, 1, root), self.world.log)
        return make_receipt(salt, body, 0, (), note)

    def statement(self, signer: SigningKey | None = None, **changes: Any) -> bytes:
        header = self.header(**changes)
        if header.form is Form.ORIGINALS:
            header = seal_keys(header, keys_from_roots(header.ranges, self.roots), self.code)
        return sign_exported(header, signer or self.world.owner)

    def file(self, signer: SigningKey | None = None, **changes: Any) -> bytes:
        statement = self.statement(signer, **changes)
        front = write_front(statement, [self.receipt(statement)])
        return write_package(front, [data for _, data in self.pieces()])

    def film(self) -> Film:
        film = Film()
        for piece, _ in self.pieces():
            film.add(self.plain[piece.sequence], self.epochs[piece.epoch])
        return film

    def film_file(self) -> bytes:
        film = b"".join(self.film().finish())
        statement = self.statement(form=Form.FILM, film=hashlib.sha256(film).digest())
        front = write_front(statement, [self.receipt(statement)])
        return film + struct.pack(">I4s", 24 + len(front), b"uuid") + STATEMENT_TYPE + front


@pytest.fixture(scope="module")
def story() -> Story:
    return Story()


def frames(film: bytes) -> list[float]:
    with av.open(io.BytesIO(film)) as opened:
        return [float(frame.time) for frame in opened.decode(video=0)]


def test_a_package_holds_and_its_film_plays_from_zero_without_its_gap(story: Story) -> None:
    package = read(story.file())
    film = film_of(package, story.code)
    times = frames(b"".join(film.finish()))
    assert len(times) == 10 * (2 * SECONDS - 1)
    assert times[0] == pytest.approx(0, abs=0.25)
    assert times == sorted(times)
    assert times[-1] < 2 * SECONDS
    assert film.duration_ms == pytest.approx(5000, abs=120)


def test_it_says_what_was_recorded_what_was_empty_what_was_left_out_and_what_nobody_signed(story: Story) -> None:
    said = [(row.what, (row.from_ms - NOW) // 1000, (row.to_ms - NOW) // 1000) for row in read(story.file()).stretches]
    assert said == [
        (What.RECORDED, 0, 3), (What.EMPTY, 3, 10), (What.UNSIGNED, 10, 20), (What.RECORDED, 20, 22),
        (What.LEFT_OUT, 22, 23), (What.EMPTY, 23, 30),
    ]  # fmt: skip


def test_a_film_with_its_statement_plays_anywhere_and_holds(story: Story) -> None:
    data = story.film_file()
    assert len(frames(data)) == 50
    package = read(data)
    assert package.film is not None
    assert package.statement.recipient == "Politie Rotterdam"
    assert [box.kind for box in boxes(data)][-1] == b"uuid"


def places(data: bytes) -> list[int]:
    """Bytes here and there: in the statement, the receipts, the first and the last segment."""
    return [9, 40, 900, len(data) // 3, len(data) // 2, len(data) - 3000, len(data) - 1]


def test_whatever_byte_is_changed_the_file_is_refused(story: Story) -> None:
    whole = story.file()
    for at in [*places(whole), 13, 700]:
        changed = bytearray(whole)
        changed[at] ^= 1
        with pytest.raises(SealError):
            film_of(read(bytes(changed)), story.code)
    film = story.film_file()
    for at in places(film):
        changed = bytearray(film)
        changed[at] ^= 1
        with pytest.raises(SealError):
            read(bytes(changed))


def test_a_changed_segment_is_called_tampered_also_with_a_cut_or_longer_file(story: Story) -> None:
    whole = story.file()
    for wrong in (whole[:-1] + bytes([whole[-1] ^ 1]), whole[:-1], whole + b"\0", whole + bytes(4), whole[:3000]):
        with pytest.raises((Tampered, SealError)):
            read(wrong)
    with pytest.raises(Tampered, match="segment 1 was changed"):
        read(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(NotAPackage):
        read(b"a letter to grandmother")


def test_a_foreign_signer_is_refused_unless_the_reader_names_his_key(story: Story) -> None:
    stranger = story.world.stranger
    data = story.file(stranger)
    with pytest.raises(ForeignKey):
        read(data)
    assert read(data, [stranger.public_key]).signer == stranger.public_key
    with pytest.raises(ForeignKey, match="another person"):
        read(story.file(person=story.world.second_person))


def test_a_unit_that_is_not_the_owners_signs_nothing_in_it(story: Story) -> None:
    with pytest.raises(SealError) as refused:
        read(story.file(unit_pk=story.world.stranger.public_key))
    assert refused.value.code == "unknown_signer"


def test_a_segment_that_the_unit_never_made_is_refused_though_the_owner_signed_it(story: Story) -> None:
    """An owner can't put another picture where his unit signed what it recorded."""
    forged = list(story.pieces())
    data = bytearray(forged[0][1])
    data[-1] ^= 1
    forged[0] = (replace(forged[0][0], sha256=hashlib.sha256(data).digest()), bytes(data))
    statement = story.statement(segments=tuple(piece for piece, _ in forged))
    front = write_front(statement, [story.receipt(statement)])
    with pytest.raises(Tampered, match="recorded something other"):
        read(write_package(front, [sealed for _, sealed in forged]))


def test_the_receipt_must_be_of_this_export(story: Story) -> None:
    statement, other = story.statement(), story.statement(recipient="Somebody else")
    segments = [data for _, data in story.pieces()]
    for wrong in (story.receipt(other), story.receipt(statement, export=bytes(15) + b"\1")):
        with pytest.raises(ProofRefused):
            read(write_package(write_front(statement, [wrong]), segments))
    with pytest.raises(ProofRefused):
        read(write_package(write_front(statement, []), segments))


def test_the_wrong_code_opens_nothing_and_a_slip_is_told(story: Story) -> None:
    package = read(story.file())
    with pytest.raises(CannotOpen):
        film_of(package, RecoveryCode.generate())
    with pytest.raises(CodeMistyped):
        RecoveryCode.parse(story.code.text()[:-1] + ("A" if story.code.text()[-1] != "A" else "B"))


def test_what_is_kept_of_an_epoch_stands_for_it(story: Story) -> None:
    world = story.world
    kept = Kept(
        world.party, world.person, bytes(16), world.suite, world.unit_id, world.camera, Track.SURVEILLANCE,
        world.epoch_id, 1, NOW, world.keyset.hash, world.policy.hash, (Range(world.epoch_id, 0, 4000),), NOW,
    )  # fmt: skip
    epochs = (sign_kept(kept, world.owner), story.header().epochs[1])
    assert film_of(read(story.file(epochs=epochs)), story.code).duration_ms > 4900
    with pytest.raises(SealError):
        read(story.file(epochs=(sign_kept(kept, world.stranger), epochs[1])))


def test_a_camera_of_which_the_picture_changed_makes_no_film(story: Story) -> None:
    film = Film()
    film.add(story.plain[0], NOW)
    changed = story.plain[1].replace(struct.pack(">2I", 160 << 16, 96 << 16), struct.pack(">2I", 320 << 16, 96 << 16))
    assert changed != story.plain[1]
    with pytest.raises(NoFilm):
        film.add(changed, NOW)
    with pytest.raises(NoFilm):
        Film().finish()


def test_zegel_open_says_what_it_is_and_writes_the_film(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gate.zegel"
    file.write_bytes(story.file())
    spoken = words(story.world.owner.fingerprint)
    assert cli.main([str(file), "--code", story.code.text(), "--words", spoken]) == 0
    said = capsys.readouterr().out
    assert "Everything in this file holds." in said
    assert "NOT in this file" in said
    assert spoken in said
    assert len(frames((tmp_path / "gate.mp4").read_bytes())) == 50
    assert cli.main([str(file), "--words", words(story.world.stranger.fingerprint)]) == 1
    assert "REFUSED (foreign_key)" in capsys.readouterr().err
    file.write_bytes(story.file(story.world.stranger))
    assert cli.main([str(file)]) == 1
    named = base64.b64encode(story.world.stranger.public_key).decode()
    assert cli.main([str(file), "--key", named]) == 0
    assert cli.main([str(tmp_path / "nothing")]) == 2


def test_zegel_open_refuses_what_was_changed_in_words_that_say_what_to_do(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, data = tmp_path / "gate.zegel", bytearray(story.file())
    data[-1] ^= 1
    file.write_bytes(data)
    assert cli.main([str(file)]) == 1
    said = capsys.readouterr().err
    assert "REFUSED (tampered)" in said
    assert "Ask for the file again" in said


def test_a_statement_over_more_than_an_hour_is_refused_before_anybody_walks_its_seconds(story: Story) -> None:
    from zegel.records.package import _stretches
    from zegel.seal.errors import FieldWrong

    for longer in (3_600_001, 2**52):
        with pytest.raises(FieldWrong):
            read(story.file(to_ms=NOW + longer))
    with pytest.raises(FieldWrong):
        list(_stretches(story.header(to_ms=NOW + 2**52), [], {}))
