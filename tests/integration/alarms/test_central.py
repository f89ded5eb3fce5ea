# SPDX-License-Identifier: EUPL-1.2
"""A panel that reports to the alarm centre, and the camera unit at its site: from the signal to the picture, with a
real unit's engine, a real log and a real witness. What the unit refuses: tests/unit/unit/test_central.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.test import override_settings
from tests.actors import SimUnit, World
from tests.integration.alarms.hearing import Ears, everything_due
from tests.integration.ledger.publishing import publish
from tests.unit.unit.actors import Owner, Rig, releases_of

from zegel.demo.world import WORLD
from zegel.link.messages import CentralAlarm, Deliver, EndWindow
from zegel.seal.alarm import Cause
from zegel.seal.central import CentralWord, sign_central
from zegel.seal.keyset import Keyset, NamedKey, Signer
from zegel.seal.note import NoteSigner, VerifierKey
from zegel.seal.pairing import Pairing, pairing_mac
from zegel.seal.policy import CentralAlarms, Policy
from zegel.seal.release import open_release
from zegel.seal.suite import SigningKey
from zegel.server.alarms import actions
from zegel.server.alarms.actions import central
from zegel.server.alarms.errors import CentralRefused, NotAllowedNow
from zegel.server.alarms.models import Alarm, Due, DueKind
from zegel.server.footage import door
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.models import Window
from zegel.server.footage.rules import Purpose, Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind, origin, witnesses
from zegel.server.ledger import queries as ledger
from zegel.server.ledger.models import Published
from zegel.server.ledger.tilestore import of_origin
from zegel.server.realtime import pending
from zegel.witnessing import Memory, Witness

SITE, PANEL_KEY = "yard", SigningKey.generate()
CLASSES = ("burglary", "person")


@pytest.fixture
def witness(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Witness]:
    """One of the installation's, asked without a network in between."""
    memory = Memory(tmp_path / "witness")
    memory.init("witness.example")
    found = Witness.of(tmp_path / "witness", [VerifierKey.parse(world.log().vkey)])

    def post(asked: Any, body: bytes) -> tuple[int, bytes]:
        answer = found.add_checkpoint(body)
        return int(answer.status), answer.body

    monkeypatch.setattr(witnesses, "_post", post)
    with override_settings(LEDGER_WITNESSES=f"{found.signer.verifier}@https://witness.example"):
        yield found


class House:
    """A yard with a panel that reports to the centre, and a unit with a real engine whose owner takes its alarms."""

    def __init__(self, world: World, tmp_path: Path, witness: Witness) -> None:
        self.world, self.panel = world, Ears.at(world, SITE)
        keys = world.keys.people[world.owner_of(SITE)]
        self.owner_key, self.owner_id = keys.bundle.signing, keys.person_id
        named = NamedKey(witness.signer.name, str(witness.signer.verifier))
        self.rig = Rig(tmp_path, Owner(id=self.owner_id, key=self.owner_key))
        self.rig.wall_ms = clock.now_ms() - 16_000
        self.rig.engine = self.rig._engine()
        mine = self.rig.identity
        assert mine.pairing_secret is not None
        self.sim = SimUnit(
            clock.now_ms(), (UUID(bytes=self.rig.camera),), id=UUID(bytes=mine.unit),
            pairing_id=UUID(bytes=mine.pairing), signing=mine.key, secret=mine.pairing_secret,
        )  # fmt: skip
        listed = CentralAlarms((Signer(self.panel.panel.id.bytes, PANEL_KEY.public_key),), 5)
        self._named, self._listed = named, listed
        self.actor = self._pair()

    def _pair(self) -> Any:
        world, keyset, policy = self.world, self.world.keyset, self.world.policy

        def watched(unit: SimUnit, site: str, **lies: Any) -> Keyset:
            return replace(keyset(unit, site, **lies), witnesses=(self._named,), issued_ms=unit.now_ms - 60_000)

        def open_to_panels(unit: SimUnit, made: Keyset, **lies: Any) -> Policy:
            changed = {"central": self._listed, "alarm_classes": CLASSES, "release_classes": CLASSES}
            return replace(policy(unit, made, **lies), issued_ms=unit.now_ms - 60_000, **changed)  # type: ignore[arg-type]

        world.keyset, world.policy = watched, open_to_panels  # type: ignore[method-assign]
        try:
            actor = world.pair(self.sim, SITE)
        finally:
            del world.keyset, world.policy
        keyset, policy, owner = self.sim.keyset, self.sim.policy, world.owner_of(SITE)
        assert keyset is not None
        assert policy is not None
        asked = Pairing(keyset.unit, keyset.pairing, keyset.hash, policy.hash)
        self.rig.deliver("keyset", world.sign_keyset(keyset, owner))
        self.rig.deliver("policy", world.sign_policy(policy, owner))
        self.rig.deliver("pairing", asked.encode(), pairing_mac(self.sim.secret, asked))
        return actor

    def deliver(self) -> list[Any]:
        """What the server has for the unit, to the unit, as its link does it."""
        found = pending.messages_for(self.actor, self.sim.signing.fingerprint)
        for message in found:
            match message:
                case Deliver(kind=kind, envelope=envelope, extra=extra):
                    self.rig.deliver(kind.value, envelope, extra)
                case CentralAlarm():
                    self.rig.engine.central_alarm(message, self.rig.now)
                case EndWindow(alarm_id=alarm, reason=reason):
                    self.rig.engine.end_window(alarm, reason, self.rig.now)
        return found

    def word(self, about: Alarm, key: SigningKey | None = None, **changes: Any) -> bytes:
        word = CentralWord(
            self.sim.id.bytes, self.sim.pairing_id.bytes, about.id.bytes, self.panel.panel.id.bytes, "burglary", "7",
            (self.rig.camera,), clock.now_ms(),
        )  # fmt: skip
        return sign_central(replace(word, **changes), key or self.owner_key)

    def allow(self, alarm: Alarm, envelope: bytes | None = None) -> None:
        owner = self.world.actor(self.world.owner_of(SITE))
        central.allow(owner, alarm.id, self.sim.id, envelope or self.word(alarm))

    def up(self) -> None:
        """All that the unit says, into the server."""
        before = set(self.rig.received)
        for n, up in sorted(self.rig.collect().items()):
            if n not in before:
                self.world.accept(self.actor, self.sim, up.item)

    def seen_by_witnesses(self, db: Any) -> None:
        publish(db.urls())
        number = Published.objects.get(id=1).origin_number
        witnesses.show_all(of_origin(number), NoteSigner(origin.name(number), origin.key()))

    def due(self) -> None:
        with tenancy.acting_as(None):
            Due.objects.filter(kind=DueKind.CENTRAL).update(at=clock.now())
        everything_due()

    def window(self, alarm: Alarm) -> Window | None:
        with tenancy.acting_as(self.panel.owner_id):
            return Window.objects.filter(alarm_id=alarm.id).first()


@pytest.fixture
def house(world: World, tmp_path: Path, witness: Witness) -> House:
    house = House(world, tmp_path, witness)
    house.deliver()
    house.rig.play(15)
    house.up()
    house.panel.hear("130", zone="7")
    return house


def sent(found: list[Any]) -> list[CentralAlarm]:
    return [message for message in found if isinstance(message, CentralAlarm)]


def test_an_owner_allows_his_panels_alarm_and_the_centre_sees_what_comes_after(house: House, seeded: Any) -> None:
    world, alarm = house.world, house.panel.alarm()
    assert house.window(alarm) is None
    house.allow(alarm)
    house.due()
    assert not sent(house.deliver()), "nobody saw it in the log yet"
    house.seen_by_witnesses(seeded)
    house.due()
    assert len(sent(house.deliver())) == 1
    house.rig.play(29)
    house.up()
    assert house.window(alarm) is None, "thirty seconds for whoever recalls it"
    house.rig.play(8)
    house.up()
    shown = house.panel.alarm()
    assert (shown.id, shown.images, shown.source) == (alarm.id, "released", "panel")
    assert len(house.panel.alarms()) == 1, "no second alarm"
    window = house.window(alarm)
    assert window is not None
    assert window.raised_ms >= alarm.raised_ms + 25_000
    world.claim(_case(alarm))
    view = door.open_view(
        world.actor("operator"),
        ViewRequest(UUID(bytes=house.rig.camera), Track.SURVEILLANCE, Purpose.ALARM_VERIFICATION, alarm.id),
    )
    assert view.segments
    keys = [open_release(release, world.arc_tenant(SITE)) for release in releases_of(house.rig)]
    assert keys
    actions.recall(world.actor(world.owner_of(SITE)), alarm.id)
    assert any(isinstance(message, EndWindow) for message in house.deliver())
    before = len(releases_of(house.rig))
    house.rig.play(5)
    assert len(releases_of(house.rig)) == before
    with tenancy.acting_as(house.panel.owner_id):
        (logged,) = ledger.entries([Kind.CENTRAL_ALARM], house.panel.owner_id, since_ms=0, about=alarm.id)
    assert logged.said is not None
    assert logged.said.facts["by"] == "owner"


def _case(alarm: Alarm) -> Any:
    return SimpleNamespace(alarm_id=alarm.id)


def test_a_panel_that_signs_for_itself_waits_for_nobody(house: House, seeded: Any) -> None:
    alarm = house.panel.alarm()
    site = frozenset({WORLD.site(SITE).id})
    central.panel_says(house.panel.owner_id, site, house.word(alarm, PANEL_KEY))
    house.seen_by_witnesses(seeded)
    house.due()
    house.deliver()
    house.rig.play(5)
    house.up()
    assert house.rig.technical() == []
    assert house.window(alarm) is not None


def test_what_is_recalled_before_the_witnesses_saw_it_never_reaches_the_unit(house: House, seeded: Any) -> None:
    alarm = house.panel.alarm()
    house.allow(alarm)
    actions.recall(house.world.actor(house.world.owner_of(SITE)), alarm.id)
    house.seen_by_witnesses(seeded)
    house.due()
    assert not sent(house.deliver())
    with pytest.raises(NotAllowedNow):
        house.allow(alarm)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda house, alarm: house.word(alarm, SigningKey.generate()),
        lambda house, alarm: house.word(alarm, PANEL_KEY),  # a panel's, where an owner's is asked for
        lambda house, alarm: house.word(alarm, alarm=bytes(16)),
        lambda house, alarm: house.word(alarm, panel=bytes(16)),
        lambda house, alarm: house.word(alarm, class_name="person"),
        lambda house, alarm: house.word(alarm, cameras=(bytes(16),)),
        lambda house, alarm: house.word(alarm, said_ms=clock.now_ms() - 400_000),
    ],
)
def test_a_word_that_its_unit_would_not_take_is_refused_at_once(
    house: House, wrong: Callable[[House, Alarm], bytes]
) -> None:
    alarm = house.panel.alarm()
    with pytest.raises(CentralRefused):
        house.allow(alarm, wrong(house, alarm))
    with pytest.raises(CentralRefused):
        central.panel_says(house.panel.owner_id, frozenset({WORLD.site(SITE).id}), house.word(alarm))
    assert house.window(alarm) is None


def test_nobody_but_the_owner_allows_it(house: House) -> None:
    alarm = house.panel.alarm()
    for person in ("operator", "supervisor", "technician"):
        with pytest.raises(Denied):
            central.allow(house.world.actor(person), alarm.id, house.sim.id, house.word(alarm))


def test_witnesses_that_nobody_asks_here_are_told_at_once(house: House) -> None:
    alarm = house.panel.alarm()
    with override_settings(LEDGER_WITNESSES=""), pytest.raises(CentralRefused) as refused:
        house.allow(alarm)
    assert refused.value.why == "no_witness"


def test_a_unit_that_says_it_without_any_word_opens_no_window(house: House) -> None:
    alarm = house.panel.alarm()
    house.sim.now_ms = clock.now_ms()
    _, item = house.sim.alarm(alarm=alarm.id.bytes, cause=Cause.CENTRAL, class_name="burglary")
    house.world.accept(house.actor, house.sim, item)
    assert house.window(alarm) is None
