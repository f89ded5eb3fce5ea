# SPDX-License-Identifier: EUPL-1.2
"""What a site that has been there for a while has: contacts on its signs, a map with its camera on it, and a season of
telemetry. The figures are made up, plausible, and marked as demo data (`telemetry.MADE_UP`): the pages say so.

In a process of its own, beside the running server: `python -m zegel.demo.ground --data …`.
"""

from __future__ import annotations

import argparse
import math
import random
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from zegel.demo.processes import run_module
from zegel.demo.scene import Installation
from zegel.demo.world import WORLD

SITE = "yard"
DAYS, SEED = 60, 7


def furnish(place: Installation) -> None:
    """Makes it, where a unit is paired at the yard; again changes nothing that is there. Raises DidNotStart."""
    run_module("zegel.demo.ground", ["--data", str(place.data), "--origin", place.origin])


def main() -> int:
    parser = argparse.ArgumentParser(prog="zegel.demo.ground")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--origin", required=True)
    words = parser.parse_args()
    from zegel.setup import make

    make.prepare(words.data, words.origin)
    _make()
    return 0


def _make() -> None:
    from zegel.server.kernel import tenancy
    from zegel.server.kernel.actor import Actor, ActorKind
    from zegel.server.sites import floorplan, ground
    from zegel.server.sites.floorplan import Place
    from zegel.server.sites.ground import SiteFacts
    from zegel.server.sites.models import Camera, FloorPlan, TelemetryMinute, Unit, UnitState

    site, person = WORLD.site(SITE), WORLD.person("owner")
    actor = Actor(ActorKind.PERSON, person.id, WORLD.party(site.owner).id, role="owner")
    facts = SiteFacts(
        site.name, site.address, site.tz, "De Haan Bouw BV", "privacy@dehaan.example", "+31 10 000 0103", "NL",
        ("nl", "en"),
    )  # fmt: skip
    ground.change_site(actor, site.id, facts)
    with tenancy.acting_as(actor.party_id):
        unit = Unit.objects.filter(site_id=site.id, state=UnitState.PAIRED).order_by("paired_at").first()
        cameras = [] if unit is None else list(Camera.objects.filter(unit=unit).order_by("name"))
        drawn = FloorPlan.objects.filter(site_id=site.id).exists()
        told = unit is not None and TelemetryMinute.objects.filter(unit=unit, figures__has_key="demo").exists()
    if not drawn:
        floorplan.upload(actor, site.id, plan_of_the_yard())
        places = [Place(camera.id, 0.22 + 0.3 * n, 0.78, 35, 80) for n, camera in enumerate(cameras[:3])]
        floorplan.put_places(actor, site.id, places)
    if unit is not None and not told:
        with tenancy.acting_as(actor.party_id):
            _telemetry(unit, [camera.id.hex for camera in cameras])


def plan_of_the_yard() -> bytes:
    """A drawing of it from above, as a PNG."""
    import cv2
    import numpy as np

    paper = np.full((700, 1100, 3), (243, 246, 247), np.uint8)
    cv2.rectangle(paper, (0, 560), (1100, 700), (228, 214, 190), -1)  # the water
    cv2.rectangle(paper, (60, 60), (1040, 540), (120, 112, 104), 3)  # the fence
    cv2.rectangle(paper, (140, 538), (280, 542), (243, 246, 247), -1)  # gate 4
    for x, y, w, h in (
        (620, 110, 340, 130), (110, 110, 220, 90), (420, 330, 90, 90), (640, 330, 300, 60), (640, 410, 300, 60),
    ):  # fmt: skip
        cv2.rectangle(paper, (x, y), (x + w, y + h), (214, 206, 198), -1)
        cv2.rectangle(paper, (x, y), (x + w, y + h), (120, 112, 104), 2)
    for text, at in (("Hall B", (740, 185)), ("Site hut", (160, 162)), ("Crane", (432, 382)), ("Gate 4", (150, 585)),
                     ("Containers", (700, 372)), ("Quay", (520, 650))):  # fmt: skip
        cv2.putText(paper, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.75, (70, 62, 54), 2, cv2.LINE_AA)
    ok, data = cv2.imencode(".png", paper)
    assert ok
    return bytes(data)


def _telemetry(unit: Any, cameras: list[str]) -> None:
    """Two days of minutes and sixty of hours, until a while ago: the unit itself goes on from there."""
    from zegel.server.kernel import clock, ids
    from zegel.server.sites import telemetry
    from zegel.server.sites.models import TelemetryHour, TelemetryMinute

    of = {"owner_id": unit.owner_id, "provider_id": unit.provider_id, "unit": unit}
    now = clock.now().replace(second=0, microsecond=0)
    random_ = random.Random(SEED)
    minutes = [
        TelemetryMinute(id=ids.new(), at=at, figures={**_figures(at, now, random_), telemetry.MADE_UP: 1},
                        cameras={camera: _stream(at, random_) for camera in cameras}, **of)
        for at in _every(now - timedelta(days=2), now - timedelta(minutes=3), timedelta(minutes=1))
    ]  # fmt: skip
    TelemetryMinute.objects.bulk_create(minutes, ignore_conflicts=True, batch_size=1000)
    hours = []
    for at in _every(now.replace(minute=0) - timedelta(days=DAYS), now.replace(minute=0), timedelta(hours=1)):
        parts = [at + timedelta(minutes=minute) for minute in (5, 25, 45)]
        figures = telemetry.together([_figures(part, now, random_) for part in parts], telemetry.UNIT_FIGURES)
        streams = {
            camera: telemetry.together([_stream(part, random_) for part in parts], telemetry.CAMERA_FIGURES)
            for camera in cameras
        }
        hours.append(
            TelemetryHour(id=ids.new(), at=at, cameras=streams, figures={**figures, telemetry.MADE_UP: 1}, **of)
        )
    TelemetryHour.objects.bulk_create(hours, ignore_conflicts=True, batch_size=1000)


def _every(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    while start < end:
        yield start
        start += step


def _figures(at: datetime, now: datetime, random_: random.Random) -> dict[str, Any]:
    """A mast with a solar panel: the battery fills by day, the case warms, a cold week a month ago."""
    hour = at.hour + at.minute / 60
    sun = max(0.0, math.sin((hour - 7) / 10 * math.pi)) if 7 <= hour <= 17 else 0.0
    ago = (now - at) / timedelta(days=1)
    cold = math.exp(-(((ago - 30) / 3.5) ** 2))
    rest = 12_250 - 14 * ((hour - 17) % 24) if sun == 0 else 12_054 + 19.6 * (hour - 7)
    battery = rest + 620 * sun - 520 * cold + random_.gauss(0, 18)
    return {
        "battery_mv": round(battery), "temperature_c10": round(245 + 120 * sun - 160 * cold + random_.gauss(0, 6)),
        "signal_dbm": round(-71 - 9 * cold + random_.gauss(0, 2)), "storage_free_mb": round(58_000 - 90 * (hour % 24)),
        "spool_mb": max(0, round(random_.gauss(2, 2))), "clock_offset_ms": abs(round(random_.gauss(14, 9))),
        "data_month_mb": round(at.day * 212 + hour * 8), "uplink": "mobile",
    }  # fmt: skip


def _stream(at: datetime, random_: random.Random) -> dict[str, Any]:
    kbps = 1500 + 300 * math.sin(at.hour / 24 * math.tau) + random_.gauss(0, 60)
    return {
        "fps10": round(random_.gauss(100, 1.5)), "kbps": round(kbps), "gaps": 1 if random_.random() < 0.004 else 0,
        "keyframe_ms": round(1000 + abs(random_.gauss(0, 12))), "state": "ok",
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
