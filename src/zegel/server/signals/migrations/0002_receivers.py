# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations

from zegel.server.kernel.tenancy import enable_rls

TABLES = ("signals_panel", "signals_panelzone", "signals_path", "signals_outage", "signals_signal", "signals_codeoverride")

# The receivers serve every tenant at once: what they do runs as the tables' owner, in the functions below, which find
# whose a frame is by themselves. Nobody can tell them for whom to write.
OWNER = "".join(
    f"CREATE POLICY {table}_owner ON {table} FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);\n"
    for table in (*TABLES, "signals_line")
)

# A line is the alarm centre's; whoever sees a customer sees the lines of the alarm centre that serves him now.
LINE = """
CREATE FUNCTION signals_known_arcs() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(party), '{}') FROM (
    SELECT zegel_party() AS party WHERE zegel_party() IS NOT NULL
    UNION
    SELECT party_id FROM people_servicerelation
    WHERE owner_id = ANY (zegel_visible_owners()) AND kind = 'arc'
      AND valid_from <= zegel_now() AND (valid_to IS NULL OR valid_to > zegel_now())
  ) AS known $$;

ALTER TABLE signals_line ENABLE ROW LEVEL SECURITY;
ALTER TABLE signals_line FORCE ROW LEVEL SECURITY;
CREATE POLICY signals_line_read ON signals_line FOR SELECT USING (arc_party_id = ANY ((SELECT signals_known_arcs())::uuid[]));
CREATE POLICY signals_line_add ON signals_line FOR INSERT
  WITH CHECK (arc_party_id = (SELECT zegel_party()) AND owner_id = (SELECT zegel_party()));
CREATE POLICY signals_line_change ON signals_line FOR UPDATE USING (arc_party_id = (SELECT zegel_party()))
  WITH CHECK (arc_party_id = (SELECT zegel_party()) AND owner_id = (SELECT zegel_party()));
"""

# A provider's meanings of codes are read by the alarm centre and the customers that it serves; it alone makes them.
NOTICES = """
CREATE FUNCTION signals_tell() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('zegel_panels', TG_ARGV[0] || coalesce(NEW.id, OLD.id)::text);
  RETURN NULL;
END $$;
CREATE TRIGGER signals_panel_tell AFTER INSERT OR DELETE OR UPDATE OF account, receiver_no, line_no, line_id, key_wrapped,
  key_format, encryption_required, plain_until, state, owner_id, provider_id, site_id ON signals_panel
  FOR EACH ROW EXECUTE FUNCTION signals_tell('panel ');
CREATE TRIGGER signals_line_tell AFTER INSERT OR DELETE OR UPDATE ON signals_line
  FOR EACH ROW EXECUTE FUNCTION signals_tell('line ');
CREATE TRIGGER signals_override_tell AFTER INSERT OR DELETE OR UPDATE ON signals_codeoverride
  FOR EACH ROW EXECUTE FUNCTION signals_tell('codes ');
"""

# A path's row is changed by every poll: room in its page lets that happen without touching an index.
STORAGE = """
ALTER TABLE signals_path SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.1);
ALTER TABLE signals_signal SET (fillfactor = 90);
"""

READING = """
CREATE FUNCTION signals_accounts(wanted text, one uuid) RETURNS TABLE (
  id uuid, line uuid, provider uuid, account text, receiver_no text, line_no text, key_wrapped bytea, key_format text,
  encryption_required boolean, plain_until timestamptz, drift_ms bigint, kinds text[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.id, p.line_id, p.provider_id, p.account, p.receiver_no, p.line_no, p.key_wrapped, p.key_format,
    p.encryption_required, p.plain_until, p.clock_drift_ms,
    ARRAY(SELECT kind::text FROM signals_path q WHERE q.panel_id = p.id)
  FROM signals_panel p
  WHERE p.state = 'active' AND (wanted IS NULL OR p.account = wanted) AND (one IS NULL OR p.id = one) $$;

CREATE FUNCTION signals_lines() RETURNS TABLE (
  id uuid, receiver_no text, line_no text, kinds jsonb, plain_until timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT id, receiver_no, line_no, kinds, plain_until FROM signals_line ORDER BY created_at, id $$;

CREATE FUNCTION signals_codes() RETURNS TABLE (
  provider uuid, protocol text, code text, qualifier text, phase text, signal_class text, priority smallint, name text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT owner_id, protocol, code, qualifier, phase, signal_class, priority, name
     FROM signals_codeoverride WHERE retired_at IS NULL $$;

-- What nobody has made an alarm of yet: in order for each panel, the panels with the most urgent first.
CREATE FUNCTION signals_unprocessed(at_most integer) RETURNS SETOF signals_signal
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT s.* FROM signals_signal s JOIN (
    SELECT id, min(priority) OVER (PARTITION BY coalesce(panel_id, owner_id)) AS urgency
    FROM (
      (SELECT id, panel_id, owner_id, priority FROM signals_signal WHERE processed_at IS NULL ORDER BY id LIMIT 20000)
      UNION  -- behind a storm of more than that, a fire still comes first
      (SELECT id, panel_id, owner_id, priority FROM signals_signal WHERE processed_at IS NULL AND priority <= 2
       ORDER BY id LIMIT 2000)
    ) AS w
    ORDER BY 2, 1 LIMIT at_most
  ) AS waiting USING (id) ORDER BY waiting.urgency, s.id $$;
"""

# One call is one batch. Planned once, for a table that will be large: by its indexes. Rows that were sent again are counted in the row they repeat; polls touch their path's row only.
TAKING = """
CREATE FUNCTION signals_take(
  panels uuid[], lines uuid[], sources text[], transports text[], peers text[], raws bytea[], accounts text[],
  seqs text[], receivers text[], line_nos text[], protocols text[], codes text[], qualifiers text[], phases text[],
  classes text[], priorities smallint[], names text[], zones text[], areas text[], users text[], texts text[],
  occurred bigint[], knowns boolean[], duresses boolean[], extras text[], faults text[], keys bytea[], freshs boolean[],
  counts integer[], ats bigint[], windows bigint[],
  path_panels uuid[], path_kinds text[], new_paths boolean, moment timestamptz
) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
BEGIN
  IF cardinality(path_panels) > 0 THEN
    UPDATE signals_path q SET last_at = moment FROM unnest(path_panels, path_kinds) AS g (panel, kind)
      WHERE q.panel_id = g.panel AND q.kind = g.kind;
    IF new_paths THEN
      INSERT INTO signals_path (provider_id, owner_id, panel_id, line_id, kind, poll_s, grace_s, since, last_at)
        SELECT p.provider_id, p.owner_id, p.id, p.line_id, g.kind, 0, 0, moment, moment
        FROM unnest(path_panels, path_kinds) AS g (panel, kind) JOIN signals_panel p ON p.id = g.panel
        ON CONFLICT (panel_id, kind) DO NOTHING;
    END IF;
  END IF;
  IF cardinality(panels) = 0 THEN
    RETURN;
  END IF;
  WITH given AS MATERIALIZED (
    SELECT g.*, e.earlier FROM unnest(
        panels, lines, sources, transports, peers, raws, accounts, seqs, receivers, line_nos, protocols, codes,
        qualifiers, phases, classes, priorities, names, zones, areas, users, texts, occurred, knowns, duresses, extras,
        faults, keys, freshs, counts, ats, windows) WITH ORDINALITY AS g (
        panel, via, source, transport, peer, raw, account, seq, receiver_no, line_no, protocol, code,
        qualifier, phase, signal_class, priority, name, zone, area, "user", text, occurred_ms, known, duress, extra,
        fault, dedupe_key, fresh, times, at_ms, window_ms, place)
      LEFT JOIN LATERAL (
        SELECT s.id AS earlier FROM signals_signal s
        WHERE NOT g.fresh AND s.dedupe_key = g.dedupe_key AND s.received_ms > g.at_ms - g.window_ms
        ORDER BY s.received_ms DESC LIMIT 1) AS e ON true
  ), folded AS (
    UPDATE signals_signal s SET times = s.times + g.times, last_ms = g.at_ms FROM given g WHERE s.id = g.earlier
  )
  INSERT INTO signals_signal (
    provider_id, owner_id, signal_id, panel_id, site_id, line_id, source, transport, peer, raw, account, seq, receiver_no,
    line_no, protocol, code, qualifier, phase, signal_class, priority, name, zone, area, "user", text, occurred_ms, known,
    duress, extra, fault, dedupe_key, times, received_ms, last_ms)
  SELECT coalesce(p.provider_id, l.arc_party_id), coalesce(p.owner_id, l.arc_party_id), gen_random_uuid(), g.panel, p.site_id,
    g.via, g.source, g.transport, g.peer, g.raw, g.account, g.seq, g.receiver_no, g.line_no, g.protocol, g.code,
    g.qualifier, g.phase, g.signal_class, g.priority, g.name, g.zone, g.area, g.user, g.text, g.occurred_ms, g.known,
    g.duress, g.extra::jsonb, g.fault, g.dedupe_key, g.times, g.at_ms, g.at_ms
  FROM given g LEFT JOIN signals_panel p ON p.id = g.panel LEFT JOIN signals_line l ON l.id = g.via
  WHERE g.earlier IS NULL ORDER BY g.place;
  PERFORM pg_notify('zegel_signals', '');
END $$;

CREATE FUNCTION signals_drift(panels uuid[], drifts bigint[]) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE signals_panel p SET clock_drift_ms = g.drift FROM unnest(panels, drifts) AS g (panel, drift) WHERE p.id = g.panel $$;
"""

# Supervision. `started`: since when somebody has been listening without a break; silence before that proves nothing.
WATCHING = """
CREATE FUNCTION signals_silent(moment timestamptz, started timestamptz) RETURNS TABLE (
  id bigint, panel uuid, line uuid, provider uuid, kind text, account text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT q.id, q.panel_id, q.line_id, q.provider_id, q.kind::text, p.account::text
  FROM signals_path q JOIN signals_panel p ON p.id = q.panel_id
  WHERE q.poll_s > 0 AND q.missing_since IS NULL
    AND greatest(coalesce(q.last_at, q.since), started) + make_interval(secs => q.poll_s + q.grace_s) < moment
  ORDER BY q.id LIMIT 20000 $$;

CREATE FUNCTION signals_returned() RETURNS TABLE (
  id bigint, panel uuid, line uuid, kind text, account text, outage uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT q.id, q.panel_id, q.line_id, q.kind::text, p.account::text, q.outage_id
  FROM signals_path q JOIN signals_panel p ON p.id = q.panel_id
  WHERE q.missing_since IS NOT NULL AND (q.last_at > q.missing_since OR q.poll_s = 0) ORDER BY q.id $$;

CREATE FUNCTION signals_watched() RETURNS TABLE (line uuid, provider uuid, watched bigint, missing bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT line_id, provider_id, count(*), count(missing_since) FROM signals_path WHERE poll_s > 0 GROUP BY 1, 2 $$;

-- What was found is decided on a moment later: a path that spoke meanwhile is not marked. Returns those that were.
CREATE FUNCTION signals_mark(silent bigint[], outage uuid, moment timestamptz) RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE signals_path SET missing_since = moment, outage_id = outage
  WHERE id = ANY (silent) AND missing_since IS NULL
    AND coalesce(last_at, since) + make_interval(secs => poll_s + grace_s) < moment
  RETURNING id $$;

CREATE FUNCTION signals_unmark(returned bigint[]) RETURNS SETOF bigint
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE signals_path SET missing_since = NULL, outage_id = NULL
  WHERE id = ANY (returned) AND missing_since IS NOT NULL RETURNING id $$;

-- When an outage is over, those still silent are each on their own again.
CREATE FUNCTION signals_left_over(outage uuid) RETURNS TABLE (id bigint, panel uuid, line uuid, kind text, account text)
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  UPDATE signals_path q SET outage_id = NULL FROM signals_panel p
  WHERE q.outage_id = outage AND q.missing_since IS NOT NULL AND p.id = q.panel_id
  RETURNING q.id, q.panel_id, q.line_id, q.kind::text, p.account::text $$;

CREATE FUNCTION signals_outages() RETURNS TABLE (id uuid, line uuid, of_provider uuid, missing bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ SELECT o.id, o.line_id, o.of_provider_id,
       (SELECT count(*) FROM signals_path q WHERE q.outage_id = o.id AND q.missing_since IS NOT NULL)
     FROM signals_outage o WHERE o.ended_at IS NULL ORDER BY o.started_at $$;

CREATE FUNCTION signals_outage_starts(outage uuid, via uuid, provider uuid, count integer, moment timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$
  INSERT INTO signals_outage (id, provider_id, owner_id, line_id, of_provider_id, paths, started_at)
  SELECT outage, arc_party_id, arc_party_id, id, provider, count, moment FROM signals_line WHERE id = via $$;

CREATE FUNCTION signals_outage_goes_on(outage uuid, more integer, ended timestamptz) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS
  $$ UPDATE signals_outage SET paths = paths + more, ended_at = ended WHERE id = outage $$;
"""


class Migration(migrations.Migration):
    dependencies = [("signals", "0001_initial")]

    operations = [
        *(enable_rls(table, index=table != "signals_signal") for table in TABLES),
        migrations.RunSQL(OWNER),
        migrations.RunSQL(LINE),
        migrations.RunSQL(NOTICES),
        migrations.RunSQL(STORAGE),
        migrations.RunSQL(READING),
        migrations.RunSQL(TAKING),
        migrations.RunSQL(WATCHING),
    ]
