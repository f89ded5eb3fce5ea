# SPDX-License-Identifier: EUPL-1.2
"""A guard is shown a picture of the alarm: when the owner allows it, what the operator sends, to his phone alone,
written down each time, and gone with his errand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from tests.actors import World
from tests.integration.dispatch.phones import JPEG, YARD, Phone, allow, look, phone_of, ready, send, still

from zegel.server.alarms import actions as alarms
from zegel.server.alarms.rules import CloseCode
from zegel.server.api import looks
from zegel.server.dispatch import actions, pictures, rules
from zegel.server.dispatch.errors import NotThisWay
from zegel.server.dispatch.rules import State
from zegel.server.footage import guardpictures, jobs
from zegel.server.footage.errors import NothingToShow
from zegel.server.footage.models import Deadline, GuardPicture
from zegel.server.gate import Denied
from zegel.server.kernel import clock, outbox, storage, tenancy
from zegel.server.kernel.models import OutboxEvent
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.public import guard as page


@pytest.fixture
def claimed(world: World, case: Any) -> Any:
    return world.claim(case)


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    from zegel.server.kernel.buckets import Buckets, Rate

    for name in ("_asking", "_guessing", "_writing"):
        monkeypatch.setattr(page, name, Buckets(Rate(50, 60)))


def rows(phone: Phone) -> list[GuardPicture]:
    with tenancy.acting_as(phone.errand.owner_id):
        return list(GuardPicture.objects.filter(dispatch_id=phone.errand.id).order_by("sent_at"))


def entries(world: World, *kinds: Kind) -> list[Any]:
    owner = world.actor(world.owner_of("yard"))
    with tenancy.acting_as(owner.party_id, owner.id):
        return [row for row in ledger.entries(kinds, owner.party_id, since_ms=0) if row.said is not None]


def drop_what_ended() -> None:
    with tenancy.acting_as(None):
        told = list(OutboxEvent.objects.filter(topic="guard_picture.ended").order_by("id"))
    for row in told:
        guardpictures.drop(outbox.Event(row.id, row.topic, row.owner_id, row.payload, row.at))


def test_the_guard_opens_what_the_operator_sent_and_each_look_stands_in_the_owners_log(
    world: World, claimed: Any
) -> None:
    phone = ready(world, claimed)
    sent = send(world, claimed, phone)
    told = pictures.on_phone(phone.token, phone.browser)
    assert [row.id for row in told.pictures] == [sent.id]
    assert phone.opens(sent.id) == JPEG
    assert phone.opens(sent.id) == JPEG
    views = [row for row in entries(world, Kind.VIEW) if row.said.facts.get("role") == "guard"]
    assert len(views) == 2
    facts = views[0].said.facts
    assert (facts["purpose"], facts["picture"], facts["dispatch"], facts["guard"]) == (
        "alarm_verification", sent.id.bytes, phone.errand.id.bytes, phone.errand.guard_id.bytes,
    )  # fmt: skip
    [given] = entries(world, Kind.GUARD_PICTURE)
    assert (given.said.actor_id, given.said.facts["clear"]) == (world.actor("operator").id, False)
    assert given.index < views[0].index

    owner = world.actor(world.owner_of("yard"))
    told_looks = looks.page(owner, 0, None, None).rows
    of_guard = [row for row in told_looks if row["who"]["role"] == "guard"]
    assert {(row["who"]["name"], row["ended"]) for row in of_guard} == {("Rijnmond Patrol", True)}
    assert [row["guard"] for row in told_looks if row["kind"] == "guard_picture"] == ["Rijnmond Patrol"]


def test_sending_the_same_picture_again_is_sending_it_once(world: World, claimed: Any) -> None:
    phone = ready(world, claimed)
    made = still(phone, claimed.camera)
    assert send(world, claimed, phone, made).id == send(world, claimed, phone, made).id
    assert len(rows(phone)) == 1
    assert len(entries(world, Kind.GUARD_PICTURE)) == 1


@pytest.mark.parametrize(
    ("why", "reason"),
    [
        ("left", "errand"), ("cancelled", "errand"), ("recalled", "recalled"), ("closed", "window"),
        ("setting", "revoked"), ("another phone", "replaced"), ("another key", "replaced"), ("time", "expired"),
    ],
)  # fmt: skip
def test_it_ends_and_nothing_of_it_is_left(world: World, claimed: Any, why: str, reason: str) -> None:
    phone = ready(world, claimed)
    sent = send(world, claimed, phone)
    operator, key = world.actor("operator"), rows(phone)[0].key
    assert storage.store().get(key)
    if why == "left":
        phone.press(State.LEFT)
    elif why == "cancelled":
        actions.cancel(operator, phone.errand.id)
    elif why == "recalled":
        alarms.recall(world.actor(world.owner_of("yard")), claimed.alarm_id)
    elif why == "closed":
        alarms.close(operator, claimed.alarm_id, CloseCode.FALSE_USER, "")
    elif why == "setting":
        allow(world, False)
    elif why == "another phone":
        actions.new_link(operator, phone.errand.id)
    elif why == "another key":
        pictures.offer_key(phone.token, phone.browser, 1, type(phone.key).generate(phone.key.suite).public_key)
    elif why == "time":
        with tenancy.acting_as(phone.errand.owner_id):
            GuardPicture.objects.update(expires_at=clock.now())
            Deadline.objects.filter(id=sent.id).update(at=clock.now())
        jobs.run_once()
    [row] = rows(phone)
    assert (row.end_reason, row.shred, row.wrapped) == (reason, None, None)
    if why != "another phone":
        with pytest.raises(NothingToShow):
            phone.opens(sent.id)
    drop_what_ended()
    with pytest.raises(storage.NotFound):
        storage.store().get(key)
    assert rows(phone)[0].key == ""
    [ended] = entries(world, Kind.GUARD_PICTURE_ENDED)
    assert ended.said.facts["why"] == reason


def test_when_the_term_of_the_log_is_over_the_row_goes_too(world: World, claimed: Any) -> None:
    from zegel.server.lifecycle import planner

    matter = next(one for one in planner.matters() if one.model == "footage.GuardPicture")
    assert matter.column == "sent_at"
    assert next(one for one in planner.matters() if one.model == "footage.GuardSight").column == "since"


def test_the_page_offers_a_key_shows_its_words_and_gives_ciphertext_at_a_press(world: World, claimed: Any) -> None:
    allow(world)
    errand = actions.request(world.actor("operator"), claimed.alarm_id)
    with tenancy.acting_as(errand.owner_id):
        path = f"/guard/{actions.draw_token(errand)}"
    browser = Client()
    browser.post(path, {"do": "open"})
    assert browser.get(f"{path}/state").json() == {"state": "requested", "pictures": None}
    assert b"nobody gave you access" in browser.get(path).content
    browser.post(path, {"do": "accept"})
    assert b'id="pictures"' in browser.get(path).content
    told = browser.get(f"{path}/state").json()["pictures"]
    assert (told["suite"], told["key"], told["words"], told["shown"]) == (1, None, None, [])

    phone = Phone(errand, path.rpartition("/")[2], browser.cookies[page.COOKIE].value)
    said = {"suite": 1, "open_pk": page.to_text(phone.key.public_key)}
    answer = browser.post(f"{path}/key", said, content_type="application/json")
    assert answer.json()["words"].count("-") == 7
    look(world, claimed)
    sent = send(world, claimed, phone)
    [shown] = browser.get(f"{path}/state").json()["pictures"]["shown"]
    assert shown["id"] == str(sent.id)
    answer = browser.post(f"{path}/pictures/{sent.id}")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert b"ZEGEL-STILL" not in answer.content
    assert browser.get(f"{path}/pictures/{sent.id}").status_code == 405
    for broken in ({}, {"suite": 9, "open_pk": "AA"}, {"suite": 1, "open_pk": "A" * 9000}, [1]):
        assert browser.post(f"{path}/key", broken, content_type="application/json").status_code in {409, 422}
    for raw in ("[" * 3900, '{"suite": 1e999, "open_pk": ""}', "\udcff", ""):
        body = raw.encode("utf-8", "surrogateescape")
        assert browser.generic("POST", f"{path}/key", body, content_type="application/json").status_code == 422
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = browser.cookies
    assert strict.post(f"{path}/pictures/{sent.id}").status_code == 403
    browser.post(path, {"do": "leave"})
    assert browser.get(f"{path}/state").json()["pictures"] is None
    assert browser.post(f"{path}/pictures/{sent.id}").status_code == 410


def test_only_an_owner_decides_and_what_he_decided_is_written_down_and_told(world: World, claimed: Any) -> None:
    for person in ("operator", "supervisor", "planner", "technician"):
        with pytest.raises(Denied):
            guardpictures.allow(world.actor(person), YARD.id, True)
    owner = world.actor(world.owner_of("yard"))
    allow(world)
    allow(world)
    allow(world, False)
    assert [row.said.facts["on"] for row in entries(world, Kind.GUARD_SIGHT)] == [False, True]
    assert entries(world, Kind.GUARD_SIGHT)[0].said.actor_id == owner.id


def test_the_operator_reads_whether_a_guard_can_be_given_one_and_the_owner_what_he_has(
    world: World, claimed: Any
) -> None:
    from zegel.server.api.dispatch import of_alarm
    from zegel.server.footage import queries

    phone = ready(world, claimed)
    sent = send(world, claimed, phone)
    shape = of_alarm(world.actor("operator"), claimed.alarm_id, YARD.id)["dispatches"][0]["pictures"]
    assert (shape["allowed"], shape["left"], shape["key"]["suite"]) == (True, guardpictures.MOST - 1, 1)
    assert [one["id"] for one in shape["sent"]] == [str(sent.id)]
    owner = world.actor(world.owner_of("yard"))
    with tenancy.acting_as(owner.party_id, owner.id):
        found = queries.sight(owner.party_id)
    assert [row.site_id for row in found.guard_sights] == [YARD.id]
    assert [row.id for row in found.guard_pictures] == [sent.id]


def test_a_phone_that_comes_when_it_is_too_late_offers_nothing(world: World, claimed: Any) -> None:
    allow(world)
    phone = phone_of(actions.request(world.actor("operator"), claimed.alarm_id))
    with pytest.raises(NotThisWay):
        phone.offer()
    assert not pictures.on_phone(phone.token, phone.browser).on
    phone.press(State.ACCEPTED)
    phone.offer()
    phone.press(State.LEFT)
    with pytest.raises(NotThisWay):
        phone.offer()
    assert {State.ACCEPTED, State.ON_THE_WAY, State.ARRIVED} == rules.SEES
    assert timedelta(minutes=5) <= guardpictures.LASTS <= timedelta(hours=1)
