# SPDX-License-Identifier: EUPL-1.2
"""The schema only goes forward, additively for one release: the old processes run beside the new ones meanwhile."""

from __future__ import annotations

import lzma
import re
from pathlib import Path

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader

from tests.conftest import ROOT
from zegel.demo.world import WORLD
from zegel.server.alarms.models import Alarm
from zegel.server.alarms.rules import CloseCode
from zegel.server.kernel import postgres as kernel_postgres
from zegel.server.kernel import tenancy

TAKES_AWAY = (
    operations.RemoveField,
    operations.DeleteModel,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)


def our_migrations():
    loader = MigrationLoader(None)
    return [
        migration for migration in loader.disk_migrations.values() if type(migration).__module__.startswith("zegel.")
    ]


def test_the_models_are_what_the_migrations_made(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_no_migration_takes_anything_away_that_the_release_before_still_uses():
    assert [
        f"{migration}: {operation.describe()}"
        for migration in our_migrations()
        for operation in migration.operations
        if isinstance(operation, TAKES_AWAY)
    ] == []


_TAKES_AWAY_IN_SQL = re.compile(
    r"\b(DROP|RENAME)\s+(COLUMN|TABLE)\b|\bRENAME\s+TO\b|\bALTER\s+COLUMN\s+\w+\s+TYPE\b", re.I
)


def test_nor_does_any_in_its_own_sql():
    said = [
        (str(migration), operation.sql)
        for migration in our_migrations()
        for operation in migration.operations
        if isinstance(operation, operations.RunSQL)
    ]
    assert len(said) > 20
    assert [name for name, sql in said if _TAKES_AWAY_IN_SQL.search(str(sql))] == []


def test_a_second_run_changes_nothing(db):
    with psycopg.connect(db.owner) as owner:
        before = owner.execute("SELECT count(*) FROM django_migrations").fetchone()
    call_command("migrate", database="owner", verbosity=0)
    with psycopg.connect(db.owner) as owner:
        assert owner.execute("SELECT count(*) FROM django_migrations").fetchone() == before


def test_sql_in_migrations_only_touches_its_own_rooms_tables(db):
    """A room's migration that changes another room's table would tie their orders together for ever."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = {name for (name,) in cursor.fetchall()}
    strangers = []
    for migration in our_migrations():
        room = migration.app_label
        for operation in migration.operations:
            statement = (
                operation.sql if isinstance(operation, operations.RunSQL) and isinstance(operation.sql, str) else ""
            )
            strangers += [
                f"{migration}: {table}"
                for table in tables
                if f"ALTER TABLE {table} " in statement and not table.startswith(f"{room}_")
            ]
    assert strangers == []


RELEASES = sorted((ROOT / "tests" / "releases").glob("*.sql.xz"))  # made by tools/keep_release.py at each release

_SCHEMA = """
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'policy ' || tablename || ' ' || policyname || ' ' || cmd || coalesce(qual, '')
                 || coalesce(with_check, '')
FROM pg_policies WHERE schemaname = 'public'
UNION ALL SELECT 'function ' || proname || ' ' || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
"""


# A dump says 'a'::varchar::text where the statement that made it said 'a'::text, with more brackets.
_CASTS = re.compile(r"::(text|character varying)(\[\])?|[()]")


def schema_of(address: str) -> set[str]:
    with psycopg.connect(address) as connection:
        return {_CASTS.sub("", text) for (text,) in connection.execute(_SCHEMA)}


def rows_of(address: str) -> dict[str, int]:
    with psycopg.connect(address) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return {name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for (name,) in names}


def put_back(db, release: Path) -> None:
    """The database as that release left it, with the demonstration's world in it."""
    with psycopg.connect(db.admin.replace("/zegel?", "/postgres?"), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS zegel WITH (FORCE)")
        kernel_postgres.create_database(admin, "zegel")
    with psycopg.connect(db.admin) as admin:
        admin.execute(f"SET ROLE {kernel_postgres.OWNER}")
        admin.execute(lzma.decompress(release.read_bytes()))
        admin.execute("RESET ROLE")
        admin.execute("SELECT set_config('search_path', 'public', false)")
        kernel_postgres.grant_to_app(admin, owner=kernel_postgres.OWNER, app=kernel_postgres.APP)


_COLUMNS = """
SELECT table_name || '.' || column_name || ' ' || data_type FROM information_schema.columns
WHERE table_schema = 'public'
"""
_NEEDED = """
SELECT table_name || '.' || column_name FROM information_schema.columns
WHERE table_schema = 'public' AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'
"""


@pytest.mark.parametrize("release", RELEASES[-1:], ids=lambda path: path.name.removesuffix(".sql.xz"))
def test_processes_of_the_release_before_can_still_add_their_rows(db, release):
    """What they don't know of must be nullable, or have its value from the database itself; what they read and write is
    there still, under its name and of its type."""
    put_back(db, release)
    with psycopg.connect(db.admin) as connection:
        tables = {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}
        known = {name for (name,) in connection.execute(_NEEDED)}
        columns = {name for (name,) in connection.execute(_COLUMNS)}
    call_command("migrate", database="owner", verbosity=0)
    with psycopg.connect(db.admin) as connection:
        needed = {name for (name,) in connection.execute(_NEEDED)}
        left = {name for (name,) in connection.execute(_COLUMNS)}
    assert sorted(columns - left) == []
    missing = sorted(name for name in needed - known if name.partition(".")[0] in tables)
    assert missing == [], " ".join(missing)


def test_there_is_a_release_to_come_from():
    assert RELEASES


@pytest.mark.parametrize("release", RELEASES, ids=lambda path: path.name.removesuffix(".sql.xz"))
def test_a_database_of_an_earlier_release_is_brought_forward_and_keeps_its_rows(db, release):
    fresh = schema_of(db.admin)
    put_back(db, release)
    before = rows_of(db.admin)
    assert before["alarms_alarm"] == 2
    call_command("migrate", database="owner", verbosity=0)
    assert schema_of(db.admin) == fresh
    after = rows_of(db.admin)
    lost = {name: count for name, count in before.items() if after.get(name, 0) < count}
    assert lost == {}
    with tenancy.acting_as(WORLD.party("dehaan").id):
        closed = Alarm.objects.get(state="closed")
    assert closed.closed_code in {code.value for code in CloseCode}
