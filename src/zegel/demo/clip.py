# SPDX-License-Identifier: EUPL-1.2
"""Which picture the demo's camera shows: the visitor's camera, his clip, or ours (made by `tools/make_clip.py`)."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from zegel.demo.processes import DidNotStart

FOLDER = Path("var/clips")
_MAKER = Path("tools/make_clip.py")


@dataclass(frozen=True)
class Source:
    """`words`: as `zegel unit enrol --camera NAME=…` takes it. `said`: what the table says of it. `first_person_ms`:
    when somebody can first be seen in it, where that is known."""

    words: str
    said: str
    first_person_ms: int | None = None


def source(video: str | None, camera: str | None) -> Source:
    """Raises DidNotStart when it is nothing that a camera could be."""
    if camera:
        if not camera.startswith(("rtsp://", "rtsps://")):
            raise DidNotStart(f"CAMERA={camera} is no address of a camera: write rtsp://user:password@host/path")
        return Source(camera, "your camera")
    return _own(Path(video)) if video else ours()


def ours(name: str = "demo") -> Source:
    """The clip that set-up made. Raises DidNotStart."""
    about = FOLDER / f"{name}.toml"
    if not about.is_file():
        raise DidNotStart(f"{about} is missing: run make demo, or {_MAKER}")
    said = tomllib.loads(about.read_text())
    clip = (FOLDER / f"{name}.mp4").absolute()
    what = f"{said['source']} of {said['package']} ({said['licence']}): {said['contents']}"
    return Source(f"file:{clip}?loop=1", what, int(said["first_person_ms"]))


def _own(path: Path) -> Source:
    if not path.is_file():
        raise DidNotStart(f"VIDEO={path}: there is no such file")
    done = subprocess.run(
        [sys.executable, str(_MAKER), "--use", str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise DidNotStart(f"VIDEO={path} can't be used: {done.stderr.strip() or done.stdout.strip()}")
    said = json.loads(done.stdout.strip().splitlines()[-1])
    note = f" ({said['note']})" if said.get("note") else ""
    return Source(f"file:{Path(said['path']).absolute()}?loop=1", f"your clip {path.name}{note}")
