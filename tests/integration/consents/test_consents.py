# SPDX-License-Identifier: EUPL-1.2
"""A consent is to exact words, has a record and a receipt, and is taken back as easily as it was given."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from tests.actors import World
from tests.push_service import PushService

from zegel.demo.world import WORLD
from zegel.server.consents import actions, jobs, purposes, push, queries, receipts
from zegel.server.consents.errors import OtherWords, UnknownConsent
from zegel.server.consents.models import Consent
from zegel.server.gate import Denied
from zegel.server.kernel import tenancy
from zegel.server.kernel.actor import Actor
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.notify import queries as notify
from zegel.server.notify import webpush

DEHAAN = WORLD.party("dehaan").id
SEEN = purposes.hash_of(purposes.words_of(purposes.PUSH, "nl"))


@pytest.fixture
def endpoint(settings_of_push: PushService) -> Any:
    return settings_of_push.browser()


@pytest.fixture
def settings_of_push(monkeypatch: pytest.MonkeyPatch) -> Any:
    from django.conf import settings

    running = PushService()
    monkeypatch.setattr(settings, "PUSH_TEST_ENDPOINT", running.origin)
    yield running
    running.close()


def told(actor: Actor, browser: Any, seen: bytes = SEEN) -> UUID:
    keys = webpush.Keys(browser.point, browser.secret)
    return push.add_device(actor, push.Agreed(seen, "nl"), browser.endpoint, keys, "A phone")


def test_no_device_without_consent_to_the_words_that_hold(world: World, endpoint: Any) -> None:
    owner = world.actor("owner")
    with pytest.raises(OtherWords):
        told(owner, endpoint, purposes.hash_of("other words"))
    assert notify.devices(DEHAAN, WORLD.person("owner").id) == []
    told(owner, endpoint)
    told(owner, endpoint)
    [row] = queries.mine(owner)
    assert row.text.words == purposes.words_of(purposes.PUSH, "nl")
    assert row.text.words.startswith("Ik wil")


def test_taking_it_back_is_one_press_and_stops_what_rested_on_it(world: World, endpoint: Any) -> None:
    owner = world.actor("owner")
    told(owner, endpoint)
    [row] = queries.mine(owner)
    with pytest.raises(UnknownConsent):
        actions.withdraw(world.actor("foreman"), row.id, "/portal/notifications")
    with pytest.raises((UnknownConsent, Denied)):
        actions.withdraw(world.actor("household"), row.id, "/portal/notifications")
    actions.withdraw(owner, row.id, "/portal/notifications")
    assert notify.devices(DEHAAN, WORLD.person("owner").id) == []
    with tenancy.acting_as(DEHAAN):
        assert not queries.holds(DEHAAN, WORLD.person("owner").id, "push")
        kinds = [entry.said.facts["what"] for entry in ledger.entries([Kind.CONSENT], DEHAAN, since_ms=0) if entry.said]
    assert kinds == ["withdrawn", "given"]


def test_with_the_last_device_the_consent_ends(world: World, endpoint: Any) -> None:
    owner = world.actor("owner")
    device = told(owner, endpoint)
    push.remove_device(owner, device)
    assert [row.withdrawn_at is None for row in queries.mine(owner)] == [False]


def test_the_receipt_is_a_record_of_iso_27560_and_comes_by_mail(world: World, endpoint: Any) -> None:
    owner = world.actor("owner")
    told(owner, endpoint)
    [row] = queries.mine(owner)
    mail.outbox = []
    jobs.send_receipt(str(DEHAAN), str(row.id))
    [letter] = mail.outbox
    assert row.text.words in letter.body
    [(_name, content, media_type)] = letter.attachments
    assert media_type == "application/ld+json"
    receipt = json.loads(content)
    assert receipt["dct:conformsTo"] == "dpv-27560:receipt-record"
    mandatory = {
        "dpv:hasIdentifier", "dpv:hasDataSubject", "dct:created", "dct:creator", "dct:language", "dpv:hasProcess",
        "dpv:hasEntity", "dpv:hasNotice",
    }  # fmt: skip
    assert mandatory <= receipt.keys()
    [process] = receipt["dpv:hasProcess"]
    of_processing = {
        "dpv:hasPurpose", "dpv:hasPersonalData", "dpv:hasProcessing", "dpv:hasDataController", "dpv:hasDataSource",
        "dpv:hasStorageCondition", "dpv:hasRecipient", "dpv:hasLegalBasis", "dpv:hasConsentStatus",
    }  # fmt: skip
    assert of_processing <= process.keys()
    assert set(process["dpv:hasRecipient"]) <= receipt["dpv:hasEntity"].keys()
    assert receipt["dpv:hasEntity"][receipt["dct:creator"]]["dpv:hasName"] == "De Haan Bouw BV"
    assert receipt["dpv:hasNotice"][0]["rdf:value"] == row.text.words
    actions.withdraw(owner, row.id, "/portal/notifications")
    with tenancy.acting_as(DEHAAN):
        again = json.loads(receipts.receipt(Consent.objects.select_related("text").get(id=row.id)))
    states = [one["@type"][0] for one in again["dpv:hasProcess"][0]["dpv:hasConsentStatus"]]
    assert states == ["dpv:ConsentGiven", "dpv:ConsentWithdrawn"]
