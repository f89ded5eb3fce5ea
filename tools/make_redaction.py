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
from pathlib import Path

import onnx

from zegel.unit.detectors.manifest import Manifest, ManifestError, default_manifest, faces_manifest, load_manifest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "src/zegel/server/static/zegel/detectors"
VERSION = 3
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


def described(manifest: Manifest, file: str, data: bytes) -> dict[str, object]:
    return {
        "name": manifest.name, "file": file, "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data),
        "licence": manifest.licence, "decoder": manifest.decoder.value, "width": manifest.width,
        "height": manifest.height, "labels": [label.value if label else None for label in manifest.labels],
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description="put the networks where a browser fetches them")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    paths = default_manifest(), faces_manifest()
    if paths[0] is None or paths[1] is None:
        raise ManifestError("the networks are not made yet: run tools/make_detector.py and tools/make_faces.py")
    people, faces = (load_manifest(path) for path in paths if path is not None)
    stamp = f"{VERSION} {people.sha256} {faces.sha256}"
    if (folder / "stamp").is_file() and (folder / "stamp").read_text("utf-8") == stamp:
        return 0
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as work:
        made = Path(work) / "made"
        made.mkdir()
        parts = {"people": (people, people.model()), "faces": (faces, any_size(faces.model()))}
        for name, (_, data) in parts.items():
            (made / f"{name}.onnx").write_bytes(data)
        listed = {name: described(manifest, f"{name}.onnx", data) for name, (manifest, data) in parts.items()}
        (made / "detectors.json").write_text(json.dumps({"version": VERSION, **listed}), "utf-8")
        (made / "stamp").write_text(stamp, "utf-8")
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
        folder.chmod(0o755)
    print(f"put the networks for redaction in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
