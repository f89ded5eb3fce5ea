# SPDX-License-Identifier: EUPL-1.2
"""Encrypting a push message for one browser, and saying who sends it. Pure: keys, salt and time are arguments.

- RFC 8291 (Message Encryption for Web Push) over RFC 8188 (aes128gcm): what a push service carries opens with the
  browser's own key only. One record, padded to a fixed size, so that its length tells nothing of its content.
- RFC 8292 (VAPID): a token signed with the installation's P-256 key, for one push service, for half a day.
"""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from zegel.server.kernel.errors import ZegelError

POINT, AUTH, SALT = 65, 16, 16
RECORD = 4096  # RFC 8291 §4: a push service need not take more
LARGEST = RECORD - POINT - 21 - 16 - 1
PADDED_TO = 512
TOKEN_LASTS_S = 12 * 3600  # RFC 8292 §2: at most 24 hours
SEED = 48  # bytes that a key is derived from: more than the group's order, so that no scalar is likelier than another
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


class BadSubscription(ZegelError):
    """A subscription whose keys no browser makes."""

    code = "bad_subscription"


@dataclass(frozen=True)
class Keys:
    """A browser's: `p256dh` an uncompressed point of P-256 (65 bytes), `auth` 16 random bytes."""

    p256dh: bytes
    auth: bytes

    def __post_init__(self) -> None:
        _point(self.p256dh)
        if len(self.auth) != AUTH:
            raise BadSubscription("The browser's secret has another length than 16 bytes.")


def to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def private_key(seed: bytes) -> ec.EllipticCurvePrivateKey:
    """The installation's signing key, from a secret of 48 random bytes."""
    if len(seed) != SEED:
        raise ValueError("a key is derived from 48 bytes")
    return ec.derive_private_key(int.from_bytes(seed) % (_ORDER - 1) + 1, ec.SECP256R1())


def public_point(key: ec.EllipticCurvePrivateKey) -> bytes:
    """65 bytes: what a browser takes as applicationServerKey."""
    return key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def encrypt(
    text: bytes, keys: Keys, *, salt: bytes, sender: ec.EllipticCurvePrivateKey, padded_to: int = PADDED_TO
) -> bytes:
    """The body of a push message (header ‖ one record). `sender`: drawn for this message alone. Raises ValueError when
    it is too long."""
    if len(text) > LARGEST or len(salt) != SALT:
        raise ValueError("a push message has at most 3,993 bytes, and a salt of 16")
    own = public_point(sender)
    shared = sender.exchange(ec.ECDH(), _point(keys.p256dh))
    secret = _hkdf(shared, keys.auth, b"WebPush: info\x00" + keys.p256dh + own, 32)
    key = _hkdf(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    nonce = _hkdf(secret, salt, b"Content-Encoding: nonce\x00", 12)
    padding = bytes(max(0, min(padded_to, LARGEST) - len(text)))
    sealed = AESGCM(key).encrypt(nonce, text + b"\x02" + padding, None)
    return salt + struct.pack(">IB", RECORD, len(own)) + own + sealed


def token(key: ec.EllipticCurvePrivateKey, audience: str, subject: str, now_s: int) -> str:
    """The value of the Authorization header for the push service whose origin is `audience`."""
    claims = {"aud": audience, "exp": now_s + TOKEN_LASTS_S, "sub": subject}
    said = b".".join(to_text(json.dumps(part, separators=(",", ":")).encode()).encode() for part in (_HEADER, claims))
    r, s = decode_dss_signature(key.sign(said, ec.ECDSA(hashes.SHA256())))
    signature = to_text(r.to_bytes(32) + s.to_bytes(32))
    return f"vapid t={said.decode()}.{signature}, k={to_text(public_point(key))}"


_HEADER = {"typ": "JWT", "alg": "ES256"}


def _point(raw: bytes) -> ec.EllipticCurvePublicKey:
    if len(raw) != POINT or raw[0] != 4:
        raise BadSubscription("The browser's key is not an uncompressed point of P-256.")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        raise BadSubscription("The browser's key is not a point of P-256.") from None


def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
