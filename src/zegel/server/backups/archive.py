# SPDX-License-Identifier: EUPL-1.2
"""Files by name as one run of bytes, and back."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping


def packed(files: Mapping[str, bytes]) -> bytes:
    """As a tar archive, the same bytes for the same files."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            item = tarfile.TarInfo(name)
            item.size, item.mode = len(files[name]), 0o600
            archive.addfile(item, io.BytesIO(files[name]))
    return whole.getvalue()


def unpacked(data: bytes) -> dict[str, bytes]:
    """The reverse; anything but plain files with harmless names is left out."""
    found: dict[str, bytes] = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for item in archive:
            parts = item.name.split("/")
            file = archive.extractfile(item) if item.isreg() and ".." not in parts and all(parts) else None
            if file is not None:
                found[item.name] = file.read()
    return found
