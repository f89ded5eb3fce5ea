# SPDX-License-Identifier: EUPL-1.2
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from tests.actors import SimUnit, World
from tests.clock import TestClock, stopped_clock
from tests.worlds import seeded, world  # noqa: F401

from zegel.server.kernel import clock


@pytest.fixture
def now() -> Iterator[TestClock]:
    """It is noon of tomorrow, after everything was agreed on, and time stands still until it is told to move."""
    day = clock.now().date() + timedelta(days=1)
    with stopped_clock(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)) as stopped:
        yield stopped


@pytest.fixture
def yard(world: World, now: TestClock) -> Any:  # noqa: F811
    """A unit on the yard (site-nl, Amsterdam) that recorded a minute of surveillance, and closed it."""
    return recorded(world, "yard")


def recorded(world: World, site: str, seconds: int = 60) -> Any:  # noqa: F811
    unit = SimUnit(clock.now_ms())
    actor = world.pair(unit, site)
    unit.now_ms = clock.now_ms() - seconds * 1000
    epoch = record(world, unit, actor, seconds)
    return SimpleNamespace(unit=unit, actor=actor, epoch=epoch, camera=unit.camera, owner=actor.party_id, site=site)


def record(world: World, unit: SimUnit, actor: Any, seconds: int = 60, **of: Any) -> Any:  # noqa: F811
    epoch = unit.epoch(**of)
    items = [unit.epoch_item(epoch), *unit.record(epoch, 0, seconds, size=300)]
    world.accept(actor, unit, *items, unit.manifest(epoch, 0, seconds, closed=True))
    return epoch
