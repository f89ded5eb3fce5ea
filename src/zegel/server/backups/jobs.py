# SPDX-License-Identifier: EUPL-1.2
"""Each night a copy, then its trial; each minute the lists of deletions are copied away.

Both run as a program of their own: they read the whole database, and no role of the server may.
"""

from __future__ import annotations

import os
import subprocess
import sys

from django.conf import settings

from zegel.server.backups import deletions, places
from zegel.server.kernel import jobs, log


@jobs.periodic("17 3 * * *", name="backups.night")
def night(timestamp: int) -> None:
    """After the shred store's key was replaced (02:41): the copy of that store then holds the new one alone."""
    if not places.is_set_up():
        log.warning("backup.not_set_up")
        return
    for word in ("make", "try"):
        done = subprocess.run(
            [sys.executable, "-m", "zegel.cli", "backup", "--data", str(settings.DATA), word],
            env=dict(os.environ), stdout=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            log.error("backup.failed", step=word, status=done.returncode)
            return


@jobs.periodic("* * * * *", name="backups.copy_deletions")
def copy_deletions(timestamp: int) -> None:
    if places.is_set_up():
        deletions.copy()
