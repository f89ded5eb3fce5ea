# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='UsedPuzzle',
            fields=[
                ('hash', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='FormSettings',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kinds', models.JSONField(default=list)),
                ('origins', models.JSONField(default=list)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.UUIDField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id',), name='intake_settings_once')],
            },
        ),
        migrations.CreateModel(
            name='Submission',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('registration', 'REGISTRATION'), ('request', 'REQUEST'), ('repair', 'REPAIR'), ('installation', 'INSTALLATION'), ('exchange', 'EXCHANGE'), ('return', 'RETURN'), ('complaint', 'COMPLAINT'), ('question', 'QUESTION')], max_length=12)),
                ('customer_id', models.UUIDField(null=True)),
                ('item_id', models.UUIDField(null=True)),
                ('order_id', models.UUIDField(null=True)),
                ('consent_id', models.UUIDField(null=True)),
                ('origin', models.CharField(default='', max_length=200)),
                ('language', models.CharField(max_length=2)),
                ('made_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-made_at'], name='intake_submission_newest'), models.Index(fields=['owner_id', 'consent_id'], name='intake_submission_consent'), models.Index(fields=['owner_id', 'customer_id'], name='intake_submission_customer')],
            },
        ),
        enable_rls("intake_formsettings"),
        enable_rls("intake_submission"),
    ]
