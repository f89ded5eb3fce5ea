# SPDX-License-Identifier: EUPL-1.2
"""The tests' own ground: what one test leaves, the next doesn't find."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

from tests import databases
from tests.integration.kernel.tables import make_tenant_table
from zegel.server.kernel import shred, tenancy, work
from zegel.server.kernel.actor import system
from zegel.server.kernel.models import OutboxEvent


@pytest.fixture
def copies(monkeypatch):
    """How often a real copy was made."""
    made = []
    copy_of = databases.copy_of
    monkeypatch.setattr(databases, "copy_of", lambda *words: (made.append(1), copy_of(*words)))
    return made


def leave_rows() -> None:
    with work.transaction(system(uuid4())) as w:
        w.publish("note.added", owner_id=w.actor.party_id)
    shred.next_numbers("epoch", 5)


def as_new(postgres) -> None:
    from django.db import connections

    connections.close_all()
    databases.fresh_database(postgres, "zegel_template")


def test_rows_and_numbers_are_gone_without_a_copy(db, postgres, copies):
    for _ in range(2):
        leave_rows()
        as_new(postgres)
        assert OutboxEvent.objects.count() == 0
        with tenancy.acting_as(None):
            assert shred.next_number("epoch") == 0
    assert copies == []


def test_what_the_template_holds_is_back_when_it_was_changed(db, postgres, copies):
    with psycopg.connect(db.owner) as owner:
        count = owner.execute("SELECT count(*) FROM django_migrations").fetchone()
        owner.execute("DELETE FROM django_migrations WHERE app <> 'kernel'")
    as_new(postgres)
    with psycopg.connect(db.owner) as owner:
        assert owner.execute("SELECT count(*) FROM django_migrations").fetchone() == count
    assert copies == []


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE kernel_outboxevent ADD COLUMN more text",
        "ALTER POLICY sites_site_tenant ON sites_site USING (true)",
        "ALTER TABLE sites_site NO FORCE ROW LEVEL SECURITY",
        "CREATE OR REPLACE FUNCTION zegel_now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT NULL::timestamptz $$",
        "CREATE INDEX more ON kernel_outboxevent (topic)",
        "REVOKE SELECT ON kernel_outboxevent FROM zegel_app",
    ],
)
def test_a_changed_schema_is_replaced_by_a_copy(db, postgres, copies, change):
    with psycopg.connect(db.admin) as admin:
        admin.execute(change)
    as_new(postgres)
    assert copies == [1]


def test_a_table_that_a_test_made_is_gone(db, postgres, copies):
    make_tenant_table(db)
    as_new(postgres)
    with tenancy.acting_as(None):
        assert tenancy.tables_without_protection() == []
    with psycopg.connect(db.owner) as owner:
        assert owner.execute("SELECT to_regclass('test_note')").fetchone() == (None,)
    assert copies == [1]


def test_a_session_that_a_test_left_open_is_ended(db, postgres):
    with psycopg.connect(db.app) as left:
        left.execute("SELECT 1")
        as_new(postgres)
        with pytest.raises(psycopg.OperationalError):
            left.execute("SELECT 1")
