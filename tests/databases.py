# SPDX-License-Identifier: EUPL-1.2
"""One database for each test, as new, without making one each time.

A copy of a template costs a third of a second of processor time. So the database stays, and what a test left in it is
put right: rows and sequences back to what the template has (kept inside it, in the schema `snapshot`). A test that
changed the schema, or anything this can't see through, costs the next one a real copy. The database made from the other
template waits under another name meanwhile.
"""

from __future__ import annotations

from typing import Any

import psycopg

from zegel.server.kernel import postgres as kernel_postgres

NAME = "zegel"
_made_from: dict[str, tuple[str, str]] = {}  # server -> (template, the schema's fingerprint when it was made)
_aside: dict[tuple[str, str], tuple[str, str]] = {}  # (server, template) -> the same, of the one that waits
_standing_at: dict[tuple[str, str], psycopg.Connection[Any]] = {}  # (server, database) -> see `_standing`

# Everything the tests see is in the schema `public`; a row of a catalogue that changes gets another xmin.
_SCHEMA = """
SELECT md5(string_agg(part, ',')) FROM (
  SELECT (SELECT string_agg(oid::text || xmin::text, ' ' ORDER BY oid) FROM pg_class
          WHERE relnamespace = 'public'::regnamespace) AS part
  UNION ALL SELECT (SELECT string_agg(oid::text || xmin::text, ' ' ORDER BY oid) FROM pg_policy)
  UNION ALL SELECT (SELECT string_agg(oid::text || xmin::text, ' ' ORDER BY oid) FROM pg_proc
                    WHERE pronamespace = 'public'::regnamespace)
  UNION ALL SELECT (SELECT string_agg(oid::text || xmin::text, ' ' ORDER BY oid) FROM pg_trigger)
  UNION ALL SELECT (SELECT string_agg(oid::text || xmin::text, ' ' ORDER BY oid) FROM pg_constraint)
  UNION ALL SELECT (SELECT string_agg(attrelid::text || attnum::text || a.xmin::text, ' ' ORDER BY attrelid, attnum)
                    FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid WHERE relnamespace = 'public'::regnamespace)
) AS parts
"""

_SNAPSHOT = """
CREATE SCHEMA snapshot;
REVOKE ALL ON SCHEMA snapshot FROM PUBLIC;
CREATE TABLE snapshot.prints (name text PRIMARY KEY, print text);
CREATE TABLE snapshot.sequences (name text PRIMARY KEY, value bigint, called bool);

CREATE FUNCTION snapshot.print_of(name text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE print text;
BEGIN
  EXECUTE format('SELECT md5(string_agg(ctid::text || xmin::text, '' '' ORDER BY ctid)) FROM public.%I', name)
  INTO print;
  RETURN print;
END $$;

CREATE FUNCTION snapshot.restore() RETURNS void LANGUAGE plpgsql AS $$
DECLARE t text; was text; s record; value bigint; called bool;
BEGIN
  FOR t, was IN SELECT tablename, p.print FROM pg_tables LEFT JOIN snapshot.prints p ON p.name = tablename
                WHERE schemaname = 'public' LOOP
    IF snapshot.print_of(t) IS DISTINCT FROM was THEN
      EXECUTE format('DELETE FROM public.%I', t);
      IF was IS NOT NULL THEN
        EXECUTE format('INSERT INTO public.%I OVERRIDING SYSTEM VALUE SELECT * FROM snapshot.%I', t, t);
        UPDATE snapshot.prints SET print = snapshot.print_of(t) WHERE name = t;
      END IF;
    END IF;
  END LOOP;
  FOR s IN SELECT * FROM snapshot.sequences LOOP
    EXECUTE format('SELECT last_value, is_called FROM public.%I', s.name) INTO value, called;
    IF (value, called) IS DISTINCT FROM (s.value, s.called) THEN
      PERFORM setval(format('public.%I', s.name)::regclass, s.value, s.called);
    END IF;
  END LOOP;
END $$;

DO $$
DECLARE t text; filled bool;
BEGIN
  FOR t IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM public.%I)', t) INTO filled;
    IF filled THEN
      EXECUTE format('CREATE TABLE snapshot.%I AS SELECT * FROM public.%I', t, t);
      INSERT INTO snapshot.prints VALUES (t, snapshot.print_of(t));
    END IF;
  END LOOP;
  FOR t IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' LOOP
    EXECUTE format('INSERT INTO snapshot.sequences SELECT %L, last_value, is_called FROM public.%I', t, t);
  END LOOP;
END $$;
"""


def make_template(server: Any, template: str) -> None:
    """What the database holds now becomes a template of that name."""
    with _admin(server, NAME) as admin:
        admin.execute("DROP SCHEMA IF EXISTS snapshot CASCADE")
        admin.execute(_SNAPSHOT)
    leave(server).execute(f"ALTER DATABASE {NAME} RENAME TO {template}")
    _made_from.pop(str(server.folder), None)


def fresh_database(server: Any, template: str) -> None:
    """The database as `template` has it: put right when it can be, else made anew. Ends every other session."""
    admin = _standing(server, "postgres")
    _end_sessions(server, admin)
    _change_places(server, admin, template)
    if not _put_right(server, template):
        copy_of(server, template)


def copy_of(server: Any, template: str) -> None:
    admin = leave(server)
    admin.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
    kernel_postgres.create_database(admin, NAME, template=template)
    with _admin(server, NAME) as admin:
        _made_from[str(server.folder)] = (template, _schema_of(admin))


def _change_places(server: Any, admin: psycopg.Connection[Any], template: str) -> None:
    """The one made from `template` comes to the front, if there is one; the one in front waits aside."""
    key = str(server.folder)
    known, aside = _made_from.get(key), _aside.get((key, template))
    if known is None or known[0] == template:
        return
    leave(server)
    admin.execute(f"DROP DATABASE IF EXISTS {NAME}_of_{known[0]} WITH (FORCE)")
    admin.execute(f"ALTER DATABASE {NAME} RENAME TO {NAME}_of_{known[0]}")
    _aside[(key, known[0])] = known
    del _made_from[key]
    if aside is not None:
        admin.execute(f"ALTER DATABASE {NAME}_of_{template} RENAME TO {NAME}")
        _made_from[key] = _aside.pop((key, template))


def _put_right(server: Any, template: str) -> bool:
    known = _made_from.get(str(server.folder))
    if known is None or known[0] != template:
        return False
    try:
        admin = _standing(server, NAME)
        if _schema_of(admin) != known[1]:
            return False
        admin.execute("SET session_replication_role = replica")  # rows as they were: no trigger, no reference checks
        admin.execute("SELECT snapshot.restore()")
    except psycopg.Error:
        return False
    return True


def _schema_of(admin: psycopg.Connection[Any]) -> str:
    row = admin.execute(_SCHEMA).fetchone()
    return str(row[0]) if row else ""


def _end_sessions(server: Any, admin: psycopg.Connection[Any]) -> None:
    """All but our own standing one. Returns when they are gone."""
    ours = _standing_at.get((str(server.folder), NAME))
    admin.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
        [NAME, 0 if ours is None else ours.info.backend_pid],
    )


def _standing(server: Any, database: str) -> psycopg.Connection[Any]:
    """A session that stays from test to test: a new one reads the catalogue of all the tables again."""
    key = (str(server.folder), database)
    standing = _standing_at.get(key)
    if standing is not None:
        try:
            standing.execute("SELECT 1")
            return standing
        except psycopg.Error:  # a test ended the server under it, or a copy took the database's place
            standing.close()
    _standing_at[key] = _admin(server, database)
    return _standing_at[key]


def leave(server: Any) -> psycopg.Connection[Any]:
    """Ends every session in the database, our own too: it can't be renamed or copied with one in it. Returns the
    administrator's session beside it, for doing so."""
    standing = _standing_at.pop((str(server.folder), NAME), None)
    if standing is not None:
        standing.close()
    admin = _standing(server, "postgres")
    _end_sessions(server, admin)
    return admin


def _admin(server: Any, database: str = "postgres") -> psycopg.Connection[Any]:
    return psycopg.connect(server._url("zegel_admin", database), autocommit=True)
