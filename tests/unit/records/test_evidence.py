# SPDX-License-Identifier: EUPL-1.2
"""An evidence package: whole and as it was signed, or refused. Attacked as somebody would who holds it and wants it to
say something else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.unit.records.test_package import Story
from tests.unit.seal.examples import DAY, NOW
from zegel.records import evidence, verify_cli, zipped
from zegel.records.evidence import Incomplete, read, write
from zegel.records.package import ForeignKey, Tampered, write_front, write_package
from zegel.records.zipped import NotThatZip
from zegel.seal.checkpoint import Checkpoint, sign_checkpoint
from zegel.seal.entry import ActorKind, Entry, entry_leaf_hash
from zegel.seal.envelope import Envelope
from zegel.seal.errors import NotYours, ProofRefused, SealError
from zegel.seal.evidence import Custody, Evidence, File, Form, Maker, sign_evidence
from zegel.seal.note import NoteSigner
from zegel.seal.proof import make_receipt
from zegel.seal.suite import SigningKey

RECORDING = "recordings/001-gate.zegel"
PACKAGE = bytes(range(16))


class Whole(Story):
    """Everything that the unit recorded of the time, in a package for the police."""

    def pieces(self) -> list[Any]:
        return self.sealed

    def recording(self, signer: SigningKey | None = None, *, pieces: list[Any] | None = None, **changes: Any) -> bytes:
        chosen = self.sealed if pieces is None else pieces
        statement = self.statement(signer, segments=tuple(piece for piece, _ in chosen), **changes)
        return write_package(write_front(statement, [self.receipt(statement)]), [data for _, data in chosen])

    def inside(self, recording: bytes) -> dict[str, bytes]:
        note = sign_checkpoint(Checkpoint(self.world.log.verifier.name, 1, bytes(32)), self.world.log)
        return {RECORDING: recording, "report.pdf": b"%PDF-1.7", "checkpoint.txt": str(note).encode()}

    def signed_list(self, inside: dict[str, bytes], signer: SigningKey | None = None, **changes: Any) -> bytes:
        key = signer or self.world.owner
        files = tuple(File(name, len(data), hashlib.sha256(data).digest()) for name, data in sorted(inside.items()))
        fields: dict[str, Any] = {
            "package": PACKAGE, "maker": Maker.OWNER, "form": Form.ORIGINALS, "signer_pk": key.public_key,
            "order": bytes(range(1, 17)), "authority": "Politie Rotterdam", "reference": "PL1700-1",
            "ground": "seizure", "article": "126nda Sv", "scope": "Images of the gate", "recipient": "Politie",
            "person": self.world.person, "party": self.world.party, "second": None, "made_ms": NOW + DAY,
            "log": str(self.world.log.verifier), "files": files,
            "custody": (Custody(NOW, "recorded", "Gate camera 2", None),),
        }  # fmt: skip
        return sign_evidence(Evidence(**(fields | changes)), key)

    def proof(self, signed: bytes, log: NoteSigner | None = None, **lies: Any) -> str:
        said = Evidence.decode(Envelope.decode(signed).body)
        facts: dict[str, Any] = {
            "package": said.package, "evidence": Envelope.decode(signed).hash, "order": said.order,
            "second": said.second, "maker": said.maker.value, "signer": Envelope.decode(signed).signer,
        }  # fmt: skip
        party, facts = lies.pop("party", said.party), facts | lies
        entry = Entry("export", NOW + DAY, self.world.party, ActorKind.PERSON, said.person, party,
                      tuple(sorted(facts.items())))  # fmt: skip
        log, salt, body = log or self.world.log, bytes(32), entry.encode()
        note = sign_checkpoint(Checkpoint(log.verifier.name, 1, entry_leaf_hash(salt, body)), log)
        return make_receipt(salt, body, 0, (), note)

    def package(self, recording: bytes | None = None, **changes: Any) -> bytes:
        inside = self.inside(recording or self.recording())
        signed = self.signed_list(inside, **changes)
        return write(signed, self.proof(signed), inside)


@pytest.fixture(scope="module")
def story() -> Whole:
    return Whole()


def test_a_package_holds_and_says_on_which_order_it_was_made(story: Whole) -> None:
    proved = read(story.package())
    assert proved.evidence.reference == "PL1700-1"
    assert list(proved.recordings) == [RECORDING]
    assert proved.receipt.entry.kind == "export"


def test_one_changed_byte_anywhere_refuses_it(story: Whole) -> None:
    whole = story.package()
    for at in [*range(400), *range(400, len(whole), 997), *range(len(whole) - 300, len(whole))]:
        changed = bytearray(whole)
        changed[at] ^= 0x40
        with pytest.raises(SealError):
            read(bytes(changed))


@pytest.mark.parametrize(
    "spoilt", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: b"", lambda d: d[1:]]
)
def test_a_package_that_is_cut_or_has_something_behind_it_is_refused(
    story: Whole, spoilt: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(NotThatZip):
        read(spoilt(story.package()))


def test_a_file_added_or_taken_away_is_noticed(story: Whole) -> None:
    files = {name: bytes(data) for name, data in zipped.read(story.package()).items()}
    for other in (files | {"note.txt": b"added"}, {n: d for n, d in files.items() if n != "report.pdf"}):
        with pytest.raises(Tampered):
            read(b"".join(zipped.write(other.items())))


def test_a_second_left_out_is_refused_even_when_its_maker_signed_so(story: Whole) -> None:
    with pytest.raises(Incomplete):
        read(story.package(story.recording(pieces=story.sealed[:-1])))
    with pytest.raises(Incomplete):
        read(story.package(story.recording(pieces=[*story.sealed[:1], *story.sealed[2:]])))


def test_a_list_of_the_unit_taken_away_with_its_seconds_is_refused(story: Whole) -> None:
    first, second = story.manifests()
    with pytest.raises(Incomplete):  # seconds without a list
        read(story.package(story.recording(manifests=(first,))))
    with pytest.raises(Incomplete):  # the first list taken away, and a later one again
        read(story.package(story.recording(manifests=(second,))))


def test_a_receipt_of_another_log_or_of_another_package_is_refused(story: Whole) -> None:
    inside = story.inside(story.recording())
    signed = story.signed_list(inside)
    other = NoteSigner(story.world.log.verifier.name, SigningKey.generate())
    for proof in (story.proof(signed, other), story.proof(signed, evidence=bytes(32)), story.proof(signed, order=None)):
        with pytest.raises(ProofRefused):
            read(write(signed, proof, inside))
    named = story.signed_list(inside, log=str(other.verifier))
    with pytest.raises(NotYours):
        read(write(named, story.proof(named, other), inside))


def test_only_an_owner_or_who_the_log_names_of_the_owners_centre_signs(story: Whole) -> None:
    with pytest.raises(SealError):
        read(story.package(signer=story.world.stranger))
    operator, arc = story.world.foreman, {"maker": Maker.ARC, "party": story.world.arc_party}
    inside = story.inside(story.recording(operator))
    signed = story.signed_list(inside, operator, **arc)
    assert read(write(signed, story.proof(signed), inside)).evidence.maker is Maker.ARC
    with pytest.raises(ProofRefused):  # the log says that he acted for somebody else
        read(write(signed, story.proof(signed, party=story.world.party), inside))
    stranger = story.signed_list(inside, operator, maker=Maker.ARC, party=bytes(16))
    with pytest.raises(ForeignKey):  # a centre that the owners never named
        read(write(stranger, story.proof(stranger), inside))


def test_verify_package_says_what_it_is_writes_the_films_and_refuses_with_its_status(
    story: Whole, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evidence.zip"
    path.write_bytes(story.package())
    assert verify_cli.main([str(path), "--code", story.code.text(), "--out", str(tmp_path / "films")]) == 0
    assert "PL1700-1" in capsys.readouterr().out
    assert (tmp_path / "films" / "001-gate.mp4").stat().st_size > 1000
    assert verify_cli.main([str(path), "--words", "a b c d e f g h"]) == 1
    path.write_bytes(path.read_bytes()[:-7])
    assert verify_cli.main([str(path)]) == 1
    assert verify_cli.main([str(tmp_path / "none.zip")]) == 2


def test_a_name_in_the_list_leads_nowhere_else(story: Whole) -> None:
    for name in ("../evil", "/etc/passwd", "a/b/c", "Ü", "a\\b", ""):
        with pytest.raises(SealError):
            signed = story.signed_list({name: b"x"})
            replace(Evidence.decode(Envelope.decode(signed).body))
    assert evidence.check_form(story.package())
    assert not evidence.check_form(b"PK\x03\x04")
