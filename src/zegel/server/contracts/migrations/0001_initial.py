# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('kernel', '0001_initial'),
        ('people', '0001_initial'),
        ('agreements', '0004_places_and_terms'),
    ]

    operations = [
        migrations.CreateModel(
            name='JointController',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('contact', models.CharField(max_length=254)),
                ('arrangement', models.CharField(max_length=2000)),
                ('first_contact', models.CharField(max_length=200)),
                ('since', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('recorded_by', models.UUIDField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Cooperation',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('reference', models.CharField(max_length=120)),
                ('signed_on', models.DateField()),
                ('document_hash', models.BinaryField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.UUIDField(null=True)),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cooperation', to='agreements.agreement')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Instruction',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('words', models.CharField(max_length=2000)),
                ('how', models.CharField(choices=[('portal', 'PORTAL'), ('letter', 'LETTER'), ('spoken', 'SPOKEN')], max_length=10)),
                ('given_by', models.CharField(max_length=200)),
                ('given_at', models.DateTimeField()),
                ('recorded_by', models.UUIDField(null=True)),
                ('answer', models.CharField(choices=[('carried_out', 'Carried Out'), ('declined', 'Declined'), ('unlawful', 'Unlawful')], default='', max_length=12)),
                ('answer_words', models.CharField(default='', max_length=2000)),
                ('answered_by', models.UUIDField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'number'), name='contracts_instruction_number')],
            },
        ),
        migrations.CreateModel(
            name='Outsider',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('organisation', models.CharField(max_length=200)),
                ('task', models.CharField(max_length=200)),
                ('person_id', models.UUIDField(null=True)),
                ('document_hash', models.BinaryField(null=True)),
                ('signed_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('recorded_by', models.UUIDField(null=True)),
                ('sub_processor', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='outsiders', to='agreements.subprocessor')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TextVersion',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('general_terms', 'General Terms'), ('industry_terms', 'Industry Terms'), ('policy', 'Policy')], max_length=16)),
                ('title', models.CharField(max_length=200)),
                ('version', models.CharField(max_length=20)),
                ('language', models.CharField(max_length=2)),
                ('text', models.TextField()),
                ('hash', models.BinaryField()),
                ('holds_from', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('recorded_by', models.UUIDField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'kind', 'version', 'language'), name='contracts_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Attached',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('general_terms', 'General Terms'), ('industry_terms', 'Industry Terms'), ('policy', 'Policy')], max_length=16)),
                ('title', models.CharField(max_length=200)),
                ('version', models.CharField(max_length=20)),
                ('hash', models.BinaryField()),
                ('text', models.TextField()),
                ('attached_at', models.DateTimeField()),
                ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attached', to='agreements.agreement')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('agreement', 'kind', 'hash'), name='contracts_attached_once')],
            },
        ),
        migrations.CreateModel(
            name='Acknowledgement',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('address', models.CharField(default='', max_length=45)),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='acknowledgements', to='contracts.textversion')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('policy', 'person_id'), name='contracts_acknowledged_once')],
            },
        ),
        enable_rls("contracts_textversion"),
        enable_rls("contracts_attached"),
        enable_rls("contracts_cooperation"),
        enable_rls("contracts_acknowledgement"),
        enable_rls("contracts_instruction"),
        enable_rls("contracts_outsider"),
        enable_rls("contracts_jointcontroller"),
    ]
