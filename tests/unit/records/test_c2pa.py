# SPDX-License-Identifier: EUPL-1.2
"""A C2PA manifest beside our own statement: made and read back by the library itself, without a network; it changes
nothing else of the film, and one that does not hold is refused."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.unit.records.test_evidence import RECORDING, Whole
from zegel.records import c2pa, cli, verify_cli
from zegel.records import evidence as packages
from zegel.records.c2pa import State
from zegel.records.mp4 import STATEMENT_TYPE, manifest_box, without_manifest
from zegel.records.package import Tampered, film_of, read, write_front
from zegel.seal.exported import Form
from zegel.unit import clock

SAID = {"recording": RECORDING, "statement": "00" * 32}


@dataclass(frozen=True)
class Authority:
    """As an installation's: a root, and a certificate that it gave."""

    chain: str
    root: bytes
    signature: Callable[[bytes], bytes]


def certificate(name: str, key: Any, by: Any, issuer: str, *, ca: bool) -> bytes:
    def named(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, text)])

    now = datetime.fromtimestamp(clock.wall_ms() / 1000, UTC)
    made = (
        x509.CertificateBuilder().subject_name(named(name)).issuer_name(named(issuer)).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(not ca, False, False, False, False, ca, ca, False, False), critical=True
        ).add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by.public_key()), critical=False)
    )  # fmt: skip
    if not ca:
        made = made.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
    return made.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


@pytest.fixture(scope="module")
def authority() -> Authority:
    above, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = certificate("Zegel, test", above, above, "Zegel, test", ca=True)

    def signature(data: bytes) -> bytes:
        r, s = utils.decode_dss_signature(key.sign(data, ec.ECDSA(hashes.SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")

    own = certificate("De Haan Bouw", key, above, "Zegel, test", ca=False)
    return Authority((own + root).decode(), root, signature)


@pytest.fixture(scope="module")
def story() -> Whole:
    return Whole()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise AssertionError("something asked the network")

    monkeypatch.setattr(socket.socket, "connect", refused)


def film(story: Whole) -> bytes:
    return b"".join(film_of(read(story.recording()), story.code).finish())


def signed(story: Whole, authority: Authority, what: bytes | None = None) -> bytes:
    plain = film(story) if what is None else what
    return c2pa.sign(plain, authority.chain, authority.signature, "001-gate.mp4", SAID)


def test_a_manifest_is_read_back_and_nothing_else_of_the_film_changed(story: Whole, authority: Authority) -> None:
    made = signed(story, authority)
    assert manifest_box(made) is not None
    assert without_manifest(made) == film(story)
    found = c2pa.read(made, authority.root)
    assert found is not None
    assert (found.state, found.issuer, dict(found.said)) == (State.TRUSTED, "De Haan Bouw", SAID)
    by_nobody = c2pa.read(made)
    assert by_nobody is not None
    assert by_nobody.state is State.VALID
    assert c2pa.read(film(story)) is None


def test_a_film_changed_behind_its_manifest_is_refused(story: Whole, authority: Authority) -> None:
    made = signed(story, authority)
    box = manifest_box(made)
    assert box is not None
    for at in (box.start + 1500, box.end + 100, len(made) - 500):  # the claim, the film's head, its pictures
        changed = bytearray(made)
        changed[at] ^= 1
        with pytest.raises(Tampered):
            c2pa.read(bytes(changed), authority.root)


def test_without_the_library_it_is_still_seen_that_there_is_one(
    story: Whole, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = signed(story, authority)
    monkeypatch.setitem(__import__("sys").modules, "c2pa", None)
    found = c2pa.read(made)
    assert found is not None
    assert found.state is State.UNCHECKED
    with pytest.raises(c2pa.NoC2pa):
        signed(story, authority, film(story))


def package(story: Whole, authority: Authority, beside: bytes) -> bytes:
    inside = story.inside(story.recording()) | {
        f"{packages.FILMS}001-gate.mp4": beside, packages.C2PA_ROOT: authority.root,
    }  # fmt: skip
    listed = story.signed_list(inside)
    return packages.write(listed, story.proof(listed), inside)


def test_verify_package_says_that_it_is_there_and_that_the_film_is_the_originals_own(
    story: Whole, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "evidence.zip"
    path.write_bytes(package(story, authority, signed(story, authority)))
    assert verify_cli.main([str(path), "--code", story.code.text(), "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "films/001-gate.mp4: a C2PA manifest is in it and holds, by De Haan Bouw, certified by the install" in said
    assert "the open film beside it is the same" in said
    assert hashlib.sha256(x509.load_pem_x509_certificate(authority.root).public_bytes(
        serialization.Encoding.DER)).hexdigest() in said  # fmt: skip
    other = film(story)[:-1] + b"\x00"
    path.write_bytes(package(story, authority, signed(story, authority, other)))
    assert verify_cli.main([str(path), "--code", story.code.text(), "--out", str(tmp_path)]) == 1
    broken = bytearray(signed(story, authority))
    broken[-400] ^= 1
    path.write_bytes(package(story, authority, bytes(broken)))
    assert verify_cli.main([str(path)]) == 1


def test_an_exported_film_keeps_its_own_statement_when_it_gets_one(
    story: Whole, authority: Authority, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = film(story)
    statement = story.statement(
        form=Form.FILM, film=hashlib.sha256(plain).digest(), keys=None,
        segments=tuple(piece for piece, _ in story.sealed),
    )  # fmt: skip
    front = write_front(statement, [story.receipt(statement)])
    box = (24 + len(front)).to_bytes(4, "big") + b"uuid" + STATEMENT_TYPE + front
    path = tmp_path / "film.mp4"
    path.write_bytes(signed(story, authority, plain + box))
    assert cli.main([str(path)]) == 0
    assert "C2PA: a C2PA manifest is in it and holds" in capsys.readouterr().out
    changed = bytearray(path.read_bytes())
    changed[-len(box) - 300] ^= 1
    path.write_bytes(bytes(changed))
    assert cli.main([str(path)]) == 1
