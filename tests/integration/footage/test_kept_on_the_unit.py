# SPDX-License-Identifier: EUPL-1.2
"""D8, end to end with a real engine and its storage: recorded on the unit only, asked for, and shown by the door."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from tests.actors import SimUnit, World
from tests.unit.unit.actors import Rig

from zegel.demo.world import WORLD
from zegel.link.messages import EpochItem, FetchLocal, ManifestItem, PairedItem, SegmentsItem, TechnicalItem
from zegel.seal.allowances import Storage as StorageRules
from zegel.seal.allowances import StorageMode
from zegel.seal.epoch import open_epoch, verify_epoch
from zegel.seal.pairing import Pairing, pairing_mac
from zegel.seal.policy import RecordingMode
from zegel.seal.segment import open_segment
from zegel.seal.tree import leaf
from zegel.server.alarms.actions import raising
from zegel.server.alarms.models import Alarm
from zegel.server.footage import door, queries, taking
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.errors import NothingToShow
from zegel.server.footage.models import Deleted, Epoch
from zegel.server.footage.rules import Purpose, Track
from zegel.server.kernel import clock, outbox, tenancy
from zegel.server.kernel.models import OutboxEvent
from zegel.server.realtime import intake, pending
from zegel.server.sites import actions
from zegel.server.sites.models import TechnicalEvent
from zegel.unit.storage import Storage

SITE = "yard"
KEPT_S = 70


class House:
    """A real engine with a card in it, paired with the server by its owner, in 'only' mode."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.rig = world, Rig(folder)
        rig = self.rig
        rig.wall_ms = clock.now_ms() - (KEPT_S + 20) * 1000
        (folder / "card").mkdir()
        rig.engine = rig._engine()
        rig.engine.storage = self.storage = Storage(folder / "card", reserve=0)
        self.owner = world.actor(world.owner_of(SITE))
        self.sim = SimUnit(rig.wall_ms, (UUID(bytes=rig.camera),), id=UUID(bytes=rig.identity.unit))
        self.sim.pairing_id = UUID(bytes=rig.identity.pairing)
        self.sim.signing, self.sim.secret = rig.identity.key, rig.identity.pairing_secret or b""
        self.actor = self._pair()

    def _pair(self) -> Any:
        world, sim, rig, person = self.world, self.sim, self.rig, self.world.owner_of(SITE)
        intake.greet(sim.hello(), "127.0.0.1")
        actions.start_pairing(self.owner, sim.signing.fingerprint, WORLD.site(SITE).id, "Gate unit")
        keyset = world.keyset(sim, SITE)
        rules = StorageRules(14, StorageMode.ONLY)
        policy = world.policy(sim, keyset, mode=RecordingMode.CONTINUOUS, storage=rules)
        body = Pairing(sim.id.bytes, sim.pairing_id.bytes, keyset.hash, policy.hash)
        signed = world.sign_keyset(keyset, person), world.sign_policy(policy, person)
        mac = pairing_mac(sim.secret, body)
        actions.complete_pairing(self.owner, sim.pairing_id, body.encode(), mac, *signed)
        rig.deliver("keyset", signed[0])
        rig.deliver("policy", signed[1])
        rig.deliver("pairing", body.encode(), mac)
        [paired] = rig.items(PairedItem)
        return world.take(None, sim, paired).actor

    def send(self, *kinds: type) -> int:
        """Of what the unit has to send these, in its order."""
        self.rig.collect()
        sent = [up.item for _, up in sorted(self.rig.received.items()) if isinstance(up.item, kinds)]
        self.rig.received.clear()
        self.world.accept(self.actor, self.sim, *sent)
        return len(sent)

    def named(self) -> list[tuple[int, int]]:
        """What the timeline says lies elsewhere."""
        span = self.rig.wall_ms - 3_600_000, self.rig.wall_ms + 3_600_000
        with tenancy.acting_as(self.owner.party_id, self.owner.id):
            epochs = queries.epochs_between(self.sim.camera, int(Track.SURVEILLANCE), *span)
            held, _ = queries.recorded_ranges(epochs, *span)
            return queries.named_only(epochs, held, span)


@pytest.fixture
def house(world: World, tmp_path: Path) -> House:
    return House(world, tmp_path)


def _asked(topic: str) -> FetchLocal:
    with tenancy.acting_as(None):
        row = OutboxEvent.objects.filter(topic=topic).latest("id")
    asked = pending.asked_of(outbox.Event(row.id, row.topic, row.owner_id, row.payload, row.at))
    assert isinstance(asked, FetchLocal)
    return asked


def test_what_lies_on_the_unit_is_told_fetched_and_then_opened_through_the_door(house: House) -> None:
    rig, owner = house.rig, house.owner
    rig.play(KEPT_S)
    house.storage.flush(rig.wall_ms, 14)
    house.send(EpochItem, SegmentsItem, ManifestItem)
    [(from_ms, to_ms)] = house.named()
    assert to_ms - from_ms >= 55_000
    view = ViewRequest(house.sim.camera, Track.SURVEILLANCE, Purpose.OWN_USE, from_ms=from_ms, to_ms=to_ms)
    with pytest.raises(NothingToShow):
        door.open_view(owner, view)

    wish = taking.ask_fetch(owner, house.sim.camera, from_ms, to_ms)
    asked = _asked("unit.fetch")
    assert rig.engine.may_fetch(asked) is None
    found = list(house.storage.between(asked.camera, asked.from_ms, asked.to_ms))
    taking.fetch_answered(house.actor, wish.order_id, house.sim.camera, True, "done", len(found))
    assert taking.fetched(owner, wish) == len(found)
    for one in found:
        rig.engine.send_kept(one)
    assert house.send(SegmentsItem)
    assert house.named() == []

    shown = door.open_view(owner, view)
    epochs = {body.epoch: body for body in (verify_epoch(one, house.sim.signing.public_key) for one in shown.epochs)}
    roots = {id: open_epoch(body, house.world.owner_tenant(SITE)) for id, body in epochs.items()}
    opened = set()
    for listed in shown.segments:
        [sealed] = door.fetch(owner, shown.lease_id, [listed.id])
        root = roots[listed.epoch.bytes]
        assert open_segment(leaf(root, listed.slot), sealed)[1]
        opened.add(listed.slot)
    assert len(opened) == len({one.slot for one in found})


def test_a_card_that_is_pulled_rings_at_no_alarm_centre(house: House) -> None:
    house.rig.engine.on_storage("it is not mounted", house.rig.now)
    assert house.send(TechnicalItem) == 1
    with tenancy.acting_as(house.owner.party_id, house.owner.id):
        [event] = TechnicalEvent.objects.filter(unit_id=house.sim.id)
        assert event.kind == "storage_lost"
    assert raising.raise_technical(event.id, house.owner.party_id) is None
    with tenancy.acting_as(house.owner.party_id, house.owner.id):
        assert not Alarm.objects.exists()


def test_what_its_owner_deleted_is_not_told_of(house: House) -> None:
    house.rig.play(KEPT_S)
    house.send(EpochItem, ManifestItem)
    [(from_ms, to_ms)] = house.named()
    with tenancy.acting_as(house.owner.party_id, house.owner.id):
        [epoch] = Epoch.objects.filter(camera_id=house.sim.camera, track=int(Track.SURVEILLANCE))
        of = {"owner_id": epoch.owner_id, "provider_id": epoch.provider_id, "camera_id": epoch.camera_id}
        first = (from_ms - epoch.start_ms) // 1000
        Deleted.objects.create(
            epoch=epoch, track=epoch.track, from_slot=first + 10, to_slot=first + 20, whole=False, deletion_id=epoch.id,
            asked_at=clock.now(), **of,
        )  # fmt: skip
    assert house.named() == [(from_ms, from_ms + 10_000), (from_ms + 20_000, to_ms)]
