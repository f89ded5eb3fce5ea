# SPDX-License-Identifier: EUPL-1.2
"""What the log signs besides checkpoints: the promise that an entry will be in the tree, and the time.

promise: [1, origin, index, leaf hash, ms]; time: [1, nonce 16, ms]. Both travel in the usual envelope, signed by the
log's key.
The key objects are kept, because deriving them anew costs twice what a signature does.
"""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from zegel.seal import encoding
from zegel.seal.envelope import Envelope, signed_bytes
from zegel.server.ledger import origin
from zegel.server.ledger.errors import EntryRefused

NONCE_LENGTH = 16


@cache
def _signer() -> tuple[Ed25519PrivateKey, bytes]:
    key = origin.key()
    return Ed25519PrivateKey.from_private_bytes(key.seed), key.fingerprint


def _sign(name: str, body: bytes) -> bytes:
    private, fingerprint = _signer()
    return Envelope(name, body, fingerprint, private.sign(signed_bytes(name, body))).encode()


def promise(origin_name: str, index: int, leaf_hash: bytes, at_ms: int) -> bytes:
    """The envelope in which the log promises that `leaf_hash` stands at `index`."""
    return _sign("promise", encoding.encode((1, origin_name, index, leaf_hash, at_ms)))


def time(nonce: bytes, at_ms: int) -> bytes:
    """The envelope that tells a unit the time, fresh because its own nonce is in it."""
    if len(nonce) != NONCE_LENGTH:
        raise EntryRefused(f"A nonce for the time is {NONCE_LENGTH} bytes, not {len(nonce)}.")
    return _sign("time", encoding.encode((1, nonce, at_ms)))
