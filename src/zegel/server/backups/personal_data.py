# SPDX-License-Identifier: EUPL-1.2
"""This room's rows hold no personal data. What a copy holds is declared by the rooms whose rows are copied; it is
sealed, and dies with the copy (BACKUP_KEEP_DAYS)."""

from zegel.declare import not_personal

not_personal(
    "backups.Copy",
    ("began_at", "ended_at", "fault", "size", "entries", "canary", "canary_key"),
    why="when a copy was made, how large it is, and a random secret that tries its forgetting",
)
not_personal(
    "backups.Trial",
    ("copy", "began_at", "ended_at", "passed", "fault", "erased", "opened", "blind", "entries", "root", "answers",
     "searched"),
    why="what a trial found, in counts",
)
