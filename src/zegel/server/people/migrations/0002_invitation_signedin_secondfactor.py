# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# Whose an invitation is must be known before a party is: the question runs as the table's owner, and says that alone.
INVITED = """
CREATE POLICY people_invitation_owner ON people_invitation FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE FUNCTION people_invited(invitation uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT owner_id FROM people_invitation WHERE id = invitation $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('join', 'Join'), ('first', 'First')], max_length=8)),
                ('email', models.CharField(max_length=254)),
                ('name', models.CharField(max_length=200)),
                ('language', models.CharField(max_length=2)),
                ('role', models.CharField(max_length=20)),
                ('invited_by', models.UUIDField(null=True)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('letters', models.SmallIntegerField(default=0)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('person_id', models.UUIDField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SignedIn',
            fields=[
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('session_key', models.CharField(max_length=40, unique=True)),
                ('started_at', models.DateTimeField()),
                ('seen_at', models.DateTimeField()),
                ('address', models.CharField(max_length=45)),
                ('agent', models.CharField(max_length=200)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='signed_in', to='people.person')),
            ],
        ),
        migrations.CreateModel(
            name='SecondFactor',
            fields=[
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('totp', 'Totp'), ('passkey', 'Passkey')], max_length=8)),
                ('name', models.CharField(max_length=80)),
                ('secret', models.BinaryField(null=True)),
                ('secret_shred', models.BigIntegerField(null=True)),
                ('last_step', models.BigIntegerField(default=0)),
                ('credential_id', models.BinaryField(null=True)),
                ('credential', models.BinaryField(null=True)),
                ('sign_count', models.BigIntegerField(default=0)),
                ('confirmed', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='second_factors', to='people.person')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'passkey')), fields=('credential_id',), name='people_passkey_once')],
            },
        ),
        enable_rls("people_invitation"),
        migrations.RunSQL(INVITED, migrations.RunSQL.noop),
    ]
