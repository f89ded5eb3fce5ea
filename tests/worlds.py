# SPDX-License-Identifier: EUPL-1.2
"""The fixtures `world` and `case`: the demo's world, seeded once for the run and as new for each test.

A folder of tests that wants them says so in its conftest.py: `from tests.worlds import case, seeded, world`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import databases
from tests.actors import World
from tests.conftest import as_nobody_was_here

STORES = ("storage", "shred")


def installation() -> Path:
    """The folder of this test run, as the settings have it."""
    from django.conf import settings

    return Path(settings.DATA)


def _close_connections() -> None:
    from django.db import connections

    connections.close_all()


@pytest.fixture(scope="session")
def seeded(postgres: Any) -> Iterator[Any]:
    """A second template: the migrated database with the world in it, and its stores."""
    if (installation() / "world-shred").exists():  # another folder's conftest.py asked first
        yield postgres
        return
    _empty_stores()
    databases.fresh_database(postgres, "zegel_template")
    World()
    _close_connections()
    for store in STORES:
        if (installation() / store).exists():
            shutil.copytree(installation() / store, installation() / f"world-{store}")
    databases.make_template(postgres, "zegel_world")
    yield postgres


@pytest.fixture
def world(seeded: Any) -> Iterator[World]:
    """The seeded world, fresh, with real commits."""
    _close_connections()
    _empty_stores()
    for store in STORES:
        if (installation() / f"world-{store}").exists():
            shutil.copytree(installation() / f"world-{store}", installation() / store)
    databases.fresh_database(seeded, "zegel_world")
    as_nobody_was_here()
    yield World.there()
    _close_connections()


@pytest.fixture
def case(world: World) -> Any:
    """A burglary: see `World.burglary`."""
    return world.burglary()


@pytest.fixture
def claimed(world: World) -> Any:
    """The same, in the hand of Operator 12: his alarm centre may look."""
    return world.claim(world.burglary())


def _empty_stores() -> None:
    from zegel.server.kernel import shred, storage

    storage._opened.cache_clear()
    shred._opened.cache_clear()
    for store in STORES:
        shutil.rmtree(installation() / store, ignore_errors=True)
