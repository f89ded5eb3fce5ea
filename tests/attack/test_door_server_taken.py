# SPDX-License-Identifier: EUPL-1.2
"""The whole server is taken: database, object store, shred store, secrets, logs. Nothing opens.

Two ways of looking: is anything readable lying there (a plaintext, a key of the past, a private key)? And does any 32
bytes
that lie there, or that the server can derive, open a segment, an epoch or a release?
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from tests.actors import MARKER, World

from zegel.seal.epoch import open_epoch, verify_epoch
from zegel.seal.errors import SealError
from zegel.seal.release import open_release, verify_release
from zegel.seal.segment import open_segment
from zegel.seal.suite import OpeningKey, Suite
from zegel.seal.tree import leaf
from zegel.server.kernel import shred


@pytest.fixture
def loot(world: World, case: Any, seeded: Any) -> Any:
    """Everything, as an intruder with all rights would take it: (database as bytes, files as bytes)."""
    import psycopg

    rows: list[bytes] = []
    with psycopg.connect(seeded._url("zegel_admin", "zegel")) as admin:
        tables = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in tables:
            for row in admin.execute(f"SELECT * FROM {table}"):  # type: ignore[call-overload]
                rows += [
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in row
                ]
    files = [
        path.read_bytes() for path in Path(settings.DATA).rglob("*") if path.is_file() and "postgres" not in path.parts
    ]
    return rows, files


def all_of(loot: Any) -> bytes:
    return b"\x00".join([*loot[0], *loot[1]])


def test_nothing_readable_lies_on_the_server(world: World, case: Any, loot: Any) -> None:
    everything = all_of(loot)
    assert len(everything) > 150_000
    assert case.epoch.sealed[12][200:260] in everything, "the ciphertext itself was not even found: the search is blind"
    assert MARKER not in everything


def test_no_private_key_and_no_key_of_the_past_lies_on_the_server(world: World, case: Any, loot: Any) -> None:
    keys = {"epoch root": case.epoch.root, "unit": case.unit.signing.seed, "pairing secret": case.unit.secret}
    for name, party in world.keys.parties.items():
        keys |= {f"{name} tenant": party.tenant.private, f"{name} signing": party.signing.seed}
    for name, person in world.keys.people.items():
        keys |= {f"{name} signs": person.bundle.signing.seed, f"{name} opens": person.bundle.opening.private}
    keys |= {f"leaf {slot}": leaf(case.epoch.root, slot) for slot in range(40)}
    everything = all_of(loot)
    for name, key in keys.items():
        for form in (key, key.hex().encode(), key.hex().upper().encode()):
            assert form not in everything, name


def candidates(loot: Any) -> Iterator[bytes]:
    """Every 32 bytes that the server holds as a value or can derive: columns, secrets in hex, shred keys, windows of
    short
    values."""
    for value in [*loot[0], *loot[1]]:
        if len(value) == 32:
            yield value
        if 32 < len(value) <= 200:
            yield from (value[at : at + 32] for at in range(len(value) - 31))
        if len(value) < 5000:
            yield from (bytes.fromhex(text.decode()) for text in re.findall(rb"\b[0-9a-f]{64}\b", value))
    for purpose in shred.PURPOSES:
        for number in range(120):
            yield shred.key(purpose, number)


def test_no_key_that_the_server_holds_or_derives_opens_anything(world: World, case: Any, loot: Any) -> None:
    epoch = verify_epoch(case.epoch.envelope, case.unit.signing.public_key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    release_item = case.unit.release(case.alarm_id, case.epoch, [(10, 25)], world.arc_tenant(case.site), keep=False)
    release = verify_release(release_item.envelope, case.unit.signing.public_key)
    sealed, tried = case.epoch.sealed[12], 0
    for key in dict.fromkeys(candidates(loot)):
        tried += 1
        for attempt in (
            lambda k: open_segment(k, sealed),
            lambda k: open_segment(leaf(k, 12), sealed),
            lambda k: open_epoch(epoch, OpeningKey(Suite.CLASSIC, k)),
            lambda k: open_release(release, OpeningKey(Suite.CLASSIC, k)),
        ):
            with pytest.raises(SealError):
                attempt(key)
    assert tried > 300
    assert open_segment(leaf(case.epoch.root, 12), sealed)[1].startswith(MARKER), "the attempt itself is blind"


def test_the_shred_keys_only_give_back_what_is_sealed_underneath(world: World, case: Any) -> None:
    """Unwrapped with the server's own shred key, an epoch is still sealed to the tenant, a release to the centre."""
    from zegel.server.footage.models import Epoch, Release
    from zegel.server.kernel import tenancy

    with tenancy.acting_as(case.actor.party_id):
        epoch, release = Epoch.objects.get(id=case.epoch.id), Release.objects.get(alarm_id=case.alarm_id)
    inner = shred.unwrap("epoch", epoch.shred, bytes(epoch.wrapped), case.epoch.id.bytes)
    assert inner == case.epoch.envelope
    assert case.epoch.root not in inner
    assert release.shred is not None
    assert release.wrapped is not None
    outer = shred.unwrap("release", release.shred, bytes(release.wrapped), bytes(release.hash))
    assert leaf(case.epoch.root, 12) not in outer
    shred.destroy("epoch", epoch.shred)
    with pytest.raises(shred.Destroyed):
        shred.unwrap("epoch", epoch.shred, bytes(epoch.wrapped), case.epoch.id.bytes)


def test_the_alarm_centres_keys_and_the_whole_server_open_the_released_range_and_not_a_second_more(
    world: World, case: Any
) -> None:
    from zegel.server.footage.models import Release
    from zegel.server.kernel import tenancy

    with tenancy.acting_as(case.actor.party_id):
        row = Release.objects.get(alarm_id=case.alarm_id)
    assert row.shred is not None
    assert row.wrapped is not None
    envelope = shred.unwrap("release", row.shred, bytes(row.wrapped), bytes(row.hash))
    keys = open_release(verify_release(envelope, case.unit.signing.public_key), world.arc_tenant(case.site))
    nodes = [node for cover in keys.covers for node in cover.nodes]
    opened = set()
    for slot in range(40):
        for node in nodes:
            for depth in range(13):
                key = node
                for bit in range(depth - 1, -1, -1):
                    key = _child(key, slot >> bit & 1)
                try:
                    open_segment(key, case.epoch.sealed[slot])
                    opened.add(slot)
                except SealError:
                    continue
    assert opened == set(range(10, 25))


def _child(node: bytes, bit: int) -> bytes:
    from zegel.seal.tree import child

    return child(node, bit)
