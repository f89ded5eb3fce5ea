# SPDX-License-Identifier: EUPL-1.2
"""The units' listener has its own certificate authority, made at first start: a unit pins it at enrolment, so no public
authority and no clock-dependent renewal stands between a site and its alarm centre.

folder/ca.pem (give it to units), folder/ca.key, folder/server.pem (chain), folder/server.key; keys are 0600.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from zegel.server.kernel import clock

AUTHORITY_LIVES = timedelta(days=20 * 365)
SERVER_LIVES = timedelta(days=398)
RENEW_BEFORE = timedelta(days=60)


@dataclass(frozen=True)
class Certificates:
    """Where they lie. `fingerprint`: SHA-256 of the authority's DER, for `zegel unit enrol --ca sha256:…`."""

    authority: Path
    chain: Path
    key: Path
    fingerprint: str


def ensure(folder: Path, names: Iterable[str] = ()) -> Certificates:
    """Makes what is missing, renews what is about to expire or lacks one of `names` (host names or IP addresses)."""
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    wanted = sorted({"localhost", "127.0.0.1", "::1", socket.gethostname().lower() or "localhost", *names})
    if not (folder / "ca.pem").exists() or not (folder / "ca.key").exists():
        _make_authority(folder)
    authority = x509.load_pem_x509_certificate((folder / "ca.pem").read_bytes())
    if _must_make(folder / "server.pem", authority, wanted):
        _make_server(folder, authority, wanted)
    fingerprint = hashlib.sha256(authority.public_bytes(serialization.Encoding.DER)).hexdigest()
    return Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key", fingerprint)


def _make_authority(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zegel units")])
    certificate = (
        _builder(name, name, key.public_key(), AUTHORITY_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(folder / "ca.key", key)
    _write(folder / "ca.pem", certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def _must_make(path: Path, authority: x509.Certificate, wanted: list[str]) -> bool:
    if not path.exists() or not path.with_suffix(".key").exists():
        return True
    certificate = x509.load_pem_x509_certificate(path.read_bytes())
    expires_soon = certificate.not_valid_after_utc - clock.now() < RENEW_BEFORE
    return expires_soon or certificate.issuer != authority.subject or not set(wanted) <= _names_in(certificate)


def _names_in(certificate: x509.Certificate) -> set[str]:
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(name.value) for name in names}


def _make_server(folder: Path, authority: x509.Certificate, names: list[str]) -> None:
    signer = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    if not isinstance(signer, ec.EllipticCurvePrivateKey):
        raise TypeError("the authority's key is not an elliptic-curve key")
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zegel gateway")])
    certificate = (
        _builder(subject, authority.subject, key.public_key(), SERVER_LIVES)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_name(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .sign(signer, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    _write_key(folder / "server.key", key)
    _write(folder / "server.pem", certificate.public_bytes(pem) + authority.public_bytes(pem), 0o644)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, lives: timedelta
) -> x509.CertificateBuilder:
    now = clock.now()
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + lives)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, sign_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign_certificates,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    _write(
        path,
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
        0o600,
    )


def _write(path: Path, data: bytes, mode: int) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)
