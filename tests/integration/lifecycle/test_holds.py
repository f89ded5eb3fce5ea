# SPDX-License-Identifier: EUPL-1.2
"""Journey 18: an incident freezes exactly its range, on two people's word, and its end is the images' end."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.actors import MARKER, World
from tests.clock import TestClock
from tests.integration.lifecycle.conftest import record, recorded
from tests.integration.lifecycle.test_retention import Killed, there

from zegel.client import deletion
from zegel.seal.epoch import verify_epoch
from zegel.seal.errors import CannotOpen, OutOfRange
from zegel.seal.grant import verify_grant
from zegel.seal.kept import complement, verify_kept
from zegel.seal.segment import open_segment
from zegel.server.footage import deleting, expiring, queries
from zegel.server.footage import fsck as footage_fsck
from zegel.server.footage.deleting import Keeping
from zegel.server.footage.models import Epoch, Segment
from zegel.server.footage.rules import Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, shred, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.lifecycle import covers, fsck, incidents, runner
from zegel.server.lifecycle.errors import NotKeptHere, OwnerMissing, SamePerson, TooLateToKeep
from zegel.server.lifecycle.incidents import Wanted

FIRST, LAST = 20, 40
REASON = "A break-in that the police are looking into."


def wanted(yard: Any, first: int = FIRST, last: int = LAST) -> Wanted:
    start = yard.epoch.body.start_ms
    return Wanted(yard.camera, int(Track.SURVEILLANCE), start + first * 1000, start + last * 1000)


def held(world: World, yard: Any, first: int = FIRST, last: int = LAST) -> Any:
    """An incident whose range two people signed for: its id and the hold's."""
    owner, officer = world.actor(world.owner_of(yard.site)), world.actor("privacy")
    incident = incidents.open_incident(owner, site_of(yard), "Break-in", REASON, [wanted(yard, first, last)])
    (told,) = incidents.told(owner, incident)[1]
    incidents.sign(officer, told.row.id)
    return incident, told.row.id


def site_of(yard: Any) -> Any:
    from zegel.server.sites.models import Unit

    with tenancy.acting_as(yard.owner):
        return Unit.objects.values_list("site_id", flat=True).get(id=yard.unit.id)


def slots(yard: Any) -> list[int]:
    with tenancy.acting_as(yard.owner):
        return list(Segment.objects.filter(epoch_id=yard.epoch.id).order_by("slot").values_list("slot", flat=True))


def opened(world: World, yard: Any) -> deletion.Opened | None:
    """What the owner's client can open of the epoch, by whatever the server still has."""
    keys, tenant = world.keys.people[world.owner_of(yard.site)], world.owner_tenant(yard.site)
    with tenancy.acting_as(yard.owner):
        for envelope in queries.epoch_envelopes([yard.epoch.id]):
            epoch = verify_epoch(envelope, yard.unit.signing.public_key)
            return deletion.opened_epoch(
                epoch, tenant, keys.person_id, yard.unit.keyset.owner_party, epoch.start_ms
            )
        for left in queries.remainders([yard.epoch.id], with_keys=True):
            kept = verify_kept(left.kept, yard.unit.keyset.owner_pks)
            assert left.grant is not None
            return deletion.opened_kept(
                kept, verify_grant(left.grant, yard.unit.keyset, now_ms=clock.now_ms()), tenant
            )
    return None


def opens(world: World, yard: Any, slot: int) -> bool:
    found = opened(world, yard)
    try:
        assert found is not None
        key = found.keys.leaf(yard.epoch.id.bytes, slot)
        return open_segment(key, yard.epoch.sealed[slot])[1].startswith(MARKER)
    except (CannotOpen, OutOfRange, AssertionError):
        return False


def cover(world: World, yard: Any, ranges: Any = None) -> Keeping:
    """What the owner's client makes: the keys of what is held, sealed to the tenant key."""
    keys, found = world.keys.people[world.owner_of(yard.site)], opened(world, yard)
    assert found is not None
    gone = complement(ranges or [(FIRST, LAST)])
    return Keeping(*deletion.keep(
        found, gone, yard.unit.keyset, keys.person_id, keys.bundle.signing, clock.now_ms()
    ))  # fmt: skip


def test_without_the_owners_cover_the_range_stays_and_everything_beside_it_goes(
    world: World, yard: Any, now: TestClock
) -> None:
    incident, _hold = held(world, yard)
    other = record(world, yard.unit, yard.actor, 5)
    now.advance(timedelta(days=15))
    runner.run_images()
    assert slots(yard) == list(range(FIRST, LAST))
    assert there(yard.owner, other) == {}, "the same camera, another time"
    assert opens(world, yard, FIRST)
    before = runner.run_images()
    assert (before.epochs, before.trimmed) == (0, 0), "done is done"
    incidents.close(world.actor(world.owner_of("yard")), incident, "The insurance has paid.")
    assert there(yard.owner, yard.epoch) == {}, "closing deletes at once what is over its term"


def test_with_the_owners_cover_the_root_goes_and_his_key_opens_just_the_range(
    world: World, yard: Any, now: TestClock
) -> None:
    incident, hold = held(world, yard)
    owner = world.actor(world.owner_of("yard"))
    (want,) = covers.wanted(owner, hold)
    assert (want.row.id, want.ranges) == (yard.epoch.id, ((FIRST, LAST),))
    covers.take(owner, yard.camera, [cover(world, yard)])
    assert covers.wanted(owner, hold) == []
    assert len(slots(yard)) == 60, "its term is not over yet"
    with tenancy.acting_as(yard.owner):
        root = Epoch.objects.values_list("shred", flat=True).get(id=yard.epoch.id)
    now.advance(timedelta(days=15))
    runner.run_images()
    assert shred.is_destroyed("epoch", root)
    assert slots(yard) == list(range(FIRST, LAST))
    assert [slot for slot in (0, FIRST - 1, FIRST, LAST - 1, LAST, 59) if opens(world, yard, slot)] == [FIRST, LAST - 1]
    with tenancy.acting_as(yard.owner):
        grant = Epoch.objects.get(id=yard.epoch.id).remainder.grant.shred
    assert grant is not None
    for ask in (fsck.dated, fsck.left_over, fsck.signed, fsck.covers, footage_fsck.packs, footage_fsck.sealed):
        assert list(ask()) == []
    incidents.close(owner, incident, "Handled.")
    assert there(yard.owner, yard.epoch) == {}
    assert shred.is_destroyed("grant", grant)


@pytest.mark.parametrize("where", ["_note", "_take_cover", "_finish_trim", "shred"])
def test_killed_while_the_rest_goes_nothing_held_is_lost(
    world: World, yard: Any, now: TestClock, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _incident, _hold = held(world, yard)
    covers.take(world.actor(world.owner_of("yard")), yard.camera, [cover(world, yard)])
    now.advance(timedelta(days=15))

    def killed(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(*(shred, "destroy") if where == "shred" else (expiring, where), killed)
        with pytest.raises(Killed):
            runner.run_images()
    assert opens(world, yard, FIRST)
    runner.run_images()
    assert slots(yard) == list(range(FIRST, LAST))
    assert opens(world, yard, FIRST)
    assert not opens(world, yard, 0)


def test_one_signature_holds_nothing_and_nobody_signs_twice(world: World, yard: Any, now: TestClock) -> None:
    owner = world.actor(world.owner_of("yard"))
    incident = incidents.open_incident(owner, site_of(yard), "Break-in", REASON, [wanted(yard)])
    (told,) = incidents.told(owner, incident)[1]
    with pytest.raises(SamePerson):
        incidents.sign(owner, told.row.id)
    now.advance(timedelta(days=15))
    runner.run_images()
    assert there(yard.owner, yard.epoch) == {}
    with pytest.raises(TooLateToKeep):
        incidents.sign(world.actor("privacy"), told.row.id)


def test_two_of_the_provider_keep_nothing_of_an_owner_without_him(world: World, yard: Any) -> None:
    officer = world.actor("privacy")
    incident = incidents.open_incident(officer, site_of(yard), "Break-in", REASON, [wanted(yard)])
    (told,) = incidents.told(officer, incident)[1]
    with pytest.raises(OwnerMissing):
        incidents.sign(world.actor("admin"), told.row.id)
    with pytest.raises(Denied):
        incidents.sign(world.actor("operator"), told.row.id)
    incidents.sign(world.actor(world.owner_of("yard")), told.row.id)


def test_a_hold_keeps_its_time_from_being_deleted_by_hand_too(world: World, yard: Any) -> None:
    _incident, hold = held(world, yard)
    owner, start = world.actor(world.owner_of("yard")), yard.epoch.body.start_ms
    with pytest.raises(Denied):
        deleting.plan(owner, yard.camera, Track.SURVEILLANCE, start + 30_000, start + 50_000)
    deleting.plan(owner, yard.camera, Track.SURVEILLANCE, start + LAST * 1000, start + 50_000)
    incidents.release(owner, hold)
    deleting.plan(owner, yard.camera, Track.SURVEILLANCE, start + 30_000, start + 50_000)


def test_at_a_home_of_sweden_the_original_expires_a_package_is_what_stays(world: World, now: TestClock) -> None:
    home = recorded(world, "villa")
    owner = world.actor(world.owner_of("villa"))
    with pytest.raises(NotKeptHere):
        incidents.open_incident(owner, site_of(home), "Break-in", REASON, [wanted(home)])
    incidents.open_incident(owner, site_of(home), "Break-in", REASON)
    now.advance(timedelta(days=59))
    runner.run_images()
    assert len(slots(home)) == 60
    now.advance(timedelta(days=1))
    runner.run_images()
    assert there(home.owner, home.epoch) == {}


def test_every_step_of_an_incident_is_an_entry(world: World, yard: Any) -> None:
    incident, _hold = held(world, yard)
    incidents.close(world.actor(world.owner_of("yard")), incident, "Handled.")
    with tenancy.acting_as(yard.owner):
        said = [one.said.facts["what"] for one in ledger.entries([Kind.HOLD], yard.owner, since_ms=0) if one.said]
    assert said[::-1] == ["opened", "hold_asked", "held", "released", "closed"]
