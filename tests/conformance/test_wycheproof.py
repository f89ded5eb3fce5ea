# SPDX-License-Identifier: EUPL-1.2
"""Our primitives against C2SP Wycheproof (testvectors_v1): every valid case passes, every invalid one is refused.

ChaCha20-Poly1305 and ML-DSA-44 are in the folder too; no suite of ours uses them.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import cobblestone
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from tests.shared_files import shared

from zegel.seal.errors import SealError
from zegel.seal.suite import OpeningKey, Suite, check_open_public, hpke_seal, verify_signature


def cases(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every case of a Wycheproof file: (its group, the case)."""
    loaded = json.loads(shared(f"vectors/wycheproof/{name}_test.json").read_text())
    found = [(group, case) for group in loaded["testGroups"] for case in group["tests"]]
    assert len(found) == loaded["numberOfTests"] > 0
    yield from found


def raw(case: dict[str, Any], name: str) -> bytes:
    return bytes.fromhex(case[name])


def test_ed25519_signatures() -> None:
    for group, case in cases("ed25519"):
        public_key = bytes.fromhex(group["publicKey"]["pk"])
        if case["result"] == "valid":
            verify_signature(public_key, raw(case, "sig"), raw(case, "msg"))
        else:
            with pytest.raises(SealError):
                verify_signature(public_key, raw(case, "sig"), raw(case, "msg"))


def test_chunked_encryption_of_256_bits() -> None:
    for _, case in cases("c2sp_chunked_encryption_aes_256_gcm"):
        ciphertext = zlib.decompress(raw(case, "ct"))
        if case["result"] == "valid":
            plaintext = open_chunked(raw(case, "key"), raw(case, "ctx"), ciphertext)
            assert len(plaintext) == case["msgLength"]
            assert hashlib.sha512(plaintext).hexdigest() == case["msgSha512"]
        else:
            with pytest.raises((InvalidTag, ValueError)):
                open_chunked(raw(case, "key"), raw(case, "ctx"), ciphertext)


def test_chunked_encryption_derives_the_same_keys() -> None:
    """Our own reading of the format's derivation, as in docs/design/seal-formats.md."""
    for _, case in cases("c2sp_chunked_encryption_aes_256_gcm"):
        if case["result"] != "valid":
            continue
        ciphertext = zlib.decompress(raw(case, "ct"))
        info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\x00" + ciphertext[:24] + raw(case, "ctx")
        made = HKDFExpand(algorithm=SHA512(), length=76, info=info).derive(raw(case, "key"))
        assert (made[:32].hex(), made[32:44].hex()) == (case["aeadKey"], case["baseNonce"])
        assert made[44:] == ciphertext[24:56]


def open_chunked(key: bytes, context: bytes, ciphertext: bytes) -> bytes:
    decryptor = cobblestone.Cobblestone256Decryptor(key, context)
    return decryptor.update(ciphertext) + decryptor.finalize()


def test_aes_256_gcm() -> None:
    seen = 0
    for group, case in cases("aes_gcm"):
        if (group["keySize"], group["ivSize"]) != (256, 96):
            continue  # no other size occurs in a suite
        seen += 1
        sealed = raw(case, "ct") + raw(case, "tag")
        if case["result"] == "valid":
            assert AESGCM(raw(case, "key")).decrypt(raw(case, "iv"), sealed, raw(case, "aad")) == raw(case, "msg")
        else:
            with pytest.raises(InvalidTag):
                AESGCM(raw(case, "key")).decrypt(raw(case, "iv"), sealed, raw(case, "aad"))
    assert seen > 50


def test_hmac_sha256() -> None:
    for group, case in cases("hmac_sha256"):
        made = hmac.digest(raw(case, "key"), raw(case, "msg"), "sha256")[: group["tagSize"] // 8]
        assert hmac.compare_digest(made, raw(case, "tag")) is (case["result"] == "valid")


def test_hkdf_sha256() -> None:
    for _, case in cases("hkdf_sha256"):
        if case["result"] == "valid":
            kdf = HKDF(algorithm=SHA256(), length=case["size"], salt=raw(case, "salt"), info=raw(case, "info"))
            assert kdf.derive(raw(case, "ikm")) == raw(case, "okm")
        else:
            with pytest.raises(ValueError, match="larger than"):
                HKDF(algorithm=SHA256(), length=case["size"], salt=raw(case, "salt"), info=raw(case, "info"))


def test_one_block_of_hkdf_expand_is_one_hmac() -> None:
    """What `segment` and `pairing` rely on."""
    for length in (1, 16, 32):
        expanded = HKDFExpand(algorithm=SHA256(), length=length, info=b"zegel/seg/v1").derive(b"k" * 32)
        assert hmac.digest(b"k" * 32, b"zegel/seg/v1\x01", "sha256")[:length] == expanded


def test_x25519() -> None:
    for _, case in cases("x25519"):
        private = X25519PrivateKey.from_private_bytes(raw(case, "private"))
        public = X25519PublicKey.from_public_bytes(raw(case, "public"))
        if raw(case, "shared") == bytes(32):
            with pytest.raises(ValueError, match="shared key"):
                private.exchange(public)
        else:
            assert private.exchange(public) == raw(case, "shared")


def test_nothing_is_sealed_to_an_x25519_key_without_a_secret() -> None:
    for _, case in cases("x25519"):
        if raw(case, "shared") == bytes(32):
            with pytest.raises(SealError):
                hpke_seal(Suite.CLASSIC, raw(case, "public"), b"", b"a root")


def test_ml_kem_768_keys_come_from_their_seed() -> None:
    for _, case in cases("mlkem_768_keygen_seed"):
        private = MLKEM768PrivateKey.from_seed_bytes(raw(case, "seed"))
        assert private.public_key().public_bytes_raw() == raw(case, "ek")


def test_ml_kem_768_decapsulation() -> None:
    for _, case in cases("mlkem_768"):
        if case["result"] == "valid":
            private = MLKEM768PrivateKey.from_seed_bytes(raw(case, "seed"))
            assert private.public_key().public_bytes_raw() == raw(case, "ek")
            assert private.decapsulate(raw(case, "c")) == raw(case, "K")
        else:
            with pytest.raises(ValueError, match=r".*"):
                refuse_ml_kem(case)


def refuse_ml_kem(case: dict[str, Any]) -> None:
    """An invalid case is refused on the way to using it: seed, ciphertext, or (sealing in suite 2) the public key."""
    private = MLKEM768PrivateKey.from_seed_bytes(raw(case, "seed"))
    private.decapsulate(raw(case, "c"))
    public_key = raw(case, "ek") + OpeningKey.generate(Suite.CLASSIC).public_key
    check_open_public(Suite.HYBRID, public_key)
    hpke_seal(Suite.HYBRID, public_key, b"", b"a root")
