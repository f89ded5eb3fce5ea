# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models
from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("kernel", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name='Site',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('address', models.CharField(max_length=300)),
                ('tz', models.CharField(max_length=64)),
                ('profile', models.CharField(max_length=40)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Appearance',
            fields=[
                ('fingerprint', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('unit_id', models.UUIDField()),
                ('sign_pk', models.BinaryField(max_length=32)),
                ('pairing_id', models.UUIDField()),
                ('software', models.CharField(max_length=80)),
                ('cameras', models.JSONField(default=list)),
                ('address', models.CharField(max_length=64)),
                ('seen_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['expires_at'], name='sites_appearance_expiry')],
            },
        ),
        migrations.CreateModel(
            name='Unit',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('sign_pk', models.BinaryField(max_length=32)),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('pairing_id', models.UUIDField()),
                ('state', models.CharField(choices=[('paired', 'Paired'), ('revoked', 'Revoked')], default='paired', max_length=10)),
                ('software', models.CharField(default='', max_length=80)),
                ('paired_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(null=True)),
                ('last_seen_at', models.DateTimeField(null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='units', to='sites.site')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Camera',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('kind', models.CharField(default='fixed', max_length=20)),
                ('capabilities', models.JSONField(default=list)),
                ('state', models.CharField(default='unknown', max_length=10)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cameras', to='sites.unit')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UnitKey',
            fields=[
                ('fingerprint', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('unit_id', models.UUIDField(unique=True)),
                ('owner_id', models.UUIDField()),
                ('revoked_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id'], name='sites_unitkey_owner')],
            },
        ),
        migrations.CreateModel(
            name='Pairing',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('pairing_id', models.UUIDField()),
                ('unit_id', models.UUIDField()),
                ('fingerprint', models.BinaryField(max_length=32)),
                ('sign_pk', models.BinaryField(max_length=32)),
                ('name', models.CharField(max_length=200)),
                ('software', models.CharField(max_length=80)),
                ('cameras', models.JSONField(default=list)),
                ('body', models.BinaryField(null=True)),
                ('mac', models.BinaryField(max_length=32, null=True)),
                ('keyset', models.BinaryField(null=True)),
                ('policy', models.BinaryField(null=True)),
                ('paired', models.BinaryField(null=True)),
                ('started_at', models.DateTimeField()),
                ('paired_at', models.DateTimeField(null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='sites.site')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'pairing_id'), name='sites_pairing_once')],
            },
        ),
        migrations.CreateModel(
            name='TechnicalEvent',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('camera_id', models.UUIDField(null=True)),
                ('kind', models.CharField(max_length=40)),
                ('code', models.CharField(default='', max_length=80)),
                ('at', models.DateTimeField()),
                ('detail', models.JSONField(default=dict)),
                ('received_at', models.DateTimeField()),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='technical_events', to='sites.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['unit', '-at'], name='sites_technical_newest')],
            },
        ),
        migrations.CreateModel(
            name='UnitObject',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('pairing_id', models.UUIDField()),
                ('kind', models.CharField(choices=[('keyset', 'Keyset'), ('policy', 'Policy'), ('command', 'Command'), ('status', 'Status'), ('paired', 'Paired')], max_length=10)),
                ('counter', models.BigIntegerField()),
                ('signer', models.BinaryField(max_length=32)),
                ('hash', models.BinaryField(max_length=32)),
                ('envelope', models.BinaryField()),
                ('person_id', models.UUIDField(null=True)),
                ('received_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(null=True)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='objects_signed', to='sites.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['unit', 'kind', '-counter'], name='sites_unitobject_newest')],
                'constraints': [models.UniqueConstraint(fields=('unit', 'kind', 'hash'), name='sites_unitobject_once')],
            },
        ),
        enable_rls("sites_site"),
        enable_rls("sites_unit"),
        enable_rls("sites_camera"),
        enable_rls("sites_pairing"),
        enable_rls("sites_technicalevent"),
        enable_rls("sites_unitobject"),
    ]
