# SPDX-License-Identifier: EUPL-1.2
"""Argon2id against RFC 9106 and OpenSSL's cases, HKDF against RFC 5869 (as gathered in PyPI's cryptography-vectors)."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from tests.shared_files import shared

from zegel.seal import account


def records(name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for line in shared(f"vectors/kdf/{name}").read_text().splitlines():
        key, equals, value = (part.strip() for part in line.partition("="))
        if not equals or line.startswith("#"):
            continue
        if key == "COUNT":
            found.append({})
        found[-1][key] = value
    assert found
    return found


def test_argon2id() -> None:
    for record in records("argon2id.txt"):
        kdf = Argon2id(
            salt=bytes.fromhex(record["salt"]),
            length=int(record["length"]),
            iterations=int(record["iter"]),
            lanes=int(record["lanes"]),
            memory_cost=int(record["memcost"]),
            ad=bytes.fromhex(record["ad"]) if "ad" in record else None,
            secret=bytes.fromhex(record["secret"]) if "secret" in record else None,
        )
        assert kdf.derive(bytes.fromhex(record["pass"])).hex() == record["output"]


def test_hkdf_sha256() -> None:
    for record in records("rfc-5869-HKDF-SHA256.txt"):
        salt, info = bytes.fromhex(record.get("salt", "")), bytes.fromhex(record.get("info", ""))
        kdf = HKDF(algorithm=SHA256(), length=int(record["L"]), salt=salt, info=info)
        assert kdf.derive(bytes.fromhex(record["IKM"])).hex() == record["OKM"]


def test_our_cost_is_the_one_that_is_published() -> None:
    """64 MiB, 3 passes, 1 lane: a client refuses less, so changing it here must be a decision."""
    assert (account.MEMORY_KIB, account.PASSES, account.LANES) == (65_536, 3, 1)
