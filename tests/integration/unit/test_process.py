# SPDX-License-Identifier: EUPL-1.2
"""`zegel unit enrol | run | status | wipe` as an installer meets them: real processes, a real clip, a real server."""

from __future__ import annotations

import json
import os
import signal
import stat
from pathlib import Path

import psutil

from tests.integration.unit.gateway import Gateway
from tests.integration.unit.process import enrol, make_clip, running, zegel
from tests.unit.unit.actors import Owner
from zegel.link.messages import EpochItem, SegmentsItem, TechnicalItem
from zegel.seal.epoch import open_epoch, verify_epoch
from zegel.seal.segment import Header, open_segment
from zegel.seal.tree import leaf


def say(*words: str) -> tuple[int, str]:
    process = zegel(*words)
    output, errors = process.communicate(timeout=30)
    return process.returncode, output + errors


def cameras_heard(gateway: Gateway, after: int = 0) -> set[bytes]:
    return {up.item.camera for n, up in gateway.ups.items() if n > after and isinstance(up.item, SegmentsItem)}


def test_a_unit_lives_its_life(tmp_path: Path) -> None:
    """Enrolled once, guards two cameras, loses one camera's process, and is wiped."""
    owner, data = Owner(), tmp_path / "unit"
    clip = make_clip(tmp_path / "clip.mp4", 6)
    with Gateway(tmp_path / "gateway", owner) as gateway:
        enrol(gateway, data, f"yard=file:{clip}?loop=1", f"gate=file:{clip}?loop=1")
        check_enrolled(data, gateway)
        with running(data) as unit:
            gateway.wait_for(lambda: len(cameras_heard(gateway)) == 2, 40)
            check_running(data, unit.pid)
            check_a_dead_camera_takes_nothing_down(gateway, unit.pid)
        everything_opens(gateway, owner)
        check_wiped(data, gateway)


def check_enrolled(data: Path, gateway: Gateway) -> None:
    assert not [name for name in os.listdir(data) if name.startswith("pairing.")], "the code is destroyed"
    private = ("identity", "state", "config", "status.json", *(f"spool/{p.name}" for p in (data / "spool").iterdir()))
    assert all(stat.S_IMODE((data / name).stat().st_mode) == 0o600 for name in private)
    server, ca = f"https://localhost:{gateway.port}", str(gateway.folder / "ca.pem")
    status, said = say("enrol", "--data", str(data), "--server", server, "--ca", ca, "--camera", "x=/x.mp4")
    assert (status, "zegel unit wipe" in said) == (4, True)


def check_running(data: Path, pid: int) -> None:
    family = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    listening = [c for p in family for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert listening == [], "the unit listens on no port"
    status, said = say("status", "--data", str(data), "--json")
    told = json.loads(said)
    assert (status, told["posture"], told["link"], len(told["cameras"])) == (0, "armed", "up", 2)
    status, said = say("run", "--data", str(data))
    assert (status, "another zegel unit is using" in said) == (1, True)
    status, said = say("wipe", "--data", str(data), "--yes")
    assert status == 1, "a running unit is not wiped"


def check_a_dead_camera_takes_nothing_down(gateway: Gateway, pid: int) -> None:
    """The victim is a process that has the clip open; it is reported, restarted, and the other camera never stops."""
    children = psutil.Process(pid).children(recursive=True)
    victim = next(p for p in children if any(f.path.endswith("clip.mp4") for f in p.open_files()))
    os.kill(victim.pid, signal.SIGKILL)
    codes = lambda: [i.code for i in gateway.items(TechnicalItem)]  # noqa: E731
    gateway.wait_for(lambda: "camera_lost" in codes() and "camera_back" in codes(), 40)
    mark = max(gateway.ups)
    gateway.wait_for(lambda: len(cameras_heard(gateway, mark)) == 2, 40)
    epochs = {up.item.envelope for up in gateway.ups.values() if isinstance(up.item, EpochItem)}
    assert len(epochs) == 4, "no epoch was lost: two of the enrolment, two of the run"


def everything_opens(gateway: Gateway, owner: Owner) -> None:
    pk = gateway.hellos[-1].sign_pk
    epochs = [verify_epoch(item.envelope, pk) for item in gateway.items(EpochItem)]
    roots = {epoch.epoch: open_epoch(epoch, owner.tenant) for epoch in epochs}
    for data in gateway.segments():
        header = Header.decode(data)
        opened, plaintext = open_segment(leaf(roots[header.epoch], header.slot), data)
        assert opened.random_access == (plaintext[4:8] == b"ftyp")


def check_wiped(data: Path, gateway: Gateway) -> None:
    old = gateway.hellos[-1]
    status, said = say("wipe", "--data", str(data), "--yes")
    assert status == 0, said
    assert [p.name for p in data.rglob("*") if p.is_file()] == ["lock"]
    assert say("run", "--data", str(data))[0] == 1
    gateway.claimed, gateway.pending = False, []
    enrol(gateway, data, "yard=/tmp/clip.mp4")
    new = gateway.hellos[-1]
    assert {new.unit_id, new.sign_pk, new.pairing_id}.isdisjoint({old.unit_id, old.sign_pk, old.pairing_id})
