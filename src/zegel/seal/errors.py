# SPDX-License-Identifier: EUPL-1.2
"""What can be wrong with sealed things. Every error says what is wrong (`str(error)`) and what to do
(`error.action`).

`code` is stable and meant for programs and translations; the texts are for people who read logs. None of them ever
contains key material.
"""

from __future__ import annotations

from typing import ClassVar


class SealError(ValueError):
    """Anything that the seal refuses. Nothing has been changed when it is raised."""

    code: ClassVar[str] = "seal_refused"
    action: str = "Do not use this object; ask its maker for a correct one."

    def __init__(self, what: str, action: str | None = None) -> None:
        super().__init__(what)
        if action is not None:
            self.action = action


class NotCanonical(SealError):
    """The bytes are not the one deterministic CBOR encoding of an allowed value."""

    code = "not_canonical"
    action = "Refuse the bytes. Its maker must encode as docs/design/seal-formats.md says."


class TooLarge(SealError):
    """Longer, deeper or more numerous than the format allows."""

    code = "too_large"
    action = "Refuse the bytes; a correct maker splits its objects."


class FieldWrong(SealError):
    """A field has the wrong type, length, range, order or meaning."""

    code = "field_wrong"


class KeyRefused(SealError):
    """A key has the wrong length, kind or suite, or is one of the weak ones."""

    code = "key_refused"
    action = "Make a new key pair and have its fingerprint compared again."


class WrongSuite(SealError):
    """The object and the key, or the object and the pinned keyset, are of different suites."""

    code = "wrong_suite"
    action = "Use the suite that the pinned keyset names; never fall back to another one."


class WrongObject(SealError):
    """A correctly made object of another kind than the one that was asked for."""

    code = "wrong_object"


class UnknownSigner(SealError):
    """The signer is none of the keys that may sign this."""

    code = "unknown_signer"
    action = "Stop and show it. Compare the signer's fingerprint another way before you pin it."


class BadSignature(SealError):
    """The signature or MAC does not belong to these bytes and this key."""

    code = "bad_signature"
    action = "Refuse the object and report it: it was changed or forged on the way."


class CannotOpen(SealError):
    """The key does not open these bytes: another key, another context, or changed bytes."""

    code = "cannot_open"
    action = "Check that the key belongs to this object; if it does, the bytes were changed."


class NotYours(SealError):
    """The object names another unit, pairing, camera, party, recipient or predecessor than the one expected."""

    code = "wrong_binding"
    action = "Refuse it and report it: it was made for something else."


class Replayed(SealError):
    """The counter is not higher than the last one seen."""

    code = "replayed"
    action = "Refuse it and keep what is in force; the signer must raise the counter."


class Expired(SealError):
    """Its time has passed."""

    code = "expired"
    action = "Ask the signer for a new one."


class NotYetValid(SealError):
    """It is dated in the future, beyond the tolerated difference between clocks."""

    code = "not_yet_valid"
    action = "Check both clocks, then have it signed again."


class NotAllowed(SealError):
    """Well made and well signed, but not by somebody who may say this, or not here."""

    code = "not_allowed"
    action = "Ask the owner to change the policy, or leave it."


class KeyForgotten(SealError):
    """The key of that slot no longer exists here, by design."""

    code = "key_forgotten"
    action = "Only the owner's sealed epoch still opens this slot."


class OutOfRange(SealError):
    """A slot, range or index outside of what exists or was given."""

    code = "out_of_range"
    action = "Ask for a range that lies inside of the epoch or of the keys that were given."


class ProofRefused(SealError):
    """A Merkle proof, note, checkpoint, cosignature or receipt that does not verify."""

    code = "proof_refused"
    action = "Treat the log as not proven. Keep the bytes: they may be evidence of a forked or shortened log."


class CodeMistyped(SealError):
    """A pairing or recovery code with a typing mistake (its checksum does not match)."""

    code = "code_mistyped"
    action = "Compare the code with the paper, letter by letter, and type it again."
