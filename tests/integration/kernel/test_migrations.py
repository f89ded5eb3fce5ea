# SPDX-License-Identifier: EUPL-1.2
"""The schema only goes forward, additively for one release: the old processes run beside the new ones meanwhile."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader

from tests.conftest import ROOT
from zegel.server.kernel import postgres as kernel_postgres

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


def previous_tag() -> str | None:
    done = subprocess.run(
        ["git", "describe", "--tags", "--abbrev=0", "HEAD^"], cwd=ROOT, capture_output=True, text=True
    )
    return done.stdout.strip() or None


def test_a_database_of_the_release_before_is_brought_forward(db, postgres, tmp_path):
    tag = previous_tag()
    if tag is None:
        pytest.skip("there is no release before this one: the repository has no tag")
    archive = subprocess.run(["git", "archive", tag, "src"], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(tmp_path, filter="data")
    with psycopg.connect(db.admin.replace("/zegel?", "/postgres?"), autocommit=True) as admin:
        admin.execute("DROP DATABASE IF EXISTS zegel WITH (FORCE)")
        kernel_postgres.create_database(admin, "zegel")
    with psycopg.connect(db.admin) as admin:
        kernel_postgres.grant_to_app(admin, owner=kernel_postgres.OWNER, app=kernel_postgres.APP)
    old = subprocess.run(
        [sys.executable, "-m", "django", "migrate", "--database", "owner", "-v0"],
        env={**os.environ, "PYTHONPATH": str(tmp_path / "src")}, capture_output=True, text=True,
    )  # fmt: skip
    assert old.returncode == 0, old.stderr[-2000:]
    call_command("migrate", database="owner", verbosity=0)
