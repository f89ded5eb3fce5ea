# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models
from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0003_camera_presets'),
    ]

    operations = [
        migrations.CreateModel(
            name='NoticeCode',
            fields=[
                ('code', models.CharField(max_length=24, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField(unique=True)),
                ('owner_id', models.UUIDField()),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='SiteLimits',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('site', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='limits', serialize=False, to='sites.site')),
                ('figures', models.JSONField(default=dict)),
                ('changed_by', models.UUIDField(null=True)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='UnitHealth',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('unit', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='health', serialize=False, to='sites.unit')),
                ('at', models.DateTimeField(null=True)),
                ('figures', models.JSONField(default=dict)),
                ('cameras', models.JSONField(default=dict)),
                ('conditions', models.JSONField(default=dict)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='site',
            name='contact_email',
            field=models.CharField(default='', max_length=254),
        ),
        migrations.AddField(
            model_name='site',
            name='contact_phone',
            field=models.CharField(default='', max_length=40),
        ),
        migrations.AddField(
            model_name='site',
            name='controller',
            field=models.CharField(default='', max_length=200),
        ),
        migrations.AddField(
            model_name='site',
            name='country',
            field=models.CharField(default='', max_length=2),
        ),
        migrations.AddField(
            model_name='site',
            name='languages',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='unit',
            name='commissioned_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='unit',
            name='commissioned_by',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='unit',
            name='kind',
            field=models.CharField(choices=[('camera_unit', 'Camera Unit'), ('mast', 'Mast'), ('gateway', 'Gateway')], default='camera_unit', max_length=12),
        ),
        migrations.AddField(
            model_name='unit',
            name='removed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='unit',
            name='ticks',
            field=models.JSONField(default=list),
        ),
        migrations.AlterField(
            model_name='unit',
            name='state',
            field=models.CharField(choices=[('paired', 'Paired'), ('revoked', 'Revoked'), ('removed', 'Removed')], default='paired', max_length=10),
        ),
        migrations.CreateModel(
            name='CameraPlace',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('camera', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='place', serialize=False, to='sites.camera')),
                ('x', models.FloatField()),
                ('y', models.FloatField()),
                ('bearing', models.SmallIntegerField()),
                ('angle', models.SmallIntegerField()),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='sites.site')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='FloorPlan',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('media_type', models.CharField(max_length=20)),
                ('width', models.IntegerField()),
                ('height', models.IntegerField()),
                ('size', models.IntegerField()),
                ('shred', models.BigIntegerField()),
                ('wrapped', models.BinaryField()),
                ('uploaded_by', models.UUIDField(null=True)),
                ('uploaded_at', models.DateTimeField()),
                ('site', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='floor_plan', to='sites.site')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='TelemetryHour',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('figures', models.JSONField(default=dict)),
                ('cameras', models.JSONField(default=dict)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.unit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('unit', 'at'), name='sites_telemetry_hour')],
            },
        ),
        migrations.CreateModel(
            name='TelemetryMinute',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('figures', models.JSONField(default=dict)),
                ('cameras', models.JSONField(default=dict)),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='sites.unit')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('unit', 'at'), name='sites_telemetry_minute')],
            },
        ),
        migrations.CreateModel(
            name='UnitLeft',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('why', models.CharField(max_length=10)),
                ('left_at', models.DateTimeField()),
                ('by', models.UUIDField(null=True)),
                ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='sites.site')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leavings', to='sites.unit')),
            ],
            options={
                'indexes': [models.Index(fields=['site', '-left_at'], name='sites_unitleft_newest')],
            },
        ),
        enable_rls("sites_cameraplace"),
        enable_rls("sites_floorplan"),
        enable_rls("sites_unitleft"),
        enable_rls("sites_telemetryminute"),
        enable_rls("sites_telemetryhour"),
        enable_rls("sites_unithealth"),
        enable_rls("sites_sitelimits"),
        migrations.RunSQL(  # processes of the release before add sites and units without these columns meanwhile
            """
            ALTER TABLE sites_site ALTER COLUMN contact_email SET DEFAULT '', ALTER COLUMN contact_phone SET DEFAULT '',
              ALTER COLUMN controller SET DEFAULT '', ALTER COLUMN country SET DEFAULT '',
              ALTER COLUMN languages SET DEFAULT '[]';
            ALTER TABLE sites_camera ALTER COLUMN presets SET DEFAULT '[]';
            ALTER TABLE sites_unit ALTER COLUMN kind SET DEFAULT 'camera_unit', ALTER COLUMN ticks SET DEFAULT '[]';
            """,
            migrations.RunSQL.noop,
        ),
    ]
