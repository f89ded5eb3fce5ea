# SPDX-License-Identifier: EUPL-1.2
from __future__ import annotations

import psycopg
import pytest

from zegel.server.kernel import health as kernel_health
from zegel.server.ledger import health


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch):
    monkeypatch.setattr(health, "PAUSE_S", 0.01)


def test_a_log_whose_entries_are_all_covered_is_well(db):
    assert health.checkpoints_keep_up() is None
    assert kernel_health.report()[1]["ledger"] == "ok"


def test_entries_that_no_checkpoint_covers_make_the_server_unready(db):
    with psycopg.connect(db.owner) as owner:  # the application itself may not touch it
        owner.execute("UPDATE ledger_head SET size = size + 1")
    ready, parts = kernel_health.report()
    assert ready is False
    assert parts["ledger"] == "behind"
