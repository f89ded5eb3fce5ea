# SPDX-License-Identifier: EUPL-1.2
"""An evidence package, checked without a network (docs/design/evidence.md).

The order of the checks: the frame (every byte has its place), the signed list (every file by its hash), the recordings
(each as `zegel open` checks it, by the same owners' keyset, log and unit), what lies between them (nothing that the
unit listed may be missing), and the log's receipt, which says that this very list was written down before it left.
The first thing that is wrong refuses the whole package.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from zegel.records import package as packages
from zegel.records import zipped
from zegel.records.package import ForeignKey, Package, Tampered, What
from zegel.seal import encoding, envelope
from zegel.seal.checkpoint import Checkpoint, verify_checkpoint
from zegel.seal.errors import FieldWrong, NotYours, ProofRefused, SealError
from zegel.seal.evidence import Evidence, Form, Maker, verify_evidence
from zegel.seal.fields import Fields
from zegel.seal.kept import Kept
from zegel.seal.keyset import Keyset, verify_keyset
from zegel.seal.manifest import Manifest, verify_manifest
from zegel.seal.note import Note, VerifierKey
from zegel.seal.proof import Receipt, verify_receipt
from zegel.seal.segment import Header
from zegel.seal.suite import sign_fingerprint

LIST, RECEIPT, CHECKPOINT = "evidence.zegel", "evidence.tlog-proof", "checkpoint.txt"
REPORT, VERIFIER, READ_ME = "report.pdf", "verify.html", "readme.txt"
RECORDINGS, SEALED = "recordings/", "sealed/"
FILMS, C2PA_ROOT = "films/", "c2pa-root.pem"
"""Films with C2PA manifests, where their maker wanted them, and the certificate of who vouches for their keys."""
UNLISTED = (LIST, RECEIPT)
"""The list itself, and the proof of it, which exists only once the list was signed and written down."""


class Incomplete(SealError):
    """The unit listed more of that time than the package holds, or its lists have a gap."""

    code = "incomplete"
    action = "Ask for the whole of it; what is missing was recorded, or somebody took a list away."


@dataclass(frozen=True)
class SealedCamera:
    """What a provider hands over of one camera: nothing in it opens."""

    unit: bytes
    unit_pk: bytes
    camera: bytes
    keyset: Keyset
    manifests: tuple[Manifest, ...]
    segments: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True)
class Proved:
    """A package of which everything was checked."""

    evidence: Evidence
    receipt: Receipt
    log: VerifierKey
    recordings: Mapping[str, Package]
    sealed: Mapping[str, SealedCamera]
    files: Mapping[str, memoryview] = field(repr=False)


def write(evidence: bytes, receipt: str, files: Mapping[str, bytes]) -> bytes:
    """`files`: those of the list. What a person opens first stands first."""
    head = [name for name in (READ_ME, VERIFIER, REPORT) if name in files]
    rest = sorted(set(files) - set(head))
    parts = [(name, files[name]) for name in head] + [(LIST, evidence), (RECEIPT, receipt.encode())]
    return b"".join(zipped.write([*parts, *((name, files[name]) for name in rest)]))


def read(data: bytes, trusted: Sequence[bytes] = ()) -> Proved:
    """`trusted`: public keys that may have signed it besides those that the owners' keyset and the log vouch for.
    Raises SealError."""
    files = zipped.read(data)
    if LIST not in files or RECEIPT not in files:
        raise Tampered("the signed list or its receipt is missing")
    signed = bytes(files[LIST])
    said = Evidence.decode(envelope.read_unverified(signed, Evidence.NAME).body)
    _check_files(said, files)
    recordings = _recordings(said, files, trusted)
    sealed = _sealed(files) if said.form is Form.CIPHERTEXT else {}
    keysets = [one.keyset for one in recordings.values()] + [one.keyset for one in sealed.values()]
    log = _one_log(said, keysets)
    receipt = _receipt(bytes(files[RECEIPT]), said, signed, log)
    evidence = verify_evidence(signed, _signers(said, keysets, receipt, log, trusted))
    _check_checkpoint(files, log)
    return Proved(evidence, receipt, log, recordings, sealed, files)


def segments_of(data: bytes) -> tuple[bytes, ...]:
    """Each as its length (32 bits, big-endian) and its bytes."""
    found, at = [], 0
    while at < len(data):
        if at + 4 > len(data):
            raise Tampered("the sealed recordings are cut off")
        (size,) = struct.unpack_from(">I", data, at)
        at += 4 + size
        if at > len(data):
            raise Tampered("the sealed recordings are cut off")
        found.append(data[at - size : at])
    return tuple(found)


# --- the list ---


def _check_files(said: Evidence, files: Mapping[str, memoryview]) -> None:
    listed = {one.name: one for one in said.files}
    extra = set(files) - set(listed) - set(UNLISTED)
    missing = set(listed) - set(files)
    if extra or missing or set(listed) & set(UNLISTED):
        raise Tampered("a file was added to the package, or taken out of it")
    for name, one in listed.items():
        if len(files[name]) != one.size or hashlib.sha256(files[name]).digest() != one.sha256:
            raise Tampered(f"{name} was changed after the package was signed")


def _one_log(said: Evidence, keysets: Sequence[Keyset]) -> VerifierKey:
    if not keysets:
        raise Tampered("there is no recording in it")
    logs = {str(one.log.key) for one in keysets}
    if logs != {said.log}:
        raise NotYours("the package names another log than its recordings")
    return keysets[0].log.key


def _signers(
    said: Evidence, keysets: Sequence[Keyset], receipt: Receipt, log: VerifierKey, trusted: Sequence[bytes]
) -> Sequence[bytes]:  # fmt: skip
    """Whose signature counts. A person of the alarm centre is vouched for by the log, for the centre of the keyset."""
    if said.maker is Maker.OWNER:
        common = set.intersection(*(set(one.owner_pks) for one in keysets))
        return [*common, *trusted]
    if said.maker is Maker.PROVIDER:
        return [log.public_key]
    if any(one.arc is None or one.arc.id != said.party for one in keysets):
        raise ForeignKey("the owners' keyset names another alarm centre than the one that made this")
    if receipt.entry.actor_party != said.party or receipt.entry.actor != said.person:
        raise ProofRefused("the log says that somebody else made this")
    return [said.signer_pk]


def _receipt(data: bytes, said: Evidence, signed: bytes, log: VerifierKey) -> Receipt:
    receipt = verify_receipt(data, log)
    facts = dict(receipt.entry.facts)
    wanted = {
        "package": said.package, "evidence": envelope.Envelope.decode(signed).hash, "order": said.order,
        "second": said.second, "maker": said.maker.value, "signer": sign_fingerprint(said.signer_pk),
    }  # fmt: skip
    if receipt.entry.kind != "export" or any(facts.get(name) != value for name, value in wanted.items()):
        raise ProofRefused("the log's entry is about another package")
    return receipt


def _check_checkpoint(files: Mapping[str, memoryview], log: VerifierKey) -> Checkpoint | None:
    if CHECKPOINT not in files:
        raise Tampered("the log's checkpoint is missing")
    return verify_checkpoint(Note.parse(bytes(files[CHECKPOINT])), log)


# --- recordings ---


def _recordings(said: Evidence, files: Mapping[str, memoryview], trusted: Sequence[bytes]) -> dict[str, Package]:
    found: dict[str, Package] = {}
    may_sign = [*trusted, said.signer_pk] if said.maker is Maker.ARC else trusted
    for name, data in files.items():
        if not name.startswith(RECORDINGS):
            continue
        one = packages.read(bytes(data), may_sign)
        if one.statement.person != said.person:
            raise ForeignKey(f"{name} was signed by another person than the package")
        if said.maker is Maker.ARC and one.signer != said.signer_pk:
            raise ForeignKey(f"{name} was signed with another key than the package")
        found[name] = one
    _check_complete(said, found)
    return found


def _check_complete(said: Evidence, found: Mapping[str, Package]) -> None:
    """What the unit listed of the time of a recording lies in one of the files. A redacted or partial film would not
    pass: it is not originals."""
    here = {
        (one.statement.camera, piece.epoch, piece.sequence)
        for one in found.values()
        for piece in one.statement.segments
    }
    for name, one in found.items():
        manifests = _in_time(one, [verify_manifest(data, one.statement.unit_pk) for data in one.statement.manifests])
        listed = {(item.epoch, entry.sequence): item for item in manifests for entry in item.entries}
        for piece in one.statement.segments:
            if (piece.epoch, piece.sequence) not in listed:
                raise Incomplete(f"{name}: a second of it is on no list that the unit signed")
        _check_chain(name, manifests)
        if any(stretch.what is What.LEFT_OUT for stretch in one.stretches):
            _check_elsewhere(name, one, manifests, here)


def _check_elsewhere(
    name: str, one: Package, manifests: Sequence[Manifest], here: set[tuple[bytes, bytes, int]]
) -> None:
    """What a file leaves out of its time must lie in another one of the package."""
    said, kept = one.statement, _kept(one)
    for item in manifests:
        start = one.starts.get(item.epoch)
        for entry in item.entries:
            if _deleted(kept, item.epoch, entry.slot):
                continue
            at = None if start is None else start + entry.slot * 1000
            inside = at is not None and said.from_ms < at + 1000 and at < said.to_ms
            if inside and (said.camera, item.epoch, entry.sequence) not in here:
                raise Incomplete(f"{name}: the unit recorded something that is not in the package")


def _kept(one: Package) -> dict[bytes, Kept]:
    """What its owner left of epochs of which he deleted a part: verified with the file."""
    envelopes = [envelope.Envelope.decode(data) for data in one.statement.epochs]
    found = [Kept.decode(each.body) for each in envelopes if each.name == Kept.NAME]
    return {each.epoch: each for each in found}


def _deleted(kept: Mapping[bytes, Kept], epoch: bytes, slot: int) -> bool:
    """By the owner's own signed word."""
    left = kept.get(epoch)
    return left is not None and not any(part.start <= slot < part.end for part in left.ranges)


def _in_time(one: Package, manifests: Sequence[Manifest]) -> list[Manifest]:
    """As they follow each other; one of an epoch that is not in the file (the list before the first) comes first."""
    return sorted(manifests, key=lambda item: (one.starts.get(item.epoch, 0), item.first_slot))


def _check_chain(name: str, manifests: Sequence[Manifest]) -> None:
    """Lists follow each other: none between the first and the last was taken away."""
    for before, after in pairwise(manifests):
        if before.hash == after.hash:
            continue
        try:
            after.check_follows(before)
        except NotYours as error:
            raise Incomplete(f"{name}: {error}") from None


# --- what nobody here can open ---


def write_sealed(
    unit: bytes, unit_pk: bytes, camera: bytes, keysets: Sequence[bytes], manifests: Sequence[bytes]
) -> bytes:  # fmt: skip
    """What goes beside the segments: who signed them, and the unit's lists."""
    return encoding.encode((1, unit, unit_pk, camera, tuple(keysets), tuple(manifests)))


def _sealed(files: Mapping[str, memoryview]) -> dict[str, SealedCamera]:
    found = {}
    for name in files:
        if name.startswith(SEALED) and name.endswith(".lists"):
            segments = files.get(f"{name.removesuffix('.lists')}.segments")
            if segments is None:
                raise Tampered(f"the segments of {name} are missing")
            found[name] = _sealed_camera(name, bytes(files[name]), segments_of(bytes(segments)))
    return found


def _sealed_camera(name: str, lists: bytes, segments: Sequence[bytes]) -> SealedCamera:
    fields = Fields(name, encoding.decode(lists))
    fields.uint("version", 1, 1)
    unit, unit_pk, camera = fields.id("unit"), fields.sign_key("unit_pk"), fields.id("camera")
    keysets = fields.each("keysets", lambda one, at: one.blob(at, 1, 1 << 18), 64, 1)
    lists_said = fields.each("manifests", lambda one, at: one.blob(at, 1, 1 << 18), 1500)
    fields.end()
    chain: list[Keyset] = []
    for one in keysets:
        chain.append(verify_keyset(one, chain[-1] if chain else None))
    manifests = tuple(verify_manifest(one, unit_pk) for one in lists_said)
    if chain[-1].unit != unit or any((one.unit, one.camera) != (unit, camera) for one in manifests):
        raise NotYours(f"{name}: something in it is of another unit or camera")
    _check_chain(name, manifests)
    _check_sealed(name, camera, manifests, segments)
    return SealedCamera(unit, unit_pk, camera, chain[-1], manifests, tuple(segments))


def _check_sealed(name: str, camera: bytes, manifests: Sequence[Manifest], segments: Sequence[bytes]) -> None:
    """Exactly what the unit listed, but for the first and last list, which reach beyond the time."""
    listed = {(one.epoch, entry.sequence): entry.sha256 for one in manifests for entry in one.entries}
    seen: set[tuple[bytes, int]] = set()
    for data in segments:
        header = Header.decode(data)
        key = (header.epoch, header.sequence)
        if header.camera != camera or listed.get(key) != hashlib.sha256(data).digest() or key in seen:
            raise Tampered(f"{name}: a sealed recording is not the one that the unit listed")
        seen.add(key)
    inner = [(one.epoch, entry.sequence) for one in manifests[1:-1] for entry in one.entries]
    if any(key not in seen for key in inner) or not seen:
        raise Incomplete(f"{name}: the unit recorded something that is not in the package")


def check_form(data: bytes) -> bool:
    """Whether this looks like a package at all, before it is checked."""
    try:
        return data[:2] == b"PK" and LIST in zipped.read(data)
    except (SealError, FieldWrong):
        return False
