# SPDX-License-Identifier: EUPL-1.2
"""Writes vectors/python_seal.json, which the TypeScript implementation checks: `python -m
tests.conformance.make_vectors`.

Layout: vectors/README.md. Sealing is randomised, so a new file differs from the last one in every object; run it
only when a format changes, and run both sides' tests after it.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.unit.seal.examples import NOW, ORIGIN, PICTURE, Example, World, new_id
from tests.unit.seal.wrong_fields import wrong_bodies

from zegel.seal import account, encoding, entry, merkle, pairing, proof
from zegel.seal.checkpoint import Checkpoint, sign_checkpoint
from zegel.seal.command import Command, sign_command
from zegel.seal.cosignature import cosign
from zegel.seal.envelope import Envelope
from zegel.seal.epoch import sign_epoch
from zegel.seal.grant import Grant, sign_grant
from zegel.seal.member import sign_member, sign_succession
from zegel.seal.policy import Policy, sign_policy
from zegel.seal.ranges import RangeKeys
from zegel.seal.release import Release, sign_release
from zegel.seal.sealedfile import Document, MailPicture, encrypt_file, seal_file, sign_mailpicture
from zegel.seal.segment import Header, SegmentFlag, Track, seal_segment
from zegel.seal.status import Status, sign_status
from zegel.seal.suite import KeyKind, OpeningKey, Suite, fingerprint
from zegel.seal.tree import SLOTS, cover, cover_positions, leaf
from zegel.seal.words import words

FILE = Path(__file__).parent / "vectors" / "python_seal.json"

CANONICAL: tuple[encoding.Value, ...] = (
    *(0, 23, 24, 255, 256, 65_535, 65_536, 2**32 - 1, 2**32, 2**53 - 1),
    *(b"", bytes(23), bytes(24), bytes(256)),
    *("", "zegel", "Überwachung, vänta på svar: 鍵 🗝"),
    *(True, False, None),
    *((), (1, (b"\x02", ("3", (False, None)))), tuple(range(30))),
)

REFUSED = {
    "": "nothing at all",
    "1817": "23 in two bytes",
    "1900ff": "255 in three bytes",
    "1a0000ffff": "65535 in five bytes",
    "1b00000000ffffffff": "2^32-1 in nine bytes",
    "1b0020000000000000": "2^53",
    "1bffffffffffffffff": "2^64-1",
    "20": "-1",
    "3903e7": "-1000",
    "5800": "an empty byte string with a long length",
    "5f4101ff": "a byte string of indefinite length",
    "7f6161ff": "a text of indefinite length",
    "9f01ff": "an array of indefinite length",
    "a0": "a map",
    "a1616101": "a map with an entry",
    "bfff": "a map of indefinite length",
    "c000": "a tag",
    "c11a514b67b0": "a tagged date",
    "c249010000000000000000": "a bignum",
    "c2420100": "a bignum that would fit an integer",
    "d9d9f700": "the self-described tag",
    "f7": "undefined",
    "f0": "an unassigned simple value",
    "f814": "false in two bytes",
    "f90000": "0.0",
    "f97e00": "NaN",
    "fa3f800000": "1.0",
    "fb3ff0000000000000": "1.0 in nine bytes",
    "ff": "a break",
    "1c": "a reserved length",
    "0000": "bytes after the end",
    "8101f6": "bytes after the array",
    "82": "an array without its items",
    "4201": "a byte string that ends too early",
    "9affffffff": "an array of four billion items",
    "62c328": "a text that is not UTF-8",
    "63eda080": "half of a surrogate pair",
    "6375cc88": "a text that is not NFC",
    "81" * 17 + "00": "seventeen levels",
}


def main() -> None:
    worlds = [World(suite) for suite in Suite]
    vectors = {
        "encoding": encodings(),
        "tree": [tree(os.urandom(32)), tree(bytes(32))],
        "fingerprints": [item for world in worlds for item in fingerprints(world)],
        "segments": [item for world in worlds for item in segments(world)],
        "objects": [item for world in worlds for item in objects(world)],
        "refused": [{"object": name, "why": why, "body": body.hex()} for name, why, body in wrong_bodies()],
        "epochs": [epoch(world) for world in worlds],
        "releases": [item for world in worlds for item in releases(world)],
        "grants": [grant(world) for world in worlds],
        "mailpictures": [mailpicture(world) for world in worlds],
        "documents": [document(world) for world in worlds],
        "members": [member(world) for world in worlds],
        "successions": [succession(world) for world in worlds],
        "pairings": [pairing_vector(world) for world in worlds],
        "accounts": [account_vector(suite) for suite in Suite],
        "receipts": receipts(worlds[0]),
    }
    FILE.write_text(json.dumps(vectors, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def encodings() -> list[dict[str, Any]]:
    good = [{"value_hex": encoding.encode(value).hex(), "canonical": True} for value in CANONICAL]
    return good + [{"value_hex": data, "canonical": False, "why": why} for data, why in REFUSED.items()]


def tree(root: bytes) -> dict[str, Any]:
    ranges = ((0, SLOTS), (1, SLOTS - 1), (0, 1), (SLOTS - 1, SLOTS), (5, 100), (1023, 1025), (2048, 4096), (777, 3333))
    return {
        "root": root.hex(),
        "leaves": [[slot, leaf(root, slot).hex()] for slot in (0, 1, 2, 1337, 2047, 2048, SLOTS - 1)],
        "covers": [
            {
                "from": start,
                "to": end,
                "positions": [[at.level, at.index] for at in cover_positions(start, end)],
                "nodes": [node.hex() for node in cover(root, start, end)],
            }
            for start, end in ranges
        ],
    }


def fingerprints(world: World) -> list[dict[str, Any]]:
    keys = (
        (KeyKind.SIGNING, Suite.CLASSIC, world.unit.public_key),
        (KeyKind.OPENING, world.suite, world.tenant.public_key),
    )
    return [
        {
            "kind": int(kind),
            "suite": int(suite),
            "public_key": public_key.hex(),
            "fingerprint": fingerprint(kind, suite, public_key).hex(),
            "words": words(fingerprint(kind, suite, public_key)),
        }
        for kind, suite, public_key in keys
    ]


def segments(world: World) -> list[dict[str, Any]]:
    return [
        segment(world, size, slot) for slot, size in ((0, 0), (1, 1), (1337, 16_383), (4094, 16_384), (4095, 40_000))
    ]


def segment(world: World, size: int, slot: int) -> dict[str, Any]:
    plaintext, key = os.urandom(size), leaf(world.root, slot)
    flags = SegmentFlag.RANDOM_ACCESS if slot % 2 else SegmentFlag(0)
    header = Header(
        world.suite,
        flags,
        world.camera,
        world.epoch_id,
        Track.SURVEILLANCE,
        slot,
        slot + 9,
        NOW + slot,
        250,
        b"hvc1",
        size,
    )
    return {
        "leaf": key.hex(),
        "segment": seal_segment(key, header, plaintext).hex(),
        "plaintext": plaintext.hex(),
        "slot": slot,
        "seq": slot + 9,
        "random_access": header.random_access,
        "wall_ms": NOW + slot,
        "duration_ms": 250,
        "codec": "hvc1",
    }


def objects(world: World) -> list[dict[str, Any]]:
    return [
        {
            "object": name.split()[0],
            "envelope": example.envelope.hex(),
            "sign_pk": example.signer.public_key.hex(),
            "hash": Envelope.decode(example.envelope).hash.hex(),
        }
        for name, example in {**world.envelopes(), **first_forms(world)}.items()
    ]


def first_forms(world: World) -> dict[str, Example]:
    """Objects as release 0.1.0 wrote them."""
    policy, plain = world.make_first_policy(), world.make_command()
    status = world.make_status(commanded_by=None, guards_from_ms=None)
    return {
        "policy of 0.1.0": Example(sign_policy(policy, world.owner), world.owner, Policy.decode),
        "command of 0.1.0": Example(sign_command(plain, world.owner), world.owner, Command.decode),
        "status of 0.1.0": Example(sign_status(status, world.unit), world.unit, Status.decode),
    }


def epoch(world: World) -> dict[str, Any]:
    return {
        "envelope": sign_epoch(world.make_epoch(), world.root, world.tenant.public_key, world.unit).hex(),
        "unit_pk": world.unit.public_key.hex(),
        "suite": int(world.suite),
        "tenant_private": world.tenant.private.hex(),
        "root": world.root.hex(),
    }


def releases(world: World) -> list[dict[str, Any]]:
    first_keys, next_keys = world.release_keys(10, 11, 13), world.release_keys(14)
    first = sign_release(world.make_release(first_keys), first_keys, world.arc_open.public_key, world.unit)
    head = Release.decode(Envelope.decode(first).body).hash
    last = sign_release(
        world.make_release(next_keys, part=2, previous=head, last=True),
        next_keys,
        world.arc_open.public_key,
        world.unit,
    )
    return [released(world, first, first_keys, (9, 12, 14)), released(world, last, next_keys, (13, 15))]


def released(world: World, data: bytes, keys: RangeKeys, outside: tuple[int, ...]) -> dict[str, Any]:
    return {
        "envelope": data.hex(),
        "unit_pk": world.unit.public_key.hex(),
        "suite": int(world.suite),
        "recipient_private": world.arc_open.private.hex(),
        "leaves": some_leaves(keys),
        "outside": [[world.epoch_id.hex(), slot] for slot in outside],
    }


def grant(world: World) -> dict[str, Any]:
    keys = world.grant_keys()
    header: Grant = world.make_grant(keys)
    return {
        "envelope": sign_grant(header, keys, world.technician.public_key, world.owner).hex(),
        "sign_pk": world.owner.public_key.hex(),
        "suite": int(world.suite),
        "recipient_private": world.technician.private.hex(),
        "leaves": some_leaves(keys),
        "outside": [[world.epoch_id.hex(), slot] for slot in (0, 4, 101, 3999)] + [[new_id().hex(), 50]],
    }


def some_leaves(keys: RangeKeys) -> list[list[Any]]:
    slots = [
        (item.epoch, slot) for item in keys.ranges for slot in {item.start, (item.start + item.end) // 2, item.end - 1}
    ]
    return [[epoch_id.hex(), slot, keys.leaf(epoch_id, slot).hex()] for epoch_id, slot in sorted(slots)]


def mailpicture(world: World) -> dict[str, Any]:
    header, key = world.make_mailpicture(), os.urandom(32)
    ciphertext = encrypt_file(MailPicture, header.file, key, PICTURE)
    header = replace(header, ciphertext_hash=hashlib.sha256(ciphertext).digest())
    return {
        "envelope": sign_mailpicture(header, key, world.tenant.public_key, world.log.key).hex(),
        "sign_pk": world.log.key.public_key.hex(),
        "suite": int(world.suite),
        "recipient_private": world.tenant.private.hex(),
        "ciphertext": ciphertext.hex(),
        "picture": PICTURE.hex(),
    }


def document(world: World) -> dict[str, Any]:
    file_id, key = os.urandom(16), os.urandom(32)
    ciphertext = encrypt_file(Document, file_id, key, PICTURE)
    header = Document(
        world.suite, file_id, os.urandom(16), world.party, world.tenant.fingerprint, NOW, "image/jpeg", len(PICTURE),
        hashlib.sha256(ciphertext).digest(),
    )  # fmt: skip
    return {
        "object": seal_file(header, key, world.tenant.public_key).encode().hex(),
        "suite": int(world.suite),
        "recipient_private": world.tenant.private.hex(),
        "ciphertext": ciphertext.hex(),
        "content": PICTURE.hex(),
    }


def member(world: World) -> dict[str, Any]:
    person_pk = world.person_key.public_key
    return {
        "envelope": sign_member(world.party, world.person, person_pk, world.tenant, world.owner).hex(),
        "sign_pk": world.owner.public_key.hex(),
        "suite": int(world.suite),
        "person_private": world.person_key.private.hex(),
        "tenant_private": world.tenant.private.hex(),
    }


def succession(world: World) -> dict[str, Any]:
    new = OpeningKey.generate(world.suite)
    return {
        "envelope": sign_succession(world.party, world.tenant, world.suite, new.public_key, world.owner).hex(),
        "sign_pk": world.owner.public_key.hex(),
        "suite": int(world.suite),
        "new_private": new.private.hex(),
        "old_private": world.tenant.private.hex(),
    }


def pairing_vector(world: World) -> dict[str, Any]:
    code = pairing.PairingCode(world.unit.fingerprint, os.urandom(32))
    paired = world.make_pairing()
    return {
        "code": code.text(),
        "fingerprint": code.fingerprint.hex(),
        "secret": code.secret.hex(),
        "body": paired.encode().hex(),
        "mac": pairing.pairing_mac(code.secret, paired).hex(),
    }


def account_vector(suite: Suite) -> dict[str, Any]:
    origin, email, password = "https://zegel.example", " Ådå@Example.SE ", "korrekt häst, inget batteri"
    keys, code = account.derive_keys(origin, email, password), account.RecoveryCode.generate()
    bundle = account.Bundle.generate(new_id(), suite)
    pin = account.Pin("unit", new_id(), os.urandom(32), "qr", NOW)
    return {
        "origin": origin,
        "email": email,
        "password": password,
        "salt": account.salt(origin, email).hex(),
        "auth_key": keys.auth_key.hex(),
        "wrap_key": keys.wrap_key.hex(),
        "suite": int(suite),
        "person": bundle.person.hex(),
        "sign_seed": bundle.signing.seed.hex(),
        "open_private": bundle.opening.private.hex(),
        "wrapped_password": account.wrap_bundle(bundle, keys.wrap_key, account.Wrapper.PASSWORD).hex(),
        "recovery_code": code.text(),
        "wrapped_recovery": account.wrap_bundle(bundle, code.wrap_key(), account.Wrapper.RECOVERY).hex(),
        "pins": account.wrap_pins((pin,), bundle.person, bundle.signing).hex(),
    }


def receipts(world: World) -> list[dict[str, Any]]:
    acts = [view(index) for index in range(5)]
    salts = [os.urandom(entry.SALT_SIZE) for _ in acts]
    leaves = [entry.entry_leaf_hash(salt, act.encode()) for salt, act in zip(salts, acts, strict=True)]
    node = merkle.nodes_of(leaves)
    signed = sign_checkpoint(Checkpoint(ORIGIN, len(leaves), merkle.root(len(leaves), node)), world.log)
    signed = signed.with_signatures([cosign(signed, world.witness, NOW // 1000)])
    return [
        {
            "file": proof.make_receipt(
                salts[index], acts[index].encode(), index, merkle.inclusion_proof(index, len(leaves), node), signed
            ),
            "vkey": str(world.log.verifier),
            "index": index,
            "body": acts[index].encode().hex(),
        }
        for index in range(len(acts))
    ]


def view(index: int) -> entry.Entry:
    return entry.Entry.make(
        "view", NOW + index, new_id(), entry.ActorKind.PERSON, new_id(), new_id(),
        {"camera": new_id(), "purpose": "alarm_verification", "from": index, "to": index + 60, "alarm": None},
    )  # fmt: skip


if __name__ == "__main__":
    main()
