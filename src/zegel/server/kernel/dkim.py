# SPDX-License-Identifier: EUPL-1.2
"""Signs letters, so that their receiver can see that they are ours (DKIM, RFC 6376; rsa-sha256, relaxed/relaxed).

The key is the installation's own, made when it is first needed; its public half is published in the DNS, as
`record()` writes it. What one-click unsubscribing rests on is signed with it (RFC 8058 §4).
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings

from zegel.server.kernel import clock, secrets

BITS = 2048
SIGNED = (
    "from", "to", "subject", "date", "message-id", "reply-to", "mime-version", "content-type",
    "content-transfer-encoding", "list-unsubscribe", "list-unsubscribe-post", "list-id",
)  # fmt: skip
TWICE = ("from", "to", "subject", "list-unsubscribe", "list-unsubscribe-post")
"""Signed once more than they are there: nobody can add another one (RFC 6376 §8.15)."""


@dataclass(frozen=True)
class Signer:
    domain: str
    selector: str
    key: rsa.RSAPrivateKey


def signed(raw: bytes, signer: Signer | None = None) -> bytes:
    """The letter with its signature before it: of `signer`, else the installation's; as it is where that signs none."""
    if signer is not None:
        return signature(raw, signer, clock.now_ms() // 1000) + raw
    if not getattr(settings, "EMAIL_DKIM", ""):
        return raw
    return signature(raw, installed(), clock.now_ms() // 1000) + raw


def installed() -> Signer:
    """Of this installation: the sender's domain, and its own key."""
    selector = str(getattr(settings, "EMAIL_DKIM", ""))
    domain = str(settings.DEFAULT_FROM_EMAIL).rpartition("@")[2]
    return Signer(domain, selector, _key(settings.SECRETS_PATH, f"dkim-{selector}"))


def record(signer: Signer) -> tuple[str, str]:
    """Name and value of the DNS record (TXT) by which everybody can check the signature."""
    public = signer.key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    value = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}"
    return f"{signer.selector}._domainkey.{signer.domain}", value


@cache
def _key(folder: Path, name: str) -> rsa.RSAPrivateKey:
    text = secrets.kept(folder, name, _new_key)
    key = serialization.load_pem_private_key(text.encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def _new_key() -> str:
    key = rsa.generate_private_key(65537, BITS)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


# --- the signature ---


def signature(raw: bytes, signer: Signer, at_s: int) -> bytes:
    """The header field DKIM-Signature for a letter whose lines end in CRLF, itself ending in CRLF."""
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = _fields(head)
    names = [name for name in SIGNED if any(key == name for key, _value in fields)]
    chosen = [name for name in names for _ in range(_count(fields, name))] + [n for n in TWICE if n in names]
    digest = base64.b64encode(hashlib.sha256(relaxed_body(body)).digest()).decode()
    line = (
        f"v=1; a=rsa-sha256; c=relaxed/relaxed; d={signer.domain}; s={signer.selector}; t={at_s};\r\n"
        f" h={':'.join(chosen)};\r\n bh={digest};\r\n b="
    )
    signing = _signed_fields(fields, chosen) + b"dkim-signature:" + relaxed_value(line.encode())
    sign = base64.b64encode(signer.key.sign(signing, padding.PKCS1v15(), hashes.SHA256())).decode()
    folded = "\r\n ".join(sign[start : start + 72] for start in range(0, len(sign), 72))
    return b"DKIM-Signature: " + line.encode() + folded.encode() + b"\r\n"


def _fields(head: bytes) -> list[tuple[str, bytes]]:
    """Name in lower case, and the value with its foldings, in order."""
    unfolded = re.split(rb"\r\n(?![ \t])", head)
    pairs = [field.partition(b":") for field in unfolded if b":" in field]
    return [(name.decode("ascii").strip().lower(), value) for name, _, value in pairs]


def _count(fields: list[tuple[str, bytes]], name: str) -> int:
    return sum(key == name for key, _value in fields)


def _signed_fields(fields: list[tuple[str, bytes]], chosen: list[str]) -> bytes:
    """Each time a name is signed the next of its fields counts, from the last one up (§5.4.2); none left: nothing."""
    left = {name: [value for key, value in fields if key == name] for name in set(chosen)}
    lines = []
    for name in chosen:
        if left[name]:
            lines.append(name.encode() + b":" + relaxed_value(left[name].pop()) + b"\r\n")
    return b"".join(lines)


def relaxed_value(value: bytes) -> bytes:
    """§3.4.2: unfolded, runs of spaces made one, none at the ends."""
    return re.sub(rb"[ \t]+", b" ", value.replace(b"\r\n", b"")).strip(b" ")


def relaxed_body(body: bytes) -> bytes:
    """§3.4.4: no space at the ends of lines, runs of spaces made one, no empty lines at the end."""
    lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in body.split(b"\r\n")]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines)
