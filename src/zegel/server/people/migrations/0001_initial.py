# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

import zegel.server.kernel.ids

TABLES = ("people_party", "people_membership", "people_servicerelation", "people_tenantkey", "people_sealedtenantkey", "people_arckey")

# The two questions that cross tenants run as the tables' owner, who sees all rows of these tables (and of no other).
OWNER = "".join(
    f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; "
    f"CREATE POLICY {table}_owner ON {table} FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);\n"
    for table in TABLES
)

FUNCTIONS = """
-- Whose rows the acting party sees: its own, and those of owners whom it serves now. Everything else reads this.
CREATE OR REPLACE FUNCTION zegel_visible_owners() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(owner), '{}') FROM (
    SELECT zegel_party() AS owner WHERE zegel_party() IS NOT NULL
    UNION
    SELECT owner_id FROM people_servicerelation
    WHERE party_id = zegel_party() AND valid_from <= zegel_now() AND (valid_to IS NULL OR valid_to > zegel_now())
  ) AS visible $$;

CREATE FUNCTION zegel_sees(owner uuid) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT owner = ANY (zegel_visible_owners()) $$;

-- Parties that may be known by name and public key: oneself, whom one serves, who serves or served one, and, for a person
-- who chooses for whom to act, those he belongs to.
CREATE FUNCTION zegel_known_parties() RETURNS uuid[]
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(party), '{}') FROM (
    SELECT unnest(zegel_visible_owners()) AS party
    UNION
    SELECT party_id FROM people_servicerelation WHERE owner_id = zegel_party()
    UNION
    SELECT party_id FROM people_membership WHERE person_id = zegel_person()
      AND valid_from <= zegel_now() AND (valid_to IS NULL OR valid_to > zegel_now())
  ) AS known $$;

-- What every request asks: how many times the person ended all sessions, and his roles for that party at that moment.
CREATE FUNCTION people_seat(person uuid, party uuid, moment timestamptz) RETURNS TABLE (epoch integer, roles text[])
LANGUAGE sql STABLE PARALLEL SAFE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT p.epoch, ARRAY(
    SELECT m.role::text FROM people_membership m WHERE m.person_id = p.id AND m.party_id = party
      AND m.valid_from <= moment AND (m.valid_to IS NULL OR m.valid_to > moment))
  FROM people_person p WHERE p.id = person $$;
"""

POLICIES = """
CREATE POLICY people_party_read ON people_party FOR SELECT USING (id = ANY ((SELECT zegel_known_parties())::uuid[]));
CREATE POLICY people_party_add ON people_party FOR INSERT WITH CHECK (id = (SELECT zegel_party()));
CREATE POLICY people_party_change ON people_party FOR UPDATE USING (id = (SELECT zegel_party()))
  WITH CHECK (id = (SELECT zegel_party()));

CREATE POLICY people_membership_read ON people_membership FOR SELECT
  USING (party_id = (SELECT zegel_party()) OR person_id = (SELECT zegel_person()));
CREATE POLICY people_membership_add ON people_membership FOR INSERT WITH CHECK (party_id = (SELECT zegel_party()));
CREATE POLICY people_membership_change ON people_membership FOR UPDATE USING (party_id = (SELECT zegel_party()))
  WITH CHECK (party_id = (SELECT zegel_party()));

CREATE POLICY people_servicerelation_read ON people_servicerelation FOR SELECT
  USING (owner_id = (SELECT zegel_party()) OR party_id = (SELECT zegel_party()));
CREATE POLICY people_servicerelation_add ON people_servicerelation FOR INSERT WITH CHECK (owner_id = (SELECT zegel_party()));
CREATE POLICY people_servicerelation_change ON people_servicerelation FOR UPDATE USING (owner_id = (SELECT zegel_party()))
  WITH CHECK (owner_id = (SELECT zegel_party()));

CREATE POLICY people_tenantkey_read ON people_tenantkey FOR SELECT USING (party_id = ANY ((SELECT zegel_known_parties())::uuid[]));
CREATE POLICY people_tenantkey_add ON people_tenantkey FOR INSERT WITH CHECK (party_id = (SELECT zegel_party()));

CREATE POLICY people_sealedtenantkey_read ON people_sealedtenantkey FOR SELECT
  USING (party_id = (SELECT zegel_party()) OR person_id = (SELECT zegel_person()));
CREATE POLICY people_sealedtenantkey_add ON people_sealedtenantkey FOR INSERT WITH CHECK (party_id = (SELECT zegel_party()));
CREATE POLICY people_sealedtenantkey_end ON people_sealedtenantkey FOR DELETE USING (party_id = (SELECT zegel_party()));

CREATE POLICY people_arckey_read ON people_arckey FOR SELECT USING (party_id = ANY ((SELECT zegel_known_parties())::uuid[]));
CREATE POLICY people_arckey_add ON people_arckey FOR INSERT WITH CHECK (party_id = (SELECT zegel_party()));
"""


def key():
    return models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    initial = True
    dependencies = [("kernel", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Party",
            fields=[
                ("id", key()),
                ("kind", models.CharField(max_length=12)),
                ("name", models.CharField(max_length=200)),
                ("country", models.CharField(max_length=2)),
                ("language", models.CharField(max_length=2)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", key()),
                ("email", models.CharField(max_length=254, unique=True)),
                ("display_name", models.CharField(max_length=200)),
                ("language", models.CharField(max_length=2)),
                ("auth_hash", models.BinaryField()),
                ("bundle_password", models.BinaryField()),
                ("bundle_password_shred", models.BigIntegerField()),
                ("bundle_recovery", models.BinaryField()),
                ("bundle_recovery_shred", models.BigIntegerField()),
                ("pins", models.BinaryField(null=True)),
                ("suite", models.SmallIntegerField()),
                ("sign_pk", models.BinaryField()),
                ("open_pk", models.BinaryField()),
                ("epoch", models.IntegerField(default=0)),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", key()),
                ("party", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="people.party")),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="people.person")),
                ("role", models.CharField(max_length=20)),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ServiceRelation",
            fields=[
                ("id", key()),
                ("owner_id", models.UUIDField()),
                ("party_id", models.UUIDField(db_index=True)),
                ("kind", models.CharField(max_length=10)),
                ("valid_from", models.DateTimeField()),
                ("valid_to", models.DateTimeField(null=True)),
            ],
            options={"indexes": [models.Index(fields=["owner_id", "kind"], name="people_relation_owner")]},
        ),
        migrations.CreateModel(
            name="TenantKey",
            fields=[
                ("id", key()),
                ("party_id", models.UUIDField()),
                ("suite", models.SmallIntegerField()),
                ("open_pk", models.BinaryField()),
                ("number", models.IntegerField()),
                ("succession", models.BinaryField(null=True)),
                ("created_at", models.DateTimeField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("party_id", "number"), name="people_tenantkey_number")]},
        ),
        migrations.CreateModel(
            name="SealedTenantKey",
            fields=[
                ("id", key()),
                ("party_id", models.UUIDField()),
                ("person_id", models.UUIDField(db_index=True)),
                ("number", models.IntegerField()),
                ("envelope", models.BinaryField()),
                ("shred_id", models.BigIntegerField()),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("party_id", "person_id", "number"), name="people_sealedkey_once")
                ]
            },
        ),
        migrations.CreateModel(
            name="ArcKey",
            fields=[
                ("id", key()),
                ("party_id", models.UUIDField()),
                ("sign_pk", models.BinaryField()),
                ("envelope", models.BinaryField()),
                ("number", models.IntegerField()),
                ("created_at", models.DateTimeField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("party_id", "number"), name="people_arckey_number")]},
        ),
        migrations.CreateModel(
            name="Throttle",
            fields=[
                ("key", models.BinaryField(primary_key=True, serialize=False)),
                ("count", models.IntegerField()),
                ("since", models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.RunSQL(OWNER),
        migrations.RunSQL(FUNCTIONS),
        migrations.RunSQL(POLICIES),
    ]
