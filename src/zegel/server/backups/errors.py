# SPDX-License-Identifier: EUPL-1.2
"""What can go wrong with back-ups. Messages name no place."""

from __future__ import annotations

from zegel.server.kernel.errors import ZegelError


class BackupError(ZegelError):
    """Something about a back-up copy."""

    code = "backup"


class NotSetUp(BackupError):
    """No place or no key: nothing is backed up."""

    code = "backup_not_set_up"


class NoCopy(BackupError):
    """There is no whole copy of that name."""

    code = "no_copy"


class CopyDamaged(BackupError):
    """A copy is not what the installation signed."""

    code = "copy_damaged"


class DumpFailed(BackupError):
    """PostgreSQL's own program said no."""

    code = "dump_failed"


class NotEmpty(BackupError):
    """A restore goes into an empty installation and nowhere else."""

    code = "not_empty"


class RestoreRefused(BackupError):
    """What was put back does not hold; nobody is served."""

    code = "restore_refused"
