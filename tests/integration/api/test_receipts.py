# SPDX-License-Identifier: EUPL-1.2
"""Receipts over HTTP: for those whom an entry concerns, and a downloaded one is itself logged."""

from __future__ import annotations

import hashlib
import re

import pytest

from tests.integration.ledger.publishing import publish
from tests.integration.people.test_sign_in import Browser
from tests.integration.people.world import make_world
from zegel.seal.note import VerifierKey
from zegel.seal.proof import verify_receipt
from zegel.server.api import throttle
from zegel.server.kernel import tenancy
from zegel.server.ledger import Entry, Kind, actions, queries


@pytest.fixture(autouse=True)
def _fresh_buckets(monkeypatch):
    monkeypatch.setattr(throttle, "anybody", throttle.Buckets(throttle.Rate(1e6, 1e6)))


# Before anybody is known: each has its own proof (a password, a code, a link's secret), and is tried where it belongs.
OPEN_TO_ALL = (
    "csrf", "sign-in", "sign-out", "sign-in/second-factor", "sign-in/recovery", "recovery", "recovery/password",
    "recovery/letter", "recovery/by-letter/{token}", "recovery/by-letter/{token}/reset",
    "invitations/by-link/{token}", "invitations/by-link/{token}/accept", "agreements/by-link/{token}",
    "brands/{slug}/logo",  # what a tenant shows on every page of his
)  # fmt: skip


def signed_in(email: str) -> Browser:
    browser = Browser()
    assert browser.sign_in(email).status_code == 200
    return browser


def view_of(world) -> int:
    """A view by the operator of something of the owner's."""
    return actions.append(Entry(Kind.VIEW, world.owner, {"seconds": 3}), world.actor("operator")).index


def test_the_owner_and_who_looked_get_the_receipt_and_nobody_else(db):
    world = make_world()
    index = view_of(world)
    owner, operator, stranger = (
        signed_in(email) for email in ("owner@dehaan.example", "operator@centrale.example", "vreemd@vreemd.example")
    )
    assert owner.get(f"/receipts/{index}").status_code == 425
    publish(db)
    key = VerifierKey.parse(queries.verifier_key())
    for browser in (owner, operator):
        answer = browser.get(f"/receipts/{index}")
        assert verify_receipt(answer.content, key).index == index
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
    refused = stranger.get(f"/receipts/{index}")
    assert refused.status_code == 403
    assert refused.json()["error"]["missing"] == ["entry_concerns_party"]
    assert Browser().get(f"/receipts/{index}").status_code == 401


@pytest.mark.parametrize("index", ["-1", "x", "9007199254740992", "99999"])
def test_no_entry_no_receipt(db, index):
    make_world()
    assert signed_in("owner@dehaan.example").get(f"/receipts/{index}").status_code in {403, 404, 422}


def test_a_downloaded_receipt_is_logged_with_its_hash_before_it_leaves(db):
    world = make_world()
    index = view_of(world)
    publish(db)
    answer = signed_in("owner@dehaan.example").get(f"/receipts/{index}/file")
    assert answer["Content-Disposition"] == f'attachment; filename="receipt-{index}.txt"'
    with tenancy.acting_as(world.owner):
        (logged,) = queries.entries([Kind.EXPORT], world.owner, since_ms=0)
    assert logged.index == int(answer["X-Zegel-Entry"])
    assert logged.said.facts["sha256"] == hashlib.sha256(answer.content).digest()
    assert logged.said.actor_id == world.people["owner"]


def test_a_file_that_cannot_be_logged_does_not_leave(db, monkeypatch):
    from zegel.server.exports import actions as exports
    from zegel.server.ledger.errors import LedgerUnavailable

    world = make_world()
    index = view_of(world)
    publish(db)
    browser = signed_in("owner@dehaan.example")

    def broken(*_):
        raise LedgerUnavailable("The ledger can't be written now.")

    monkeypatch.setattr(exports.ledger, "append", broken)
    answer = browser.get(f"/receipts/{index}/file")
    assert answer.status_code == 503
    assert b"tlog-proof" not in answer.content


def test_the_api_describes_itself_and_every_operation_but_sign_in_needs_a_session(db):
    browser = Browser()
    paths = browser.get("/openapi.json").json()["paths"]
    open_to_all = {f"/api/v1/{path}" for path in OPEN_TO_ALL}
    assert open_to_all <= set(paths)
    for path, operations in paths.items():
        for method in set(operations) - {"parameters"}:
            if path in open_to_all:
                continue
            url = path.removeprefix("/api/v1").replace("{index}", "1")
            url = re.sub(r"\{[a-z_]+\}", "00000000-0000-4000-8000-000000000000", url)
            answer = browser.get(url) if method == "get" else browser.send(method, url)
            assert answer.status_code == 401, (method, path, answer.status_code, answer.content[:200])


def test_a_flood_from_one_address_is_slowed(db, monkeypatch):
    monkeypatch.setattr(throttle, "anybody", throttle.Buckets(throttle.Rate(1, 3)))
    browser = Browser()
    answers = [browser.get("/csrf").status_code for _ in range(4)]
    assert answers[-1] == 429
    assert answers[0] == 200
