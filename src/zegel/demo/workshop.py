# SPDX-License-Identifier: EUPL-1.2
"""What lies on the provider's desk when a visitor comes: a camera that shows snow with a technician who waits for its
owner's answer, a task, and a stock. All through the pages' own addresses."""

from __future__ import annotations

from zegel.client import maintenance
from zegel.client.person import Client
from zegel.demo.scene import Installation, Paired
from zegel.demo.world import WORLD

_STOCK = (
    {"kind": "unit", "name": "Zegel unit 2, solar mast", "serial": "b41f 09c2 77aa 3d10"},
    {"kind": "unit", "name": "Zegel unit 2, mains", "serial": "02ce 5510 9e1b 44f7", "note": "came back from Delft"},
    {"kind": "camera", "name": "Turret camera, 4 MP", "serial": "TC4-118822"},
    {"kind": "camera", "name": "Turret camera, 4 MP", "serial": "TC4-118823"},
    {"kind": "part", "name": "RJ45 plug, outdoor", "count": 40},
    {"kind": "part", "name": "Mounting bracket", "count": 6},
)


def furnish(place: Installation, unit: Paired) -> None:
    """Once: what is there already stays as it is."""
    planner = place.client("planner")
    if planner.http.get("/api/v1/provider/stock")["items"]:
        return
    _stock(planner)
    planner.http.post("/api/v1/tasks", {"words": "Bring two brackets to the harbour yard"})
    owner, technician = place.client("owner"), place.client("technician")
    words = "It snows in the picture since last night, also when it is dry."
    fault = maintenance.report(owner, unit.unit_id, unit.camera_id, "bad_picture", words)
    reason = "To see whether it is the lens or the cable, and to aim it when it works."
    maintenance.ask(technician, fault["id"], unit.camera_id, reason, 15)


def _stock(planner: Client) -> None:
    made = [planner.http.post("/api/v1/provider/stock", dict(thing)) for thing in _STOCK]
    at_site = {"state": "at_site", "site_id": str(WORLD.site("yard").id), "note": "behind the crane"}
    planner.http.post(f"/api/v1/provider/stock/{made[2]['id']}/move", at_site)
    planner.http.post(f"/api/v1/provider/stock/{made[1]['id']}/move", {"state": "repair", "note": "fan"})
