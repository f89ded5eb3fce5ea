# SPDX-License-Identifier: EUPL-1.2
"""The installation signs documents: PAdES (ETSI EN 319 142-1, baseline B-B) with a key of its own.

The key is P-256, because readers of PDF know no Ed25519 yet; it is derived from a secret of the installation and signs
nothing else. The certificate is self-signed: what it proves is that the file is the one that this installation made.
Whoever wants more compares its fingerprint with the one on the statement, or the document's hash with the log.
"""

from __future__ import annotations

import hashlib
import io
import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from zegel.server.kernel import clock, secrets

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LASTS = timedelta(days=3650)
FIELD = "Zegel"


def sign(pdf: bytes, reason: str) -> bytes:
    """The same document with one PAdES signature over all of it."""
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD, reason=reason, name=urlsplit(settings.ORIGIN).netloc, md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
    )  # fmt: skip
    signer = signers.SimpleSigner(
        signing_cert=asn1_x509.Certificate.load(_certificate().public_bytes(serialization.Encoding.DER)),
        signing_key=asn1_keys.PrivateKeyInfo.load(
            _key().private_bytes(
                serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        ),
        cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
    )
    out = signers.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), meta, signer=signer)
    signed: bytes = out.getvalue()
    return signed


def fingerprint() -> str:
    """SHA-256 of the certificate, as readers of PDF show it."""
    return _certificate().fingerprint(hashes.SHA256()).hex()


def _key() -> ec.EllipticCurvePrivateKey:
    seed = secrets.secret(Path(settings.SECRETS_PATH), "document-key")
    wide = hashlib.sha512(b"zegel/document-key/v1\x00" + seed).digest()
    return ec.derive_private_key(int.from_bytes(wide, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def _certificate() -> x509.Certificate:
    """Made once; an installation that lost it makes another, with another fingerprint."""
    path = Path(settings.SECRETS_PATH) / "document-certificate.pem"
    if not path.exists():
        _make_certificate(path)
    return x509.load_pem_x509_certificate(path.read_bytes())


def _make_certificate(path: Path) -> None:
    key, host = _key(), urlsplit(settings.ORIGIN).netloc[:64]
    said = ((NameOID.COMMON_NAME, host), (NameOID.ORGANIZATION_NAME, "Zegel"))
    name = x509.Name([x509.NameAttribute(which, text) for which, text in said])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(clock.now() - timedelta(minutes=5))
        .not_valid_after(clock.now() + LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, key_encipherment=False, data_encipherment=False,
                key_agreement=False, key_cert_sign=False, crl_sign=False, encipher_only=False, decipher_only=False,
            ),
            critical=True,
        ).sign(key, hashes.SHA256())
    )  # fmt: skip
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    aside.chmod(0o600)
    aside.rename(path)
