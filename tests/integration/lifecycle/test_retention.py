# SPDX-License-Identifier: EUPL-1.2
"""What is over its term is gone: row, object and key; at the place's midnight, and whenever the work was killed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from tests.actors import World
from tests.clock import TestClock
from tests.integration.lifecycle.conftest import record

from zegel.declare import Term
from zegel.server.footage import expiring, pack_writer
from zegel.server.footage.models import Epoch, Expired, Lease, Segment
from zegel.server.footage.rules import Purpose
from zegel.server.kernel import clock, ids, outbox, shred, storage, tenancy
from zegel.server.ledger import Kind
from zegel.server.ledger import queries as ledger
from zegel.server.lifecycle import jobs, planner, runner, terms, verifying
from zegel.server.lifecycle.models import Leftover
from zegel.server.lifecycle.owners import Owner


class Killed(BaseException):
    """The process was killed here."""


def to_midnight(now: TestClock, days: int, zone: str = "Europe/Amsterdam") -> None:
    """The last moment before day `days` + 1 begins at the place, the day of now being the first."""
    end = terms.due(clock.now(), days, terms.zone(zone))
    now.advance(end - clock.now() - timedelta(milliseconds=1))


def there(owner: Any, epoch: Any) -> dict[str, int]:
    """What is left of an epoch, in any table that names it, and in the store."""
    found = {}
    with tenancy.acting_as(owner):
        for model in apps.get_app_config("footage").get_models():
            for name in ("epoch_id", "pack_id"):
                if model is not Expired and any(field.attname == name for field in model._meta.concrete_fields):
                    found[model.__name__] = model._default_manager.filter(**{name: epoch.id}).count()
        found["Epoch"] = Epoch.objects.filter(id=epoch.id).count()
    found["objects"] = len(list(storage.store().list(pack_writer.folder_of(epoch.id))))
    return {name: count for name, count in found.items() if count}


def key_of(owner: Any, epoch: Any) -> int:
    with tenancy.acting_as(owner):
        return Epoch.objects.values_list("shred", flat=True).get(id=epoch.id)


def test_journey_17_images_of_day_15_are_gone_and_the_log_says_so(world: World, yard: Any, now: TestClock) -> None:
    number = key_of(yard.owner, yard.epoch)
    to_midnight(now, 14)
    jobs.forget_images(0)
    assert there(yard.owner, yard.epoch)["Segment"] == 60, "the last second of day 14"
    now.advance(timedelta(milliseconds=1))
    jobs.forget_images(0)
    assert there(yard.owner, yard.epoch) == {}
    assert shred.is_destroyed("epoch", number)
    with tenancy.acting_as(yard.owner):
        said = [entry.said for entry in ledger.entries([Kind.DELETION], yard.owner, since_ms=0)]
    mine = [one for one in said if one is not None and one.facts.get("epoch") == yard.epoch.id.bytes]
    assert len(mine) == 1, "one entry for each epoch"
    assert (mine[0].facts["why"], mine[0].facts["camera"]) == ("term", yard.camera.bytes)


def test_what_comes_again_after_its_term_is_taken_off_the_unit_and_not_kept(
    world: World, yard: Any, now: TestClock
) -> None:
    late = yard.unit.epoch()
    now.advance(timedelta(days=15))
    jobs.forget_images(0)
    for epoch in (yard.epoch, late):
        world.accept(yard.actor, yard.unit, yard.unit.epoch_item(epoch), *yard.unit.record(epoch, 3, 5))
        assert there(yard.owner, epoch) == {}


@pytest.mark.parametrize("where", ["destroy", "delete_prefix", "_delete_rows", "finish"])
def test_killed_anywhere_the_next_turn_finishes_it(
    world: World, yard: Any, now: TestClock, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = key_of(yard.owner, yard.epoch)
    now.advance(timedelta(days=14))

    def killed(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        if where == "destroy":
            patched.setattr(shred, "destroy", killed)
        elif where == "delete_prefix":
            patched.setattr(type(storage.store()), "delete_prefix", killed)
        else:
            patched.setattr(expiring, where, killed)
        with pytest.raises(Killed):
            runner.run_images()
    again = runner.run_images()
    assert again.epochs >= 1
    assert there(yard.owner, yard.epoch) == {}
    assert shred.is_destroyed("epoch", number)
    with tenancy.acting_as(yard.owner):
        said = ledger.entries([Kind.DELETION], yard.owner, since_ms=0)
    assert len([one for one in said if one.said and one.said.facts.get("epoch") == yard.epoch.id.bytes]) == 1


def test_a_picture_goes_too_and_an_overview_stays(world: World, yard: Any, now: TestClock) -> None:
    from zegel.seal.segment import Track

    yard.unit.now_ms = clock.now_ms() - 10_000
    picture, overview = (
        record(world, yard.unit, yard.actor, 1, track=track) for track in (Track.PICTURE, Track.OVERVIEW)
    )
    now.advance(timedelta(days=400))
    runner.run()
    assert there(yard.owner, picture) == {}
    assert there(yard.owner, overview), "the unit still stands there"


def test_a_look_is_remembered_longer_than_what_was_looked_at_and_then_forgotten(
    world: World, yard: Any, now: TestClock
) -> None:
    from zegel.server.footage import door
    from zegel.server.footage.door import ViewRequest
    from zegel.server.footage.rules import SlotRange, Track

    person = world.actor(world.owner_of("yard"))
    view = door.open_view(person, ViewRequest(yard.camera, Track.SURVEILLANCE, Purpose.OWN_USE,
                                              ranges=(SlotRange(yard.epoch.id, 0, 5),)))  # fmt: skip
    door.end_view(person, view.lease_id)
    while outbox.Deliverer().run_once():
        pass
    now.advance(timedelta(days=300))
    runner.run()
    with tenancy.acting_as(yard.owner):
        assert Lease.objects.filter(id=view.lease_id).exists()
        assert any(one.said for one in ledger.entries([Kind.VIEW], yard.owner, since_ms=0))
        days = Owner(yard.owner).days(Term.VIEW_LOG)
    now.advance(timedelta(days=days - 300 + 1))
    runner.run()
    with tenancy.acting_as(yard.owner):
        assert not Lease.objects.filter(id=view.lease_id).exists()
        assert not any(one.said for one in ledger.entries([Kind.VIEW], yard.owner, since_ms=0))
    assert ledger.unshredded() == 0


def test_everything_that_is_declared_is_over_some_day_and_nothing_fails(
    world: World, yard: Any, now: TestClock
) -> None:
    assert planner.undated() == [], "a term that nobody can date would never end"
    case = world.burglary("yard")
    now.advance(timedelta(days=5000))
    count = runner.run()
    assert count.failed == []
    assert there(yard.owner, case.epoch) == {}
    assert verifying.verify() == 0
    with tenancy.acting_as(yard.owner):
        assert Segment.objects.count() == 0


def test_what_was_planted_and_is_over_is_found_told_and_cleared(world: World, yard: Any, now: TestClock) -> None:
    now.advance(timedelta(days=14))
    runner.run()
    assert verifying.verify_owner(yard.owner) == 0
    storage.store().put(f"{pack_writer.folder_of(yard.epoch.id)}/s00", b"somebody put it back")
    with tenancy.acting_as(yard.owner):
        provider = Expired.objects.values_list("provider_id", flat=True)[0]
    with tenancy.acting_as(yard.owner):
        Epoch.objects.create(
            id=ids.new(), owner_id=yard.owner, provider_id=provider, unit_id=yard.unit.id, camera_id=yard.camera,
            track=1, number=99, suite=1, start_ms=clock.now_ms() - 20 * 86_400_000, hash=b"h" * 32,
            keyset_hash=b"", policy_hash=b"", shred=shred.next_number("epoch"), wrapped=b"x", received_at=clock.now(),
        )  # fmt: skip
    assert verifying.verify_owner(yard.owner) == 2
    with tenancy.acting_as(yard.owner):
        assert {(row.kind, row.what) for row in verifying.leftovers()} == {
            ("object", "footage.Pack"), ("row", "footage.Epoch"),
        }  # fmt: skip
    runner.run()
    storage.store().delete_prefix(pack_writer.folder_of(yard.epoch.id))
    assert verifying.verify_owner(yard.owner) == 0
    with tenancy.acting_as(yard.owner):
        assert Leftover.objects.filter(cleared_at__isnull=False).count() == 2


def test_the_plan_says_what_goes_when_and_why(world: World, yard: Any, now: TestClock) -> None:
    with tenancy.acting_as(yard.owner):
        lines = {(line.what, line.site_id is not None): line for line in planner.plan(yard.owner)}
    images = lines["track.surveillance", True]
    assert (images.days, images.count) == (14, 1)
    start = terms.moment(yard.epoch.body.start_ms)
    assert images.next_ms == terms.ms(terms.due(start, 14, terms.zone("Europe/Amsterdam")))
    assert lines["track.overview", True].next_ms is None, "a unit stands there"
    assert lines["footage.Lease", False].days > images.days, "looks are remembered longer than images"
