# SPDX-License-Identifier: EUPL-1.2
"""`zegel pair`: what the owner holds in his hand is what the first keyset names."""

from __future__ import annotations

from uuid import uuid4

import pytest

from zegel.client.cli import _witness
from zegel.client.person import first_keyset
from zegel.seal.errors import ProofRefused
from zegel.seal.keyset import NamedKey, sign_keyset, verify_keyset
from zegel.seal.note import Algorithm, NoteSigner
from zegel.seal.suite import OpeningKey, SigningKey, Suite

LOG = NoteSigner("log.example", SigningKey.generate(), Algorithm.ED25519).verifier
NOW, YEAR = 1_800_000_000_000, 365 * 86_400_000


def test_the_witnesses_that_were_given_by_hand_are_named_in_whatever_order_they_came() -> None:
    signers = [NoteSigner(f"{name}.example/w", SigningKey.generate(), Algorithm.COSIGNATURE) for name in ("zoe", "ann")]
    keys = [_witness(str(signer.verifier)) for signer in signers]
    owner, person = SigningKey.generate(), uuid4()
    keyset = first_keyset(
        {"unit_id": str(uuid4()), "pairing_id": str(uuid4())}, suite=Suite.CLASSIC, owner_party=uuid4(),
        owners=[(person, owner.public_key)], tenant_open_pk=OpeningKey.generate(Suite.CLASSIC).public_key, arc=None,
        log=NamedKey(LOG.name, str(LOG)), now_ms=NOW, lasts_ms=YEAR,
        witnesses=[NamedKey(key.name, str(key)) for key in keys],
    )  # fmt: skip
    named = verify_keyset(sign_keyset(keyset, owner)).witnesses
    assert [witness.name for witness in named] == ["ann.example/w", "zoe.example/w"]


def test_a_key_that_is_no_witnesss_is_refused() -> None:
    with pytest.raises(ValueError, match="cosignatures"):
        _witness(str(LOG))
    with pytest.raises(ProofRefused):
        _witness("no key")
