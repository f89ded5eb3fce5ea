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
from zegel.demo.world import WORLD
from zegel.link.messages import Deliver, DeliverKind
from zegel.seal.arckey import verify_arckey
from zegel.server.centre import jobs
from zegel.server.kernel import clock, tenancy
from zegel.server.notify import pages
from zegel.server.notify.pages import Page
from zegel.server.people import arc_keys
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


def test_its_people_hear_in_time_that_it_ends_and_that_it_did(world: World) -> None:
    ends_ms = arc_keys.ends_ms(CENTRE)
    assert ends_ms is not None
    end, said = clock.moment(ends_ms), []
    for days_before in (61, 60, 8, 7, 1, 0, -3):
        with stopped_clock(end - timedelta(days=days_before) + timedelta(hours=1)):
            before = len(deferred("centre.tell_opening_key"))
            jobs.warn_of_opening_keys(0)
            said += [job["days"] for job in deferred("centre.tell_opening_key")[before:]]
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
