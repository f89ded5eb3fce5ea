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
            name='GuardLink',
            fields=[
                ('token_hash', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('dispatch_id', models.UUIDField(db_index=True)),
                ('owner_id', models.UUIDField()),
                ('browser_hash', models.BinaryField(max_length=32, null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Guard',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('site_id', models.UUIDField()),
                ('place', models.IntegerField()),
                ('name', models.CharField(max_length=120)),
                ('phone', models.CharField(default='', max_length=32)),
                ('email', models.CharField(default='', max_length=254)),
                ('language', models.CharField(default='en', max_length=2)),
                ('typical_min', models.SmallIntegerField(default=20)),
                ('created_at', models.DateTimeField()),
                ('removed_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['site_id', 'place'], name='dispatch_guard_order')],
            },
        ),
        migrations.CreateModel(
            name='Dispatch',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('alarm_id', models.UUIDField()),
                ('site_id', models.UUIDField()),
                ('state', models.CharField(choices=[('requested', 'REQUESTED'), ('accepted', 'ACCEPTED'), ('on_the_way', 'ON_THE_WAY'), ('arrived', 'ARRIVED'), ('left', 'LEFT'), ('reported', 'REPORTED'), ('cancelled', 'CANCELLED')], max_length=12)),
                ('note', models.CharField(default='', max_length=500)),
                ('tell_contacts', models.BooleanField(default=False)),
                ('requested_by', models.UUIDField(null=True)),
                ('requested_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('accepted_at', models.DateTimeField(null=True)),
                ('on_the_way_at', models.DateTimeField(null=True)),
                ('arrived_at', models.DateTimeField(null=True)),
                ('left_at', models.DateTimeField(null=True)),
                ('reported_at', models.DateTimeField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('declined', models.BooleanField(default=False)),
                ('cancel_reason', models.CharField(default='', max_length=300)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('report', models.JSONField(null=True)),
                ('guard', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dispatches', to='dispatch.guard')),
            ],
            options={
                'indexes': [models.Index(fields=['alarm_id', 'requested_at'], name='dispatch_alarm')],
            },
        ),
        enable_rls("dispatch_guard"),
        enable_rls("dispatch_dispatch"),
    ]
