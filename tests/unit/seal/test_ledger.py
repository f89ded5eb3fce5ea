# SPDX-License-Identifier: EUPL-1.2
"""The ledger's proofs: trees, notes, checkpoints, cosignatures, tiles, entries and receipts."""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.unit.seal.examples import NOW, ORIGIN, new_id

from zegel.seal import encoding, merkle, tiles
from zegel.seal.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from zegel.seal.cosignature import cosign, verify_cosignature
from zegel.seal.entry import ActorKind, Entry, commitment, entry_leaf_hash
from zegel.seal.errors import FieldWrong, OutOfRange, ProofRefused, SealError
from zegel.seal.note import Algorithm, Note, NoteSigner, Signature, VerifierKey, sign_note, verify_note
from zegel.seal.proof import TlogProof, make_receipt, verify_receipt
from zegel.seal.suite import SigningKey

LOG = NoteSigner(ORIGIN, SigningKey.generate())
WITNESSES = [NoteSigner(f"witness.example/w{at}", SigningKey.generate(), Algorithm.COSIGNATURE) for at in range(3)]
SIZES = st.integers(1, 700)


def leaves(size: int) -> list[bytes]:
    return [merkle.leaf_hash(at.to_bytes(4, "big")) for at in range(size)]


NODE = merkle.nodes_of(leaves(1000))


def root_by_definition(hashes: list[bytes]) -> bytes:
    """RFC 6962 §2.1, word for word."""
    if not hashes:
        return merkle.EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = max(1 << at for at in range(20) if 1 << at < len(hashes))
    return merkle.node_hash(root_by_definition(hashes[:split]), root_by_definition(hashes[split:]))


# --- trees --------------------------------------------------------------------------------------------------------


@given(st.integers(0, 300))
def test_roots_are_those_of_the_rfc(size: int) -> None:
    assert merkle.root(size, NODE) == root_by_definition(leaves(size))


@given(SIZES, st.data())
def test_every_leaf_has_a_proof_and_no_other_leaf_or_place_has_it(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root, path = merkle.root(size, NODE), merkle.inclusion_proof(index, size, NODE)
    leaf = NODE(0, index)
    merkle.verify_inclusion(leaf, index, size, path, root)
    wrong: list[tuple[Any, ...]] = [
        (os.urandom(32), index, size, path, root),
        (leaf, size, size, path, root),
        (leaf, index, size, (*path, leaf), root),
        (leaf, index, size, path, os.urandom(32)),
    ]
    if path:
        at = data.draw(st.integers(0, len(path) - 1))
        wrong.append((leaf, index, size, (*path[:at], os.urandom(32), *path[at + 1 :]), root))
        wrong.append((leaf, index, size, path[:-1], root))
        wrong.append((leaf, index ^ 1, size, path, root))
    for case in wrong:
        with pytest.raises(ProofRefused):
            merkle.verify_inclusion(*case)


@given(SIZES, st.data())
def test_a_tree_is_consistent_with_its_beginnings_and_with_nothing_else(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    root, before = merkle.root(size, NODE), merkle.root(old, NODE)
    proof = merkle.consistency_proof(old, size, NODE)
    merkle.verify_consistency(old, before, size, root, proof)
    for case in (
        (old, os.urandom(32), size, root, proof),
        (old, before, size, os.urandom(32), proof),
        (old, before, size, root, (*proof, before)),
        (0, merkle.EMPTY_ROOT, size, root, ()),
    ):
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(*case)
    if proof:
        with pytest.raises(ProofRefused):
            merkle.verify_consistency(old, before, size, root, proof[1:])


def test_a_shorter_tree_is_never_consistent() -> None:
    proof = merkle.consistency_proof(50, 100, NODE)
    with pytest.raises(ProofRefused):
        merkle.verify_consistency(100, merkle.root(100, NODE), 50, merkle.root(50, NODE), proof)


@given(st.integers(0, 200), st.integers(0, 200))
def test_a_growing_tree_has_the_same_roots_and_completes_every_node_once(first: int, more: int) -> None:
    peaks = merkle.Peaks()
    done: dict[tuple[int, int], bytes] = {}
    for leaf in leaves(first):
        done |= {(level, index): found for level, index, found in peaks.append(leaf)}
    assert peaks.root() == merkle.root(first, NODE)
    again = merkle.Peaks.read(first, NODE)
    assert again.hashes == peaks.hashes
    for leaf in leaves(first + more)[first:]:
        done |= {(level, index): found for level, index, found in again.append(leaf)}
    assert (again.size, again.root()) == (first + more, merkle.root(first + more, NODE))
    assert all(NODE(level, index) == found for (level, index), found in done.items())
    assert len(done) == sum((first + more) >> level for level in range(12))


def test_impossible_proofs_are_refused_when_asked_for() -> None:
    for act in (
        lambda: merkle.inclusion_proof(5, 5, NODE),
        lambda: merkle.inclusion_proof(-1, 5, NODE),
        lambda: merkle.consistency_proof(0, 5, NODE),
        lambda: merkle.consistency_proof(6, 5, NODE),
    ):
        with pytest.raises(OutOfRange):
            act()
    with pytest.raises(ProofRefused):
        merkle.Peaks(3, [bytes(32)])


# --- notes --------------------------------------------------------------------------------------------------------


def test_a_note_verifies_after_being_written_and_read() -> None:
    note = sign_note("A text\n\nwith an empty line.\n", [LOG])
    again = Note.parse(str(note))
    assert again == note
    assert verify_note(again, [LOG.verifier]) == (LOG.verifier,)
    assert VerifierKey.parse(str(LOG.verifier)) == LOG.verifier


def test_every_flipped_byte_of_a_note_is_refused() -> None:
    data = bytearray(str(sign_note("example\n1\n", [LOG])).encode())
    for at in range(len(data)):
        for mask in (0x01, 0x20, 0x80):
            data[at] ^= mask
            with pytest.raises(ProofRefused):
                verify_note(Note.parse(bytes(data)), [LOG.verifier])
            data[at] ^= mask


def test_unknown_signatures_are_ignored_and_a_wrong_one_of_a_known_key_refuses_the_note() -> None:
    note = sign_note("text\n", [LOG])
    stranger = Signature("stranger.example", b"abcd", os.urandom(64))
    assert verify_note(note.with_signatures([stranger]), [LOG.verifier])
    same_name = Signature(LOG.name, b"abcd", os.urandom(64))
    assert verify_note(note.with_signatures([same_name]), [LOG.verifier])
    forged = Signature(LOG.name, LOG.verifier.id, os.urandom(64))
    with pytest.raises(ProofRefused):
        verify_note(Note("text\n", (forged,)), [LOG.verifier])
    with pytest.raises(ProofRefused):
        verify_note(Note("text\n", (stranger,)), [LOG.verifier])
    with pytest.raises(ProofRefused):  # a right one before it makes it no better
        verify_note(note.with_signatures([forged]), [LOG.verifier])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n\u2014 a YWJjZGVmZ2g=",
        "text\n\n\u2014 a YWJjZGVmZ2g=\n\n",
        "text\n\n- a YWJjZGVmZ2g=\n",
        "text\n\n\u2014 a+b YWJjZGVmZ2g=\n",
        "text\n\n\u2014  YWJjZGVmZ2g=\n",
        "text\n\n\u2014 a YWJjZGVmZ2g\n",
        "text\n\n\u2014 a YWJjZA==\n",
        "text\n\n\u2014 a YWJjZGVmZ2h=\n",
        "text\n\n\u2014 a YWJjZGVmZ2g= \n",
        "te\txt\n\n\u2014 a YWJjZGVmZ2g=\n",
        "te\rxt\n\n\u2014 a YWJjZGVmZ2g=\n",
        "text\n\n" + "\u2014 a YWJjZGVmZ2g=\n" * 33,
        "x" * 70_000 + "\n\n\u2014 a YWJjZGVmZ2g=\n",
    ],
)
def test_a_malformed_note_is_refused(text: str) -> None:
    with pytest.raises(ProofRefused):
        Note.parse(text)


def test_a_note_that_is_not_utf8_is_refused() -> None:
    with pytest.raises(ProofRefused):
        Note.parse(b"te\xffxt\n\n\xe2\x80\x94 a YWJjZGVmZ2g=\n")


def test_sixteen_signatures_are_always_read() -> None:
    note = sign_note("text\n", [LOG]).with_signatures([Signature("w", b"abcd", b"sig")] * 15)
    assert len(Note.parse(str(note)).signatures) == 16


@pytest.mark.parametrize("change", ["name", "id", "kind", "key", "short", "plus", "small order"])
def test_a_malformed_verifier_key_is_refused(change: str) -> None:
    name, key_id, encoded = str(LOG.verifier).split("+", 2)
    small = VerifierKey.__new__(VerifierKey)
    for field, value in (("name", name), ("algorithm", Algorithm.ED25519), ("public_key", b"\x01" + bytes(31))):
        object.__setattr__(small, field, value)
    texts = {
        "name": f"other+{key_id}+{encoded}",
        "id": f"{name}+00000000+{encoded}",
        "kind": f"{name}+{key_id}+C{encoded[1:]}",
        "key": f"{name}+{key_id}+{encoded[:10]}{'A' if encoded[10] != 'A' else 'B'}{encoded[11:]}",
        "short": f"{name}+{key_id}+AQ==",
        "plus": f"{name}+{key_id}",
        "small order": str(small),
    }
    with pytest.raises(ProofRefused):
        VerifierKey.parse(texts[change])


# --- checkpoints and cosignatures ---------------------------------------------------------------------------------


def head(size: int) -> Checkpoint:
    return Checkpoint(ORIGIN, size, merkle.root(size, NODE))


def test_a_checkpoint_is_of_the_pinned_log() -> None:
    note = sign_checkpoint(head(70), LOG)
    assert verify_checkpoint(str(note), LOG.verifier) == head(70)
    other = NoteSigner("other.example", LOG.key)
    with pytest.raises(ProofRefused):
        verify_checkpoint(str(note), other.verifier)
    with pytest.raises(ProofRefused):  # the right key signs another origin's text
        verify_checkpoint(sign_note(Checkpoint("other.example", 1, bytes(32)).text(), [LOG]), LOG.verifier)
    with pytest.raises(ProofRefused):
        sign_checkpoint(head(70), other)


@pytest.mark.parametrize(
    "text",
    [
        f"{ORIGIN}\n1\n",
        f"{ORIGIN}\n01\n{'A' * 43}=\n",
        f"{ORIGIN}\n-1\n{'A' * 43}=\n",
        f"{ORIGIN}\n1 \n{'A' * 43}=\n",
        f"{ORIGIN}\n\u0661\n{'A' * 43}=\n",
        f"{ORIGIN}\n99999999999999999\n{'A' * 43}=\n",
        f"{ORIGIN}\n1\n{'A' * 42}==\n",
        f"{ORIGIN}\n1\n{'A' * 43}=",
        f"{ORIGIN}\n1\n{'A' * 43}=\n\n",
        f"\n1\n{'A' * 43}=\n",
        f"{ORIGIN}\n1\n{'A' * 42}B=\n",
    ],
)
def test_a_malformed_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(ProofRefused):
        Checkpoint.parse(text)


def test_extension_lines_are_kept_because_they_are_signed() -> None:
    checkpoint = Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT, ("something else",))
    assert verify_checkpoint(sign_checkpoint(checkpoint, LOG), LOG.verifier) == checkpoint
    with pytest.raises(ProofRefused):
        Checkpoint(ORIGIN, 0, merkle.EMPTY_ROOT, ("two\nlines\n",)).text()


def test_a_log_only_grows() -> None:
    old, new = head(50), head(100)
    proof = merkle.consistency_proof(50, 100, NODE)
    new.check_extends(old, proof)
    new.check_extends(new, ())
    new.check_extends(head(0), ())
    fork = Checkpoint(ORIGIN, 100, os.urandom(32))
    for asked, before, given_proof in (
        (fork, old, proof),
        (old, new, proof),
        (fork, new, ()),
        (new, head(0), proof),
        (Checkpoint("other.example", 100, new.root), old, proof),
    ):
        with pytest.raises(ProofRefused):
            asked.check_extends(before, given_proof)


def test_witnesses_cosign_with_the_time() -> None:
    note = sign_checkpoint(head(9), LOG)
    cosigned = note.with_signatures([cosign(note, witness, NOW // 1000 + at) for at, witness in enumerate(WITNESSES)])
    again = Note.parse(str(cosigned))
    assert [verify_cosignature(again, item.verifier) - NOW // 1000 for item in WITNESSES] == [0, 1, 2]
    keys = [item.verifier for item in WITNESSES]
    assert verify_checkpoint(again, LOG.verifier, keys, quorum=3) == head(9)


def test_too_few_witnesses_are_not_enough_and_one_does_not_count_twice() -> None:
    note = sign_checkpoint(head(9), LOG)
    one = note.with_signatures([cosign(note, WITNESSES[0], 1), cosign(note, WITNESSES[0], 2)])
    keys = [item.verifier for item in WITNESSES]
    assert verify_checkpoint(one, LOG.verifier, keys, quorum=1)
    with pytest.raises(ProofRefused):
        verify_checkpoint(one, LOG.verifier, keys, quorum=2)
    renamed = NoteSigner("witness.example/alias", WITNESSES[0].key, Algorithm.COSIGNATURE)
    twice = one.with_signatures([cosign(note, renamed, 3)])
    with pytest.raises(ProofRefused):
        verify_checkpoint(twice, LOG.verifier, [WITNESSES[0].verifier, renamed.verifier], quorum=2)


def test_a_wrong_cosignature_refuses_the_checkpoint() -> None:
    note = sign_checkpoint(head(9), LOG)
    right = cosign(note, WITNESSES[0], 1)
    for wrong in (b"", right.signature[:-1], bytes(8) + right.signature[8:], b"\xff" * 72):
        bad = note.with_signatures([right, Signature(right.name, right.key_id, wrong)] if wrong else [])
        with pytest.raises(ProofRefused):
            verify_checkpoint(bad, LOG.verifier, [WITNESSES[0].verifier], quorum=1)


def test_logs_and_witnesses_do_not_stand_in_for_each_other() -> None:
    note = sign_checkpoint(head(9), LOG)
    with pytest.raises(ProofRefused):
        cosign(note, LOG, 1)
    with pytest.raises(ProofRefused):
        verify_cosignature(note, LOG.verifier)
    with pytest.raises(ProofRefused):
        verify_note(note.with_signatures([cosign(note, WITNESSES[0], 1)]), [WITNESSES[0].verifier])


# --- tiles --------------------------------------------------------------------------------------------------------


def test_paths_are_those_of_the_specification() -> None:
    assert tiles.Tile(0, 1_234_067).path() == "tile/0/x001/x234/067"
    assert tiles.Tile(3, 0).path() == "tile/3/000"
    assert tiles.Tile(None, 255, 7).path() == "tile/entries/255.p/7"
    assert tiles.Tile(1, 1000, 255).path() == "tile/1/x001/000.p/255"


@given(st.none() | st.integers(0, 63), st.integers(0, 10**9), st.integers(1, 256))
def test_a_path_has_one_spelling(level: int | None, index: int, width: int) -> None:
    tile = tiles.Tile(level, index, width)
    assert tiles.Tile.parse(tile.path()) == tile


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/0", "tile/0/0000", "tile/00/000", "tile/64/000", "tile/0/x000/001", "tile/0/001/002", "tile/0/x001/2",
        "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/-1/000", "tile/entries/", "/tile/0/000",
        "tile/0/000/", "tile/0/x01/000", "tile/data/000", "tile/0/../../000",
        "tile/0/\u0660\u0660\u0660", "tile/0/000\n",
    ],
)  # fmt: skip
def test_any_other_spelling_is_refused(path: str) -> None:
    with pytest.raises(ProofRefused):
        tiles.Tile.parse(path)


def test_the_specifications_example_of_70_000_leaves() -> None:
    found = list(tiles.tiles_of(70_000))
    per_level = [[tile.width for tile in found if tile.level == level] for level in range(4)]
    assert per_level == [[256] * 273 + [112], [256, 17], [1], []]
    assert [tile.width for tile in tiles.tiles_of(256)] == [256, 1]
    assert [tile.width for tile in tiles.bundles_of(600)] == [256, 256, 88]


@settings(max_examples=30)
@given(st.integers(0, 1000), st.integers(0, 1000), st.data())
def test_proofs_come_out_of_tiles_that_were_written_as_the_tree_grew(
    first: int, second: int, data: st.DataObject
) -> None:
    first, second = sorted((first, second))
    store: dict[str, bytes] = {}
    for since, size in ((0, first), (first, second)):
        for tile in tiles.tiles_of(size, since=since):
            assert tile.exists(size)
            store[tile.path()] = tiles.tile_data(tile, NODE)
    node = tiles.nodes_in_tiles(second, lambda tile: store[tile.path()])
    assert merkle.root(second, node) == merkle.root(second, NODE)
    if second:
        index = data.draw(st.integers(0, second - 1))
        assert merkle.inclusion_proof(index, second, node) == merkle.inclusion_proof(index, second, NODE)
        old = data.draw(st.integers(1, second))
        assert merkle.consistency_proof(old, second, node) == merkle.consistency_proof(old, second, NODE)


def test_a_tile_of_the_wrong_length_is_refused() -> None:
    node = tiles.nodes_in_tiles(10, lambda tile: bytes(32 * 9))
    with pytest.raises(ProofRefused):
        merkle.root(10, node)
    with pytest.raises(OutOfRange):
        tiles.tile_at(256, 0, 1)
    with pytest.raises(OutOfRange):
        tiles.tile_data(tiles.Tile(None, 0), NODE)


@given(st.lists(st.binary(max_size=50), min_size=1, max_size=256))
def test_bundles_hold_their_entries(entries: list[bytes]) -> None:
    data = tiles.encode_bundle(entries)
    assert tiles.decode_bundle(data, len(entries)) == tuple(entries)
    for wrong in (data + b"\x00", data + b"\x00\x00", data[:-1]):
        with pytest.raises(ProofRefused):
            tiles.decode_bundle(wrong, len(entries))
    with pytest.raises(ProofRefused):
        tiles.decode_bundle(data, len(entries) + 1)


def test_an_impossible_bundle_is_not_written() -> None:
    for entries in ([], [b""] * 257, [bytes(65_536)]):
        with pytest.raises(OutOfRange):
            tiles.encode_bundle(entries)


# --- entries and receipts -----------------------------------------------------------------------------------------


def entry(**facts: encoding.Value) -> Entry:
    return Entry.make(
        "view", NOW, new_id(), ActorKind.PERSON, new_id(), None, facts or {"camera": new_id(), "seconds": 9}
    )


def receipt_of(acts: list[Entry], index: int) -> tuple[str, list[bytes]]:
    salts = [os.urandom(32) for _ in acts]
    node = merkle.nodes_of([entry_leaf_hash(salt, act.encode()) for salt, act in zip(salts, acts, strict=True)])
    signed = sign_checkpoint(Checkpoint(ORIGIN, len(acts), merkle.root(len(acts), node)), LOG)
    path = merkle.inclusion_proof(index, len(acts), node)
    return make_receipt(salts[index], acts[index].encode(), index, path, signed), salts


@settings(max_examples=30)
@given(st.integers(1, 40), st.data())
def test_a_receipt_proves_its_entry_offline(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    acts = [entry(number=at) for at in range(size)]
    text, _ = receipt_of(acts, index)
    receipt = verify_receipt(text.encode(), LOG.verifier)
    assert (receipt.index, receipt.entry, receipt.checkpoint.size) == (index, acts[index], size)
    assert receipt.entry.fact("number") == index
    assert receipt.entry.fact("nothing") is None
    assert str(TlogProof.parse(text)) == text


def test_every_flipped_byte_of_a_receipt_is_refused() -> None:
    text, _ = receipt_of([entry() for _ in range(5)], 3)
    data = bytearray(text.encode())
    for at in range(len(data)):
        data[at] ^= 0x01
        with pytest.raises(ProofRefused):
            verify_receipt(bytes(data), LOG.verifier)
        data[at] ^= 0x01


def test_a_receipt_of_another_log_is_refused() -> None:
    text, _ = receipt_of([entry()], 0)
    with pytest.raises(ProofRefused):
        verify_receipt(text, NoteSigner(ORIGIN, SigningKey.generate()).verifier)


def test_a_receipt_needs_its_quorum_of_witnesses() -> None:
    text, _ = receipt_of([entry()], 0)
    with pytest.raises(ProofRefused):
        verify_receipt(text, LOG.verifier, [WITNESSES[0].verifier], quorum=1)


def test_a_proof_without_an_entry_is_a_proof_but_no_receipt() -> None:
    text, _ = receipt_of([entry()], 0)
    proof = TlogProof.parse(text)
    bare = TlogProof(proof.index, proof.hashes, proof.checkpoint)
    assert "extra" not in str(bare)
    assert TlogProof.parse(str(bare)) == bare
    with pytest.raises(ProofRefused):
        verify_receipt(str(bare), LOG.verifier)


@pytest.mark.parametrize(
    "change",
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("index 0", "index 00"),
        ("index 0", "index -1"),
        ("index 0", "place 0"),
        ("extra ", "extra  "),
        ("\nindex 0\n", "\n"),
        ("\n\n", "\n"),
    ],
)
def test_a_malformed_receipt_is_refused(change: tuple[str, str]) -> None:
    text, _ = receipt_of([entry()], 0)
    assert change[0] in text
    with pytest.raises(ProofRefused):
        verify_receipt(text.replace(*change, 1), LOG.verifier)


def test_a_long_or_undecodable_receipt_is_refused() -> None:
    for data in (b"c2sp.org/tlog-proof@v1\n" + bytes(200_000), b"\xff\xfe"):
        with pytest.raises(ProofRefused):
            verify_receipt(data, LOG.verifier)


def test_an_entry_is_hidden_behind_its_salt() -> None:
    body = entry().encode()
    assert commitment(bytes(32), body) != commitment(b"\x01" * 32, body)
    assert entry_leaf_hash(bytes(32), body) == merkle.leaf_hash(commitment(bytes(32), body))
    with pytest.raises(FieldWrong):
        commitment(bytes(31), body)


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "A View"},
        {"owner_party": bytes(15)},
        {"actor": b""},
        {"facts": (("b", 1), ("a", 2))},
        {"facts": (("a", 1), ("a", 1))},
        {"facts": (("a", 1.5),)},
        {"facts": (("A", 1),)},
        {"facts": tuple((f"k{at:02}", at) for at in range(33))},
    ],
)
def test_a_wrong_entry_is_not_written(change: dict[str, Any]) -> None:
    fields: dict[str, Any] = {
        "kind": "view", "at_ms": NOW, "owner_party": None, "actor_kind": ActorKind.SYSTEM, "actor": None,
        "actor_party": None,
    }  # fmt: skip
    assert Entry(**fields).encode()
    with pytest.raises(SealError):
        Entry(**(fields | change)).encode()
