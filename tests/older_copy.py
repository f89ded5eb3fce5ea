# SPDX-License-Identifier: EUPL-1.2
"""An older copy of a few tables, taken and put back in the running database: what `zegel restore` does with all of
them, without a second installation. What must happen afterwards is the caller's (`restoring.run_all`)."""

from __future__ import annotations

from typing import Any

import psycopg


class OlderCopy:
    """Taken when it is made. `tables`: each with a condition that says which of its rows."""

    def __init__(self, seeded: Any, **tables: str) -> None:
        self._url: str = seeded.urls().admin
        self._rows = {table: rows_of(seeded, table, where) for table, where in tables.items()}

    def put_back(self) -> None:
        """The rows stand there as they were, also those that went meanwhile."""
        with psycopg.connect(self._url) as admin:
            admin.execute("SET session_replication_role = replica")  # rows come in any order, as in a restore
            for table, rows in self._rows.items():
                for row in rows:
                    keys = self._key(admin, table)
                    admin.execute(
                        f"DELETE FROM {table} AS t USING json_populate_record(NULL::{table}, %s) AS o "
                        f"WHERE t.{keys} = o.{keys}", [row],
                    )  # fmt: skip
                    admin.execute(f"INSERT INTO {table} SELECT * FROM json_populate_record(NULL::{table}, %s)", [row])

    @staticmethod
    def _key(admin: psycopg.Connection[Any], table: str) -> str:
        found = admin.execute(
            "SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]"
            "WHERE i.indrelid = %s::regclass AND i.indisprimary", [table],
        ).fetchone()  # fmt: skip
        assert found is not None
        return str(found[0])


def rows_of(seeded: Any, table: str, where: str) -> list[str]:
    """As JSON, in the order of their words."""
    with psycopg.connect(seeded.urls().admin) as admin:
        found = admin.execute(f"SELECT row_to_json(t)::text FROM {table} AS t WHERE {where} ORDER BY 1").fetchall()
    return [row for (row,) in found]


def tables_that_say(seeded: Any, words: str) -> list[str]:
    """Every table of the database, whatever it is for, that has a row with these words in it."""
    with psycopg.connect(seeded.urls().admin) as admin:
        names = admin.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        return [
            name for (name,) in names
            if admin.execute(f'SELECT 1 FROM "{name}" AS t WHERE t::text ILIKE %s LIMIT 1', [f"%{words}%"]).fetchone()
        ]  # fmt: skip
