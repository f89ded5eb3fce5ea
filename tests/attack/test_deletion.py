# SPDX-License-Identifier: EUPL-1.2
"""D9: the owner deletes any time of a camera at once, of an epoch that still runs too. After it the database, the
store, the shred store and the customer's own private key open nothing of that time, and everything else still."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from tests.actors import MARKER, World

from zegel.client import deletion
from zegel.link.messages import EpochItem
from zegel.seal.epoch import verify_epoch
from zegel.seal.errors import CannotOpen, OutOfRange, SealError
from zegel.seal.grant import Grant, verify_grant
from zegel.seal.kept import NO_GRANT, verify_kept
from zegel.seal.ranges import Range
from zegel.seal.segment import open_segment
from zegel.seal.suite import SigningKey
from zegel.seal.tree import SLOTS
from zegel.server.footage import deleting, door, holds, queries
from zegel.server.footage.deleting import Keeping
from zegel.server.footage.door import ViewRequest
from zegel.server.footage.errors import KeptRefused, NothingToShow
from zegel.server.footage.models import Deleted, Epoch, Part, Release, Segment
from zegel.server.footage.rules import Purpose, Track
from zegel.server.gate import Denied
from zegel.server.kernel import clock, shred, storage, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger

SECONDS = 60


@pytest.fixture
def yard(world: World) -> Any:
    """A quiet unit whose epoch has run for a minute, each second recorded; nothing is closed."""
    from tests.actors import SimUnit

    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit)
    unit.now_ms = clock.now_ms() - SECONDS * 1000
    epoch = unit.epoch()
    world.accept(actor, unit, EpochItem(epoch.envelope), *unit.record(epoch, 0, SECONDS))
    return SimpleNamespace(unit=unit, actor=actor, epoch=epoch, camera=unit.camera, site="yard", start=unit.now_ms)


def owner(world: World) -> Any:
    return world.actor(world.owner_of("yard"))


def held(world: World, yard: Any) -> dict[UUID, deletion.Opened]:
    """What the owner's client opens: whole epochs, and what was kept of others."""
    keys, tenant = world.keys.people[world.owner_of("yard")], world.owner_tenant("yard")
    party = yard.unit.keyset.owner_party
    found = {}
    with tenancy.acting_as(owner(world).party_id):
        ids = list(Epoch.objects.values_list("id", flat=True))
        for envelope in queries.epoch_envelopes(ids):
            epoch = verify_epoch(envelope, yard.unit.signing.public_key)
            found[UUID(bytes=epoch.epoch)] = deletion.opened_epoch(epoch, tenant, keys.person_id, party, yard.start)
        for left in queries.remainders(ids, with_keys=True):
            kept = verify_kept(left.kept, yard.unit.keyset.owner_pks)
            assert left.grant is not None
            grant = verify_grant(left.grant, yard.unit.keyset, now_ms=clock.now_ms())
            found[UUID(bytes=kept.epoch)] = deletion.opened_kept(kept, grant, tenant)
    return found


def keeping(world: World, yard: Any, first: int, last: int, signer: SigningKey | None = None) -> list[Keeping]:
    keys = world.keys.people[world.owner_of("yard")]
    plan = deleting.plan(owner(world), yard.camera, Track.SURVEILLANCE, *times(yard, first, last))
    opened, made = held(world, yard), []
    for part in plan.parts:
        with tenancy.acting_as(owner(world).party_id):
            gone = [*queries.gone_slots(part.epoch.id), (part.from_slot, part.to_slot)]
        if part.whole:
            word = deletion.drop(
                opened[part.epoch.id], gone, keys.person_id, signer or keys.bundle.signing, clock.now_ms()
            )
            made.append(Keeping(word))
        else:
            said = deletion.keep(
                opened[part.epoch.id], gone, yard.unit.keyset, keys.person_id, keys.bundle.signing, clock.now_ms()
            )
            made.append(Keeping(*said))
    return made


def times(yard: Any, first: int, last: int) -> tuple[int, int]:
    return yard.start + first * 1000, yard.start + last * 1000


def delete(world: World, yard: Any, first: int, last: int, kept: Sequence[Keeping] | None = None) -> UUID:
    said = keeping(world, yard, first, last) if kept is None else kept
    return deleting.delete(owner(world), yard.camera, Track.SURVEILLANCE, *times(yard, first, last), said)


def opens(world: World, yard: Any, slot: int) -> bool:
    """With everything that the server has, and the customer's own key."""
    try:
        key = held(world, yard)[yard.epoch.id].keys.leaf(yard.epoch.id.bytes, slot)
        return open_segment(key, yard.epoch.sealed[slot])[1].startswith(MARKER)
    except (CannotOpen, OutOfRange, KeyError):
        return False


def looked(world: World, yard: Any) -> set[int]:
    """Slots that the owner's view gives him."""
    span = times(yard, 0, SECONDS)
    request = ViewRequest(yard.camera, Track.SURVEILLANCE, Purpose.OWN_USE, from_ms=span[0], to_ms=span[1])
    view = door.open_view(owner(world), request)
    pieces = door.fetch(owner(world), view.lease_id, [row.id for row in view.segments])
    assert len(pieces) == len(view.segments)
    return {row.slot for row in view.segments}


def stored(yard: Any) -> Iterator[bytes]:
    for key in storage.store().list(f"packs/{yard.epoch.id.hex[:2]}/{yard.epoch.id.hex}"):
        yield storage.store().get(key)


def test_of_a_running_epoch_the_range_is_gone_and_all_else_still_opens(world: World, yard: Any) -> None:
    assert looked(world, yard) == set(range(SECONDS))
    delete(world, yard, 20, 30)
    gone = set(range(20, 30))
    assert {slot for slot in range(SECONDS) if opens(world, yard, slot)} == set(range(SECONDS)) - gone
    assert looked(world, yard) == set(range(SECONDS)) - gone
    with tenancy.acting_as(owner(world).party_id):
        row = Epoch.objects.get(id=yard.epoch.id)
        assert shred.is_destroyed("epoch", row.shred)
        assert bytes(row.wrapped) == b""
    kept = b"".join(stored(yard))
    for slot, sealed in enumerate(yard.epoch.sealed):
        assert (sealed[100:180] in kept) is (slot not in gone), slot


def test_what_is_recorded_after_it_opens_too_and_is_stored_and_compacted(world: World, yard: Any) -> None:
    delete(world, yard, 20, 30)
    world.accept(yard.actor, yard.unit, *yard.unit.record(yard.epoch, 60, 70))
    yard.unit.now_ms = clock.now_ms()
    world.accept(yard.actor, yard.unit, yard.unit.manifest(yard.epoch, 0, 60),
                 yard.unit.manifest(yard.epoch, 60, 60, closed=True))  # fmt: skip
    assert opens(world, yard, 65)
    from zegel.server.footage import actions, fsck
    from zegel.server.kernel.actor import system

    actions.compact_pack(system(yard.actor.party_id), yard.epoch.id)
    assert looked(world, yard) == {*range(20), *range(30, 60)}
    assert [*fsck.packs(), *fsck.manifests(), *fsck.orphans(), *fsck.sealed()] == []


def test_twice_in_one_epoch_the_second_deletion_keeps_less_and_ends_the_first_ones_grant(
    world: World, yard: Any
) -> None:
    delete(world, yard, 20, 30)
    with tenancy.acting_as(owner(world).party_id):
        first = queries.remainders([yard.epoch.id], with_keys=True)[0].grant
    delete(world, yard, 5, 22)
    assert {slot for slot in range(SECONDS) if opens(world, yard, slot)} == {*range(5), *range(30, SECONDS)}
    assert first is not None
    grant = verify_grant(first, yard.unit.keyset, now_ms=clock.now_ms())
    with tenancy.acting_as(owner(world).party_id):
        from zegel.server.footage.models import Grant as Row

        row = Row.objects.get(id=UUID(bytes=grant.grant))
        assert row.wrapped is None
        assert row.ended_at is not None


def test_late_segments_of_the_deleted_time_are_not_kept(world: World, yard: Any) -> None:
    delete(world, yard, 20, 30)
    world.accept(yard.actor, yard.unit, yard.unit.segments_item(yard.epoch, yard.epoch.sealed[18:34]))
    with tenancy.acting_as(owner(world).party_id):
        assert not Segment.objects.filter(epoch_id=yard.epoch.id, slot__gte=20, slot__lt=30).exists()
    assert yard.epoch.sealed[25][100:180] not in b"".join(stored(yard))


def test_a_whole_recording_that_has_ended_goes_without_a_trace_of_it(world: World, yard: Any) -> None:
    ended(world, yard)
    delete(world, yard, 0, SECONDS)
    assert not any(opens(world, yard, slot) for slot in range(SECONDS))
    assert list(stored(yard)) == []
    with pytest.raises(NothingToShow):
        looked(world, yard)


def ended(world: World, yard: Any) -> None:
    yard.unit.now_ms = clock.now_ms()
    world.accept(yard.actor, yard.unit, yard.unit.manifest(yard.epoch, 0, 60, closed=True))


def test_a_stolen_session_without_the_owners_key_deletes_nothing(world: World, yard: Any) -> None:
    ended(world, yard)
    stranger = SigningKey.generate()
    other = world.keys.people["foreman"].bundle.signing
    right = keeping(world, yard, 0, SECONDS)
    earlier = keeping(world, yard, 0, 30)  # of another time, that he once signed
    for said in (
        [], keeping(world, yard, 0, SECONDS, stranger), keeping(world, yard, 0, SECONDS, other), [*right, *right],
        earlier, [replace(right[0], grant=earlier[0].grant)],
    ):  # fmt: skip
        with pytest.raises(KeptRefused):
            delete(world, yard, 0, SECONDS, said)
    assert all(opens(world, yard, slot) for slot in range(SECONDS))
    with tenancy.acting_as(owner(world).party_id):
        assert not Deleted.objects.exists()
    delete(world, yard, 0, SECONDS, right)
    assert not any(opens(world, yard, slot) for slot in range(SECONDS))


def test_what_was_deleted_whole_is_proved_by_its_owners_word(world: World, yard: Any) -> None:
    ended(world, yard)
    delete(world, yard, 5, 10)
    delete(world, yard, 0, SECONDS)
    with tenancy.acting_as(owner(world).party_id):
        (word,) = queries.deletion_words(yard.camera, int(Track.SURVEILLANCE), *times(yard, 0, SECONDS))
    said = verify_kept(word, yard.unit.keyset.owner_pks)
    assert said.epoch == yard.epoch.id.bytes
    assert said.grant == NO_GRANT
    assert [(one.start, one.end) for one in said.ranges] == [(SECONDS, SLOTS)], "no more than what he asked for"


def test_the_keys_that_an_alarm_centre_got_of_it_go_with_it_and_only_those(world: World, case: Any) -> None:
    from zegel.server.alarms import actions as alarms

    case.start, closed = case.epoch.body.start_ms, "test"
    alarms.claim(world.actor("operator"), case.alarm_id)
    alarms.close(world.actor("operator"), case.alarm_id, closed)
    delete(world, case, 30, 35)
    with tenancy.acting_as(case.actor.party_id):
        assert Release.objects.get(alarm_id=case.alarm_id).wrapped is not None, "slots 10 to 24 were released"
    delete(world, case, 24, 26)
    with tenancy.acting_as(case.actor.party_id):
        assert Release.objects.get(alarm_id=case.alarm_id).wrapped is None


def test_what_an_open_alarm_shows_stays_until_it_is_closed(world: World, case: Any) -> None:
    case.start = case.epoch.body.start_ms
    with pytest.raises(Denied) as refused:
        delete(world, case, 12, 14, [])
    assert refused.value.decision.missing == ("not_in_open_alarm",)
    assert opens(world, case, 12)


def test_of_an_open_alarm_only_what_it_shows_stays(world: World, case: Any) -> None:
    case.start = case.epoch.body.start_ms
    delete(world, case, 0, 9)
    assert not opens(world, case, 8)
    assert opens(world, case, 10)
    with pytest.raises(Denied):
        delete(world, case, 8, 11, [])


def test_a_picture_of_ones_own_is_no_part_of_an_open_alarm(world: World, case: Any) -> None:
    times_of = (case.epoch.body.start_ms, case.epoch.body.start_ms + 60_000)
    for track in (Track.PICTURE, Track.OVERVIEW):
        assert deleting.plan(owner(world), case.camera, track, *times_of).parts == []
    with pytest.raises(Denied):
        deleting.plan(owner(world), case.camera, Track.SURVEILLANCE, *times_of)


def test_what_a_hold_keeps_stays(world: World, yard: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    begins, ends = times(yard, 25, 40)
    monkeypatch.setattr(holds, "_providers", {})

    @holds.provider("a test's incident")
    def incident(camera_id: UUID, span: holds.Span | None, track: int | None) -> bool:
        mine = camera_id == yard.camera and track == Track.SURVEILLANCE
        return mine and (span is None or (span[0] < ends and begins < span[1]))

    with pytest.raises(Denied) as refused:
        delete(world, yard, 20, 30)
    assert refused.value.decision.missing == ("not_on_hold",)
    delete(world, yard, 10, 20)
    assert not opens(world, yard, 15)


@pytest.mark.parametrize("person", ["foreman", "household", "operator", "technician", "admin"])
def test_nobody_but_the_owner_deletes(world: World, yard: Any, person: str) -> None:
    said = keeping(world, yard, 20, 30)
    with pytest.raises((Denied, NothingToShow)):
        deleting.delete(world.actor(person), yard.camera, Track.SURVEILLANCE, *times(yard, 20, 30), said)
    assert opens(world, yard, 25)


def test_what_is_kept_must_be_exactly_what_is_left(world: World, yard: Any) -> None:
    keys, epoch = world.keys.people[world.owner_of("yard")], yard.epoch.id
    whole = held(world, yard)[epoch]

    def said(gone: list[tuple[int, int]], **lies: Any) -> list[Keeping]:
        opened = replace(whole, header=replace(whole.header, **lies))
        made = deletion.keep(opened, gone, yard.unit.keyset, keys.person_id, keys.bundle.signing, clock.now_ms())
        return [Keeping(*made)]

    right = said([(20, 30)])
    for wrong in (
        [], said([(20, 29)]), said([(20, 31)]), [*right, *right], said([(20, 30)], start_ms=yard.start + 1),
        said([(20, 30)], number=9), [replace(right[0], grant=said([(20, 30)])[0].grant)],
    ):  # fmt: skip
        with pytest.raises(KeptRefused):
            delete(world, yard, 20, 30, wrong)
    assert opens(world, yard, 25)
    delete(world, yard, 20, 30, right)


def test_it_is_written_down_first_with_what_and_whose(world: World, yard: Any) -> None:
    deletion_id = delete(world, yard, 20, 30)
    with tenancy.acting_as(owner(world).party_id):
        entries = ledger.entries([Kind.DELETION], owner(world).party_id, since_ms=0)
    said = entries[0].said
    assert said is not None
    assert said.facts["deletion"] == deletion_id.bytes
    assert said.facts["seconds"] == 10
    assert said.actor_id == owner(world).id


def test_killed_before_the_ciphertext_went_the_worker_does_it_again(
    world: World, yard: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zegel.server.kernel import outbox

    def killed(*_: Any) -> None:
        raise OSError("killed")

    monkeypatch.setattr(deleting, "_carry_out_one", killed)
    with pytest.raises(OSError, match="killed"):
        delete(world, yard, 20, 30)
    monkeypatch.undo()
    assert not opens(world, yard, 25), "its key is gone already"
    while outbox.Deliverer().run_once():
        pass
    with tenancy.acting_as(owner(world).party_id):
        assert Deleted.objects.get().done_at is not None
        assert Part.objects.filter(pack_id=yard.epoch.id).exists()
    assert yard.epoch.sealed[25][100:180] not in b"".join(stored(yard))


def test_a_range_of_keys_gives_no_more_than_a_part_of_itself(world: World, yard: Any) -> None:
    whole = held(world, yard)[yard.epoch.id].keys
    part = whole.within((Range(yard.epoch.id.bytes, 7, 900),))
    assert part.leaf(yard.epoch.id.bytes, 7) == whole.leaf(yard.epoch.id.bytes, 7)
    assert part.leaf(yard.epoch.id.bytes, 899) == whole.leaf(yard.epoch.id.bytes, 899)
    for slot in (6, 900):
        with pytest.raises(SealError):
            part.leaf(yard.epoch.id.bytes, slot)
    assert Grant.NAME == "grant"
