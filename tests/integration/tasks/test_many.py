# SPDX-License-Identifier: EUPL-1.2
"""A large provider's office: a thousand sites and twenty thousand cameras, and still it answers while one types."""

from __future__ import annotations

import statistics
from uuid import uuid4

import pytest
from tests.actors import SimUnit, World

from zegel.demo.world import WORLD
from zegel.server.kernel import clock, tenancy
from zegel.server.sites.models import Camera, Site, Unit
from zegel.server.tasks import finding, office

SITES, CAMERAS = 1000, 20
STREETS = ("Kade", "Havenlaan", "Molenweg", "Dijk", "Parkweg")


def filled(world: World) -> None:
    unit = SimUnit(clock.now_ms())
    world.pair(unit)
    owner, provider = WORLD.party("dehaan").id, WORLD.party("waak").id
    ours = {"owner_id": owner, "provider_id": provider}
    now = clock.now()
    with tenancy.acting_as(owner):
        sites = Site.objects.bulk_create([
            Site(id=uuid4(), name=f"Yard {n}", address=f"{STREETS[n % 5]} {n}, Delft", tz="Europe/Amsterdam",
                 profile="site-nl", created_at=now, **ours) for n in range(SITES)
        ])  # fmt: skip
        units = Unit.objects.bulk_create([
            Unit(id=uuid4(), site=site, name=f"Unit {n}", sign_pk=bytes(32), fingerprint=site.id.bytes * 2,
                 pairing_id=uuid4(), paired_at=now, last_seen_at=now, **ours) for n, site in enumerate(sites)
        ])  # fmt: skip
        cameras = [
            Camera(id=uuid4(), unit=unit, name=f"Camera {n}.{k}", **ours)
            for n, unit in enumerate(units) for k in range(CAMERAS)
        ]  # fmt: skip
        Camera.objects.bulk_create(cameras, batch_size=2000)


def took_ms(work: object, times: int = 7) -> float:
    assert callable(work)
    spent = []
    for _ in range(times):
        begun = clock.monotonic()
        work()
        spent.append((clock.monotonic() - begun) * 1000)
    return statistics.median(spent)


@pytest.mark.soak
def test_finding_among_twenty_thousand_cameras_takes_less_than_a_tenth_of_a_second(world: World) -> None:
    filled(world)
    planner = world.actor("planner")
    found = [(row.kind, row.name) for row in finding.find(planner, "ca")]
    assert ("camera", "Camera 0.0") in found
    assert len([kind for kind, _ in found if kind == "camera"]) == finding.EACH
    for typed in ("ca", "camera 999.1", "havenlaan 77", "nothing of that name"):
        took = took_ms(lambda typed=typed: finding.find(planner, typed))  # type: ignore[misc]
        print(f"find {typed!r}: {took:.0f} ms")
        assert took < 100, typed
    print(f"customers: {took_ms(lambda: office.customers(planner)):.0f} ms")
    print(f"sites: {took_ms(lambda: office.places(planner, words='havenlaan')):.0f} ms")
    assert office.places(planner)[1] == SITES + 1
