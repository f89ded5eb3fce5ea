# SPDX-License-Identifier: EUPL-1.2
"""Sixty nights of two places in the suite; two years of two hundred where there is time for it (`make soak`)."""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from tests.actors import SimUnit, World
from tests.clock import TestClock
from tests.integration.lifecycle.nights import Camera, Nights

from zegel.server.kernel import clock, ids, tenancy
from zegel.server.sites.models import Camera as CameraRow
from zegel.server.sites.models import Site, Unit

DAYS = {"site-nl": 14, "home-se": 60}


def place(world: World, site: str) -> Camera:
    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit, site)
    with tenancy.acting_as(actor.party_id):
        row = Unit.objects.select_related("site").get(id=unit.id)
    return Camera(row.owner_id, row.provider_id, row.site_id, unit.id, unit.camera, row.site.tz, DAYS[row.site.profile])


def copies(of: Camera, count: int) -> list[Camera]:
    """More sites like that one, each with a unit and a camera."""
    made = []
    with tenancy.acting_as(of.owner):
        site, unit = Site.objects.get(id=of.site), Unit.objects.get(id=of.unit)
        row = CameraRow.objects.get(id=of.id)
        for _number in range(count):
            site.pk, unit.pk, row.pk = ids.new(), ids.new(), ids.new()
            site.save(force_insert=True)
            unit.site_id, unit.fingerprint, unit.pairing_id = site.pk, ids.new().bytes * 2, ids.new()
            unit.save(force_insert=True)
            row.unit_id = unit.pk
            row.save(force_insert=True)
            made.append(Camera(of.owner, of.provider, site.pk, unit.pk, row.pk, of.tz, of.days))
    return made


def live(nights: Nights, count: int, every: int) -> int:
    gone = 0
    for number in range(count):
        nights.day()
        gone += nights.night().epochs
        nights.check()
        if number % every == every - 1:
            nights.check_all()
    return gone


def test_sixty_nights_and_every_morning_is_as_promised(world: World, now: TestClock) -> None:
    cameras = [place(world, "yard"), place(world, "villa")]
    nights = Nights(now, cameras, random.Random(60))
    assert live(nights, 60, every=30) > 10


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_two_years_of_two_hundred_sites(world: World, now: TestClock) -> None:
    yard, villa = place(world, "yard"), place(world, "villa")
    cameras = [yard, villa, *copies(yard, 130), *copies(villa, 68)]
    nights = Nights(now, cameras, random.Random(730))
    assert live(nights, int(os.environ.get("NIGHTS", "730")), every=30) > 0


def test_the_same_turn_twice_changes_nothing(world: World, now: TestClock) -> None:
    nights = Nights(now, [place(world, "yard")], random.Random(1))
    for _number in range(3):
        nights.day()
    for _number in range(20):
        nights.night()
    again: Any = nights.night()
    assert (again.epochs, again.segments, again.trimmed) == (0, 0, 0)
    nights.check()
