# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('agreements', '0003_documents_assents'),
    ]

    operations = [
        migrations.CreateModel(
            name='Place',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(choices=[('objects', 'OBJECTS'), ('database', 'DATABASE'), ('keys', 'KEYS'), ('backup', 'BACKUP')], max_length=10)),
                ('name', models.CharField(max_length=200)),
                ('address', models.CharField(max_length=300)),
                ('country', models.CharField(max_length=2)),
                ('operator', models.CharField(max_length=200)),
                ('own_management', models.BooleanField()),
                ('mechanism', models.CharField(choices=[('area', 'AREA'), ('adequacy', 'ADEQUACY'), ('clauses', 'CLAUSES'), ('rules', 'RULES')], max_length=10)),
                ('reference', models.CharField(default='', max_length=300)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(null=True)),
                ('recorded_by', models.UUIDField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='subprocessor',
            name='mechanism',
            field=models.CharField(choices=[('area', 'AREA'), ('adequacy', 'ADEQUACY'), ('clauses', 'CLAUSES'), ('rules', 'RULES')], db_default='area', default='area', max_length=10),
        ),
        migrations.AddField(
            model_name='subprocessor',
            name='recorded_by',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='subprocessor',
            name='reference',
            field=models.CharField(db_default='', default='', max_length=300),
        ),
        migrations.CreateModel(
            name='Residency',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('countries', models.JSONField()),
                ('set_by', models.UUIDField(null=True)),
                ('set_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('owner_id',), name='agreements_residency_once')],
            },
        ),
        migrations.CreateModel(
            name='TermChoice',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('term', models.CharField(max_length=30)),
                ('days', models.IntegerField()),
                ('justification', models.CharField(default='', max_length=2000)),
                ('chosen_by', models.UUIDField(null=True)),
                ('chosen_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('owner_id', 'term'), name='agreements_term_once')],
            },
        ),
        migrations.CreateModel(
            name='Attestation',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('standard', models.CharField(choices=[('iso27001', 'ISO27001'), ('nen7510', 'NEN7510'), ('iso9001', 'ISO9001'), ('dpf', 'DPF')], max_length=10)),
                ('number', models.CharField(max_length=60)),
                ('issuer', models.CharField(max_length=120)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('recorded_by', models.UUIDField(null=True)),
                ('sub_processor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attestations', to='agreements.subprocessor')),
                ('place', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='attestations', to='agreements.place')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('place', None), ('sub_processor', None), _connector='XOR'), name='agreements_attested_one')],
            },
        ),
        enable_rls("agreements_place"),
        enable_rls("agreements_residency"),
        enable_rls("agreements_termchoice"),
        enable_rls("agreements_attestation"),
    ]
