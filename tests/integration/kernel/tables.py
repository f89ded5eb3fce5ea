# SPDX-License-Identifier: EUPL-1.2
"""A table of a tenant's rows for the kernel's own tests: the kernel has none itself."""

from __future__ import annotations

from uuid import UUID, uuid4

import psycopg
from django.db import connection

from zegel.server.kernel import tenancy
from zegel.server.kernel.tenancy import enable_rls


def make_tenant_table(urls) -> None:
    """As a room's migration makes one, by the owner role."""
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "CREATE TABLE test_note (id uuid PRIMARY KEY, provider_id uuid NOT NULL, owner_id uuid NOT NULL, text text)"
        )
        owner.execute(enable_rls("test_note").sql)


def add_note(owner_id: UUID, text: str = "a note") -> UUID:
    note = uuid4()
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO test_note VALUES (%s, %s, %s, %s)", [note, uuid4(), owner_id, text])
    return note


def notes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM test_note ORDER BY text")
        return [row[0] for row in cursor.fetchall()]


def notes_of(party: UUID) -> list[str]:
    with tenancy.acting_as(party):
        return notes()
