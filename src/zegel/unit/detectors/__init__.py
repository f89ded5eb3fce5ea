# SPDX-License-Identifier: EUPL-1.2
"""Networks that say person, animal or vehicle. A manifest tells which one runs; what it gives is always the same."""

from zegel.unit.detectors.manifest import Manifest, ManifestError, default_manifest, faces_manifest, load_manifest
from zegel.unit.detectors.result import Box, Kind

__all__ = ["Box", "Kind", "Manifest", "ManifestError", "default_manifest", "faces_manifest", "load_manifest"]
