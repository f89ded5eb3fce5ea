# SPDX-License-Identifier: EUPL-1.2
"""Many sites, units, cameras and alarms at once, in a running installation: what a large provider's database holds.

    python -m zegel.demo.bulk --data FOLDER --sites 1000 --cameras 20000

Written as rows of the real schema, through the same roles and row-level security; nothing of it is signed or sealed, so
nothing of it can be paired, armed or opened. For benches.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from zegel.demo.processes import run_module
from zegel.demo.scene import Installation
from zegel.demo.world import WORLD, world_id

STREETS = ("Kade", "Hoogstraat", "Industrieweg", "Havenlaan", "Parkweg", "Stationsplein", "Molenweg", "Dijk")
KINDS = ("Building site", "Depot", "School", "Warehouse", "Shop", "Yard", "Office", "Workshop")
SITES_OF_ONE = 4  # of an ordinary customer; the world's own gets `LARGE`
LARGE = 40
CLOSED_OF_SITE = 20
OPEN_AT_ALL = 200
BATCH = 2000


@dataclass(frozen=True)
class Filled:
    """How much there is now."""

    sites: int
    cameras: int
    alarms: int
    owners: int


def fill(place: Installation, sites: int, cameras: int) -> Filled:
    """In the running installation."""
    words = ["--data", str(place.data), "--sites", str(sites), "--cameras", str(cameras)]
    return Filled(**json.loads(run_module("zegel.demo.bulk", words)))


# --- in the installation ---


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m zegel.demo.bulk")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--cameras", type=int, default=20_000)
    words = parser.parse_args(argv)
    from zegel.setup import make

    make.prepare(words.data, "http://localhost")
    print(json.dumps(_fill(words.sites, words.cameras)))
    return 0


def _fill(sites: int, cameras: int) -> dict[str, int]:
    owners = [WORLD.party(WORLD.site("yard").owner).id]
    shares = [min(LARGE, sites)]
    while sum(shares) < sites:
        owners.append(_owner(len(owners)))
        shares.append(min(SITES_OF_ONE, sites - sum(shares)))
    each, made = cameras // sites, 0
    for owner, count in zip(owners, shares, strict=True):
        _of_owner(owner, range(made, made + count), each)
        made += count
    alarms = sites * CLOSED_OF_SITE + OPEN_AT_ALL
    return {"sites": sites, "cameras": each * sites, "alarms": alarms, "owners": len(owners)}


def _owner(number: int) -> UUID:
    """A customer of the world's provider and alarm centre; nobody signs in for it."""
    from zegel.server.kernel.actor import system
    from zegel.server.people import actions as people
    from zegel.server.people.roles import Language, PartyKind, RelationKind

    party = people.create_party(system(), PartyKind.COMPANY, f"Customer {number:04}", "NL", Language.NL).id
    people.relate(system(party), party, WORLD.party("waak").id, RelationKind.PROVIDER)
    people.relate(system(party), party, WORLD.party("centrale").id, RelationKind.ARC)
    return party


def _of_owner(owner: UUID, numbers: range, cameras: int) -> None:
    from zegel.server.alarms.models import Alarm
    from zegel.server.kernel import tenancy
    from zegel.server.sites.models import Camera, Site, Unit, UnitKey

    of = {"owner_id": owner, "provider_id": WORLD.party("waak").id}
    places = [_site(number, of) for number in numbers]
    units = [_unit(place, number, of) for place, number in zip(places, numbers, strict=True)]
    eyes = [_camera(unit, n, of) for unit in units for n in range(cameras)]
    with tenancy.acting_as(owner):
        Site.objects.bulk_create(places, BATCH)
        Unit.objects.bulk_create(units, BATCH)
        UnitKey.objects.bulk_create(
            UnitKey(fingerprint=unit.fingerprint, unit_id=unit.id, owner_id=owner) for unit in units
        )
        Camera.objects.bulk_create(eyes, BATCH)
        alarms = [alarm for unit in units for alarm in _alarms(unit, eyes[0] if eyes else None, of)]
        Alarm.objects.bulk_create(alarms, BATCH)


def _site(number: int, of: dict[str, UUID]) -> Any:
    from zegel.server.kernel import clock
    from zegel.server.sites.models import Site

    return Site(
        id=world_id(f"bulk/site/{number}"), name=f"{KINDS[number % len(KINDS)]} {number:04}",
        address=f"{STREETS[number % len(STREETS)]} {number % 180 + 1}, Rotterdam", tz="Europe/Amsterdam",
        profile="site-nl", created_at=clock.now() - timedelta(days=number % 300), **of,
    )  # fmt: skip


def _unit(place: Any, number: int, of: dict[str, UUID]) -> Any:
    from zegel.server.kernel import clock
    from zegel.server.sites.models import Unit

    key = random.Random(number).randbytes(32)  # nobody's key: it signs nothing
    return Unit(
        id=world_id(f"bulk/unit/{number}"), site=place, name=f"Unit {number:04}", sign_pk=key, fingerprint=key,
        pairing_id=world_id(f"bulk/pairing/{number}"), software="0.1.0", paired_at=place.created_at,
        last_seen_at=clock.now() - timedelta(seconds=number % 600), **of,
    )  # fmt: skip


def _camera(unit: Any, number: int, of: dict[str, UUID]) -> Any:
    from zegel.server.sites.models import Camera

    return Camera(
        id=world_id(f"bulk/camera/{unit.id}/{number}"), unit=unit, name=f"Camera {number + 1}",
        capabilities=["live", "ptz"] if number % 5 == 0 else ["live"], state="ok" if number % 17 else "lost", **of,
    )  # fmt: skip


def _alarms(unit: Any, camera: Any, of: dict[str, UUID]) -> list[Any]:
    from zegel.server.alarms.models import Alarm
    from zegel.server.kernel import clock

    number = int(unit.name.split()[-1])
    now = clock.now()
    found = []
    for n in range(CLOSED_OF_SITE + (number % 5 == 0)):
        at = now - timedelta(hours=7 * n + number % 7, minutes=number % 60)
        closed = n > 0 or number % 5 != 0
        ms = round(at.timestamp() * 1000)
        found.append(Alarm(
            id=world_id(f"bulk/alarm/{unit.id}/{n}"), unit_id=unit.id, site_id=unit.site_id,
            camera_id=None if camera is None else world_id(f"bulk/camera/{unit.id}/0"),
            state="closed" if closed else "queued", cause="motion", alarm_class=("person", "vehicle", "animal")[n % 3],
            zone="fence", score=800, priority=4, images="none:class", first_seen_ms=ms, raised_ms=ms, received_ms=ms,
            signal_class="burglary", closed_at=at + timedelta(minutes=4) if closed else None,
            closed_code="false_environment" if closed else "", **of,
        ))  # fmt: skip
    return found


if __name__ == "__main__":
    sys.exit(main())
