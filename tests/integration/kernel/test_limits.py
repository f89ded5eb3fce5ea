# SPDX-License-Identifier: EUPL-1.2
"""Nothing waits for a row, or runs, for ever: what is stuck fails, and holds nobody else up."""

from __future__ import annotations

import threading

import pytest
from django.db import OperationalError, connection

from zegel.server.kernel import configuration, tenancy


def test_the_applications_connections_have_their_limits_and_the_migrating_ones_have_none(db):
    with tenancy.acting_as(None), connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout'), current_setting('statement_timeout')")
        assert cursor.fetchone() == ("10s", "1min")
    migrating = configuration.database_from_url("postgresql://owner@db/zegel", pool=False, limits=False)
    assert "options" not in migrating["OPTIONS"]


def test_who_waits_for_a_row_too_long_is_told_so(db):
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        from django.db import connections

        with tenancy.acting_as(None), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(77)")
            holding.set()
            done.wait(20)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(10)
    try:
        with (
            pytest.raises(OperationalError, match="lock timeout"),
            tenancy.acting_as(None),
            connection.cursor() as cursor,
        ):
            cursor.execute("SET LOCAL lock_timeout = '200ms'")
            cursor.execute("SELECT pg_advisory_xact_lock(77)")
    finally:
        done.set()
        thread.join()
