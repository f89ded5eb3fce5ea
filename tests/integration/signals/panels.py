# SPDX-License-Identifier: EUPL-1.2
"""A line and panels in the seeded world, through the same actions that people use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.actors import World
from zegel.demo.world import WORLD
from zegel.server.signals import actions, queries
from zegel.server.signals.actions import NewPanel, PathPlan
from zegel.server.signals.models import KeyFormat, Line, Panel, PathKind

KEY = "000102030405060708090A0B0C0D0E0F"
ALL = (PathKind.DC09_TCP, PathKind.DC09_UDP, PathKind.DC09_TLS)


def line(world: World) -> Line:
    """The seeded one of the alarm centre."""
    (found,) = queries.lines(world.actor("supervisor"))
    return found


def panel(
    world: World, on: Line, account: str = "1234", *, site: str = "yard", key: str | None = KEY,
    paths: Sequence[PathPlan] = (PathPlan(PathKind.DC09_TLS),), by: str | None = None, **more: Any,
) -> Panel:  # fmt: skip
    """By the technician of the site's provider."""
    new = NewPanel(
        WORLD.site(site).id, on.id, f"Panel {account}", account, key=key,
        key_format=KeyFormat.HEX if key else KeyFormat.NONE, paths=tuple(paths), **more,
    )  # fmt: skip
    technician = by or {"yard": "technician", "villa": "nordtech"}[site]
    return actions.add_panel(world.actor(technician), new)
