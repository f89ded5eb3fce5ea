# SPDX-License-Identifier: EUPL-1.2
"""A detector's manifest: which file, its hash, its licence, how to read its output, and when to believe it.

A network decides what alarms, so the file is read once, its hash compared, and exactly those bytes are run: there is no
moment between check and use in which they could be exchanged.
"""

from __future__ import annotations

import hashlib
import json
import math
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from zegel.unit.detectors.result import Kind

MAX_MODEL = 256 * 1024 * 1024
MAX_MANIFEST = 64 * 1024
MAX_LABELS = 1024
DEFAULT = Path("var/detectors/ssdlite_mobilenet_v2/manifest.toml")
FACES = Path("var/detectors/centerface/manifest.toml")
_FORBIDDEN_LICENCES = ("AGPL",)

_COCO: dict[str, Kind] = (
    {"person": Kind.PERSON}
    | dict.fromkeys(("bicycle", "car", "motorcycle", "bus", "train", "truck", "boat"), Kind.VEHICLE)
    | dict.fromkeys(
        ("bird", "cat", "dog", "horse", "sheep", "cow", "elephant", "bear", "zebra", "giraffe"), Kind.ANIMAL
    )
)


class ManifestError(ValueError):
    """The detector can't be used; the message says what is wrong with it and what to do."""


class Decoder(StrEnum):
    """How a network's output is read."""

    YOLOX = "yolox"
    SSDLITE = "ssdlite"
    PICODET = "picodet"
    CENTERFACE = "centerface"


@dataclass(frozen=True)
class Manifest:
    """A checked manifest. `labels[i]` is the class of the network's output i, None for one that nobody alarms on.

    `doubtful` and `sure`: below the first a box is dropped; from the second on one frame is enough, between them a
    second frame must agree.
    """

    name: str
    path: Path
    sha256: str
    licence: str
    decoder: Decoder
    labels: tuple[Kind | None, ...]
    width: int
    height: int
    doubtful: float
    sure: float

    def model(self) -> bytes:
        """The network's bytes, their hash verified. Raises ManifestError."""
        if not self.path.is_file():
            raise ManifestError(f"detector '{self.name}': {self.path} is not there: run `make setup`, or correct it")
        if self.path.stat().st_size > MAX_MODEL:
            raise ManifestError(f"detector '{self.name}': {self.path} has more than {MAX_MODEL} bytes")
        data = self.path.read_bytes()
        found = hashlib.sha256(data).hexdigest()
        if found != self.sha256:
            raise ManifestError(
                f"detector '{self.name}': {self.path} is not the file of its manifest (sha256 {found}, "
                f"not {self.sha256}): get it again, and correct the manifest only when you know why it changed"
            )
        return data


def default_manifest() -> Path | None:
    """The detector that set-up made, if it is there: in this checkout, or beside the working directory."""
    return _made(DEFAULT)


def faces_manifest() -> Path | None:
    """The finder of faces that set-up made, if it is there. Its one class, "person", is a person's face."""
    return _made(FACES)


def _made(path: Path) -> Path | None:
    checkout = Path(__file__).resolve().parents[4]
    return next((found for root in (checkout, Path.cwd()) if (found := root / path).is_file()), None)


def load_manifest(path: Path) -> Manifest:
    """Reads a manifest (TOML or JSON); the model's path is relative to it. Raises ManifestError."""
    try:
        if path.stat().st_size > MAX_MANIFEST:
            raise ManifestError(f"{path}: a manifest has at most {MAX_MANIFEST} bytes")
        text = path.read_text("utf-8")
        fields = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise ManifestError(f"{path} can't be read as a detector's manifest: {error}") from error
    if not isinstance(fields, dict):
        raise ManifestError(f"{path}: a manifest is a table of name, path, sha256, licence, decoder, labels, …")
    return _checked(path, fields)


def _checked(path: Path, fields: dict[str, Any]) -> Manifest:
    known = {"name", "path", "sha256", "licence", "decoder", "labels", "width", "height", "doubtful", "sure", "origin"}
    if unknown := set(fields) - known:
        raise ManifestError(f"{path}: unknown field '{min(unknown)}'; known are {', '.join(sorted(known))}")
    sha256 = _text(path, fields, "sha256").lower()
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ManifestError(f"{path}: 'sha256' is 64 hexadecimal digits")
    licence = _text(path, fields, "licence")
    if any(bad in licence.upper() for bad in _FORBIDDEN_LICENCES):
        raise ManifestError(f"{path}: a detector under {licence} can't be run by this program; choose another")
    decoder = _text(path, fields, "decoder")
    if decoder not in set(Decoder):
        raise ManifestError(f"{path}: 'decoder' is one of {', '.join(Decoder)}, not '{decoder}'")
    doubtful, sure = _share(path, fields, "doubtful"), _share(path, fields, "sure")
    if doubtful > sure:
        raise ManifestError(f"{path}: 'doubtful' must not be above 'sure'")
    return Manifest(
        name=_text(path, fields, "name"),
        path=path.parent / _text(path, fields, "path"),
        sha256=sha256,
        licence=licence,
        decoder=Decoder(decoder),
        labels=_labels(path, fields.get("labels")),
        width=_edge(path, fields, "width"),
        height=_edge(path, fields, "height"),
        doubtful=doubtful,
        sure=sure,
    )


def _text(path: Path, fields: dict[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value or len(value) > 1024 or "\0" in value:
        raise ManifestError(f"{path}: '{name}' must be a text")
    return value


def _share(path: Path, fields: dict[str, Any], name: str) -> float:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value) or not 0 < value < 1:
        raise ManifestError(f"{path}: '{name}' is a score between 0 and 1")
    return float(value)


def _edge(path: Path, fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 32 <= value <= 2048 or value % 4:
        raise ManifestError(f"{path}: '{name}' is the network's input, 32 to 2048 pixels in steps of 4")
    return value


def _labels(path: Path, labels: Any) -> tuple[Kind | None, ...]:
    if not isinstance(labels, list) or not 1 <= len(labels) <= MAX_LABELS or set(map(type, labels)) != {str}:
        raise ManifestError(f"{path}: 'labels' lists the network's classes in its order, at most {MAX_LABELS} texts")
    kinds = tuple(_COCO.get(label) or (Kind(label) if label in set(Kind) else None) for label in labels)
    if Kind.PERSON not in kinds:
        raise ManifestError(f"{path}: no label is 'person': this network can't find people")
    return kinds
