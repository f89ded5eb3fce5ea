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
            name='Audit',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('internal', 'INTERNAL'), ('external', 'EXTERNAL')], max_length=10)),
                ('title', models.CharField(max_length=200)),
                ('scope', models.CharField(default='', max_length=4000)),
                ('by', models.CharField(max_length=200)),
                ('due_at', models.DateTimeField()),
                ('every_months', models.SmallIntegerField(null=True)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.UUIDField()),
                ('held_at', models.DateTimeField(null=True)),
                ('held_by', models.UUIDField(null=True)),
                ('conclusion', models.CharField(default='', max_length=4000)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('cancelled_why', models.CharField(default='', max_length=1000)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='AuditRequest',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('scope', models.CharField(max_length=4000)),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.UUIDField()),
                ('due_at', models.DateTimeField()),
                ('source', models.CharField(max_length=200)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.UUIDField(null=True)),
                ('outcome', models.CharField(choices=[('agreed', 'AGREED'), ('answered', 'ANSWERED'), ('refused', 'REFUSED')], default='', max_length=10)),
                ('answer', models.CharField(default='', max_length=4000)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('weight', models.CharField(choices=[('observation', 'OBSERVATION'), ('minor', 'MINOR'), ('major', 'MAJOR')], max_length=12)),
                ('words', models.CharField(max_length=2000)),
                ('person_id', models.UUIDField()),
                ('due_at', models.DateTimeField()),
                ('made_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
                ('done_by', models.UUIDField(null=True)),
                ('follow_up', models.CharField(default='', max_length=2000)),
                ('audit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='audits.audit')),
            ],
            options={
                'abstract': False,
            },
        ),
        enable_rls("audits_audit"),
        enable_rls("audits_finding"),
        enable_rls("audits_auditrequest"),
    ]
