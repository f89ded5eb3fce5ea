# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


# Whose turn it is: every party, for the worker that acts for each. Identifiers only.
PARTIES = """
CREATE FUNCTION lifecycle_parties() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT id FROM people_party ORDER BY id $$;
"""

# What the search for somebody's data goes by, and what is over, in the tables that grow.
INDEXES = (
    ("footage_lease", "person_id, id"), ("footage_lease", "owner_id, opened_at"), ("footage_reopening", "person_id"),
    ("footage_grant", "person_id"), ("alarms_alarm", "claimed_by"), ("alarms_alarm", "owner_id, closed_at"),
    ("alarms_alarmstep", "person_id, id"), ("alarms_alarmsignal", "owner_id, at_ms"),
    ("signals_signal", "owner_id, received_ms"), ("signals_signal", "owner_id, id"),
    ("sites_technicalevent", "owner_id, at"), ("sites_unitobject", "owner_id, id"), ("notify_notice", "person_id, id"),
    ("notify_notice", "owner_id, at"), ("centre_review", "person_id"), ("centre_seat", "person_id, id"),
    ("footage_mailpicture", "site_id, received_ms"),
)


def index(table: str, columns: str) -> str:
    name = f"lifecycle_{table}_{columns.split(',')[0]}_{len(columns.split(','))}"
    return f"CREATE INDEX IF NOT EXISTS {name} ON {table} ({columns});"


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("kernel", "0001_initial"),
        ("people", "0002_invitation_signedin_secondfactor"),
        ("ledger", "0002_terms"),
        ("footage", "0010_cover_expired"),
        ("sites", "0004_ground"),
        ("alarms", "0006_defaults"),
        ("signals", "0007_first_come"),
        ("notify", "0002_channels"),
        ("centre", "0002_figures"),
    ]

    operations = [
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField()),
                ('title', models.CharField(max_length=200)),
                ('reason', models.CharField(max_length=1000)),
                ('opened_at', models.DateTimeField()),
                ('opened_by', models.UUIDField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.UUIDField(null=True)),
                ('outcome', models.CharField(default='', max_length=1000)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-opened_at'], name='lifecycle_incident_owner')],
            },
        ),
        migrations.CreateModel(
            name='Leftover',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=8)),
                ('what', models.CharField(max_length=60)),
                ('about', models.CharField(max_length=64)),
                ('count', models.IntegerField(default=1)),
                ('found_at', models.DateTimeField()),
                ('cleared_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('cleared_at__isnull', True)), fields=('owner_id', 'kind', 'what', 'about'), name='lifecycle_leftover_once')],
            },
        ),
        migrations.CreateModel(
            name='Turn',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('epochs', models.IntegerField(default=0)),
                ('segments', models.BigIntegerField(default=0)),
                ('trimmed', models.IntegerField(default=0)),
                ('rows', models.BigIntegerField(default=0)),
                ('entries', models.BigIntegerField(default=0)),
                ('failed', models.CharField(default='', max_length=60)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-at'], name='lifecycle_turn_owner')],
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('camera_id', models.UUIDField()),
                ('track', models.SmallIntegerField()),
                ('from_ms', models.BigIntegerField()),
                ('to_ms', models.BigIntegerField()),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.UUIDField()),
                ('asked_by_party', models.UUIDField()),
                ('signed_at', models.DateTimeField(null=True)),
                ('signed_by', models.UUIDField(null=True)),
                ('signed_by_party', models.UUIDField(null=True)),
                ('released_at', models.DateTimeField(null=True)),
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='holds', to='lifecycle.incident')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('released_at__isnull', True), ('signed_at__isnull', False)), fields=['camera_id', 'track'], name='lifecycle_hold_holding')],
            },
        ),
        *(enable_rls(f"lifecycle_{table}") for table in ("incident", "hold", "turn", "leftover")),
        migrations.RunSQL(PARTIES, migrations.RunSQL.noop),
        migrations.RunSQL("\n".join(index(*each) for each in INDEXES), migrations.RunSQL.noop),
    ]
