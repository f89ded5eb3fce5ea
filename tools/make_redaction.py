# SPDX-License-Identifier: EUPL-1.2
"""Puts the networks that find people, vehicles and faces where a browser fetches them: redaction runs there, at the one
who holds the key (web/src/records/redact).

They are those that tools/make_detector.py and tools/make_faces.py made; that of faces without a fixed size, so that a
browser looks at no more pixels than it can. Beside them a list with their hashes: a browser runs nothing else.

    python tools/make_redaction.py [FOLDER]      (default src/zegel/server/static/zegel/detectors)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

import onnx

ROOT = Path(__file__).resolve().parent.parent
MADE = {"people": ROOT / "var/detectors/ssdlite_mobilenet_v2", "faces": ROOT / "var/detectors/centerface"}
VEHICLES = {"bicycle", "car", "motorcycle", "bus", "train", "truck", "boat"}
FOLDER = ROOT / "src/zegel/server/static/zegel/detectors"
VERSION = 4
"""Raise it when what is made changes: an older result is then made anew."""


def any_size(data: bytes) -> bytes:
    """The same network for pictures of any size (in steps of 32 pixels); of its inputs only the picture stays one."""
    model = onnx.load_from_string(data)
    constants = {one.name for one in model.graph.initializer}
    used = {name for node in model.graph.node for name in node.input}
    kept = [one for one in model.graph.initializer if one.name in used]
    del model.graph.initializer[:]
    model.graph.initializer.extend(kept)
    inputs = [one for one in model.graph.input if one.name not in constants]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    picture = model.graph.input[0].type.tensor_type.shape.dim
    picture[2].dim_param, picture[3].dim_param = "height", "width"
    for output in model.graph.output:
        shape = output.type.tensor_type.shape.dim
        shape[2].dim_param, shape[3].dim_param = "rows", "columns"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def read(folder: Path) -> tuple[dict[str, Any], bytes]:
    """The manifest, and the network's bytes, held against it."""
    if not (folder / "manifest.toml").is_file():
        raise SystemExit(
            f"make_redaction: {folder} is not made yet: run tools/make_detector.py and tools/make_faces.py"
        )
    manifest = tomllib.loads((folder / "manifest.toml").read_text("utf-8"))
    data = (folder / manifest["path"]).read_bytes()
    if hashlib.sha256(data).hexdigest() != manifest["sha256"]:
        raise SystemExit(f"make_redaction: the network in {folder} is not the one of its manifest; not used.")
    return manifest, data


def described(manifest: dict[str, Any], file: str, data: bytes) -> dict[str, object]:
    return {
        "name": manifest["name"], "file": file, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data),
        "licence": manifest["licence"], "decoder": manifest["decoder"], "width": manifest["width"],
        "height": manifest["height"], "labels": [_kind(label) for label in manifest["labels"]],
    }  # fmt: skip


def _kind(label: str) -> str | None:
    if label in VEHICLES:
        return "vehicle"
    return label if label == "person" else None


def main() -> int:
    parser = argparse.ArgumentParser(description="put the networks where a browser fetches them")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    networks = {name: read(made) for name, made in MADE.items()}
    stamp = " ".join([str(VERSION), *(manifest["sha256"] for manifest, _ in networks.values())])
    if (folder / "stamp").is_file() and (folder / "stamp").read_text("utf-8") == stamp:
        return 0
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as work:
        made = Path(work) / "made"
        made.mkdir()
        listed: dict[str, object] = {}
        for name, (manifest, whole) in networks.items():
            data = any_size(whole) if name == "faces" else whole
            (made / f"{name}.onnx").write_bytes(data)
            listed[name] = described(manifest, f"{name}.onnx", data)
        (made / "detectors.json").write_text(json.dumps({"version": VERSION, **listed}), "utf-8")
        (made / "stamp").write_text(stamp, "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
        folder.chmod(0o755)
    print(f"put the networks for redaction in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
