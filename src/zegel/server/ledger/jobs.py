# SPDX-License-Identifier: EUPL-1.2
"""The ledger's background: the one sequencer, and finishing what a crash left of a deletion."""

from __future__ import annotations

import threading

from zegel.seal.note import NoteSigner
from zegel.server.kernel import jobs, locks, log
from zegel.server.kernel.services import service
from zegel.server.ledger import actions, origin, publication
from zegel.server.ledger.errors import TreeConflict
from zegel.server.ledger.sequencer import Sequencer
from zegel.server.ledger.source import DatabaseSource, origin_number
from zegel.server.ledger.tilestore import of_origin

LOCK = "ledger.sequencer"
# A checkpoint follows an entry within this, hashing and storing. Not less: each one syncs the disk under the entries of
# those who wait to be served (measured: bench/ledger, "log before serve adds").
PAUSE_S = 0.3


@service("worker", name=LOCK)
def sequence(stop: threading.Event) -> None:
    """Publishes until told to stop, or until the lock's connection is gone."""
    with locks.only_one(LOCK, stop) as connection:
        if connection is None:
            return
        number = origin_number(connection)
        signer = NoteSigner(origin.name(number), origin.key())
        sequencer = Sequencer(DatabaseSource(connection, number), of_origin(number), signer)
        try:
            sequencer.start()
        except TreeConflict as conflict:
            log.error("ledger.refused", code=conflict.code, why=conflict.message)
            raise
        log.info("ledger.sequencing", size=sequencer.size, origin=number)
        while not stop.wait(PAUSE_S):
            sequencer.step()


@jobs.periodic("*/5 * * * *", name="ledger.finish_deletions")
def finish_deletions(timestamp: int) -> None:
    """Destroys the keys of bodies that are forgotten, and tells outsiders which bodies are gone and why."""
    actions.destroy_forgotten_keys()
    publication.publish_forgotten()
