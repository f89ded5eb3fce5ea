# SPDX-License-Identifier: EUPL-1.2
"""`zegel certify`: the next certificate of an alarm centre's opening key, over what the same paper signed before."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

from zegel.client.certifycli import DAY_MS, certify
from zegel.client.person import NotAsShown, b64, unb64
from zegel.seal.arckey import ArcKey, from_paper, sign_arckey, to_paper
from zegel.seal.envelope import verify
from zegel.seal.errors import FieldWrong
from zegel.seal.suite import OpeningKey, SigningKey, Suite
from zegel.seal.words import words

NOW, PARTY = 1_800_000_000_000, UUID(int=7, version=4)
PAPER, TENANT = SigningKey.generate(), OpeningKey.generate(Suite.HYBRID)
BEFORE = ArcKey(Suite.HYBRID, PARTY.bytes, TENANT.public_key, 3, NOW - 365 * DAY_MS, NOW + DAY_MS)


class Centre:
    """A signed-in supervisor's client, and a server that shows what it likes."""

    def __init__(self, shown: bytes, newest: bytes = TENANT.public_key) -> None:
        self.party_id, self.shown, self.stored = PARTY, shown, b""
        self.newest = newest
        self.http = SimpleNamespace(get=self._get, post=self._post)

    def _get(self, path: str) -> Any:
        return {"envelope": b64(self.shown), "open_pk": b64(self.newest)}

    def _post(self, path: str, body: dict[str, str]) -> None:
        self.stored = unb64(body["envelope"])


def test_it_is_numbered_higher_dated_now_and_of_the_same_key() -> None:
    centre = Centre(sign_arckey(BEFORE, PAPER))
    made = certify(centre, PAPER, NOW, 365)  # type: ignore[arg-type]
    assert made == replace(BEFORE, number=4, issued_ms=NOW, expires_ms=NOW + 365 * DAY_MS)
    assert ArcKey.decode(verify(centre.stored, ArcKey.NAME, [PAPER.public_key])) == made


@pytest.mark.parametrize(
    "shown",
    [
        sign_arckey(BEFORE, SigningKey.generate()),
        sign_arckey(replace(BEFORE, arc_party=bytes(16)), PAPER),
        b"nothing",
    ],
    ids=["another signer", "another centre", "nothing"],
)
def test_what_this_paper_did_not_sign_for_this_centre_is_not_certified_again(shown: bytes) -> None:
    centre = Centre(shown)
    with pytest.raises(NotAsShown):
        certify(centre, PAPER, NOW, 365)  # type: ignore[arg-type]
    assert centre.stored == b""


def test_a_new_opening_key_is_certified_by_the_words_of_the_page_that_made_it_and_never_on_the_servers_word() -> None:
    fresh = OpeningKey.generate(Suite.HYBRID)
    centre = Centre(sign_arckey(BEFORE, PAPER), fresh.public_key)
    for told in (None, words(TENANT.fingerprint), words(OpeningKey.generate(Suite.HYBRID).fingerprint)):
        with pytest.raises(NotAsShown):
            certify(centre, PAPER, NOW, 365, told)  # type: ignore[arg-type]
    assert centre.stored == b""
    made = certify(centre, PAPER, NOW, 365, words(fresh.fingerprint).replace("-", "  ").upper())  # type: ignore[arg-type]
    assert (made.open_pk, made.number) == (fresh.public_key, 4)


def test_the_paper_is_read_as_it_is_typed_and_a_slip_is_found() -> None:
    text = to_paper(PAPER.seed)
    assert from_paper(text.lower().replace("-", " ")) == PAPER.seed
    wrong = ("B" if text[0] != "B" else "C") + text[1:]
    for slip in (wrong, text[:-1], "", text + "A"):
        with pytest.raises(FieldWrong):
            from_paper(slip)
