# SPDX-License-Identifier: EUPL-1.2
"""Certificates of every sort, for servers on this machine: a trusted one, and those that nobody should trust."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from tempfile import mkdtemp

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.now(UTC)  # certificates live by the wall's clock, as OpenSSL does


@dataclass(frozen=True)
class Authority:
    """`file`: its own certificate, for whoever trusts it."""

    file: Path
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate


@cache
def authority(name: str = "Testing authority") -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate(name, key, None, (NOW - timedelta(days=900), NOW + timedelta(days=30)), (), ca=True)
    path = Path(mkdtemp(prefix="zegel-test-ca-")) / "authority.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return Authority(path, key, made)


def good(name: str = "127.0.0.1") -> ssl.SSLContext:
    return _served(authority(), name, (NOW - timedelta(days=1), NOW + timedelta(days=20)))


def expired() -> ssl.SSLContext:
    return _served(authority(), "127.0.0.1", (NOW - timedelta(days=60), NOW - timedelta(days=1)))


def self_signed() -> ssl.SSLContext:
    return _served(None, "127.0.0.1", (NOW - timedelta(days=1), NOW + timedelta(days=20)))


def of_another() -> ssl.SSLContext:
    """Of an authority that nobody here trusts."""
    return _served(authority("Somebody else"), "127.0.0.1", (NOW - timedelta(days=1), NOW + timedelta(days=20)))


def _served(by: Authority | None, name: str, lasts: tuple[datetime, datetime]) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    made = _certificate(name, key, by, lasts, (name,), ca=False)
    folder = Path(mkdtemp(prefix="zegel-test-cert-"))
    chain, own = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    own.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, own)
    for path in (chain, own):
        path.unlink()
    folder.rmdir()
    return context


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    by: Authority | None,
    lasts: tuple[datetime, datetime],
    names: tuple[str, ...],
    *,
    ca: bool,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer = subject if by is None else by.certificate.subject
    signing = key if by is None else by.key
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(lasts[0])
        .not_valid_after(lasts[1])
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
    )
    if names:
        made = made.add_extension(x509.SubjectAlternativeName([_name(one) for one in names]), critical=False)
    return made.sign(signing, hashes.SHA256())


def _name(text: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(text))
    except ValueError:
        return x509.DNSName(text)
