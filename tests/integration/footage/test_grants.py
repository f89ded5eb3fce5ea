# SPDX-License-Identifier: EUPL-1.2
"""Grants: what an owner's client sealed to somebody is handed to exactly him, until it ends, no second longer."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.actors import SimUnit, World
from tests.clock import stopped_clock

from zegel.demo.world import WORLD
from zegel.seal.grant import Grant, open_grant, sign_grant, verify_grant
from zegel.seal.ranges import Range, keys_from_roots
from zegel.seal.segment import Track as SealTrack
from zegel.seal.suite import OpeningKey
from zegel.seal.tree import leaf
from zegel.server.footage import door, grants, jobs, queries
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.errors import GrantRefused, LeaseEnded, NothingToShow
from zegel.server.footage.models import Grant as GrantRow
from zegel.server.footage.rules import GrantPurpose, Purpose, Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.maintenance import actions as maintenance
from zegel.server.maintenance.rules import Fault


@pytest.fixture
def snow(world: World) -> SimpleNamespace:
    """A paired unit whose camera began a live picture."""
    unit = SimUnit(clock.now_ms(), cameras=(uuid4(), uuid4()))
    actor = world.pair(unit)
    live = unit.epoch(track=SealTrack.LIVE)
    world.accept(actor, unit, unit.epoch_item(live))
    owner = world.actor("owner")
    fault = maintenance.report(owner, unit.id, unit.camera, Fault.BAD_PICTURE, "snow")
    request = maintenance.ask(world.actor("technician"), fault.id, unit.camera, "to see it", 15)
    maintenance.allow(owner, request.id, 15)
    return SimpleNamespace(unit=unit, actor=actor, live=live, camera=unit.camera)


def granted(world: World, snow: Any, slots: int = 300, /, person: str = "owner", **lies: Any) -> bytes:
    """As the owner's client makes it: the first `slots` seconds of the live picture, to the provider."""
    provider = world.keys.parties["waak"].tenant
    keys, now = world.keys.people[person], snow.unit.now_ms
    body = Grant(
        snow.unit.suite, uuid4().bytes, WORLD.party("dehaan").id.bytes, keys.person_id, WORLD.party("waak").id.bytes,
        provider.fingerprint, snow.camera.bytes, SealTrack.LIVE, (Range(snow.live.body.epoch, 0, slots),),
        "maintenance", now, now + slots * 1000,
    )  # fmt: skip
    body = replace(body, **lies)
    roots = {part.epoch: snow.live.root for part in body.ranges}
    return sign_grant(body, keys_from_roots(body.ranges, roots), provider.public_key, keys.bundle.signing)


def look(snow: Any, camera: UUID | None = None, track: Track = Track.LIVE) -> ViewRequest:
    return ViewRequest(camera or snow.camera, track, Purpose.MAINTENANCE)


def logged(world: World, *kinds: Kind) -> list[ledger.Logged]:
    owner = world.actor("owner")
    with tenancy.acting_as(owner.party_id, owner.id):
        return ledger.entries(kinds, owner.party_id, since_ms=0)


def test_without_a_grant_a_technician_sees_nothing_of_any_track(world: World, snow: Any) -> None:
    for track in Track:
        with pytest.raises(Denied) as denied:
            door.open_view(world.actor("technician"), look(snow, track=track))
        assert denied.value.decision.missing == ("grant_covers",)


def test_the_granted_live_picture_opens_with_the_providers_key_and_its_seconds_only(world: World, snow: Any) -> None:
    grants.store_grant(world.actor("owner"), granted(world, snow))
    view = door.open_view(world.actor("technician"), look(snow))
    grant = verify_grant(view.grants[0], snow.unit.keyset, now_ms=clock.now_ms())
    keys = open_grant(grant, world.keys.parties["waak"].tenant)
    assert keys.leaf(snow.live.body.epoch, 299) == leaf(snow.live.root, 299)
    with pytest.raises(ValueError, match="outside"):
        keys.leaf(snow.live.body.epoch, 300)
    for other in (world.arc_tenant("yard"), OpeningKey.generate(snow.unit.suite)):
        with pytest.raises(ValueError, match="another key"):
            open_grant(grant, other)
    said = next(row.said for row in logged(world, Kind.VIEW))
    assert said is not None
    assert said.facts["purpose"] == "maintenance"


def test_a_grant_of_one_camera_opens_no_other_camera_and_no_other_track(world: World, snow: Any) -> None:
    grants.store_grant(world.actor("owner"), granted(world, snow))
    with pytest.raises(Denied):
        door.open_view(world.actor("technician"), look(snow, snow.unit.cameras[1]))
    for track in (Track.SURVEILLANCE, Track.OVERVIEW, Track.PICTURE):
        with pytest.raises(NothingToShow):
            door.open_view(world.actor("technician"), look(snow, track=track))
    for nobody in ("operator", "planner", "admin", "nordtech"):
        with pytest.raises((Denied, NothingToShow)):
            door.open_view(world.actor(nobody), look(snow))


def test_a_grant_ends_by_the_clock_and_its_view_with_it(world: World, snow: Any) -> None:
    technician = world.actor("technician")
    with stopped_clock(clock.now()) as time:
        row = grants.store_grant(world.actor("owner"), granted(world, snow, 30))
        view = door.open_view(technician, look(snow))
        assert view.expires_ms <= clock.now_ms() + 30_001
        time.advance(31)  # no worker ran yet
        with pytest.raises((LeaseEnded, Denied)):
            door.renew(technician, view.lease_id)
        with pytest.raises(Denied):
            door.open_view(technician, look(snow))
        jobs.run_once()
    with tenancy.acting_as(row.owner_id):
        ended = GrantRow.objects.get(id=row.id)
    assert (ended.wrapped, ended.shred, ended.revoked_at) == (None, None, None)
    assert len(logged(world, Kind.GRANT_ENDED)) == 1


def test_the_owner_takes_it_back_at_once(world: World, snow: Any) -> None:
    technician, owner = world.actor("technician"), world.actor("owner")
    row = grants.store_grant(owner, granted(world, snow))
    view = door.open_view(technician, look(snow))
    with pytest.raises(Denied):
        grants.revoke_grant(technician, row.id)
    grants.revoke_grant(owner, row.id)
    with pytest.raises(LeaseEnded):
        door.renew(technician, view.lease_id)
    with pytest.raises(GrantRefused):
        grants.store_grant(owner, granted(world, snow, grant=row.id.bytes))  # nothing ended comes back


def test_a_newer_grant_ends_the_older_one(world: World, snow: Any) -> None:
    owner = world.actor("owner")
    first, second = (grants.store_grant(owner, granted(world, snow)) for _ in range(2))
    with tenancy.acting_as(owner.party_id):
        holding = queries.grants_for(snow.camera, Track.LIVE, first.recipient_party_id, GrantPurpose.MAINTENANCE)
    assert [row.id for row in holding] == [second.id]


def test_what_a_grant_may_not_give_is_refused(world: World, snow: Any) -> None:
    surveillance = snow.unit.epoch()
    world.accept(snow.actor, snow.unit, snow.unit.epoch_item(surveillance))
    past = SimpleNamespace(**(vars(snow) | {"live": surveillance}))
    owner, now = world.actor("owner"), snow.unit.now_ms
    refused = [
        granted(world, past, track=SealTrack.SURVEILLANCE),
        granted(world, past),  # the live track named, an epoch of another one
        granted(world, snow, ranges=(Range(snow.live.body.epoch, 100, 400),)),
        granted(world, snow, expires_ms=now + 901_000),
        granted(world, snow, camera=snow.unit.cameras[1].bytes),
        granted(world, snow, recipient_party=WORLD.party("centrale").id.bytes),
        granted(world, snow, recipient_party=WORLD.party("nordvakt").id.bytes),
        granted(world, snow, purpose="kept"),
        granted(world, snow, purpose="curiosity"),
        granted(world, snow, person="foreman"),
        granted(world, snow)[:-1] + b"\x00",
        b"nothing",
    ]
    for envelope in refused:
        with pytest.raises(GrantRefused):
            grants.store_grant(owner, envelope)
    with pytest.raises(Denied):
        grants.store_grant(world.actor("technician"), granted(world, snow))
    with pytest.raises(ValueError, match="900"):
        sign_grant(*too_long(world, snow))


def too_long(world: World, snow: Any) -> tuple[Any, ...]:
    """One second more than seal.md allows: not even the encoding lets it."""
    provider = world.keys.parties["waak"].tenant
    good = verify_grant(granted(world, snow), snow.unit.keyset, now_ms=clock.now_ms())
    body = replace(good, ranges=(Range(snow.live.body.epoch, 0, 901),), sealed=b"")
    keys = keys_from_roots(body.ranges, {snow.live.body.epoch: snow.live.root})
    return body, keys, provider.public_key, world.keys.people["owner"].bundle.signing


def test_what_an_owner_keeps_is_his_and_does_not_show_to_a_technician(world: World, snow: Any) -> None:
    owner = world.actor("owner")
    mine = WORLD.party("dehaan").id.bytes
    tenant = world.owner_tenant("yard")
    body = replace(
        verify_grant(granted(world, snow), snow.unit.keyset, now_ms=clock.now_ms()), grant=uuid4().bytes,
        recipient_party=mine, recipient=tenant.fingerprint, purpose="kept", sealed=b"",
    )  # fmt: skip
    keys = keys_from_roots(body.ranges, {snow.live.body.epoch: snow.live.root})
    envelope = sign_grant(body, keys, tenant.public_key, world.keys.people["owner"].bundle.signing)
    row = grants.store_grant(owner, envelope)
    assert grants.store_grant(owner, envelope).id == row.id
    with tenancy.acting_as(owner.party_id):
        assert queries.grants_for(snow.camera, Track.LIVE, owner.party_id, GrantPurpose.KEPT, {snow.live.id})
        assert not queries.grants_for(snow.camera, Track.LIVE, owner.party_id, GrantPurpose.KEPT, {uuid4()})
    with pytest.raises(Denied):
        door.open_view(world.actor("technician"), look(snow))
    assert len(logged(world, Kind.KEPT)) == 1
