# SPDX-License-Identifier: EUPL-1.2
"""Who tries to get a picture onto a guard's phone, or off it, without the owner's word, the alarm, the claim, the
look, the errand or the key: each is refused, and what the server holds opens nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from tests.actors import World
from tests.clock import stopped_clock
from tests.integration.dispatch.phones import JPEG, YARD, Phone, allow, look, phone_of, ready, send, still

from zegel.demo.world import WORLD
from zegel.seal.errors import SealError
from zegel.seal.sealedfile import GuardPicture as Sealed
from zegel.seal.sealedfile import open_file
from zegel.seal.suite import OpeningKey, Suite
from zegel.server.alarms import actions as alarms
from zegel.server.dispatch import actions, pictures
from zegel.server.dispatch.errors import LinkRefused, NoGuardKey, NoPictures, UnknownDispatch
from zegel.server.dispatch.models import Dispatch
from zegel.server.dispatch.rules import State
from zegel.server.footage import actions as footage
from zegel.server.footage import door, guardpictures
from zegel.server.footage.errors import (
    GuardPictureRefused,
    KeyNotCompared,
    NothingToShow,
    NotLooking,
    ViewNotLogged,
)
from zegel.server.footage.models import GuardPicture, GuardSight
from zegel.server.footage.rules import WindowEnd
from zegel.server.gate import Denied
from zegel.server.kernel import clock, shred, storage, tenancy
from zegel.server.ledger.errors import LedgerUnavailable


def owner_of(world: World) -> Any:
    return world.actor(world.owner_of("yard"))


def missing(refused: pytest.ExceptionInfo[Denied]) -> set[str]:
    return set(refused.value.decision.missing)


def nothing_is_stored(phone: Phone) -> bool:
    with tenancy.acting_as(phone.errand.owner_id):
        return not GuardPicture.objects.exists()


# --- onto the phone ---


def test_without_the_owners_word_no_key_is_taken_and_nothing_is_sent(world: World, case: Any) -> None:
    phone = phone_of(actions.request(world.actor("operator"), case.alarm_id))
    phone.press(State.ACCEPTED)
    with pytest.raises(NoPictures):
        phone.offer()
    look(world, case)
    with pytest.raises(NoGuardKey):
        send(world, case, phone)
    with tenancy.acting_as(phone.errand.owner_id):  # whoever writes the key into the table himself
        Dispatch.objects.filter(id=phone.errand.id).update(key_suite=1, key_pk=phone.key.public_key)
    with pytest.raises(Denied) as refused:
        send(world, case, phone)
    assert missing(refused) == {"guard_pictures_allowed"}
    assert nothing_is_stored(phone)


def _after(act: Callable[[World, Any, Phone], object], wanted: str) -> Any:
    return pytest.param(act, wanted, id=wanted)


@pytest.mark.parametrize(
    ("act", "wanted"),
    [
        _after(lambda w, c, p: footage.end_window(w.actor("operator"), c.alarm_id, WindowEnd.CLOSED), "window_open"),
        _after(lambda w, c, p: alarms.recall(owner_of(w), c.alarm_id), "alarm_open"),
        _after(lambda w, c, p: _someone_elses(w, c), "claim_held"),
        _after(lambda w, c, p: _quota(p), "guard_pictures_left"),
        _after(lambda w, c, p: _state(p, State.LEFT), "errand_runs"),
        _after(lambda w, c, p: _state(p, State.REQUESTED), "errand_runs"),
        _after(lambda w, c, p: _no_word(p), "guard_pictures_allowed"),
    ],
)
def test_once_it_may_not_be_it_is_refused_also_to_who_still_has_his_view(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch, act: Any, wanted: str
) -> None:
    phone = ready(world, case)
    made = still(phone, case.camera)
    running = door.looking(world.actor("operator"), case.alarm_id, case.camera)
    act(world, case, phone)
    monkeypatch.setattr(door, "looking", lambda *asked: running)  # as if his view had outlived it
    with pytest.raises(Denied) as refused:
        send(world, case, phone, made)
    assert wanted in missing(refused)


def _someone_elses(world: World, case: Any) -> None:
    alarms.release_claim(world.actor("operator"), case.alarm_id)
    alarms.claim(world.actor("supervisor"), case.alarm_id)


def _quota(phone: Phone) -> None:
    """As many as one errand may have, all of them over."""
    now = clock.now()
    with tenancy.acting_as(phone.errand.owner_id):
        for _ in range(guardpictures.MOST):
            GuardPicture.objects.create(
                id=uuid4(), owner_id=phone.errand.owner_id, provider_id=phone.errand.provider_id, site_id=YARD.id,
                camera_id=uuid4(), alarm_id=phone.errand.alarm_id, dispatch_id=phone.errand.id,
                guard_id=phone.errand.guard_id, sent_by=uuid4(), sent_party=uuid4(), sent_role="operator", sent_at=now,
                made_ms=0, expires_at=now, size=1, key="", sha256=bytes(32), recipient=bytes(32), ended_at=now,
            )  # fmt: skip


def _state(phone: Phone, state: State) -> None:
    """Behind the room's back: the key is still there."""
    with tenancy.acting_as(phone.errand.owner_id):
        Dispatch.objects.filter(id=phone.errand.id).update(state=state.value)


def _no_word(phone: Phone) -> None:
    with tenancy.acting_as(phone.errand.owner_id):
        GuardSight.objects.update(ended_at=clock.now())


def test_who_does_not_look_or_compare_or_serve_sends_nothing(world: World, case: Any) -> None:
    phone = ready(world, case)
    with pytest.raises(KeyNotCompared):
        send(world, case, phone, still(phone, case.camera, compared=False))
    with pytest.raises(NotLooking):
        send(world, case, phone, person="supervisor")
    look(world, case, "supervisor")  # he may look too, and has not the alarm in hand
    with pytest.raises(Denied) as refused:
        send(world, case, phone, person="supervisor")
    assert missing(refused) == {"claim_held"}
    for stranger in ("operator2", "technician", "planner"):
        with pytest.raises((UnknownDispatch, NotLooking)):
            send(world, case, phone, person=stranger)
    with pytest.raises(UnknownDispatch):  # another alarm's errand
        pictures.send(world.actor("operator"), uuid4(), phone.errand.id, still(phone, case.camera))
    assert nothing_is_stored(phone)


def test_what_is_not_this_guards_is_not_stored_for_him(world: World, case: Any) -> None:
    phone = ready(world, case)
    other = Phone(phone.errand, "", "")
    good = still(phone, case.camera)
    lies = (
        still(other, case.camera), still(phone, case.camera, about=uuid4().bytes),
        still(phone, case.camera, recipient=uuid4().bytes), still(phone, case.camera, ciphertext_hash=bytes(32)),
        still(phone, case.camera, made_ms=clock.now_ms() - 600_000),
        type(good)(case.camera, good.object, b"", True), type(good)(case.camera, b"\x00" * 40, good.ciphertext, True),
        type(good)(case.camera, good.object, bytes(guardpictures.LARGEST + 1), True),
    )  # fmt: skip
    for lie in lies:
        with pytest.raises(GuardPictureRefused):
            send(world, case, phone, lie)
    assert nothing_is_stored(phone)


# --- off the phone ---


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(lambda w, c, p: _state(p, State.LEFT), id="the errand is over"),
        pytest.param(lambda w, c, p: _no_word(p), id="the owner took it back"),
        pytest.param(lambda w, c, p: _window(c), id="the window ended"),
        pytest.param(lambda w, c, p: _dismissed(w), id="who sent it is no operator any more"),
    ],
)
def test_what_was_sent_is_not_shown_when_it_may_not_be_though_nobody_ended_it(
    world: World, case: Any, act: Any
) -> None:
    """Each behind the rooms' back: as if the order to end it had never come."""
    phone = ready(world, case)
    sent = send(world, case, phone)
    assert phone.opens(sent.id) == JPEG
    act(world, case, phone)
    with pytest.raises((Denied, NothingToShow)):
        phone.opens(sent.id)


def _window(case: Any) -> None:
    from zegel.server.footage.models import Window

    with tenancy.acting_as(case.actor.party_id):
        Window.objects.filter(alarm_id=case.alarm_id).update(ended_at=clock.now())


def _dismissed(world: World) -> None:
    from zegel.server.people.models import Membership

    operator = world.actor("operator")
    with tenancy.acting_as(operator.party_id, operator.id):
        rows = Membership.objects.filter(person_id=operator.id, party_id=operator.party_id)
        assert rows.update(valid_to=clock.now() - timedelta(seconds=1))


def test_another_errand_another_phone_another_number_or_too_late_opens_nothing(world: World, case: Any) -> None:
    phone = ready(world, case)
    sent = send(world, case, phone)
    with pytest.raises(NothingToShow):
        phone.opens(uuid4())
    with pytest.raises(LinkRefused):
        pictures.open_picture(phone.token, "A" * 43, sent.id, "")
    with pytest.raises(NothingToShow):
        door.show_to_guard(phone.errand.owner_id, uuid4(), sent.id, phone.key.fingerprint, "")
    with pytest.raises(NothingToShow):
        door.show_to_guard(phone.errand.owner_id, phone.errand.id, sent.id, bytes(32), "")
    with stopped_clock(clock.now() + guardpictures.LASTS), pytest.raises((NothingToShow, Denied)):
        phone.opens(sent.id)


def test_what_can_not_be_written_down_is_not_shown(
    world: World, case: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = ready(world, case)
    sent = send(world, case, phone)
    read: list[str] = []

    def away(*asked: Any) -> Any:
        raise LedgerUnavailable("the log is away")

    monkeypatch.setattr("zegel.server.footage.door.ledger.append", away)
    monkeypatch.setattr(type(storage.store()), "get", lambda self, key: read.append(key))
    with pytest.raises(ViewNotLogged):
        phone.opens(sent.id)
    assert read == []


# --- the server itself ---


def test_the_server_with_all_its_secrets_opens_nothing(world: World, case: Any) -> None:
    """Its tables, its store and its shred keys: ciphertext, and a key sealed to the phone. Neither what it holds nor
    the keys of the owner and of the alarm centre open that."""
    phone = ready(world, case)
    sent = send(world, case, phone)
    with tenancy.acting_as(phone.errand.owner_id), connection.cursor() as cursor:
        row = GuardPicture.objects.get(id=sent.id)
        for table in ("footage_guardpicture", "dispatch_dispatch", "kernel_outboxevent", "ledger_body"):
            cursor.execute(f"SELECT * FROM {table}")
            held = f"{[bytes(v) if isinstance(v, memoryview) else v for r in cursor.fetchall() for v in r]!r}"
            assert "ZEGEL-STILL-MARKER" not in held, table
    found = Sealed.decode(shred.unwrap("grant", row.shred or 0, bytes(row.wrapped or b""), row.id.bytes))
    ciphertext = storage.store().get(row.key)
    assert b"ZEGEL-STILL-MARKER" not in ciphertext
    others = [world.owner_tenant("yard"), world.arc_tenant("yard"), OpeningKey.generate(Suite.CLASSIC)]
    for key in others:
        with pytest.raises(SealError):
            open_file(found, key, ciphertext)
    assert open_file(found, phone.key, ciphertext) == JPEG


def test_the_alarm_centre_can_not_turn_it_on(world: World, case: Any) -> None:
    for person in ("operator", "supervisor", "planner", "admin", "technician"):
        client = _browser(world, person)
        answer = client.post(f"/api/v1/sites/{YARD.id}/guard-pictures", {"on": True}, content_type="application/json")
        assert answer.status_code in {403, 404}, person
    allow(world)
    owner = owner_of(world)
    with tenancy.acting_as(owner.party_id, owner.id):
        assert guardpictures.sight_of(YARD.id) is not None
    assert WORLD.person("operator").role == "operator"


def _browser(world: World, person: str) -> Client:
    from tests.attack.test_door_routes import signed_in

    return signed_in(world, person)
