# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Order',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('authority', models.CharField(max_length=200)),
                ('officer', models.CharField(default='', max_length=200)),
                ('reference', models.CharField(max_length=120)),
                ('ground', models.CharField(choices=[('seizure', 'SEIZURE'), ('court', 'COURT'), ('data_demand', 'DATA_DEMAND'), ('intelligence', 'INTELLIGENCE'), ('supervisor', 'SUPERVISOR'), ('own_decision', 'OWN_DECISION')], max_length=20)),
                ('article', models.CharField(default='', max_length=200)),
                ('scope', models.CharField(max_length=2000)),
                ('site_id', models.UUIDField()),
                ('camera_ids', models.JSONField()),
                ('from_at', models.DateTimeField()),
                ('to_at', models.DateTimeField()),
                ('publication', models.BooleanField(default=False)),
                ('incident_id', models.UUIDField(null=True)),
                ('paper_sha256', models.BinaryField(max_length=32, null=True)),
                ('received_at', models.DateTimeField()),
                ('received_by', models.UUIDField()),
                ('received_party_id', models.UUIDField()),
                ('decision', models.CharField(choices=[('waiting', 'WAITING'), ('accepted', 'ACCEPTED'), ('refused', 'REFUSED')], default='waiting', max_length=10)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.UUIDField(null=True)),
                ('decision_note', models.CharField(default='', max_length=1000)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'db_table': 'evidence_order',
                'indexes': [models.Index(fields=['owner_id', 'received_at'], name='evidence_order_newest')],
            },
        ),
        migrations.CreateModel(
            name='Disclosure',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('maker', models.CharField(choices=[('owner', 'OWNER'), ('arc', 'ARC'), ('provider', 'PROVIDER')], max_length=10)),
                ('form', models.CharField(choices=[('originals', 'ORIGINALS'), ('film', 'FILM'), ('ciphertext', 'CIPHERTEXT')], max_length=10)),
                ('purpose', models.CharField(max_length=40)),
                ('authority', models.CharField(max_length=200)),
                ('reference', models.CharField(default='', max_length=120)),
                ('ground', models.CharField(choices=[('seizure', 'SEIZURE'), ('court', 'COURT'), ('data_demand', 'DATA_DEMAND'), ('intelligence', 'INTELLIGENCE'), ('supervisor', 'SUPERVISOR'), ('own_decision', 'OWN_DECISION')], max_length=20)),
                ('article', models.CharField(default='', max_length=200)),
                ('scope', models.CharField(default='', max_length=2000)),
                ('recipient', models.CharField(max_length=200)),
                ('camera_ids', models.JSONField()),
                ('from_at', models.DateTimeField()),
                ('to_at', models.DateTimeField()),
                ('package_hash', models.BinaryField(max_length=32)),
                ('size', models.BigIntegerField()),
                ('party_id', models.UUIDField()),
                ('made_by', models.UUIDField()),
                ('second_id', models.UUIDField(null=True)),
                ('made_at', models.DateTimeField()),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='disclosures', to='evidence.order')),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'made_at'], name='evidence_disclosure_newest')],
            },
        ),
        migrations.CreateModel(
            name='Preparation',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('alarm_id', models.UUIDField()),
                ('arc_party_id', models.UUIDField()),
                ('asked_by', models.UUIDField()),
                ('asked_at', models.DateTimeField()),
                ('approved_by', models.UUIDField(null=True)),
                ('approved_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='preparations', to='evidence.order')),
            ],
            options={
                'indexes': [models.Index(fields=['alarm_id', 'asked_at'], name='evidence_preparation_alarm')],
            },
        ),
        enable_rls("evidence_order"),
        enable_rls("evidence_preparation"),
        enable_rls("evidence_disclosure"),
    ]
