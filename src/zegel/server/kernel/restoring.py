# SPDX-License-Identifier: EUPL-1.2
"""What must happen after an older database or shred store was put back, before anybody is served.

    @after_restore("footage.forgotten")
    def forget_again() -> int: …        # how many things it put right; running it again is harmless

The list of destructions lies in the shred store's folder, outside the database: what it names is gone whatever the
restored rows say (`kernel.shred` sees to the keys when it opens). The steps here see to the rows, and to numbers that
must not be given twice. `zegel restore`, `zegel manage ledger continue` and `restart` run them; a server whose database
is older than what its log published does not start without, nor does one whose restore was not finished (`unfinished`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.db import connection

from zegel.server.kernel import log, shred

Step = Callable[[], int]
_steps: dict[str, Step] = {}


def after_restore(name: str) -> Callable[[Step], Step]:
    """Registers a step, named room.sentence."""

    def register(step: Step) -> Step:
        _steps[name] = step
        return step

    return register


def run_all() -> dict[str, int]:
    """Every step, in the order of their names; the first that fails ends it, and nothing may be served."""
    done = {name: _steps[name]() for name in sorted(_steps)}
    log.info("restore.steps", **{name.replace(".", "_"): count for name, count in done.items()})
    return done


def marker(data: Path) -> Path:
    """There while a restore of the installation in `data` is under way, or broke off."""
    return data / "restore-unfinished"


def unfinished(data: Path) -> bool:
    return marker(data).exists()


@after_restore("kernel.shred_numbers")
def go_on_above_every_number_used() -> int:
    """The database's sequences go on where the shred store says that none was used. Numbers are drawn, because the
    application's role may do no more to a sequence; at most as many as were given since the copy, and one step."""
    from zegel.server.kernel import tenancy  # models: a restore asks for the marker before there are any

    drawn = 0
    with tenancy.acting_as(None), connection.cursor() as cursor:
        for purpose in shred.PURPOSES:
            behind = shred.store().high_water(purpose) - shred.last_given(purpose) - 1
            if behind > 0:
                cursor.execute(
                    f"SELECT count(nextval('kernel_shred_{purpose}')) FROM generate_series(1, %s)", [behind]
                )
                drawn += behind
    return drawn
