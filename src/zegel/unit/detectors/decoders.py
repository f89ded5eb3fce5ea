# SPDX-License-Identifier: EUPL-1.2
"""From a network's raw output to boxes, in numpy: one function for each family.

Shapes: every picture is uint8 [height, width, 3] RGB in the network's own size. Every decoder gives scores [n, labels]
in 0..1 and boxes [n, 4] as left, top, right, bottom in 0..1 of that picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from zegel.unit.detectors.manifest import Decoder, Manifest, ManifestError
from zegel.unit.detectors.result import Box, Kind

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]
Decoded = tuple[Floats, Floats]

SAME = 0.5
"""Two boxes of a class that overlap more than this are one thing."""
MAX_BOXES = 32
_CANDIDATES = 256


def prepare(decoder: Decoder, image: Image) -> NDArray[Any]:
    """What the network wants to see."""
    if decoder is Decoder.SSDLITE:  # scaling and layout are in its graph
        return image[None]
    if decoder is Decoder.CENTERFACE:  # RGB, 0..255
        return np.ascontiguousarray(image.transpose(2, 0, 1)[None], np.float32)
    if decoder is Decoder.YOLOX:  # BGR, 0..255
        return np.ascontiguousarray(image[:, :, ::-1].transpose(2, 0, 1)[None], np.float32)
    mean = np.array([123.675, 116.28, 103.53], np.float32)
    spread = np.array([58.395, 57.12, 57.375], np.float32)
    return np.ascontiguousarray(((image - mean) / spread).transpose(2, 0, 1)[None], np.float32)


def _yolox(outputs: Sequence[Floats], width: int, height: int, labels: int) -> Decoded:
    """[1, n, 5 + labels]: centre, size, objectness, classes, for strides 8, 16, 32 (YOLOX, arXiv 2107.08430)."""
    raw = outputs[0][0]
    grids, strides = [], []
    for stride in (8, 16, 32):
        ys, xs = np.mgrid[0 : height // stride, 0 : width // stride]
        grids.append(np.stack([xs, ys], -1).reshape(-1, 2))
        strides.append(np.full((grids[-1].shape[0], 1), stride))
    grid, step = np.concatenate(grids), np.concatenate(strides)
    _expect(raw.shape, (len(grid), 5 + labels))
    centre, half = (raw[:, :2] + grid) * step, np.exp(np.minimum(raw[:, 2:4], 20)) * step / 2
    boxes = np.concatenate([centre - half, centre + half], 1) / (width, height, width, height)
    return raw[:, 4:5] * raw[:, 5:], boxes.astype(np.float32)


def _ssdlite(outputs: Sequence[Floats], width: int, height: int, labels: int) -> Decoded:
    """boxes [1, n, 4] (y, x, h, w against the anchor, scaled 10 and 5), scores [1, n, labels], anchors [n, 4]."""
    raw, scores, anchors = outputs[0][0], outputs[1][0], outputs[2]
    _expect(scores.shape, (len(anchors), labels))
    size = anchors[:, 2:] - anchors[:, :2]
    centre = anchors[:, :2] + size / 2 + raw[:, :2] / 10 * size
    half = np.exp(np.minimum(raw[:, 2:] / 5, 20)) * size / 2
    return scores, np.concatenate([centre - half, centre + half], 1)[:, [1, 0, 3, 2]]


def _picodet(outputs: Sequence[Floats], width: int, height: int, labels: int) -> Decoded:
    """Four scores [1, n, labels], then four distances [1, n, 4 * bins], strides 8 to 64 (arXiv 2111.00902)."""
    scores, boxes = [], []
    for level, stride in enumerate((8, 16, 32, 64)):
        score, spread = outputs[level][0], outputs[level + 4][0]
        rows, columns = -(-height // stride), -(-width // stride)
        _expect(score.shape, (rows * columns, labels))
        ys, xs = np.mgrid[0:rows, 0:columns]
        centre = (np.stack([xs, ys], -1).reshape(-1, 2) + 0.5) * stride
        chance = np.exp(spread.reshape(-1, 4, spread.shape[1] // 4))
        distance = (chance / chance.sum(-1, keepdims=True)) @ np.arange(chance.shape[-1]) * stride
        scores.append(score)
        boxes.append(np.concatenate([centre - distance[:, :2], centre + distance[:, 2:]], 1))
    return np.concatenate(scores), (np.concatenate(boxes) / (width, height, width, height)).astype(np.float32)


def _centerface(outputs: Sequence[Floats], width: int, height: int, labels: int) -> Decoded:
    """Heat [1, 1, h, w], size and offset [1, 2, h, w] (rows first), on a grid of 4 pixels (arXiv 1911.03599)."""
    heat, size, offset = outputs[0][0, 0], outputs[1][0], outputs[2][0]
    _expect(heat.shape, (height // 4, width // 4))
    rows, columns = (at.astype(np.float32) for at in np.mgrid[0 : heat.shape[0], 0 : heat.shape[1]])
    half_h, half_w = (np.exp(np.minimum(size[axis], 10)) * 2 for axis in (0, 1))
    centre_y, centre_x = (rows + offset[0] + 0.5) * 4, (columns + offset[1] + 0.5) * 4
    corners = np.stack([centre_x - half_w, centre_y - half_h, centre_x + half_w, centre_y + half_h], -1).reshape(-1, 4)
    return heat.reshape(-1, 1).repeat(labels, 1), (corners / (width, height, width, height)).astype(np.float32)


_DECODERS: dict[Decoder, Callable[[Sequence[Floats], int, int, int], Decoded]] = {
    Decoder.YOLOX: _yolox,
    Decoder.SSDLITE: _ssdlite,
    Decoder.PICODET: _picodet,
    Decoder.CENTERFACE: _centerface,
}


def decode(manifest: Manifest, outputs: Sequence[Floats]) -> list[Box]:
    """The boxes above `manifest.doubtful`, best first, one per thing. Raises ManifestError for a misfit."""
    try:
        scores, corners = _DECODERS[manifest.decoder](outputs, manifest.width, manifest.height, len(manifest.labels))
    except (IndexError, ValueError) as error:
        raise _misfit(manifest, str(error)) from error
    found: list[Box] = []
    for kind in Kind:
        columns = [i for i, label in enumerate(manifest.labels) if label is kind]
        if columns:
            found += _boxes(kind, scores[:, columns].max(1), corners, manifest.doubtful)
    return sorted(found, key=lambda box: -box.score)[:MAX_BOXES]


def _boxes(kind: Kind, scores: Floats, corners: Floats, least: float) -> list[Box]:
    chosen = np.flatnonzero(scores >= least)
    chosen = chosen[np.argsort(-scores[chosen])][:_CANDIDATES]
    kept: list[Box] = []
    for index in chosen:
        left, top, right, bottom = (float(v) for v in np.clip(np.nan_to_num(corners[index]), 0, 1))
        box = Box(kind, min(float(scores[index]), 1.0), left, top, right - left, bottom - top)
        if box.w > 0 and box.h > 0 and all(box.overlap(other) <= SAME for other in kept):
            kept.append(box)
    return kept


def _expect(found: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    if found != wanted:
        raise ValueError(f"shape {found}, where {wanted} is expected")


def _misfit(manifest: Manifest, why: str) -> ManifestError:
    return ManifestError(
        f"detector '{manifest.name}': its output does not fit decoder '{manifest.decoder}' with {len(manifest.labels)} "
        f"labels at {manifest.width}x{manifest.height}: {why}. Correct the manifest."
    )
