# SPDX-License-Identifier: EUPL-1.2
"""An agreement comes about online or by e-mail (C22): both leave who, when, from where, and which exact document."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import pytest
from django.core import mail as outgoing

from tests.integration.people.test_accounts import Made, accepted
from tests.integration.people.test_sign_in import Browser
from tests.integration.people.world import World, make_world
from zegel.seal.assent import Assent, sign_assent
from zegel.server.agreements import jobs, offers, queries
from zegel.server.agreements.models import Assent as Evidence
from zegel.server.api import throttle
from zegel.server.api.fields import to_text
from zegel.server.kernel import clock, ids
from zegel.server.kernel.models import OutboxEvent
from zegel.server.notify.models import Notice
from zegel.server.people.queries import as_party


@pytest.fixture(autouse=True)
def _fresh_buckets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "anybody", throttle.Buckets(throttle.Rate(1e6, 1e6)))


@pytest.fixture
def owner(db: Any) -> tuple[World, Browser, Made]:
    world = make_world()
    browser, made = accepted(world)
    return world, browser, made


def drawn(browser: Browser, language: str = "nl") -> dict[str, Any]:
    answer = browser.send("post", "/agreements/documents", {"language": language})
    assert answer.status_code == 200, answer.content
    return dict(answer.json())


def signature(world: World, made: Made, document: dict[str, Any], **other: Any) -> str:
    digest = other.get("digest", hashlib.sha256(document["text"].encode()).digest())
    party = other.get("party", world.owner)
    signed = Assent(party.bytes, world.provider.bytes, made.person, digest, other.get("at_ms", clock.now_ms()))
    return to_text(sign_assent(signed, other.get("key", made.bundle.signing)))


def test_the_owners_own_key_signs_the_text_that_he_read(owner: tuple[World, Browser, Made]) -> None:
    world, browser, made = owner
    document = drawn(browser)
    assert document["hash"] == hashlib.sha256(document["text"].encode()).hexdigest()
    assert "De Haan Bouw" in document["text"]
    assert "14 dagen" in document["text"]
    assert drawn(browser)["id"] == document["id"], "the same facts are another document"
    assert drawn(browser, "sv")["hash"] != document["hash"]
    body = {"document_id": document["id"], "envelope": signature(world, made, document)}
    answer = browser.send("post", "/agreements/sign", body)
    assert answer.status_code == 200, answer.content
    evidence = answer.json()["evidence"]
    assert (evidence["how"], evidence["name"], evidence["hash"]) == ("online", "Nieuwe Eigenaar", document["hash"])
    assert evidence["address"] == "192.0.2.1"
    with as_party(world.owner):
        assert queries.agreement_of(world.owner) is not None
    assert browser.get(f"/agreements/documents/{document['id']}").json()["text"] == document["text"]


@pytest.mark.parametrize("lie", ["digest", "party", "key", "at_ms"])
def test_a_signature_under_anything_else_is_no_agreement(owner: tuple[World, Browser, Made], lie: str) -> None:
    world, browser, made = owner
    document = drawn(browser)
    other = {
        "digest": bytes(32), "party": world.stranger, "key": Made.new("x@y.example").bundle.signing,
        "at_ms": clock.now_ms() - 3_600_000,
    }[lie]  # fmt: skip
    body = {"document_id": document["id"], "envelope": signature(world, made, document, **{lie: other})}
    assert browser.send("post", "/agreements/sign", body).status_code == 422
    with as_party(world.owner):
        assert queries.agreement_of(world.owner) is None


def test_by_mail_the_letter_has_the_exact_text_and_its_link_agrees_once(owner: tuple[World, Browser, Made]) -> None:
    world, browser, _made = owner
    assert browser.send("post", "/agreements/letter", {"language": "nl"}).status_code == 200
    with as_party(world.owner):
        asked = Evidence.objects.get()
    offers.send(world.owner, asked.id)
    letter = outgoing.outbox[-1]
    name, content, _type = letter.attachments[0]
    assert name == "overeenkomst.txt"
    found = re.search(r"/agreement/([0-9a-f]{64})", letter.body)
    assert found is not None
    reader = Browser("192.0.2.55")
    shown = reader.get(f"/agreements/by-link/{found[1]}").json()
    assert shown["text"] == (content if isinstance(content, str) else content.decode())
    assert shown["given_ms"] is None
    with as_party(world.owner):
        assert queries.agreement_of(world.owner) is None, "it holds before anybody agreed"
    first = reader.send("post", f"/agreements/by-link/{found[1]}").json()
    again = reader.send("post", f"/agreements/by-link/{found[1]}").json()
    assert first["given_ms"] == again["given_ms"] is not None
    assert first["address"] == "192.0.2.55"
    with as_party(world.owner):
        agreement = queries.agreement_of(world.owner)
        assert agreement is not None
        assert bytes(agreement.document_hash).hex() == shown["hash"]
        assert Evidence.objects.get().letter_hash is not None
    assert reader.get(f"/agreements/by-link/{bytes(32).hex()}").status_code == 404


def test_only_an_owner_signs_and_no_stranger_reads(owner: tuple[World, Browser, Made]) -> None:
    _world, browser, _made = owner
    document = drawn(browser)
    member, stranger = Browser(), Browser()
    member.sign_in("foreman@dehaan.example")
    stranger.sign_in("vreemd@vreemd.example")
    assert member.send("post", "/agreements/documents", {"language": "nl"}).status_code == 403
    assert member.get(f"/agreements/documents/{document['id']}").status_code == 200
    assert stranger.get(f"/agreements/documents/{document['id']}").status_code == 404


@pytest.mark.parametrize(("what", "said"), [("signed", "agreement"), ("ended", "agreement_ended")])
def test_the_other_owners_are_told_that_it_was_signed_or_has_ended(
    owner: tuple[World, Browser, Made], what: str, said: str
) -> None:
    world, _browser, made = owner
    by = str(ids.UUID(bytes=made.person))
    for _again in range(2):
        jobs.tell(str(world.owner), str(ids.UUID(int=7)), what, by)
    with as_party(world.owner):
        rows = list(Notice.objects.filter(owner_id=world.owner).values_list("person_id", "occasion"))
    assert rows == [(world.people["owner"], said)]


def test_an_agreement_that_ends_is_an_event_that_names_who_ended_it(owner: tuple[World, Browser, Made]) -> None:
    world, browser, made = owner
    document = drawn(browser)
    assert (
        browser.send(
            "post", "/agreements/sign", {"document_id": document["id"], "envelope": signature(world, made, document)}
        ).status_code
        == 200
    )
    assert browser.send("post", "/agreements/end", {}).status_code == 200
    told = list(OutboxEvent.objects.filter(topic="agreement.changed").order_by("id").values_list("payload", flat=True))
    assert [row["what"] for row in told] == ["signed", "ended"]
    assert {row["person_id"] for row in told} == {str(ids.UUID(bytes=made.person))}
