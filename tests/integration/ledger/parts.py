# SPDX-License-Identifier: EUPL-1.2
"""Processes of their own for test_kill: `migrate`, `append` (prints every confirmed entry), `sequence`."""

from __future__ import annotations

import os
import sys
import threading


def migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", database="owner", verbosity=0)


def append() -> None:
    from zegel.server.kernel import work
    from zegel.server.kernel.actor import system
    from zegel.server.ledger import Entry, Kind, actions

    entry = Entry(Kind.VIEW, None, {"seconds": 1})

    def say(receipt) -> None:
        os.write(1, f"{receipt.index} {receipt.leaf_hash.hex()}\n".encode())  # one write: whole lines, whatever comes

    def alone() -> None:
        while True:
            for receipt in actions.append_many([entry] * 3, system()):
                say(receipt)

    def in_work() -> None:
        while True:
            with work.transaction(system()) as w:
                w.record(entry)
            say(w.receipts[0])

    for target in (alone, alone, in_work):
        threading.Thread(target=target).start()


def sequence() -> None:
    from zegel.server.ledger.jobs import sequence as run

    run(threading.Event())


if __name__ == "__main__":
    import django

    django.setup()
    {"migrate": migrate, "append": append, "sequence": sequence}[sys.argv[1]]()
