# SPDX-License-Identifier: EUPL-1.2
"""Runs one layer of the tests; what failed in a crowd gets one hearing by itself.

The tests of processes and browsers wait for real things on a machine that does other work beside. A few that fail
(never more than FEW) run once more, alone: one that fails again has failed, one that passes is named UNSTEADY, so that
somebody looks at it. A test that is wrong fails both times.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

FEW = 10
FAILED, NOTHING_TO_RUN = 1, 5
BRIEF = ("--tb=short", "--show-capture=no")  # what a test printed is of use when it fails alone


def main(layer: list[str]) -> int:
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "failed"
        code = _pytest([*BRIEF, *layer], record)
        if code == NOTHING_TO_RUN:
            return 0
        failed = record.read_text().splitlines() if record.exists() else []
        if code != FAILED or not failed or len(failed) > FEW:
            return code
        print(f"== by itself: {' '.join(failed)}", flush=True)
        again = _pytest(["-p", "no:xdist", "--tb=short", *failed], Path(folder) / "again")
    for test in failed if again == 0 else ():
        print(f"UNSTEADY: {test} failed among the others and passed by itself")
    return again


def _pytest(arguments: list[str], record: Path) -> int:
    command = [sys.executable, "-m", "pytest", "-rfEs", *arguments]
    return subprocess.run(command, env={**os.environ, "ZEGEL_FAILED_TESTS": str(record)}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
