# SPDX-License-Identifier: EUPL-1.2
"""A file that left somebody's hands, read without a network (docs/design/seal-formats.md, 10).

Who says what it is, what his unit signed about that time, what the log proves, and whether every byte is the one that
was recorded. Nothing is believed before it is checked, and the first thing that is wrong refuses the whole file.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from zegel.records.mp4 import Film, NoFilm, split_film, without_manifest
from zegel.seal import encoding, envelope
from zegel.seal.account import RecoveryCode
from zegel.seal.epoch import SLOT_MS, Epoch, verify_epoch
from zegel.seal.errors import CannotOpen, FieldWrong, NotYours, ProofRefused, SealError, UnknownSigner
from zegel.seal.exported import LONGEST_MS, Exported, Form, open_keys, verify_exported
from zegel.seal.kept import Kept, verify_kept
from zegel.seal.keyset import Keyset, verify_keyset
from zegel.seal.manifest import Manifest, verify_manifest
from zegel.seal.note import VerifierKey
from zegel.seal.proof import Receipt, verify_receipt
from zegel.seal.segment import Header, open_segment
from zegel.seal.suite import sign_fingerprint
from zegel.seal.words import same_words, words

MAGIC = b"ZEGELPK1"
MAX_RECEIPTS = 100


class NotAPackage(SealError):
    """The file is none of Zegel's: neither a package of originals nor a film with a statement in it."""

    code = "not_a_package"
    action = "Check that this is the file you were given, whole and as it was sent."


class Tampered(SealError):
    """The file, or something in it, was changed after it was signed."""

    code = "tampered"
    action = "Do not use it. Ask for the file again from who made it, and keep this one: it may be evidence."


class ForeignKey(SealError):
    """It is signed by a key that is not one of the owners of the unit that recorded it, and that you did not name."""

    code = "foreign_key"
    action = "Compare the signer's eight words with him another way; then name his key with --key."


def check_words(signer: bytes, spoken: str) -> None:
    """`spoken`: the eight words of the signer, as he read them out; empty asks nothing. Raises ForeignKey."""
    fingerprint = sign_fingerprint(signer)
    if spoken and not same_words(fingerprint, spoken):
        raise ForeignKey(f"it is signed by the key “{words(fingerprint)}”, not by the one whose words you gave")


class What(StrEnum):
    """A stretch of the asked time."""

    RECORDED = "recorded"
    EMPTY = "empty"
    LEFT_OUT = "left_out"
    UNSIGNED = "unsigned"


@dataclass(frozen=True, slots=True)
class Stretch:
    from_ms: int
    to_ms: int
    what: What


@dataclass(frozen=True)
class Package:
    """Everything about it was checked, but for the segments' opening, which needs the code."""

    statement: Exported
    signer: bytes
    keyset: Keyset
    receipts: tuple[Receipt, ...]
    stretches: tuple[Stretch, ...]
    starts: dict[bytes, int]
    film: bytes | None = field(default=None, repr=False)
    segments: tuple[bytes, ...] = field(default=(), repr=False)


def write_front(statement: bytes, receipts: Sequence[str]) -> bytes:
    """What stands in front of the segments, and in a film's last box."""
    parts = (statement, encoding.encode(tuple(receipts)))
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def write_package(front: bytes, segments: Sequence[bytes]) -> bytes:
    return MAGIC + front + b"".join(struct.pack(">I", len(one)) + one for one in segments)


def read(data: bytes, trusted: Sequence[bytes] = ()) -> Package:
    """`trusted`: public keys that may have signed it beside the owners of its unit. Raises SealError."""
    if data[:8] == MAGIC:
        film, cursor = None, parts_of(data, 8)
    else:
        found = split_film(data)
        if found is None:
            raise NotAPackage("this is neither a package of originals nor a film with a statement in it")
        film, cursor = without_manifest(data[: found[0]]), parts_of(data, found[1])
    try:
        signed, receipts = next(cursor), next(cursor)
    except StopIteration:
        raise Tampered("the file is cut off") from None
    statement, signer, keysets = _statement(signed, trusted)
    if (statement.form is Form.FILM) is (film is None):
        raise Tampered("the statement is about another kind of file")
    segments = tuple(cursor)
    _check_bytes(statement, film, segments)
    starts, manifests = _of_unit(statement, keysets)
    _check_manifests(statement, manifests)
    proofs = receipts_of(receipts, statement.export, envelope.Envelope.decode(signed).hash, keysets[-1].log.key)
    return Package(
        statement, signer, keysets[-1], proofs, tuple(_stretches(statement, manifests, starts)), starts, film, segments
    )


def film_of(package: Package, code: RecoveryCode) -> Film:
    """The film of a package of originals. Raises CannotOpen, Tampered, NoFilm, FieldWrong."""
    keys, film = open_keys(package.statement, code), Film()
    for piece, sealed in zip(package.statement.segments, package.segments, strict=True):
        claimed = Header.decode(sealed)
        try:
            header, plaintext = open_segment(keys.leaf(piece.epoch, claimed.slot), sealed)
        except CannotOpen:
            raise Tampered(f"segment {piece.sequence} does not open under its slot's key") from None
        same = (header.epoch, header.sequence, header.camera, header.track)
        if same != (piece.epoch, piece.sequence, package.statement.camera, package.statement.track):
            raise Tampered(f"segment {piece.sequence} is not the one that the statement names")
        if header.codec == b"mjpg":
            raise NoFilm("this camera makes stills, which no film is made of")
        film.add(plaintext, package.starts[piece.epoch])
    return film


# --- the parts ---


def parts_of(data: bytes, at: int) -> Iterator[bytes]:
    """Each a length and its bytes. Raises Tampered."""
    while at < len(data):
        if at + 4 > len(data):
            raise Tampered("the file is cut off")
        (size,) = struct.unpack_from(">I", data, at)
        at += 4 + size
        if at > len(data):
            raise Tampered("the file is cut off")
        yield data[at - size : at]


def _texts(data: bytes) -> tuple[str, ...]:
    found = encoding.decode(data)
    if not isinstance(found, tuple) or not all(isinstance(one, str) for one in found):
        raise FieldWrong("package: a list of texts was expected")
    return tuple(str(one) for one in found)


def _statement(signed: bytes, trusted: Sequence[bytes]) -> tuple[Exported, bytes, list[Keyset]]:
    said = Exported.decode(envelope.read_unverified(signed, Exported.NAME).body)
    chain: list[Keyset] = []
    for one in said.keysets:
        chain.append(verify_keyset(one, chain[-1] if chain else None))
    keyset = chain[-1]
    if keyset.unit != said.unit:
        raise NotYours("the keyset is another unit's")
    try:
        statement, signer = verify_exported(signed, (*keyset.owner_pks, *trusted))
    except UnknownSigner as error:
        raise ForeignKey(str(error)) from None
    for owner in keyset.owners:
        if owner.sign_pk == signer and owner.id != statement.person:
            raise ForeignKey("the statement names another person than the one who signed it")
    return statement, signer, chain


def _check_bytes(statement: Exported, film: bytes | None, segments: Sequence[bytes]) -> None:
    if film is not None:
        if segments or hashlib.sha256(film).digest() != statement.film:
            raise Tampered("the film was changed after it was signed")
        return
    if len(segments) != len(statement.segments):
        raise Tampered(f"{len(segments)} segments are in the file, {len(statement.segments)} were signed")
    for piece, sealed in zip(statement.segments, segments, strict=True):
        if hashlib.sha256(sealed).digest() != piece.sha256:
            raise Tampered(f"segment {piece.sequence} was changed after the file was signed")


def _of_unit(statement: Exported, keysets: Sequence[Keyset]) -> tuple[dict[bytes, int], list[Manifest]]:
    owners = [key for keyset in keysets for key in keyset.owner_pks]
    known = {keyset.hash for keyset in keysets}
    starts: dict[bytes, int] = {}
    for one in statement.epochs:
        is_kept = envelope.Envelope.decode(one).name == Kept.NAME
        epoch: Kept | Epoch = verify_kept(one, owners) if is_kept else verify_epoch(one, statement.unit_pk)
        _check_bound(statement, epoch)
        if epoch.keyset_hash not in known:
            raise NotYours("an epoch was made under a keyset that is not in the file")
        starts[epoch.epoch] = epoch.start_ms
    manifests = [verify_manifest(one, statement.unit_pk) for one in statement.manifests]
    for manifest in manifests:
        _check_bound(statement, manifest)
    if any(item.epoch not in starts for item in statement.ranges):
        raise FieldWrong("exported.ranges: one lies in an epoch that is not in the file")
    return starts, manifests


def _check_bound(statement: Exported, one: Kept | Epoch | Manifest) -> None:
    if (one.unit, one.camera, one.track) != (statement.unit, statement.camera, statement.track):
        raise NotYours("something in the file is of another unit, camera or track")


def _check_manifests(statement: Exported, manifests: Sequence[Manifest]) -> None:
    listed = {(one.epoch, entry.sequence): entry.sha256 for one in manifests for entry in one.entries}
    for piece in statement.segments:
        if listed.get((piece.epoch, piece.sequence), piece.sha256) != piece.sha256:
            raise Tampered("the unit recorded something other than what is in the file")


def receipts_of(data: bytes, export: bytes, statement: bytes, log: VerifierKey) -> tuple[Receipt, ...]:
    """The first is of this export and of the statement with this hash. Raises ProofRefused, FieldWrong."""
    texts = _texts(data)
    if not 1 <= len(texts) <= MAX_RECEIPTS:
        raise ProofRefused(f"1 … {MAX_RECEIPTS} receipts were expected, not {len(texts)}")
    found = tuple(verify_receipt(text, log) for text in texts)
    facts = dict(found[0].entry.facts)
    if found[0].entry.kind != "export" or (facts.get("export"), facts.get("statement")) != (export, statement):
        raise ProofRefused("the log's entry is about another export")
    return found


def _stretches(statement: Exported, manifests: Sequence[Manifest], starts: dict[bytes, int]) -> Iterator[Stretch]:
    """Second by second, what the unit signed of the time and what of it is here; joined. The time is an hour at most,
    as the statement's own reading demands; what lists say outside of it is not looked at."""
    here = {(piece.epoch, piece.sequence) for piece in statement.segments}
    rank = [What.UNSIGNED, What.EMPTY, What.RECORDED, What.LEFT_OUT]
    marks: dict[int, What] = {}

    asked = range(statement.from_ms // SLOT_MS, -(-statement.to_ms // SLOT_MS))
    if len(asked) > LONGEST_MS // SLOT_MS + 1:
        raise FieldWrong("exported.to: an export is of an hour at most")

    def mark(ms: int, what: What) -> None:
        second = ms // SLOT_MS
        if second not in asked:
            return
        marks[second] = max(marks.get(second, What.UNSIGNED), what, key=rank.index)

    for manifest in manifests:
        start = starts.get(manifest.epoch)
        if start is None:
            continue
        for slot in range(manifest.first_slot, manifest.end_slot):
            mark(start + slot * SLOT_MS, What.EMPTY)
        for entry in manifest.entries:
            what = What.RECORDED if (manifest.epoch, entry.sequence) in here else What.LEFT_OUT
            mark(start + entry.slot * SLOT_MS, what)
    yield from _joined(statement, asked, marks)


def _joined(statement: Exported, asked: range, marks: dict[int, What]) -> Iterator[Stretch]:
    current: Stretch | None = None
    for second in asked:
        what = marks.get(second, What.UNSIGNED)
        until = min(statement.to_ms, (second + 1) * SLOT_MS)
        if current is not None and current.what is what:
            current = Stretch(current.from_ms, until, what)
            continue
        if current is not None:
            yield current
        current = Stretch(max(statement.from_ms, second * SLOT_MS), until, what)
    if current is not None:
        yield current


def fingerprint(package: Package) -> bytes:
    """Of the key that signed it."""
    return sign_fingerprint(package.signer)
