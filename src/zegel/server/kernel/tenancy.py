# SPDX-License-Identifier: EUPL-1.2
"""Whose rows may be seen: row-level security, forced, set per transaction.

The principles that keep it safe:
- Every table is under FORCE ROW LEVEL SECURITY, or listed in UNSCOPED_TABLES with the reason (a test subtracts).
- The acting party is set with SET LOCAL, inside a transaction, and ends with it: a pooled connection carries nothing
  over.
- No party set: no rows. A row of another tenant can't be written either: the same condition is the WITH CHECK.
- What a party sees is its own rows and those of owners with whom it has a dated service relation *now*, by the kernel's
  clock. The SQL function zegel_visible_owners() is the only place that says so (the people room fills it in).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection, migrations, models, transaction

from zegel.server.kernel import clock
from zegel.server.kernel.errors import ZegelError

# table -> why no tenant's condition applies to it. Rooms add theirs with `unscoped`.
UNSCOPED_TABLES: dict[str, str] = {
    "django_migrations": "which migrations ran; nobody's data",
    "django_session": "sessions, read before a party is known; the key is random and the content names ids only",
    "kernel_outboxevent": "identifiers only; read by the server's own delivery, which acts for each event's owner",
    "kernel_outboxdelivery": "which event reached which subscriber; nobody's data",
    "kernel_erasurenote": "numbers of rows that were erased and what stands there since, until it is listed outside",
    "procrastinate_jobs": "job names and identifiers; nobody's data",
    "procrastinate_events": "when a job changed state; nobody's data",
    "procrastinate_periodic_defers": "when a periodic job was planned; nobody's data",
    "procrastinate_workers": "which workers live; nobody's data",
}


def unscoped(table: str, why: str) -> None:
    """A room says that a table holds rows of no tenant, and why that is right."""
    if UNSCOPED_TABLES.get(table, why) != why or len(why) < 10:
        raise ValueError(f"{table}: give one reason, in words")
    UNSCOPED_TABLES[table] = why


class NoParty(ZegelError):
    """Code that reads a tenant's rows ran without saying for whom; nothing was read."""

    code = "no_party"


_acting: ContextVar[UUID | None] = ContextVar("zegel_party", default=None)


def current_party() -> UUID:
    """The party whose transaction this is. Raises NoParty outside `acting_as`."""
    party = _acting.get()
    if party is None:
        raise NoParty("No party is acting here.", action="Wrap the work in tenancy.acting_as or work.transaction.")
    return party


@contextmanager
def acting_as(party_id: UUID | None, person_id: UUID | None = None) -> Iterator[None]:
    """One transaction (a savepoint inside another one) in which only what `party_id` may see exists.

    None: no tenant's rows at all, for the unscoped tables. The outer party is back afterwards, whatever happens.
    """
    if party_id is not None and not isinstance(party_id, UUID):
        raise NoParty("The acting party is not an identifier.")
    inside = connection.in_atomic_block
    with transaction.atomic():
        outer = _read_settings() if inside else None
        _set(str(party_id or ""), str(person_id or ""), clock.now().isoformat())
        token = _acting.set(party_id)
        try:
            yield
        finally:
            _acting.reset(token)
        if outer is not None:
            _set(*outer)  # after an error the rollback to the savepoint does this; without one, the commit


def _set(party: str, person: str, now: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('zegel.party', %s, true), set_config('zegel.person', %s, true), "
            "set_config('zegel.now', %s, true)",
            [party, person, now],
        )


def _read_settings() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('zegel.party', true), ''), "
            "coalesce(current_setting('zegel.person', true), ''), coalesce(current_setting('zegel.now', true), '')"
        )
        party, person, now = cursor.fetchone()
    return party, person, now


class TenantModel(models.Model):
    """A row of one owner, with one provider. `enable_rls(table)` in the migration makes the database hold it."""

    provider_id = models.UUIDField()
    owner_id = models.UUIDField()

    class Meta:
        abstract = True


# The policy reads the visible owners once per statement, as an array: an index on owner_id stays usable.
_ENABLE = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY {table}_tenant ON {table}
  USING ({owner} = ANY ((SELECT zegel_visible_owners())::uuid[]))
  WITH CHECK ({owner} = ANY ((SELECT zegel_visible_owners())::uuid[]));
"""
_INDEX = 'CREATE INDEX "{table}_tenant_idx" ON {table} (provider_id, owner_id);'


def enable_rls(table: str, *, owner: str = "owner_id", index: bool = True) -> migrations.RunSQL:
    """The migration operation that puts `table` under row-level security, with the tenant's index.

    `owner`: the column that says whose row it is. `index=False` for tables without provider_id or with an index of
    their own.
    """
    forward = (_ENABLE + (_INDEX if index else "")).format(table=table, owner=owner)
    return migrations.RunSQL(forward, migrations.RunSQL.noop)


def policy_sql(table: str, condition: str) -> str:
    """For the few tables whose rule is another one: forced row-level security with `condition` both ways."""
    return (
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; "
        f"CREATE POLICY {table}_tenant ON {table} USING ({condition}) WITH CHECK ({condition});"
    )


def tables_without_protection() -> list[str]:
    """Every table that is neither under forced row-level security with a policy, nor listed as unscoped. Must be
    empty."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
              AND NOT (c.relrowsecurity AND c.relforcerowsecurity
                       AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))
            ORDER BY 1""")
        return [table for (table,) in cursor.fetchall() if table not in UNSCOPED_TABLES]


def columns() -> list[tuple[str, str]]:
    """Every (table, column) of the database; of a partitioned table only the whole."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT c.relname, a.attname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1, 2""")
        return [(str(table), str(column)) for table, column in cursor.fetchall()]


def application_role_faults() -> list[str]:
    """What would let the application role pass row-level security by. Must be empty, or the server does not start."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT rolsuper, rolbypassrls,
                   EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                           WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
                             AND pg_has_role(current_user, c.relowner, 'MEMBER'))
            FROM pg_roles WHERE rolname = current_user""")
        superuser, bypasses, owns = cursor.fetchone()
    faults = {"is a superuser": superuser, "may bypass row-level security": bypasses, "owns tables": owns}
    return [fault for fault, true in faults.items() if true]
