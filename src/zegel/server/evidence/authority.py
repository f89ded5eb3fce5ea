# SPDX-License-Identifier: EUPL-1.2
"""The installation's own authority for C2PA: it certifies a key that somebody drew to sign his films with.

- The film is never here, nor is its key: a public key comes, a certificate goes. Who asks may make packages.
- The authority's key is P-256, derived from a secret of the installation, and signs certificates only. It is on no
  public list of trust: to who compares its fingerprint it proves that this installation vouched for that organisation.
- A certificate lasts as long as its authority: readers hold a film against today, years later, as nobody stamps its
  time for us.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from django.conf import settings
from django.utils.translation import gettext as _

from zegel.server.evidence.errors import BadOrder
from zegel.server.gate import Action, Resource, ResourceKind, require
from zegel.server.kernel import clock, log, secrets
from zegel.server.kernel.actor import Actor
from zegel.server.people import queries as people

_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
LASTS = timedelta(days=3650)
LONGEST_NAME = 64  # of a certificate's field (RFC 5280, ub-organization-name)


def certify(actor: Actor, public_key: bytes) -> str:
    """The chain as PEM, the key's own certificate first. `public_key`: P-256, SubjectPublicKeyInfo (DER).
    Raises Denied, BadOrder."""
    require(actor, Action.LIST, Resource(ResourceKind.LEGAL_ORDER))
    assert actor.party_id is not None
    try:
        key = serialization.load_der_public_key(public_key)
    except ValueError:
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadOrder(_("This is no key that can be certified."), action=_("Try again."), field="public_key")
    name = people.party_names([actor.party_id], seen_by=actor.party_id).get(actor.party_id, "")
    made = _issued(_name(name or "-"), key, ca=False)
    log.info("evidence.key_certified", party=actor.party_id)
    return _pem(made) + _pem(root())


def root() -> x509.Certificate:
    """Made once; an installation that lost it makes another, with another fingerprint."""
    text = secrets.kept(
        Path(settings.SECRETS_PATH), "c2pa-authority", lambda: _pem(_issued(_host(), _key().public_key(), ca=True))
    )
    return x509.load_pem_x509_certificate(text.encode())


def _key() -> ec.EllipticCurvePrivateKey:
    seed = secrets.secret(Path(settings.SECRETS_PATH), "c2pa-key")
    wide = hashlib.sha512(b"zegel/c2pa-key/v1\x00" + seed).digest()
    return ec.derive_private_key(int.from_bytes(wide, "big") % (_ORDER - 1) + 1, ec.SECP256R1())


def _host() -> x509.Name:
    return _name(f"Zegel, {urlsplit(settings.ORIGIN).netloc}")


def _name(organisation: str) -> x509.Name:
    said = ((NameOID.ORGANIZATION_NAME, organisation[:LONGEST_NAME]), (NameOID.COMMON_NAME, "Zegel evidence"))
    return x509.Name([x509.NameAttribute(which, text) for which, text in said])


def _issued(subject: x509.Name, key: ec.EllipticCurvePublicKey, *, ca: bool) -> x509.Certificate:
    issuer, own, now = _host(), _key(), clock.now()
    until = now + LASTS if ca else root().not_valid_after_utc
    made = (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(minutes=5)).not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=0 if ca else None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own.public_key()), critical=False)
    )  # fmt: skip
    if not ca:  # a claim signer's purpose, as readers of C2PA ask for it
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return made.sign(own, hashes.SHA256())


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=ca, crl_sign=ca, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode("ascii")
