# SPDX-License-Identifier: EUPL-1.2
"""The alarm centre certifies its opening key for another year: from its paper, through the server, to the unit."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from tests.actors import SimUnit, World
from tests.clock import stopped_clock
from tests.integration.centre.parts import CENTRE, deferred
from zegel.client.certifycli import certify
from zegel.client.person import NotAsShown, b64
from zegel.demo.world import WORLD
from zegel.link.messages import Deliver, DeliverKind
from zegel.seal.arckey import sign_arckey, verify_arckey
from zegel.seal.suite import OpeningKey, Suite
from zegel.seal.words import words
from zegel.server.centre import jobs
from zegel.server.kernel import clock, tenancy
from zegel.server.notify import pages
from zegel.server.notify.pages import Page
from zegel.server.people import arc_keys
from zegel.server.people import queries as people
from zegel.server.people.models import Person
from zegel.server.realtime import pending
from zegel.server.sites import queries as sites
from zegel.server.sites.models import Unit


class Refused(Exception):
    pass


def client_of(person: str) -> Any:
    """What `zegel certify` has after signing in."""
    known, browser = WORLD.person(person), Client()
    session = browser.session
    session["person"], session["epoch"] = str(known.id), Person.objects.get(id=known.id).epoch
    session["started_ms"], session["party"], session["role"] = clock.now_ms(), str(CENTRE), known.role
    session.save()

    def answered(response: Any) -> Any:
        if response.status_code != 200:
            raise Refused(response.status_code)
        return response.json()

    http = SimpleNamespace(
        get=lambda path: answered(browser.get(path)),
        post=lambda path, body: answered(browser.post(path, body, content_type="application/json")),
    )
    return SimpleNamespace(party_id=CENTRE, http=http)


def test_a_supervisor_with_the_paper_certifies_it_and_units_get_it(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit)
    paper = world.keys.parties[next(party.key for party in WORLD.parties if party.id == CENTRE)].signing
    made = certify(client_of("supervisor"), paper, clock.now_ms(), 365)
    with tenancy.acting_as(actor.party_id):
        row = Unit.objects.get(id=unit.id)
        keyset = sites.newest_keyset(row)
        sent = [one.envelope for one in pending._arc_key(row) if isinstance(one, Deliver)]
        assert [one.kind for one in pending._arc_key(row)] == [DeliverKind.ARCKEY]
    assert keyset is not None
    assert verify_arckey(sent[0], keyset, last_number=made.number - 1, now_ms=clock.now_ms()) == made


def test_a_new_opening_key_is_certified_by_its_words_and_units_release_to_it_and_to_the_one_of_before(
    world: World,
) -> None:
    """Somebody left. The page made the key; the paper certifies it only when its words are those that the page told."""
    case, centre = world.burglary(), client_of("supervisor")
    keys, fresh = world.keys.parties["centrale"], OpeningKey.generate(Suite.CLASSIC)
    before = certify(centre, keys.signing, clock.now_ms(), 365)
    me = WORLD.person("supervisor").id
    made = {"suite": 1, "open_pk": b64(fresh.public_key), "sealed": [{"person_id": str(me), "envelope": b64(b"x")}]}
    assert centre.http.post("/api/v1/tenant-keys", made)["number"] == 2
    told = words(fresh.fingerprint)
    for lie in (None, words(keys.tenant.fingerprint)):
        with pytest.raises(NotAsShown):
            certify(centre, keys.signing, clock.now_ms(), 365, lie)
    made_key = certify(centre, keys.signing, clock.now_ms(), 365, told.replace("-", " ").upper())
    assert (made_key.open_pk, made_key.number) == (fresh.public_key, before.number + 1)
    assert people.current_arc_key(WORLD.party("dehaan").id) == (CENTRE, sign_arckey(made_key, keys.signing))

    unit, strange = case.unit, OpeningKey.generate(Suite.CLASSIC)
    refused = world.take(case.actor, unit, unit.release(case.alarm_id, case.epoch, [(25, 26)], strange, keep=False))
    assert refused.refused is not None
    assert refused.refused[0] == "wrong_recipient"
    for slot, key in ((25, keys.tenant), (26, fresh)):  # a unit hears of the new key in the midst of an alarm
        world.accept(case.actor, unit, unit.release(case.alarm_id, case.epoch, [(slot, slot + 1)], key))


def test_its_people_hear_in_time_that_it_ends_and_that_it_did(world: World) -> None:
    ends_ms = arc_keys.ends_ms(CENTRE)
    assert ends_ms is not None
    end, said = clock.moment(ends_ms), []
    for days_before in (61, 60, 8, 7, 1, 0, -3):
        with stopped_clock(end - timedelta(days=days_before) + timedelta(hours=1)):
            before = len(deferred("centre.tell_opening_key"))
            jobs.warn_of_opening_keys(0)
            told = deferred("centre.tell_opening_key")[before:]
            said += [job["days"] for job in told if job["party_id"] == str(CENTRE)]
    assert said == [60, 7, 1, 0, 0]
    subject, text = pages.write(Page.KEY_ENDED, {"days": 0}, "nl", "https://zegel.example")
    assert "zegel certify" in text
    assert subject != "Units release no images to you any more"
    jobs.tell_opening_key(str(CENTRE), 7)
    assert "zegel certify" in mail.outbox[-1].body


@pytest.mark.parametrize("person", ["operator", "owner"])
def test_nobody_else_may(world: World, person: str) -> None:
    with pytest.raises(Refused):
        client_of(person).http.get("/api/v1/centre/opening-key")
