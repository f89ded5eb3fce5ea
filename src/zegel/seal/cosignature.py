# SPDX-License-Identifier: EUPL-1.2
"""Witness cosignatures (C2SP tlog-cosignature, Ed25519): "this was the largest tree that I saw then, and it grew"."""

from __future__ import annotations

from zegel.seal.errors import BadSignature, ProofRefused
from zegel.seal.note import Algorithm, Note, NoteSigner, Signature, VerifierKey
from zegel.seal.suite import SIGNATURE_SIZE, verify_signature

_TIME_SIZE = 8
MAX_TIME_S = 2**63 - 1


def cosign(note: Note, witness: NoteSigner, at_s: int) -> Signature:
    """The signature line of a witness over a checkpoint's text at `at_s` (POSIX seconds). Raises ProofRefused.

    The caller has verified the checkpoint and its consistency with the last one that it cosigned.
    """
    if witness.algorithm is not Algorithm.COSIGNATURE or not 0 <= at_s <= MAX_TIME_S:
        raise ProofRefused("a cosignature needs a witness's key and a time")
    signature = witness.key.sign(_message(note.text, at_s))
    return Signature(witness.name, witness.verifier.id, at_s.to_bytes(_TIME_SIZE, "big") + signature)


def verify_cosignature(note: Note, witness: VerifierKey) -> int:
    """When the witness cosigned, POSIX seconds. Raises ProofRefused when it did not, or wrongly."""
    if witness.algorithm is not Algorithm.COSIGNATURE:
        raise ProofRefused(f"{witness.name} is not a witness's key")
    found = note.of(witness)
    if not found:
        raise ProofRefused(f"{witness.name} has not cosigned this checkpoint")
    return max(_verify(note.text, signature.signature, witness) for signature in found)


def _verify(text: str, data: bytes, witness: VerifierKey) -> int:
    if len(data) != _TIME_SIZE + SIGNATURE_SIZE:
        raise ProofRefused(f"the cosignature of {witness.name} has {len(data)} bytes")
    at_s = int.from_bytes(data[:_TIME_SIZE], "big")
    if at_s > MAX_TIME_S:
        raise ProofRefused(f"the cosignature of {witness.name} has an impossible time")
    try:
        verify_signature(witness.public_key, data[_TIME_SIZE:], _message(text, at_s))
    except BadSignature:
        raise ProofRefused(f"the cosignature of {witness.name} is wrong") from None
    return at_s


def _message(text: str, at_s: int) -> bytes:
    return f"cosignature/v1\ntime {at_s}\n{text}".encode()
