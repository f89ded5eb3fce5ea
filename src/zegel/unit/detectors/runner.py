# SPDX-License-Identifier: EUPL-1.2
"""Runs a detector, one thread per inference. Imports onnxruntime: only the process that detects imports this module."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime

from zegel.unit.detectors.decoders import Image, decode, prepare
from zegel.unit.detectors.manifest import Manifest, ManifestError, load_manifest
from zegel.unit.detectors.result import Box


class Detector:
    """A checked network, ready to look at pictures."""

    def __init__(self, manifest: Manifest) -> None:
        """Reads and verifies the network. Raises ManifestError."""
        self.manifest = manifest
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # a few ms for tens of MB that a small unit does not have
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(manifest.model(), options, providers=["CPUExecutionProvider"])
        except ManifestError:
            raise
        except Exception as error:  # onnxruntime's errors share no class
            raise ManifestError(f"detector '{manifest.name}': {manifest.path} can't be run: {error}") from error
        self._input = self._session.get_inputs()[0].name
        self.detect(np.zeros((manifest.height, manifest.width, 3), np.uint8))  # a misfit shows now, not at the alarm

    @classmethod
    def load(cls, path: Path) -> Detector:
        return cls(load_manifest(path))

    def detect(self, image: Image) -> list[Box]:
        """Looks at a picture [height, width, 3] RGB of the network's size. Raises ManifestError for a misfit."""
        wanted = (self.manifest.height, self.manifest.width, 3)
        if image.shape != wanted:
            raise ValueError(f"a picture of {image.shape}, where the detector sees {wanted}")
        try:
            outputs = self._session.run(None, {self._input: prepare(self.manifest.decoder, image)})
        except Exception as error:
            raise ManifestError(f"detector '{self.manifest.name}' can't see its input: {error}") from error
        return decode(self.manifest, outputs)
