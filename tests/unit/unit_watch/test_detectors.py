# SPDX-License-Identifier: EUPL-1.2
"""Detectors by manifest: only the file whose hash is written, read in the way that is written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.shared_files import shared
from zegel.unit.detectors import Box, Kind, ManifestError, default_manifest, load_manifest
from zegel.unit.detectors.decoders import decode
from zegel.unit.detectors.manifest import Decoder, Manifest

COCO = (
    "person,bicycle,car,motorcycle,airplane,bus,train,truck,boat,traffic light,fire hydrant,stop sign,parking meter,"
    "bench,bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe,backpack,umbrella,handbag,tie,suitcase,frisbee,"
    "skis,snowboard,sports ball,kite,baseball bat,baseball glove,skateboard,surfboard,tennis racket,bottle,wine glass,"
    "cup,fork,knife,spoon,bowl,banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake,chair,couch,"
    "potted plant,bed,dining table,toilet,tv,laptop,mouse,remote,keyboard,cell phone,microwave,oven,toaster,sink,"
    "refrigerator,book,clock,vase,scissors,teddy bear,hair drier,toothbrush"
)


def yolox_manifest(folder: Path) -> Path:
    """YOLOX-Nano beside the checkout, by a manifest of ours."""
    fields = {
        "name": "YOLOX-Nano 416", "path": str(shared("models/yolox_nano.onnx")), "licence": "Apache-2.0",
        "sha256": "695e750a5d5754bb5a8d5325643b59282191a7e7a564e435a415fd3c578eab14", "decoder": "yolox",
        "width": 416, "height": 416, "doubtful": 0.4, "sure": 0.7, "labels": COCO.split(","),
    }  # fmt: skip
    path = folder / "yolox.json"
    path.write_text(json.dumps(fields))
    return path


def written(folder: Path, **changes: Any) -> Path:
    (folder / "model.onnx").write_bytes(b"network")
    fields = {
        "name": "test", "path": "model.onnx", "sha256": hashlib.sha256(b"network").hexdigest(), "licence": "MIT",
        "decoder": "ssdlite", "width": 300, "height": 300, "doubtful": 0.4, "sure": 0.7, "labels": ["person", "car"],
    } | changes  # fmt: skip
    path = folder / "manifest.json"
    path.write_text(json.dumps({name: value for name, value in fields.items() if value is not None}))
    return path


def test_a_manifest_names_the_classes_in_the_policys_words(tmp_path: Path) -> None:
    manifest = load_manifest(written(tmp_path, labels=["-", "person", "truck", "dog", "toaster"]))
    assert manifest.labels == (None, Kind.PERSON, Kind.VEHICLE, Kind.ANIMAL, None)
    assert manifest.model() == b"network"


def test_a_network_with_another_hash_is_not_run(tmp_path: Path) -> None:
    manifest = load_manifest(written(tmp_path))
    (tmp_path / "model.onnx").write_bytes(b"networK")
    with pytest.raises(ManifestError, match="is not the file of its manifest"):
        manifest.model()


def test_a_network_that_is_missing_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="make setup"):
        load_manifest(written(tmp_path, path="elsewhere.onnx")).model()


@pytest.mark.parametrize(
    "changes",
    [
        {"sha256": "abc"},
        {"sha256": None},
        {"decoder": "magic"},
        {"licence": "AGPL-3.0"},
        {"labels": ["car"]},
        {"labels": "person"},
        {"labels": [1]},
        {"width": 301},
        {"width": True},
        {"doubtful": 0.9},
        {"sure": "high"},
        {"sure": float("nan")},
        {"surprise": 1},
    ],
)
def test_a_manifest_that_can_not_be_right_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    with pytest.raises(ManifestError):
        load_manifest(written(tmp_path, **changes))


def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path) -> None:
    for name, text in (("a.toml", "= ="), ("a.json", "[1]"), ("b.toml", "")):
        (tmp_path / name).write_text(text)
        with pytest.raises(ManifestError):
            load_manifest(tmp_path / name)


def manifest(decoder: Decoder, width: int, height: int) -> Manifest:
    labels = (Kind.PERSON, Kind.VEHICLE)
    return Manifest("test", Path(), "", "", decoder, labels, width, height, 0.4, 0.7)


def test_ssdlite_boxes_stand_where_their_anchors_are() -> None:
    anchors = np.array([[0.2, 0.1, 0.6, 0.3], [0, 0, 1, 1]], np.float32)
    scores = np.array([[[0.9, 0.1], [0.2, 0.1]]], np.float32)
    found = decode(manifest(Decoder.SSDLITE, 300, 300), [np.zeros((1, 2, 4), np.float32), scores, anchors])
    assert found == [Box(Kind.PERSON, pytest.approx(0.9), *(pytest.approx(v, abs=1e-6) for v in (0.1, 0.2, 0.2, 0.4)))]


def test_yolox_boxes_come_from_their_cell_and_stride() -> None:
    raw = np.zeros((1, 64 + 16 + 4, 7), np.float32)
    raw[0, 64 + 5] = [0.5, 0.5, np.log(2), np.log(1), 0.9, 0.1, 0.9]  # stride 16, cell (1, 1) of 4 by 4
    (box,) = decode(manifest(Decoder.YOLOX, 64, 64), [raw])
    assert (box.kind, round(box.score, 2)) == (Kind.VEHICLE, 0.81)
    assert [round(v * 64) for v in (box.x, box.y, box.w, box.h)] == [8, 16, 32, 16]


def test_picodet_boxes_come_from_their_distances() -> None:
    counts = [64, 16, 4, 1]
    scores = [np.zeros((1, n, 2), np.float32) for n in counts]
    spreads = [np.full((1, n, 32), -50, np.float32) for n in counts]
    scores[1][0, 5, 0] = 0.8
    spreads[1][0, 5, [1, 8 + 1, 16 + 1, 24 + 2]] = 50  # left, top, right 1 and bottom 2 strides away
    (box,) = decode(manifest(Decoder.PICODET, 64, 64), [*scores, *spreads])
    assert [round(v * 64) for v in (box.x, box.y, box.w, box.h)] == [8, 8, 32, 48]


def test_one_thing_found_often_is_one_box() -> None:
    anchors = np.array([[0.2, 0.1, 0.6, 0.3], [0.21, 0.11, 0.61, 0.31], [0.2, 0.6, 0.6, 0.8]], np.float32)
    scores = np.array([[[0.8, 0], [0.9, 0], [0.7, 0]]], np.float32)
    found = decode(manifest(Decoder.SSDLITE, 300, 300), [np.zeros((1, 3, 4), np.float32), scores, anchors])
    assert [round(box.score, 1) for box in found] == [0.9, 0.7]


@pytest.mark.parametrize("decoder", list(Decoder))
def test_an_output_of_another_network_is_refused(decoder: Decoder) -> None:
    with pytest.raises(ManifestError, match="does not fit"):
        decode(manifest(decoder, 64, 64), [np.zeros((1, 3, 9), np.float32), np.zeros((1, 3, 9), np.float32)])


def test_numbers_that_are_none_give_no_boxes() -> None:
    boxes, scores = np.full((1, 2, 4), np.nan, np.float32), np.full((1, 2, 2), np.nan, np.float32)
    anchors = np.ones((2, 4), np.float32)
    assert decode(manifest(Decoder.SSDLITE, 300, 300), [boxes, scores, anchors]) == []


def test_the_default_detector_is_the_one_that_set_up_made_and_it_runs() -> None:
    from zegel.unit.detectors.runner import Detector

    path = default_manifest()
    assert path is not None, "make setup has not made the detector: python tools/make_detector.py"
    detector = Detector.load(path)
    assert detector.detect(np.full((300, 300, 3), 127, np.uint8)) == []
    with pytest.raises(ValueError, match="where the detector sees"):
        detector.detect(np.zeros((10, 10, 3), np.uint8))


def test_yolox_nano_runs_by_its_manifest(tmp_path: Path) -> None:
    from zegel.unit.detectors.runner import Detector

    assert Detector.load(yolox_manifest(tmp_path)).detect(np.zeros((416, 416, 3), np.uint8)) == []
