# SPDX-License-Identifier: EUPL-1.2
"""Account keys: what a password, a recovery code or a passkey unwraps, and what the server gets to see of it.

Argon2id (RFC 9106) of the password gives two keys by HKDF: `auth_key` is sent and proves the password, `wrap_key` is
never sent and opens the bundle with the person's private keys. The server keeps a MAC of the one and ciphertext
under the other.
"""

from __future__ import annotations

import hashlib
import os
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zegel.seal import encoding
from zegel.seal.envelope import signed_bytes
from zegel.seal.errors import CannotOpen, FieldWrong, KeyRefused
from zegel.seal.fields import ID_SIZE, Fields
from zegel.seal.pairing import from_typed, in_groups, with_checksum
from zegel.seal.suite import FINGERPRINT_SIZE, SEED_SIZE, OpeningKey, SigningKey, Suite

MEMORY_KIB = 65_536
PASSES = 3
LANES = 1
MIN_PASSWORD = 12

RECOVERY_SIZE = 20
_RECOVERY_TYPED_SIZE = RECOVERY_SIZE + 2
_NONCE_SIZE = 12
_MAX_PINS = 2000


class Wrapper(StrEnum):
    """What a bundle is wrapped by."""

    PASSWORD = "password"
    RECOVERY = "recovery"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class AccountKeys:
    """`auth_key` goes to the server, `wrap_key` never does; 32 bytes each."""

    auth_key: bytes = field(repr=False)
    wrap_key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A person's private keys."""

    person: bytes
    signing: SigningKey
    opening: OpeningKey

    @classmethod
    def generate(cls, person: bytes, suite: Suite) -> Bundle:
        return cls(person, SigningKey.generate(), OpeningKey.generate(suite))

    def encode(self) -> bytes:
        suite = int(self.opening.suite)
        return encoding.encode((1, suite, self.person, self.signing.seed, self.opening.private))

    @classmethod
    def decode(cls, data: bytes) -> Bundle:
        """Raises NotCanonical, FieldWrong."""
        fields = Fields("bundle", encoding.decode(data))
        fields.uint("version", 1, 1)
        suite, person = fields.suite("suite"), fields.id("person")
        signing = SigningKey(fields.blob("sign_seed", SEED_SIZE, SEED_SIZE))
        bundle = cls(person, signing, OpeningKey(suite, fields.blob("open_private", SEED_SIZE, SEED_SIZE)))
        fields.end()
        return bundle


@dataclass(frozen=True, slots=True)
class Pin:
    """A key that a person compared another way, how (`qr`, `words`, `agreement`) and when."""

    kind: str
    id: bytes
    fingerprint: bytes
    how: str
    at_ms: int


def normal_email(email: str) -> str:
    """Trimmed, NFKC, lower case: one address has one spelling."""
    return unicodedata.normalize("NFKC", email.strip()).lower()


def salt(origin: str, email: str) -> bytes:
    """SHA-256("zegel/salt/v1" ‖ origin ‖ e-mail): the same person at another installation has other keys."""
    return hashlib.sha256(b"zegel/salt/v1" + origin.encode() + normal_email(email).encode()).digest()


def derive_keys(origin: str, email: str, password: str) -> AccountKeys:
    """Argon2id (64 MiB, 3 passes, 1 lane) then HKDF-SHA256. The password is taken in NFKC. Raises FieldWrong."""
    secret = unicodedata.normalize("NFKC", password)
    if len(secret) < MIN_PASSWORD:
        raise FieldWrong(f"a password has at least {MIN_PASSWORD} characters", "Choose a longer password.")
    kdf = Argon2id(salt=salt(origin, email), length=32, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB)
    root = kdf.derive(secret.encode())
    return AccountKeys(_hkdf(root, b"zegel/auth/v1"), _hkdf(root, b"zegel/wrap/v1"))


def wrap_bundle(bundle: Bundle, key: bytes, wrapper: Wrapper) -> bytes:
    """nonce 12 ‖ AES-256-GCM of the bundle. Raises KeyRefused."""
    nonce = os.urandom(_NONCE_SIZE)
    suite = bundle.opening.suite
    return nonce + _aead(key).encrypt(nonce, bundle.encode(), _bundle_context(bundle.person, wrapper, suite))


def unwrap_bundle(wrapped: bytes, key: bytes, wrapper: Wrapper, person: bytes, suite: Suite) -> Bundle:
    """The bundle of `person`. Raises KeyRefused, CannotOpen, FieldWrong."""
    bundle = Bundle.decode(_open(wrapped, key, _bundle_context(person, wrapper, suite)))
    if bundle.person != person or bundle.opening.suite is not suite:
        raise FieldWrong("bundle: it is of another person or suite than it was wrapped for")
    return bundle


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """160 random bits that are printed and typed back at onboarding."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != RECOVERY_SIZE:
            raise KeyRefused(f"a recovery code has {RECOVERY_SIZE} bytes, not {len(self.secret)}")

    @classmethod
    def generate(cls) -> RecoveryCode:
        return cls(os.urandom(RECOVERY_SIZE))

    @classmethod
    def parse(cls, text: str) -> RecoveryCode:
        """Spaces, dashes and case don't matter. Raises CodeMistyped."""
        return cls(from_typed(text, _RECOVERY_TYPED_SIZE))

    def text(self) -> str:
        """36 letters and digits in nine groups of four."""
        return in_groups(with_checksum(self.secret))

    def wrap_key(self) -> bytes:
        """The key that wraps the bundle, 32 bytes."""
        return _hkdf(self.secret, b"zegel/recovery/v1")


def wrap_pins(pins: tuple[Pin, ...], person: bytes, signing: SigningKey) -> bytes:
    """nonce 12 ‖ AES-256-GCM of what a person pinned, under a key of his own. Raises FieldWrong."""
    data = encoding.encode(tuple((pin.kind, pin.id, pin.fingerprint, pin.how, pin.at_ms) for pin in pins))
    _read_pins(data)
    nonce = os.urandom(_NONCE_SIZE)
    return nonce + _aead(_pins_key(signing)).encrypt(nonce, data, person)


def unwrap_pins(wrapped: bytes, person: bytes, signing: SigningKey) -> tuple[Pin, ...]:
    """Raises CannotOpen, FieldWrong."""
    return _read_pins(_open(wrapped, _pins_key(signing), person))


def _read_pins(data: bytes) -> tuple[Pin, ...]:
    return Fields("pins", (encoding.decode(data),)).many("list", _read_pin, most=_MAX_PINS)


def _read_pin(fields: Fields) -> Pin:
    return Pin(
        fields.word("kind"),
        fields.blob("id", ID_SIZE, ID_SIZE),
        fields.blob("fingerprint", FINGERPRINT_SIZE, FINGERPRINT_SIZE),
        fields.text("how"),
        fields.ms("at"),
    )


def _pins_key(signing: SigningKey) -> bytes:
    return _hkdf(signing.seed, b"zegel/pins/v1")


def _bundle_context(person: bytes, wrapper: Wrapper, suite: Suite) -> bytes:
    return signed_bytes("account", encoding.encode((person, wrapper.value, int(suite))))


def _hkdf(secret: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)


def _aead(key: bytes) -> AESGCM:
    if len(key) != 32:
        raise KeyRefused(f"a wrapping key has 32 bytes, not {len(key)}")
    return AESGCM(key)


def _open(wrapped: bytes, key: bytes, context: bytes) -> bytes:
    try:
        return _aead(key).decrypt(wrapped[:_NONCE_SIZE], wrapped[_NONCE_SIZE:], context)
    except (InvalidTag, ValueError) as error:
        if isinstance(error, KeyRefused):
            raise
        raise CannotOpen("the key does not open this: a wrong password or code, or changed bytes") from None
