# SPDX-License-Identifier: EUPL-1.2
"""Forensic unit (seal.md, test 3): kill it, search disk, memory and cores for any node of the past."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.unit.gateway import Gateway
from tests.integration.unit.process import enrol, kill_hard, make_clip, running
from tests.unit.unit.actors import Owner

from zegel.link.messages import EpochItem
from zegel.seal.epoch import Epoch, open_epoch, verify_epoch
from zegel.seal.policy import LiveEnd, Window
from zegel.seal.segment import Header, open_segment
from zegel.seal.tree import DEPTH, SLOTS, child, leaf

RING_S = 12  # with no pre-alarm wanted: five seconds of lead and five of the watcher's delay, and a margin


def nodes(root: bytes, below: int, level: int = 0, start: int = 0) -> Iterator[bytes]:
    """Every node from which a slot before `below` can be derived, the root first."""
    if start >= below:
        return
    yield root
    if level < DEPTH:
        half = SLOTS >> (level + 1)
        yield from nodes(child(root, 0), below, level + 1, start)
        yield from nodes(child(root, 1), below, level + 1, start + half)


def every_file(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def memory_of(pid: int) -> Iterator[tuple[str, bytes]]:
    """Everything readable in a process; raises PermissionError where we are not root."""
    lines = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in lines:
            span, flags, *rest = line.split()
            if "r" not in flags or "w" not in flags:
                continue
            low, high = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(low)
                yield f"{span} {rest[-1]}", memory.read(high - low)
            except (OSError, ValueError, OverflowError):
                continue


def epochs_at(gateway: Gateway, owner: Owner) -> list[tuple[Epoch, bytes]]:
    unit_pk = gateway.hellos[-1].sign_pk
    epochs = [verify_epoch(item.envelope, unit_pk) for item in gateway.items(EpochItem)]
    return [(epoch, open_epoch(epoch, owner.tenant)) for epoch in {e.epoch: e for e in epochs}.values()]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[tuple[Gateway, Owner, Path]]:
    owner = Owner()
    clip = make_clip(tmp_path / "clip.mp4")
    with Gateway(tmp_path / "gateway", owner) as gateway:
        enrol(gateway, tmp_path / "unit", f"yard=file:{clip}?loop=1", window=Window(0, 5, LiveEnd.CLOSED, 60))
        yield gateway, owner, tmp_path / "unit"


def test_a_killed_units_disk_and_memory_hold_no_key_of_the_past(scene: tuple[Gateway, Owner, Path]) -> None:
    gateway, owner, data = scene
    with running(data) as unit:
        gateway.wait_for(lambda: len(slots(gateway)) >= 18, 60)
        gateway.acking = False  # from now on everything stays on the unit's disk
        time.sleep(4)
        last = max(slots(gateway))
        found = search_memory(unit.pid, gateway, owner, last - RING_S)
        assert not found, found
        os.kill(unit.pid, signal.SIGQUIT)  # would dump core
        kill_hard(unit)
    disk = every_file(data)
    assert any(name.startswith("spool/media") and len(content) > 10_000 for name, content in disk.items())
    for epoch, root in epochs_at(gateway, owner):
        for node in nodes(root, SLOTS if epoch.number == 1 else last + 200):
            assert not [name for name, content in disk.items() if node in content]
    for folder in (data, Path.cwd()):
        assert not [path for path in folder.glob("core*") if path.is_file()], "a core was dumped"
    assert any(open_segment(leaf(root, h.slot), s) for s, h, root in with_roots(gateway, owner)), "the search can find"


def search_memory(pid: int, gateway: Gateway, owner: Owner, below: int) -> list[str]:
    """Where nodes of the past lie in the unit's memory. Whoever is not root may not even look."""
    current = max(epochs_at(gateway, owner), key=lambda pair: pair[0].number)
    if os.geteuid() != 0:
        with pytest.raises(PermissionError):
            next(memory_of(pid))
        return []
    assert below >= 4
    found, future = [], 0
    past, later = [*nodes(current[1], below)], child(current[1], 1)
    for where, content in memory_of(pid):
        future += later in content
        found += [f"node {at} of {len(past)} in {where}" for at, node in enumerate(past) if node in content]
    assert future, "the frontier was not found, so this search proves nothing"
    return found


def slots(gateway: Gateway) -> list[int]:
    """Slots of the newest epoch that the server has."""
    headers = [Header.decode(segment) for segment in gateway.segments()]
    return sorted({header.slot for header in headers if header.epoch == headers[-1].epoch})


def with_roots(gateway: Gateway, owner: Owner) -> Iterator[tuple[bytes, Header, bytes]]:
    roots = {epoch.epoch: root for epoch, root in epochs_at(gateway, owner)}
    for segment in gateway.segments():
        header = Header.decode(segment)
        yield segment, header, roots[header.epoch]
