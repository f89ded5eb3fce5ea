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
            name='Item',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('unit', 'UNIT'), ('camera', 'CAMERA'), ('part', 'PART')], max_length=10)),
                ('name', models.CharField(max_length=120)),
                ('serial', models.CharField(default='', max_length=120)),
                ('count', models.IntegerField(default=1)),
                ('state', models.CharField(choices=[('stock', 'STOCK'), ('at_site', 'AT_SITE'), ('returned', 'RETURNED'), ('repair', 'REPAIR'), ('scrapped', 'SCRAPPED')], max_length=10)),
                ('site_id', models.UUIDField(null=True)),
                ('unit_id', models.UUIDField(null=True)),
                ('note', models.CharField(default='', max_length=300)),
                ('changed_by', models.UUIDField(null=True)),
                ('changed_at', models.DateTimeField()),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'state'], name='maintenance_item_state')],
            },
        ),
        migrations.CreateModel(
            name='Malfunction',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField()),
                ('unit_id', models.UUIDField()),
                ('camera_id', models.UUIDField(null=True)),
                ('fault', models.CharField(choices=[('no_picture', 'NO_PICTURE'), ('bad_picture', 'BAD_PICTURE'), ('wrong_view', 'WRONG_VIEW'), ('dirty', 'DIRTY'), ('no_contact', 'NO_CONTACT'), ('power', 'POWER'), ('false_alarms', 'FALSE_ALARMS'), ('other', 'OTHER')], max_length=20)),
                ('condition', models.CharField(default='', max_length=40)),
                ('found_by', models.CharField(choices=[('customer', 'CUSTOMER'), ('unit', 'UNIT'), ('provider', 'PROVIDER')], max_length=10)),
                ('words', models.CharField(default='', max_length=500)),
                ('reported_by', models.UUIDField(null=True)),
                ('reported_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('open', 'OPEN'), ('closed', 'CLOSED')], default='open', max_length=10)),
                ('outcome', models.CharField(choices=[('repaired', 'REPAIRED'), ('replaced', 'REPLACED'), ('no_fault', 'NO_FAULT'), ('not_repaired', 'NOT_REPAIRED'), ('by_itself', 'BY_ITSELF'), ('withdrawn', 'WITHDRAWN')], default='', max_length=20)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['state', '-reported_at'], name='maintenance_malfunction_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'open')), fields=('unit_id', 'camera_id', 'fault'), name='maintenance_malfunction_once', nulls_distinct=False)],
            },
        ),
        migrations.CreateModel(
            name='Request',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('unit_id', models.UUIDField()),
                ('camera_id', models.UUIDField()),
                ('party_id', models.UUIDField()),
                ('person_id', models.UUIDField()),
                ('reason', models.CharField(max_length=500)),
                ('minutes_asked', models.SmallIntegerField()),
                ('asked_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'WAITING'), ('allowed', 'ALLOWED'), ('refused', 'REFUSED'), ('ended', 'ENDED')], max_length=10)),
                ('answered_by', models.UUIDField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('minutes', models.SmallIntegerField(null=True)),
                ('refusal', models.CharField(default='', max_length=300)),
                ('until_at', models.DateTimeField(null=True)),
                ('live_id', models.UUIDField(null=True)),
                ('begun_at', models.DateTimeField(null=True)),
                ('epoch_id', models.UUIDField(null=True)),
                ('grant_id', models.UUIDField(null=True)),
                ('trouble', models.CharField(default='', max_length=40)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.UUIDField(null=True)),
                ('end', models.CharField(choices=[('working', 'WORKING'), ('stopped', 'STOPPED'), ('withdrawn', 'WITHDRAWN'), ('time', 'TIME'), ('lapsed', 'LAPSED'), ('refused', 'REFUSED'), ('closed', 'CLOSED')], default='', max_length=10)),
                ('malfunction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='maintenance.malfunction')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('state__in', ['waiting', 'allowed'])), fields=('camera_id',), name='maintenance_request_one')],
            },
        ),
        migrations.CreateModel(
            name='WorkReport',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('outcome', models.CharField(choices=[('repaired', 'REPAIRED'), ('replaced', 'REPLACED'), ('no_fault', 'NO_FAULT'), ('not_repaired', 'NOT_REPAIRED'), ('by_itself', 'BY_ITSELF'), ('withdrawn', 'WITHDRAWN')], max_length=20)),
                ('text', models.CharField(max_length=2000)),
                ('minutes', models.SmallIntegerField(null=True)),
                ('parts', models.JSONField(default=list)),
                ('ref', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('malfunction', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='maintenance.malfunction')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'ref'), name='maintenance_report_once')],
            },
        ),
        enable_rls("maintenance_malfunction"),
        enable_rls("maintenance_request"),
        enable_rls("maintenance_workreport"),
        enable_rls("maintenance_item"),
    ]
