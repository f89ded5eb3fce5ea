# SPDX-License-Identifier: EUPL-1.2
from django.conf import settings
from django.db import migrations, models

# Who may do what with the log's tables. The application role reads; the functions below, which run as the tables' owner,
# write. Three walls, because this is the one thing that must not give way: no privilege, no policy, and a trigger that
# refuses to change or remove a leaf whoever asks.
PROTECT = """
ALTER TABLE ledger_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_head FORCE ROW LEVEL SECURITY;
CREATE POLICY ledger_head_read ON ledger_head FOR SELECT USING (true);
CREATE POLICY ledger_head_write ON ledger_head FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE ledger_published ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_published FORCE ROW LEVEL SECURITY;
CREATE POLICY ledger_published_read ON ledger_published FOR SELECT USING (true);
CREATE POLICY ledger_published_write ON ledger_published FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE ledger_entry ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_entry FORCE ROW LEVEL SECURITY;
CREATE POLICY ledger_entry_read ON ledger_entry FOR SELECT USING (true);
CREATE POLICY ledger_entry_write ON ledger_entry FOR INSERT TO CURRENT_USER WITH CHECK (true);

ALTER TABLE ledger_body ENABLE ROW LEVEL SECURITY;
ALTER TABLE ledger_body FORCE ROW LEVEL SECURITY;
CREATE POLICY ledger_body_read ON ledger_body FOR SELECT USING (
  owner_id = (SELECT zegel_party()) OR actor_party_id = (SELECT zegel_party()) OR actor_id = (SELECT zegel_person())
  OR (about = (SELECT zegel_person()) AND kind IN ('sign_in', 'sign_in_failed')));
CREATE POLICY ledger_body_write ON ledger_body FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);

CREATE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER ledger_entry_stays BEFORE UPDATE OR DELETE ON ledger_entry
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();
CREATE TRIGGER ledger_body_stays BEFORE DELETE ON ledger_body
  FOR EACH ROW EXECUTE FUNCTION ledger_refuse();

INSERT INTO ledger_head (id, size) VALUES (1, 0);
INSERT INTO ledger_published (id, origin_number, size, root, at_ms) VALUES (1, 1, 0, sha256(''), 0);
"""

FUNCTIONS = r"""
-- Numbers and stores entries (bytes come as hexadecimal). Takes the head's lock, which is held until COMMIT: the order of numbers is the order of commits.
CREATE FUNCTION ledger_append(
  commitments text[], shred_ids bigint[], owners uuid[], actors uuid[], parties uuid[], abouts uuid[],
  kinds text[], ats bigint[], bodies text[], again boolean
) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  start bigint;
  stored bigint;
BEGIN
  UPDATE ledger_head SET size = size + cardinality(commitments) WHERE id = 1
    RETURNING size - cardinality(commitments) INTO STRICT start;
  IF again THEN  -- the connection broke at the first try: it may have been committed, and whoever did is done by now
    SELECT min(index) INTO stored FROM ledger_entry WHERE index >= start - 1000000 AND commitment = decode(commitments[1], 'hex');
    IF stored IS NOT NULL THEN
      UPDATE ledger_head SET size = start WHERE id = 1;
      RETURN stored;
    END IF;
  END IF;
  INSERT INTO ledger_entry (index, commitment, leaf_hash)
    SELECT start + n - 1, c, sha256('\x00'::bytea || c)
    FROM (SELECT decode(hex, 'hex') AS c, n FROM unnest(commitments) WITH ORDINALITY AS t (hex, n)) AS given;
  INSERT INTO ledger_body (index, shred_id, owner_id, actor_id, actor_party_id, about, kind, at_ms, sealed)
    SELECT start + n - 1, s, o, a, p, b, k, t, decode(d, 'hex')
    FROM unnest(shred_ids, owners, actors, parties, abouts, kinds, ats, bodies) WITH ORDINALITY AS r (s, o, a, p, b, k, t, d, n);
  RETURN start;
END $$;

-- Erases bodies, on the strength of an entry that says so. Returns the shred keys that must go.
CREATE FUNCTION ledger_forget(indices bigint[], deletion bigint) RETURNS SETOF bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM ledger_body b WHERE b.index = deletion AND b.kind = 'deletion') THEN
    RAISE EXCEPTION 'entry % is no deletion', deletion;
  END IF;
  RETURN QUERY UPDATE ledger_body b SET sealed = NULL, owner_id = NULL, actor_id = NULL, actor_party_id = NULL, about = NULL,
      forgotten_by = deletion
    WHERE b.index = ANY (indices) AND b.sealed IS NOT NULL AND b.kind NOT IN ('deletion', 'restore', 'checkpoint_restart')
    RETURNING b.shred_id;
END $$;

-- Shred keys of forgotten bodies that are not known to be destroyed yet; and the note that they are.
CREATE FUNCTION ledger_unshredded() RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT shred_id FROM ledger_body WHERE sealed IS NULL AND shred_id IS NOT NULL $$;
CREATE FUNCTION ledger_shredded(ids bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ UPDATE ledger_body SET shred_id = NULL WHERE sealed IS NULL AND shred_id = ANY (ids) $$;

-- Which entries have no body any more, as half-open ranges.
CREATE FUNCTION ledger_gaps() RETURNS TABLE (first bigint, past bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT min(index), max(index) + 1 FROM (
    SELECT e.index, e.index - row_number() OVER (ORDER BY e.index) AS island
    FROM ledger_entry e LEFT JOIN ledger_body b ON b.index = e.index WHERE b.sealed IS NULL) AS gone
  GROUP BY island ORDER BY 1 $$;

-- The log's own bodies: deletions and restores by the system. They name entry numbers and nobody, and are public.
CREATE FUNCTION ledger_own() RETURNS TABLE (index bigint, shred_id bigint, sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT index, shred_id, sealed FROM ledger_body
  WHERE kind IN ('deletion', 'restore', 'checkpoint_restart') AND owner_id IS NULL AND actor_id IS NULL AND sealed IS NOT NULL
  ORDER BY index $$;

-- Every body of a range, for the invariant check.
CREATE FUNCTION ledger_sealed(first bigint, past bigint)
RETURNS TABLE (index bigint, shred_id bigint, commitment bytea, sealed bytea)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT b.index, b.shred_id, e.commitment, b.sealed FROM ledger_body b JOIN ledger_entry e ON e.index = b.index
  WHERE b.index >= first AND b.index < past AND b.sealed IS NOT NULL ORDER BY b.index $$;

-- Entries that were published and then lost with the database come back from the tiles, without their bodies.
CREATE FUNCTION ledger_adopt(first bigint, commitments bytea[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE ledger_head SET size = size + cardinality(commitments) WHERE id = 1 AND size = first;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'the log is not % long', first;
  END IF;
  INSERT INTO ledger_entry (index, commitment, leaf_hash)
    SELECT first + n - 1, c, sha256('\x00'::bytea || c) FROM unnest(commitments) WITH ORDINALITY AS t (c, n);
END $$;

-- The sequencer's note, before a checkpoint leaves the house. False when somebody else was faster.
CREATE FUNCTION ledger_publish(origin integer, from_size bigint, to_size bigint, new_root bytea, moment bigint)
RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE ledger_published SET size = to_size, root = new_root, at_ms = moment
    WHERE id = 1 AND origin_number = origin AND size = from_size AND to_size >= from_size
      AND to_size <= (SELECT h.size FROM ledger_head h WHERE h.id = 1);
  RETURN FOUND;
END $$;
CREATE FUNCTION ledger_new_origin(from_origin integer, empty_root bytea) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE ledger_published SET origin_number = from_origin + 1, size = 0, root = empty_root
    WHERE id = 1 AND origin_number = from_origin;
  RETURN FOUND;
END $$;
"""

TABLES = ("ledger_head", "ledger_published", "ledger_entry", "ledger_body")


def revoke(apps, schema_editor):
    role = schema_editor.quote_name(settings.APP_ROLE)
    for table in TABLES:
        schema_editor.execute(f"REVOKE ALL ON {table} FROM {role}; GRANT SELECT ON {table} TO {role}")


class Migration(migrations.Migration):
    initial = True
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Head",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("size", models.BigIntegerField()),
            ],
            options={"db_table": "ledger_head"},
        ),
        migrations.CreateModel(
            name="Published",
            fields=[
                ("id", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("origin_number", models.IntegerField()),
                ("size", models.BigIntegerField()),
                ("root", models.BinaryField()),
                ("at_ms", models.BigIntegerField()),
            ],
            options={"db_table": "ledger_published"},
        ),
        migrations.CreateModel(
            name="EntryRow",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("commitment", models.BinaryField()),
                ("leaf_hash", models.BinaryField()),
            ],
            options={"db_table": "ledger_entry"},
        ),
        migrations.CreateModel(
            name="Body",
            fields=[
                ("index", models.BigIntegerField(primary_key=True, serialize=False)),
                ("shred_id", models.BigIntegerField(null=True)),
                ("owner_id", models.UUIDField(null=True)),
                ("actor_id", models.UUIDField(null=True)),
                ("actor_party_id", models.UUIDField(null=True)),
                ("about", models.UUIDField(null=True)),
                ("kind", models.CharField(max_length=30)),
                ("at_ms", models.BigIntegerField()),
                ("sealed", models.BinaryField(null=True)),
                ("forgotten_by", models.BigIntegerField(null=True)),
            ],
            options={
                "db_table": "ledger_body",
                "indexes": [
                    models.Index(fields=["owner_id", "about", "at_ms"], name="ledger_body_owner"),
                    models.Index(fields=["index"], condition=models.Q(("sealed", None)), name="ledger_body_gone"),
                ],
            },
        ),
        migrations.RunSQL(PROTECT),
        migrations.RunSQL(FUNCTIONS),
        migrations.RunPython(revoke, migrations.RunPython.noop),
    ]
