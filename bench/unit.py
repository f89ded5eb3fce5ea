# SPDX-License-Identifier: EUPL-1.2
"""What a camera costs a unit, beside Debian's `motion` on the same 1080p25 H.264 stream at the same time.

Both read the same RTSP camera (a process of its own, not counted). The unit is the real one: its camera and detector
processes, its engine with an armed policy, sealing every second into its ring; only the server is missing, so nothing
is uploaded. The product records around activity unless the owner chooses otherwise, and so does `motion`: those two are
compared. Recording without a break is measured beside it. `motion` copies the stream into its movies
(movie_passthrough), which is its cheapest way to record; the rest of its settings are Debian's.

    make bench NAME=unit            all of it, some three minutes
    make bench NAME=unit ARGS=--quick   shorter phases, for a look
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

CLIPS = ROOT / "var/clips"
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
FPS = 25
QUIET_S = 60
MOVING_S = 3
WARM_UP_S = 12
MEMORY_CAMERAS = 4


# --- the streams ------------------------------------------------------------------------------------------------------


def make_streams() -> tuple[Path, Path]:
    """Two 1080p25 H.264 files of the demo's footage with a sensor's noise: quiet (people for 3 s of 60), and busy."""
    quiet, busy = CLIPS / "bench-quiet-1080p25.mp4", CLIPS / "bench-busy-1080p25.mp4"
    if not quiet.is_file() or not busy.is_file():
        print("making the two streams, once (half a minute)")
        subprocess.run([sys.executable, ROOT / "tools/make_clip.py"], check=True, stdout=subprocess.DEVNULL)
        people = _large(CLIPS / "demo.mp4")
        _encode(quiet, people, lambda n: 0 if n < (QUIET_S - MOVING_S) * FPS else n, QUIET_S * FPS)
        _encode(busy, people, lambda n: n + 13 * FPS, 20 * FPS)
    return quiet, busy


def _large(path: Path) -> list[Any]:
    """The demo clip's pictures at 1920x1080, cut to 16:9, until the second in which the streams no longer need them."""
    import av

    pictures = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if float(frame.time or 0) > 64:
                break
            rows = frame.to_ndarray(format="gray")
            height = frame.width * 9 // 16 // 2 * 2
            pictures.append(rows[:height][: rows.shape[0]])
    return pictures


def _encode(path: Path, pictures: list[Any], index: Any, count: int) -> None:
    import av
    import cv2
    import numpy as np

    random = np.random.default_rng(1)
    noise = [random.normal(0, 2.0, (1080, 1920)).astype(np.int8) for _ in range(8)]
    # A camera set to 4 Mbit/s, a common default for 1080p25: it spends them on noise when nothing happens.
    rate = "bitrate=4000:vbv-maxrate=4000:vbv-bufsize=4000"
    options = {"preset": "superfast", "x264-params": f"{rate}:keyint=25:min-keyint=25:scenecut=0:bframes=0"}
    part = path.with_suffix(".part.mp4")
    grey = np.full((540, 1920), 128, np.uint8)
    with av.open(str(part), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options=options, bit_rate=4_000_000)
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for n in range(count):
            small = pictures[min(len(pictures) - 1, index(n) * 10 // FPS)]
            large = cv2.resize(small, (1920, 1080), interpolation=cv2.INTER_LINEAR)
            noisy = np.clip(large.astype(np.int16) + noise[n * 5 % 8], 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.concatenate([noisy, grey]), format="yuv420p")
            frame.pts, frame.time_base = n, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    part.rename(path)


# --- what is measured -------------------------------------------------------------------------------------------------


def tree(root: int) -> list[int]:
    """A process and everything that came from it."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += parents.get(pid, [])
    return found


def cpu_s(root: int) -> float:
    """Processor seconds of a tree, user and system. The trees measured here lose no process while they run."""
    total = 0.0
    for pid in tree(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) * TICK_S
    return total


def pss_mb(root: int) -> dict[int, float]:
    """Proportional set size of each process of a tree, MB."""
    sizes = {}
    for pid in tree(root):
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        sizes[pid] = sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024
    return sizes


@contextmanager
def rtsp(path: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.rtsp_camera", str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as camera:
        assert camera.stdout is not None
        try:
            yield camera.stdout.readline().strip()
        finally:
            camera.kill()


@contextmanager
def motion(url: str, folder: Path) -> Iterator[int | None]:
    """Debian's motion on this stream; None where it can't be installed."""
    if not _has_motion():
        yield None
        return
    settings = {
        "daemon": "off", "setup_mode": "off", "netcam_url": url, "netcam_keepalive": "on", "width": 1920,
        "height": 1080, "framerate": FPS, "target_dir": folder / "movies", "movie_output": "on",
        "movie_passthrough": "on", "picture_output": "off", "webcontrol_port": 0, "stream_port": 0,
        "log_level": 4, "text_left": "",
    }  # fmt: skip
    (folder / "movies").mkdir()
    (folder / "motion.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    command = ["motion", "-c", str(folder / "motion.conf")]
    with (folder / "motion.log").open("w") as log, subprocess.Popen(command, stdout=log, stderr=log) as running:
        try:
            yield running.pid
            if running.poll() is not None:
                raise SystemExit(f"bench unit: motion ended by itself: {(folder / 'motion.log').read_text()[-500:]}")
        finally:
            running.terminate()


def _has_motion() -> bool:
    if shutil.which("motion"):
        return True
    if os.getuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for words in (["update"], ["install", "-y", "--no-install-recommends", "motion"]):
            subprocess.run(["apt-get", "-qq", *words], env=environment, capture_output=True, timeout=300)
    return shutil.which("motion") is not None


@contextmanager
def unit(urls: list[str], folder: Path, mode: str = "activity") -> Iterator[int]:
    command = [sys.executable, __file__, "--worker", mode, str(folder), *urls]
    with subprocess.Popen(command, cwd=ROOT) as running:
        try:
            yield running.pid
            if running.poll() is not None:
                raise SystemExit("bench unit: the unit ended by itself; nothing was measured")
        finally:
            _end(running)


def _end(running: subprocess.Popen[bytes]) -> None:
    running.terminate()
    try:
        running.wait(15)
    except subprocess.TimeoutExpired:
        running.kill()


# --- the unit, without its server -------------------------------------------------------------------------------------


def worker(mode: str, folder: Path, urls: list[str]) -> None:
    """A paired, armed unit. Its server's address leads nowhere."""
    from tests.unit.unit.actors import Owner

    from zegel.seal.keyset import sign_keyset
    from zegel.seal.pairing import Pairing, pairing_mac
    from zegel.seal.policy import RecordingMode, sign_policy
    from zegel.unit.config import Camera, Config, Home
    from zegel.unit.detectors import default_manifest
    from zegel.unit.identity import Identity
    from zegel.unit.run import Runner, _supervise, open_engine
    from zegel.unit.state import StateFile
    from zegel.unit.uplink import read_clock
    from zegel.unit.watch import CameraPool

    cameras = [Camera(os.urandom(16), f"camera {n}", f"camera {n}={url}") for n, url in enumerate(urls)]
    folder.mkdir(mode=0o700)
    home, config = Home(folder), Config("https://127.0.0.1:9", "ca.pem", cameras)
    identity = Identity.create(home.identity)
    StateFile.create(home.state, identity.unit)
    engine, owner, now, pairing = open_engine(home, config), Owner(), read_clock(), identity.pairing
    keyset = owner.keyset(identity.unit, pairing, now.wall_ms)
    policy = owner.policy(keyset, now.wall_ms, mode=RecordingMode(mode))
    asked = Pairing(identity.unit, pairing, keyset.hash, policy.hash)
    assert identity.pairing_secret is not None
    engine.deliver("keyset", sign_keyset(keyset, owner.key), None, now)
    engine.deliver("policy", sign_policy(policy, owner.key), None, now)
    engine.deliver("pairing", asked.encode(), pairing_mac(identity.pairing_secret, asked), now)
    pool = CameraPool([camera.source for camera in cameras], default_manifest())

    class Offline(Runner):
        """The real unit, without a server to talk to."""

        async def _link(self) -> None:
            await asyncio.Event().wait()

    asyncio.run(_supervise(Offline(home, config, engine, pool)))


# --- the bench --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cost:
    """Milliseconds of processor time for each second of the stream."""

    unit: float
    motion: float | None
    sealed_mb: float


def measure(stream: Path, seconds: int, mode: str = "activity") -> Cost:
    """Both on the same camera at the same time, once both are at work."""
    with tempfile.TemporaryDirectory(prefix="zegel-bench-") as work:
        folder = Path(work)
        with rtsp(stream) as url, motion(url, folder) as other, unit([url], folder / "unit", mode) as ours:
            wait_until_at_work(folder / "unit")
            began, before, theirs = time.monotonic(), cpu_s(ours), cpu_s(other) if other else 0.0
            time.sleep(seconds)
            took = time.monotonic() - began
            cost = (cpu_s(ours) - before) * 1000 / took
            their_cost = (cpu_s(other) - theirs) * 1000 / took if other else None
            at_work(folder / "unit")
            sealed = sum(path.stat().st_size for path in (folder / "unit/spool").rglob("*") if path.is_file()) / 1e6
            return Cost(cost, their_cost, sealed)


def at_work(folder: Path) -> bool:
    """Whether the unit is armed and its ring holds sealed seconds now; ends the bench where a camera is in trouble."""
    try:
        status = json.loads((folder / "status.json").read_bytes())
    except (OSError, ValueError):
        return False
    if any(camera["state"] != "ok" for camera in status["cameras"]):
        raise SystemExit(f"bench unit: a camera is in trouble, nothing was measured: {status}")
    return status["posture"] == "armed" and all(camera["ring_s"] >= 5 for camera in status["cameras"])


def wait_until_at_work(folder: Path) -> None:
    """Both have started and the unit seals; on a busy machine that takes longer than a fixed wait."""
    time.sleep(WARM_UP_S)
    end = time.monotonic() + 60
    while not at_work(folder):
        if time.monotonic() > end:
            status = folder / "status.json"
            said = status.read_text() if status.is_file() else "nothing"
            raise SystemExit(f"bench unit: the unit seals nothing after a minute; its status says {said}")
        time.sleep(1)


def memory(stream: Path, seconds: int) -> float:
    """MB (PSS) for each of four cameras while something moves in all: everything of the unit, divided by four."""
    with (
        tempfile.TemporaryDirectory(prefix="zegel-bench-") as work,
        rtsp(stream) as url,
        unit([url] * MEMORY_CAMERAS, Path(work) / "unit") as ours,
    ):
        wait_until_at_work(Path(work) / "unit")
        most = 0.0
        for _ in range(max(1, seconds // 2)):
            time.sleep(2)
            most = max(most, sum(pss_mb(ours).values()))
        return most / MEMORY_CAMERAS


def mbit_s(stream: Path) -> float:
    """What the camera sends; a low rate makes decoding everything cheap, which is what the unit saves."""
    import av

    with av.open(str(stream)) as container:
        return stream.stat().st_size * 8 / (container.duration / 1e6) / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(description="what a camera costs a unit")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--worker", nargs="+")
    options = parser.parse_args()
    if options.worker:
        worker(options.worker[0], Path(options.worker[1]), options.worker[2:])
        return 0
    quiet, busy = make_streams()
    long, short = (20, 10) if options.quick else (QUIET_S, 30)
    rows = [
        ("something moves in 5 % of the time", measure(quiet, long), 0.25),
        ("something moves all the time", measure(busy, short), 1.5),
        ("  the first, recording continuously", measure(quiet, long, "continuous"), None),
        ("  the second, recording continuously", measure(busy, short, "continuous"), None),
    ]
    each_mb = memory(busy, 6 if options.quick else 20)
    results: list[dict[str, Any]] = []
    print(
        f"{'1080p25 H.264, one camera':<40}{'zegel unit':>14}{'motion':>14}{'ratio':>9}{'target':>9}   stream, sealed"
    )
    for (name, cost, target), stream in zip(rows, (quiet, busy, quiet, busy), strict=True):
        theirs = f"{cost.motion:.0f} ms/s" if cost.motion else "not here"
        ratio = cost.unit / cost.motion if cost.motion else None
        shown = f"{ratio:.2f}" if ratio is not None else "-"
        wanted = "-" if target is None else f"{target}"
        ours = f"{cost.unit:.0f} ms/s"
        rest = f"{mbit_s(stream):.1f} Mbit/s, {cost.sealed_mb:.1f} MB"
        print(f"{name:<40}{ours:>14}{theirs:>14}{shown:>9}{wanted:>9}   {rest}")
        if ratio is not None and target is not None:
            results.append(_result(f"CPU against motion, {name}", "ratio", ratio, target))
    if not results:
        print("  Debian's motion can't be installed here: without it there is nothing to compare with")
    print(f"{f'memory (PSS), {MEMORY_CAMERAS} cameras, each':<40}{f'{each_mb:.0f} MB':>14}{'':>23}{'180':>9}")
    results.append(_result(f"memory for each of {MEMORY_CAMERAS} cameras", "MB PSS", each_mb, 180))
    print(json.dumps({"bench": "unit", "results": results}))
    return 0 if all(result["got"] <= result["target"] for result in results) else 1


def _result(what: str, unit_: str, got: float, target: float) -> dict[str, Any]:
    return {"what": what, "unit": unit_, "got": round(got, 3), "target": target, "better": "lower"}


if __name__ == "__main__":
    sys.exit(main())
