# SPDX-License-Identifier: EUPL-1.2
"""Fills an installation with the demo's world, by the code of `zegel setup`."""

from __future__ import annotations

from zegel.demo import accounts, chain, places, products, tenants, website
from zegel.demo.world import WORLD
from zegel.setup import make
from zegel.setup.founding import Founding
from zegel.setup.keys import Keyring


def seed(keyring: Keyring, origin: str, world: Founding = WORLD) -> None:
    """Make the world in this process's (prepared) installation; what is there already stays."""
    make.found(world, keyring, origin)
    if world is WORLD:
        places.record()
        accounts.record()
        tenants.record()
        products.record()
        chain.record()
        website.record()
