# SPDX-License-Identifier: EUPL-1.2
"""A real unit, as its own process, on a clip that the test makes."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np

from tests.integration.unit.gateway import Gateway
from zegel.seal.pairing import PairingCode


def make_clip(path: Path, seconds: int = 20, fps: int = 10, moving: bool = True) -> Path:
    """H.264 with a key frame each second, in which something grey drifts about, unless nothing is to move."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"g": str(fps), "preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        noise = np.random.default_rng(1)
        ground = noise.integers(60, 120, (192, 320, 3), np.uint8)
        for at in range(seconds * fps):
            picture = ground.copy()
            if moving:
                picture[60:120, at % 260 : at % 260 + 30] = 200
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def zegel(*words: str, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "zegel.cli", "unit", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)  # type: ignore[call-overload]


def enrol(gateway: Gateway, data: Path, *cameras: str, ca: str = "", **policy: object) -> None:
    """The installer starts the enrolment, the owner reads the code and pairs."""
    words = [word for camera in cameras for word in ("--camera", camera)]
    server = f"https://localhost:{gateway.port}"
    ca = ca or str(gateway.folder / "ca.pem")
    process = zegel("enrol", "--data", str(data), "--server", server, "--ca", ca, "--timeout", "30", *words)
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Code: "):
            gateway.pair(PairingCode.parse(line.removeprefix("Code: ").strip()), **policy)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 0, output + errors


@contextlib.contextmanager
def running(data: Path) -> Iterator[subprocess.Popen[str]]:
    """`zegel unit run`, ended in order at the end unless the test has killed it."""
    process = zegel("run", "--data", str(data), "--log", "warning", start_new_session=True)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(10)
        kill_hard(process)


def kill_hard(process: subprocess.Popen[str]) -> None:
    """As a power cut does: the unit and everything that it started."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=10)
    time.sleep(0.1)
