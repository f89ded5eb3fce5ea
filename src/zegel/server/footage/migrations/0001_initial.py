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
            name='Epoch',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('unit_id', models.UUIDField()),
                ('camera_id', models.UUIDField()),
                ('track', models.SmallIntegerField(choices=[(1, 'SURVEILLANCE'), (2, 'OVERVIEW'), (3, 'PICTURE'), (4, 'LIVE')])),
                ('number', models.BigIntegerField()),
                ('suite', models.SmallIntegerField()),
                ('start_ms', models.BigIntegerField()),
                ('hash', models.BinaryField(max_length=32)),
                ('keyset_hash', models.BinaryField(max_length=32)),
                ('policy_hash', models.BinaryField(max_length=32)),
                ('shred', models.BigIntegerField()),
                ('wrapped', models.BinaryField()),
                ('received_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('party_id', models.UUIDField()),
                ('role', models.CharField(max_length=20)),
                ('purpose', models.CharField(choices=[('alarm_verification', 'ALARM_VERIFICATION'), ('own_use', 'OWN_USE'), ('maintenance', 'MAINTENANCE')], max_length=30)),
                ('camera_id', models.UUIDField()),
                ('track', models.SmallIntegerField()),
                ('alarm_id', models.UUIDField(null=True)),
                ('wanted', models.JSONField(default=list)),
                ('releases_handed', models.JSONField(default=list)),
                ('ledger_index', models.BigIntegerField()),
                ('opened_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='LeaseShare',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('epoch_id', models.UUIDField()),
                ('from_slot', models.SmallIntegerField()),
                ('to_slot', models.SmallIntegerField()),
                ('ledger_index', models.BigIntegerField()),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Manifest',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('hash', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('first_slot', models.SmallIntegerField()),
                ('slots', models.SmallIntegerField()),
                ('previous', models.BinaryField(max_length=32, null=True)),
                ('envelope', models.BinaryField()),
                ('received_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Part',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('key', models.CharField(max_length=120)),
                ('offset', models.BigIntegerField()),
                ('size', models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name='Release',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('hash', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('unit_id', models.UUIDField()),
                ('alarm_id', models.UUIDField()),
                ('part', models.IntegerField()),
                ('previous', models.BinaryField(max_length=32, null=True)),
                ('camera_id', models.UUIDField()),
                ('ranges', models.JSONField(default=list)),
                ('arc_party_id', models.UUIDField()),
                ('recipient', models.BinaryField(max_length=32)),
                ('issued_ms', models.BigIntegerField()),
                ('shred', models.BigIntegerField(null=True)),
                ('wrapped', models.BinaryField(null=True)),
                ('ledger_index', models.BigIntegerField(null=True)),
                ('received_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Segment',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('epoch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='segments', to='footage.epoch')),
                ('pk', models.CompositePrimaryKey('epoch_id', 'seq', blank=True, editable=False, primary_key=True, serialize=False)),
                ('seq', models.BigIntegerField()),
                ('slot', models.SmallIntegerField()),
                ('random_access', models.BooleanField()),
                ('offset', models.BigIntegerField()),
                ('size', models.IntegerField()),
                ('sha256', models.BinaryField(max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name='Window',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('alarm_id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('unit_id', models.UUIDField()),
                ('camera_id', models.UUIDField()),
                ('arc_party_id', models.UUIDField()),
                ('raised_ms', models.BigIntegerField()),
                ('policy_max_s', models.IntegerField()),
                ('opened_at', models.DateTimeField()),
                ('deadline', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('end_reason', models.CharField(choices=[('recalled', 'RECALLED'), ('closed', 'CLOSED'), ('expired', 'EXPIRED'), ('revoked', 'REVOKED')], default='', max_length=10)),
            ],
        ),
        migrations.CreateModel(
            name='Deadline',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('window', 'Window'), ('lease', 'Lease')], max_length=10)),
                ('owner_id', models.UUIDField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='footage_deadline_due')],
            },
        ),
        migrations.CreateModel(
            name='Pack',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('epoch', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='pack', serialize=False, to='footage.epoch')),
                ('size', models.BigIntegerField(default=0)),
                ('parts', models.IntegerField(default=0)),
                ('compacted_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='epoch',
            index=models.Index(fields=['camera_id', 'track', 'start_ms'], name='footage_epoch_time'),
        ),
        migrations.AddIndex(
            model_name='lease',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['expires_at'], name='footage_lease_running'),
        ),
        migrations.AddIndex(
            model_name='lease',
            index=models.Index(fields=['alarm_id'], name='footage_lease_alarm'),
        ),
        migrations.AddField(
            model_name='leaseshare',
            name='lease',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='shares', to='footage.lease'),
        ),
        migrations.AddField(
            model_name='manifest',
            name='epoch',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='manifests', to='footage.epoch'),
        ),
        migrations.AddIndex(
            model_name='release',
            index=models.Index(fields=['unit_id', 'received_at'], name='footage_release_chain'),
        ),
        migrations.AddConstraint(
            model_name='release',
            constraint=models.UniqueConstraint(fields=('alarm_id', 'part'), name='footage_release_part'),
        ),
        migrations.AddIndex(
            model_name='window',
            index=models.Index(condition=models.Q(('ended_at__isnull', True)), fields=['deadline'], name='footage_window_running'),
        ),
        migrations.AddField(
            model_name='part',
            name='pack',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='part_set', to='footage.pack'),
        ),
        migrations.AddConstraint(
            model_name='manifest',
            constraint=models.UniqueConstraint(fields=('epoch', 'first_slot'), name='footage_manifest_slots'),
        ),
        migrations.AddIndex(
            model_name='segment',
            index=models.Index(fields=['epoch', 'slot'], name='footage_segment_slot'),
        ),
        migrations.AddConstraint(
            model_name='part',
            constraint=models.UniqueConstraint(fields=('pack', 'number'), name='footage_part_number'),
        ),
        enable_rls("footage_epoch"),
        enable_rls("footage_lease"),
        enable_rls("footage_leaseshare", index=False),
        enable_rls("footage_manifest"),
        enable_rls("footage_part", index=False),
        enable_rls("footage_release"),
        enable_rls("footage_segment", index=False),
        enable_rls("footage_window"),
        enable_rls("footage_pack"),
    ]
