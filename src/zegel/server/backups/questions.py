# SPDX-License-Identifier: EUPL-1.2
"""What a copy that was put back is asked, in a process of its own whose whole installation is the one aside:

    python -m zegel.server.backups.questions FOLDER

FOLDER holds `manifest` (CBOR), `lists/` (the lists of deletions as they are now) and, as an installation, the copy. The
object store is the real one, read only. One JSON line says what was found; nothing of it is personal data.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

# Media is in no copy, and its store goes on while the copy is looked at; and what was under way when the copy was made
# (a window, an event, a signal) is no fault of the copy.
NOT_ASKED = frozenset(
    {
        "footage.packs_hold_what_the_index_says", "footage.every_object_belongs_to_a_pack",
        "footage.windows_end_in_time", "kernel.the_store_answers", "kernel.events_are_delivered",
        "ledger.published_tree_is_signed", "signals.nothing_waits_for_long",
    }
)  # fmt: skip


Search = Callable[[bool], tuple[int, int]]
_searches: dict[str, Search] = {}


def search(name: str) -> Callable[[Search], Search]:
    """Registers what a room above looks for in a copy that was put back, from its AppConfig.ready(). Asked twice within
    the copy: before today's lists came (True), to see that it finds what is there, and after them (False), when what it
    looks for must be gone. Returns how many it looked for, and how many it found."""

    def keep(one: Search) -> Search:
        _searches[name] = one
        return one

    return keep


def main(argv: Sequence[str]) -> int:
    folder = Path(argv[0])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zegel.server.settings")
    import django

    from zegel.server.kernel import log

    log.set_up("trial")
    django.setup()
    print(json.dumps(ask(folder)), flush=True)
    return 0


def ask(folder: Path) -> dict[str, Any]:
    """`blind`: not even the unerased canary opened. `erased`, `opened`: what was tried after the lists came, and what
    still opened. `answers`: [[question, faults]…]; `searched`: [[what, looked for, found]…]."""
    from zegel.seal.copies import Manifest
    from zegel.server.kernel import shred
    from zegel.server.ledger import queries as ledger
    from zegel.server.ledger import recovery

    manifest = Manifest.decode((folder / "manifest").read_bytes())
    number, wrapped = _canary(UUID(bytes=manifest.copy))
    blind = not _opens(folder, number, wrapped, manifest.copy)
    blind |= any(looked > found for looked, found in (one(True) for one in _searches.values()))
    shred.reopen()  # what was read of it so far was read without the lists
    for name in (folder / "lists").iterdir():
        shutil.copy(name, folder / "shred" / name.name)
    recovery.after_copy(manifest.ledger_size, manifest.ledger_root)
    erased, opened = _try_erased()
    opened += _opens(folder, number, wrapped, manifest.copy)
    searched = [[name, *one(False)] for name, one in sorted(_searches.items())]
    answers = _answers()
    head = ledger.checkpoint_head()
    return {
        "blind": blind, "erased": erased + 1, "opened": opened, "answers": answers, "entries": ledger.size(),
        "root": head.root.hex() if head else "", "searched": searched,
    }  # fmt: skip


def _canary(copy: UUID) -> tuple[int, bytes]:
    from zegel.server.backups.models import Copy
    from zegel.server.kernel import tenancy

    with tenancy.acting_as(None):
        row = Copy.objects.get(id=copy)
    return row.canary_key, bytes(row.canary)


def _opens(folder: Path, number: int, wrapped: bytes, copy: bytes) -> bool:
    """With a store opened anew, as it lies there now."""
    from zegel.server.backups.making import CANARY
    from zegel.server.kernel.shred import ShredError, ShredStore

    try:
        ShredStore(folder / "shred").unwrap(CANARY, number, wrapped, copy)
    except ShredError:
        return False
    return True


def _try_erased() -> tuple[int, int]:
    """Every key that the list names, in the store that was put back: how many were tried, how many derive."""
    from zegel.server.kernel import shred

    tried = alive = 0
    for purpose in shred.PURPOSES:
        for first, last in shred.store().destroyed(purpose):
            for number in range(first, last + 1):
                tried += 1
                alive += not shred.is_destroyed(purpose, number)
    return tried, alive


def _answers() -> list[tuple[str, int]]:
    from zegel.server.kernel import invariants

    return [(answer.name, len(answer.faults)) for answer in invariants.ask_all(without=NOT_ASKED)]


if __name__ == "__main__":
    from zegel.server.backups import questions  # the module by its own name: there is where searches are registered

    raise SystemExit(questions.main(sys.argv[1:]))
