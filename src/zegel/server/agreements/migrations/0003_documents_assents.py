# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# As people_invited: whose question a letter's link carries.
ASKED = """
CREATE POLICY agreements_assent_owner ON agreements_assent FOR ALL TO CURRENT_USER USING (true) WITH CHECK (true);
CREATE FUNCTION agreements_asked(assent uuid) RETURNS uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT owner_id FROM agreements_assent WHERE id = assent $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0002_certificate_suspension'),
    ]

    operations = [
        migrations.CreateModel(
            name='Assent',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('how', models.CharField(choices=[('online', 'Online'), ('paper', 'Paper'), ('email', 'Email')], max_length=10)),
                ('person_id', models.UUIDField()),
                ('name', models.CharField(max_length=200)),
                ('email', models.CharField(max_length=254)),
                ('asked_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('letter_hash', models.BinaryField(null=True)),
                ('given_at', models.DateTimeField(null=True)),
                ('address', models.CharField(default='', max_length=45)),
                ('agent', models.CharField(default='', max_length=200)),
                ('envelope', models.BinaryField(null=True)),
                ('sign_pk', models.BinaryField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('language', models.CharField(max_length=2)),
                ('version', models.SmallIntegerField()),
                ('content', models.BinaryField()),
                ('hash', models.BinaryField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='SubProcessor',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('country', models.CharField(max_length=2)),
                ('task', models.CharField(max_length=300)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='agreement',
            name='assent',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='agreements.assent'),
        ),
        migrations.AddField(
            model_name='assent',
            name='document',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assents', to='agreements.document'),
        ),
        enable_rls("agreements_document"),
        enable_rls("agreements_assent"),
        enable_rls("agreements_subprocessor"),
        migrations.RunSQL(ASKED, migrations.RunSQL.noop),
    ]
