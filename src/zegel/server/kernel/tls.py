# SPDX-License-Identifier: EUPL-1.2
"""The units' listener has its own certificate authority, made at first start: a unit pins it at enrolment, so no public
authority and no clock-dependent renewal stands between a site and its alarm centre.

folder/ca.pem (give it to units), folder/ca.key, folder/server.pem (chain), folder/server.key; keys are 0600.

What the installation's own processes say to each other over a network stands under another authority, which nobody has
to carry about: its key is derived from a secret that those machines share anyway, and lies in no file.
"""

from __future__ import annotations

import hashlib
import ipaddress
import os
import socket
import ssl
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
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


def among_ourselves(shared: bytes, purpose: str, *, listening: bool) -> ssl.SSLContext:
    """TLS 1.3 between processes that hold the secret `shared`: both show a certificate, both refuse another's. Each
    process draws a key of its own; the authority above it is the same wherever the secret is. A certificate is either a
    listener's or a caller's, so that neither can be played back as the other."""
    authority = _derived(shared, purpose)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Zegel {purpose}")])
    key = ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    said = _certificate_among_ourselves(authority, name, key.public_key(), listening=listening).public_bytes(pem)
    plain = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if listening else ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False  # whoever holds the secret may stand at any address
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(cadata=_own_root(authority, name).public_bytes(pem).decode())
    with _in_memory(said + plain) as path:
        context.load_cert_chain(path)
    return context


def _derived(shared: bytes, purpose: str) -> ec.EllipticCurvePrivateKey:
    """A P-256 key from 384 bits of HKDF-SHA256, reduced (FIPS 186-5, A.2.1): the bias is below 2^-128."""
    drawn = HKDF(hashes.SHA256(), 48, None, b"zegel/tls/v1\x00" + purpose.encode()).derive(shared)
    order = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    return ec.derive_private_key(int.from_bytes(drawn) % (order - 1) + 1, ec.SECP256R1())


def _own_root(key: ec.EllipticCurvePrivateKey, name: x509.Name) -> x509.Certificate:
    return (
        _builder(name, name, key.public_key(), AUTHORITY_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(sign_certificates=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def _certificate_among_ourselves(
    authority: ec.EllipticCurvePrivateKey, name: x509.Name, key: ec.EllipticCurvePublicKey, *, listening: bool
) -> x509.Certificate:
    role = ExtendedKeyUsageOID.SERVER_AUTH if listening else ExtendedKeyUsageOID.CLIENT_AUTH
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "listener" if listening else "caller")])
    return (
        _builder(subject, name, key, AUTHORITY_LIVES)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([role]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.public_key()), critical=False)
        .sign(authority, hashes.SHA256())
    )


@contextmanager
def _in_memory(data: bytes) -> Iterator[str]:
    """A path for a library that takes nothing else, to what is on no disk."""
    handle = os.memfd_create("zegel", os.MFD_CLOEXEC)
    try:
        os.write(handle, data)
        yield f"/proc/self/fd/{handle}"
    finally:
        os.close(handle)


def _make_authority(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Zegel units")])
    _write_key(folder / "ca.key", key)
    _write(folder / "ca.pem", _own_root(key, name).public_bytes(serialization.Encoding.PEM), 0o644)


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
