# SPDX-License-Identifier: EUPL-1.2
"""What the demo's people chose to be told, so that the page of notifications is not empty. Whoever chose something else
meanwhile keeps it."""

from __future__ import annotations

from typing import Any

from zegel.demo.scene import Installation

NIGHT: dict[str, Any] = {"days": [0, 1, 2, 3, 4, 5, 6], "start": 23 * 60, "end": 6 * 60}
HALF_PAST_SEVEN = 7 * 60 + 30


def choose(place: Installation) -> None:
    """The owner sleeps from eleven to six and reads a digest at half past seven; the foreman wants no letters of what
    is no alarm."""
    owner, foreman = place.client("owner").http, place.client("foreman").http
    now = owner.get("/api/v1/notifications")
    if now["quiet"] or now["digest_at"] is not None:
        return
    times = {"zone": "Europe/Amsterdam", "quiet": [NIGHT], "digest_at": HALF_PAST_SEVEN}
    owner.raw("PUT", "/api/v1/notifications/times", times)
    for name in ("looked", "technical", "digest"):
        foreman.raw("PUT", f"/api/v1/notifications/classes/{name}", {"by_push": True, "by_mail": False})
