# SPDX-License-Identifier: EUPL-1.2
"""Our own vectors, made by one implementation and checked by the other (vectors/README.md): Python checks both."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from zegel.seal import account, encoding, proof
from zegel.seal.alarm import Alarm
from zegel.seal.arckey import ArcKey
from zegel.seal.assent import Assent
from zegel.seal.central import CentralWord
from zegel.seal.command import Command
from zegel.seal.envelope import Envelope, verify
from zegel.seal.epoch import Epoch, open_epoch, verify_epoch
from zegel.seal.errors import OutOfRange, SealError
from zegel.seal.exported import Exported
from zegel.seal.fields import Body
from zegel.seal.grant import Grant, open_grant
from zegel.seal.kept import Kept
from zegel.seal.keyset import Keyset
from zegel.seal.manifest import Manifest
from zegel.seal.member import Member, Succession, open_member, open_succession, verify_member, verify_succession
from zegel.seal.note import VerifierKey
from zegel.seal.pairing import Paired, Pairing, PairingCode, pairing_mac, verify_pairing
from zegel.seal.policy import Policy
from zegel.seal.promise import Promise, Time
from zegel.seal.ranges import RangeKeys
from zegel.seal.redacted import Redacted
from zegel.seal.release import Release, open_release, verify_release
from zegel.seal.sealedfile import Document, MailPicture, open_file, verify_mailpicture
from zegel.seal.segment import open_segment
from zegel.seal.status import Status
from zegel.seal.suite import KeyKind, OpeningKey, Suite, fingerprint
from zegel.seal.tree import cover, cover_positions, leaf
from zegel.seal.words import words

VECTORS = Path(__file__).parent / "vectors"
MAKERS = ("python", "typescript")
BODIES: dict[str, type[Body]] = {
    body.NAME: body
    for body in (
        Alarm, ArcKey, Assent, CentralWord, Command, Epoch, Exported, Grant, Kept, Keyset, MailPicture, Manifest,
        Member, Paired, Policy, Promise, Redacted, Release, Status, Succession, Time,
    )
}  # fmt: skip


@cache
def vectors(maker: str) -> dict[str, list[dict[str, Any]]]:
    loaded: dict[str, list[dict[str, Any]]] = json.loads((VECTORS / f"{maker}_seal.json").read_text(encoding="utf-8"))
    return loaded


def hexed(item: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(item[name])


@pytest.fixture(params=MAKERS)
def made(request: pytest.FixtureRequest) -> dict[str, list[dict[str, Any]]]:
    return vectors(request.param)


def test_only_canonical_encodings_are_read(made: dict[str, list[dict[str, Any]]]) -> None:
    assert len(made["encoding"]) >= 30
    for item in made["encoding"]:
        data = hexed(item, "value_hex")
        if item["canonical"]:
            assert encoding.encode(encoding.decode(data)) == data
        else:
            with pytest.raises(SealError):
                encoding.decode(data)


def test_trees_have_the_same_leaves_and_covers(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["tree"]:
        root = hexed(item, "root")
        assert all(leaf(root, slot).hex() == wanted for slot, wanted in item["leaves"])
        for found in item["covers"]:
            start, end = found["from"], found["to"]
            assert [[at.level, at.index] for at in cover_positions(start, end)] == found["positions"]
            assert [node.hex() for node in cover(root, start, end)] == found["nodes"]


def test_fingerprints_and_words_are_the_same(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["fingerprints"]:
        found = fingerprint(KeyKind(item["kind"]), Suite(item["suite"]), hexed(item, "public_key"))
        assert found.hex() == item["fingerprint"]
        assert words(found) == item["words"]


def test_segments_open(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["segments"]:
        header, plaintext = open_segment(hexed(item, "leaf"), hexed(item, "segment"))
        assert plaintext == hexed(item, "plaintext")
        assert (header.slot, header.sequence, header.random_access) == (
            item["slot"],
            item["seq"],
            item["random_access"],
        )
        assert (header.wall_ms, header.duration_ms) == (item["wall_ms"], item["duration_ms"])
        assert header.codec.decode() == item["codec"]


def test_every_object_verifies_and_encodes_to_the_same_bytes(made: dict[str, list[dict[str, Any]]]) -> None:
    assert {item["object"] for item in made["objects"]} == set(BODIES)
    for item in made["objects"]:
        body = verify(hexed(item, "envelope"), item["object"], [hexed(item, "sign_pk")])
        read = BODIES[item["object"]].decode(body)
        assert read.encode() == body
        assert read.hash.hex() == item["hash"]


def test_bodies_with_a_wrong_field_are_refused(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made.get("refused", []):
        with pytest.raises(SealError):
            BODIES[item["object"]].decode(hexed(item, "body"))


def test_no_object_of_typescript_survives_a_flipped_byte() -> None:
    """Those of Python are flipped in tests/unit/seal/test_objects.py."""
    for item in vectors("typescript")["objects"]:
        data, sign_pk = bytearray(hexed(item, "envelope")), hexed(item, "sign_pk")
        for at in range(len(data)):
            data[at] ^= 0x01
            with pytest.raises(SealError):
                verify(bytes(data), item["object"], [sign_pk])
            data[at] ^= 0x01


def test_epochs_open_to_their_root(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["epochs"]:
        epoch = verify_epoch(hexed(item, "envelope"), hexed(item, "unit_pk"))
        assert open_epoch(epoch, OpeningKey(Suite(item["suite"]), hexed(item, "tenant_private"))) == hexed(item, "root")


def check_keys(item: dict[str, Any], keys: RangeKeys) -> None:
    for epoch_id, slot, wanted in item["leaves"]:
        assert keys.leaf(bytes.fromhex(epoch_id), slot).hex() == wanted
    for epoch_id, slot in item["outside"]:
        with pytest.raises(OutOfRange):
            keys.leaf(bytes.fromhex(epoch_id), slot)


def test_releases_open_their_slots_and_no_other(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["releases"]:
        release = verify_release(hexed(item, "envelope"), hexed(item, "unit_pk"))
        check_keys(item, open_release(release, OpeningKey(Suite(item["suite"]), hexed(item, "recipient_private"))))


def test_grants_open_their_slots_and_no_other(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["grants"]:
        grant = Grant.decode(verify(hexed(item, "envelope"), Grant.NAME, [hexed(item, "sign_pk")]))
        check_keys(item, open_grant(grant, OpeningKey(Suite(item["suite"]), hexed(item, "recipient_private"))))


def test_pictures_from_mails_open_for_their_recipient_and_are_bound_to_what_is_said(
    made: dict[str, list[dict[str, Any]]],
) -> None:
    for item in made.get("mailpictures", []):
        found = verify_mailpicture(hexed(item, "envelope"), hexed(item, "sign_pk"))
        recipient = OpeningKey(Suite(item["suite"]), hexed(item, "recipient_private"))
        assert open_file(found, recipient, hexed(item, "ciphertext")) == hexed(item, "picture")
        for lie in (
            replace(found, made_ms=found.made_ms + 1),
            replace(found, ciphertext_hash=bytes(32)),
            replace(found, size=found.size + 1),
        ):
            with pytest.raises(SealError):
                open_file(lie, recipient, hexed(item, "ciphertext"))
        with pytest.raises(SealError):
            open_file(found, OpeningKey.generate(found.suite), hexed(item, "ciphertext"))


def test_documents_of_partners_open_for_their_recipient_and_as_nothing_else(
    made: dict[str, list[dict[str, Any]]],
) -> None:
    for item in made["documents"]:
        found = Document.decode(hexed(item, "object"))
        recipient, ciphertext = (
            OpeningKey(Suite(item["suite"]), hexed(item, "recipient_private")),
            hexed(item, "ciphertext"),
        )
        assert open_file(found, recipient, ciphertext) == hexed(item, "content")
        picture = MailPicture.decode(hexed(item, "object"))
        for lie in (replace(found, made_ms=found.made_ms + 1), replace(found, size=found.size + 1), picture):
            with pytest.raises(SealError):
                open_file(lie, recipient, ciphertext)


def test_members_get_the_tenant_key(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["members"]:
        member = verify_member(hexed(item, "envelope"), [hexed(item, "sign_pk")])
        tenant = open_member(member, OpeningKey(Suite(item["suite"]), hexed(item, "person_private")))
        assert tenant.private == hexed(item, "tenant_private")


def test_successors_get_the_old_tenant_key(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["successions"]:
        succession = verify_succession(hexed(item, "envelope"), [hexed(item, "sign_pk")])
        old = open_succession(succession, OpeningKey(Suite(item["suite"]), hexed(item, "new_private")))
        assert old.private == hexed(item, "old_private")


def test_pairings_are_accepted(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["pairings"]:
        code = PairingCode.parse(item["code"])
        assert (code.fingerprint, code.secret) == (hexed(item, "fingerprint"), hexed(item, "secret"))
        assert code.text() == item["code"]
        pairing = Pairing.decode(hexed(item, "body"))
        assert verify_pairing(hexed(item, "body"), hexed(item, "mac"), code.secret, unit=pairing.unit) == pairing
        assert pairing_mac(code.secret, pairing) == hexed(item, "mac")


def test_accounts_unwrap_by_password_and_by_code(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["accounts"]:
        keys = account.derive_keys(item["origin"], item["email"], item["password"])
        assert account.salt(item["origin"], item["email"]) == hexed(item, "salt")
        assert (keys.auth_key, keys.wrap_key) == (hexed(item, "auth_key"), hexed(item, "wrap_key"))
        person, suite = hexed(item, "person"), Suite(item["suite"])
        bundle = account.unwrap_bundle(
            hexed(item, "wrapped_password"), keys.wrap_key, account.Wrapper.PASSWORD, person, suite
        )
        code = account.RecoveryCode.parse(item["recovery_code"])
        wrapped = hexed(item, "wrapped_recovery")
        assert account.unwrap_bundle(wrapped, code.wrap_key(), account.Wrapper.RECOVERY, person, suite) == bundle
        assert bundle.signing.seed == hexed(item, "sign_seed")
        assert bundle.opening.private == hexed(item, "open_private")
        assert account.unwrap_pins(hexed(item, "pins"), person, bundle.signing)


def test_receipts_verify_with_nothing_but_the_logs_key(made: dict[str, list[dict[str, Any]]]) -> None:
    for item in made["receipts"]:
        receipt = proof.verify_receipt(item["file"], VerifierKey.parse(item["vkey"]))
        assert (receipt.index, receipt.body) == (item["index"], hexed(item, "body"))


def test_every_object_of_both_makers_is_there() -> None:
    for maker in MAKERS:
        for item in vectors(maker)["objects"]:
            assert Envelope.decode(hexed(item, "envelope")).name == item["object"]
