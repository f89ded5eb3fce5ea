# SPDX-License-Identifier: EUPL-1.2
"""Our two suites against other people's HPKE: RFC 9180, draft-ietf-hpke-pq (X-Wing), and bytes sealed by JavaScript.

`cryptography` offers no AAD in public and numbers its algorithms in its own way, so a small independent key schedule
stands here beside it: what our suites seal must open with it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from tests.shared_files import shared

from zegel.seal import suite as suites
from zegel.seal.errors import CannotOpen, WrongSuite
from zegel.seal.suite import ENC_SIZE, OpeningKey, Suite, hpke_open, hpke_seal

KEM_ID = {Suite.CLASSIC: 0x20, Suite.HYBRID: 0x647A}
HKDF_SHA256, AES_256_GCM, CHACHA20_POLY1305 = 1, 2, 3
AEADS: dict[int, Any] = {AES_256_GCM: AESGCM, CHACHA20_POLY1305: ChaCha20Poly1305}


def vectors(name: str, **wanted: int) -> list[dict[str, Any]]:
    loaded = json.loads(shared(f"vectors/{name}").read_text())
    found = [item for item in loaded if all(item[key] == value for key, value in wanted.items())]
    assert found, f"{name} holds none of {wanted}"
    return found


def expand(secret: bytes, label: bytes, info: bytes, length: int, suite_id: bytes) -> bytes:
    """LabeledExpand (RFC 9180 §4) with HKDF-SHA256."""
    full = length.to_bytes(2, "big") + b"HPKE-v1" + suite_id + label + info
    block, made, count = b"", b"", 1
    while len(made) < length:
        block = hmac.digest(secret, block + full + bytes((count,)), "sha256")
        made, count = made + block, count + 1
    return made[:length]


def extract(salt: bytes, label: bytes, material: bytes, suite_id: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite_id + label + material, "sha256")


def schedule(shared_secret: bytes, info: bytes, kem: int, aead: int) -> tuple[bytes, bytes]:
    """Key and base nonce of base mode (RFC 9180 §5.1)."""
    suite_id = b"HPKE" + kem.to_bytes(2, "big") + HKDF_SHA256.to_bytes(2, "big") + aead.to_bytes(2, "big")
    context = b"\x00" + extract(b"", b"psk_id_hash", b"", suite_id) + extract(b"", b"info_hash", info, suite_id)
    secret = extract(shared_secret, b"secret", b"", suite_id)
    return expand(secret, b"key", context, 32, suite_id), expand(secret, b"base_nonce", context, 12, suite_id)


def decapsulate(key: OpeningKey, enc: bytes) -> bytes:
    """The KEM's shared secret, written out independently of the library's HPKE."""
    if key.suite is Suite.CLASSIC:
        suite_id = b"KEM" + KEM_ID[Suite.CLASSIC].to_bytes(2, "big")
        shared_point = X25519PrivateKey.from_private_bytes(key.private).exchange(X25519PublicKey.from_public_bytes(enc))
        secret = extract(b"", b"eae_prk", shared_point, suite_id)
        return expand(secret, b"shared_secret", enc + key.public_key, 32, suite_id)
    mlkem, x25519 = suites._expand(key.private)
    point = X25519PublicKey.from_public_bytes(enc[1088:])
    ours = x25519.public_key().public_bytes_raw()
    combined = mlkem.decapsulate(enc[:1088]) + x25519.exchange(point) + enc[1088:] + ours
    return hashlib.sha3_256(combined + b"\\.//^\\").digest()


def independent_open(key: OpeningKey, enc: bytes, ct: bytes, info: bytes, aad: bytes, aead: int) -> bytes:
    made, nonce = schedule(decapsulate(key, enc), info, KEM_ID[key.suite], aead)
    opened: bytes = AEADS[aead](made).decrypt(nonce, ct, aad)
    return opened


def bytes_of(item: dict[str, Any], *names: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(item[name]) for name in names)


@pytest.mark.parametrize("aead", [AES_256_GCM, CHACHA20_POLY1305])
def test_the_independent_schedule_agrees_with_rfc_9180(aead: int) -> None:
    for item in vectors("hpke/test-vectors.json", mode=0, kem_id=0x20, kdf_id=HKDF_SHA256, aead_id=aead):
        secret, info, enc, private = bytes_of(item, "shared_secret", "info", "enc", "skRm")
        key = OpeningKey(Suite.CLASSIC, private)
        assert decapsulate(key, enc) == secret
        assert schedule(secret, info, 0x20, aead) == bytes_of(item, "key", "base_nonce")
        first = item["encryptions"][0]
        ct, aad, plaintext = bytes_of(first, "ct", "aad", "pt")
        assert independent_open(key, enc, ct, info, aad, aead) == plaintext


def test_the_independent_schedule_agrees_with_the_x_wing_draft() -> None:
    for item in vectors("hpke/hpke-pq-test-vectors.json", kem_id=0x647A, kdf_id=HKDF_SHA256):
        secret, info, enc, private = bytes_of(item, "shared_secret", "info", "enc", "skRm")
        key = OpeningKey(Suite.HYBRID, private)
        assert decapsulate(key, enc) == secret
        assert schedule(secret, info, 0x647A, item["aead_id"]) == bytes_of(item, "key", "base_nonce")
        ct, aad, plaintext = bytes_of(item["encryptions"][0], "ct", "aad", "pt")
        assert independent_open(key, enc, ct, info, aad, item["aead_id"]) == plaintext


def test_private_keys_give_the_public_keys_of_the_vectors() -> None:
    for item in vectors("hpke/test-vectors.json", mode=0, kem_id=0x20):
        assert OpeningKey(Suite.CLASSIC, bytes.fromhex(item["skRm"])).public_key.hex() == item["pkRm"]
    for item in vectors("hpke/hpke-pq-test-vectors.json", kem_id=0x647A):
        assert OpeningKey(Suite.HYBRID, bytes.fromhex(item["skRm"])).public_key.hex() == item["pkRm"]


@pytest.mark.parametrize("suite", list(Suite))
def test_what_we_seal_opens_with_the_independent_schedule(suite: Suite) -> None:
    key = OpeningKey.generate(suite)
    sealed = hpke_seal(suite, key.public_key, b"zegel/grant/v1", b"a node" * 20)
    enc, ct = sealed[: ENC_SIZE[suite]], sealed[ENC_SIZE[suite] :]
    assert independent_open(key, enc, ct, b"zegel/grant/v1", b"", AES_256_GCM) == b"a node" * 20


@pytest.mark.parametrize("suite", list(Suite))
def test_what_javascript_sealed_opens(suite: Suite) -> None:
    items = vectors("interop-hpke-js-sealed-selfmade.json", kem=KEM_ID[suite], kdf=HKDF_SHA256, aead=AES_256_GCM)
    assert {item["lib"] for item in items} == {"dajiaji", "panva"}
    for item in items:
        private, info, sealed, plaintext = bytes_of(item, "sk", "info", "ct", "pt")
        assert hpke_open(OpeningKey(suite, private), suite, info, sealed) == plaintext
        assert OpeningKey(suite, private).public_key.hex() == item["pk"]


def test_what_javascript_sealed_with_another_algorithm_does_not_open() -> None:
    for suite, kem in KEM_ID.items():
        for item in vectors("interop-hpke-js-sealed-selfmade.json", kem=kem):
            if (item["kdf"], item["aead"]) != (HKDF_SHA256, AES_256_GCM):
                private, info, sealed = bytes_of(item, "sk", "info", "ct")
                with pytest.raises(CannotOpen):
                    hpke_open(OpeningKey(suite, private), suite, info, sealed)


def test_every_flipped_byte_of_a_sealed_text_is_refused() -> None:
    for item in vectors("interop-hpke-js-sealed-selfmade.json", kdf=HKDF_SHA256, aead=AES_256_GCM, kem=0x20):
        private, info, sealed = bytes_of(item, "sk", "info", "ct")
        for at in range(len(sealed)):
            changed = bytearray(sealed)
            changed[at] ^= 0x40
            with pytest.raises(CannotOpen):
                hpke_open(OpeningKey(Suite.CLASSIC, private), Suite.CLASSIC, info, bytes(changed))


def test_a_key_of_the_other_suite_is_refused_before_anything_is_opened() -> None:
    for suite in Suite:
        other = next(item for item in Suite if item is not suite)
        sealed = hpke_seal(suite, OpeningKey.generate(suite).public_key, b"", b"x")
        with pytest.raises(WrongSuite):
            hpke_open(OpeningKey.generate(other), suite, b"", sealed)
