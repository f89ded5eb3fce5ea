# SPDX-License-Identifier: EUPL-1.2
"""Files that lie beside the checkout (vectors, clips, models): used where they are, never committed. Absent: a loud
skip."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BESIDE = ROOT.parent / "shared"


def shared(name: str) -> Path:
    """The path of `../shared/<name>`; skips the test, saying which file is missing, when it isn't there."""
    path = BESIDE / name
    if not path.exists():
        pytest.skip(f"needs {name} in the folder 'shared' beside the checkout", allow_module_level=True)
    return path
