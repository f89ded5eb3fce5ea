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
            name='Text',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=40)),
                ('version', models.SmallIntegerField()),
                ('language', models.CharField(max_length=2)),
                ('words', models.TextField()),
                ('hash', models.BinaryField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'hash'), name='consents_text_once')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(max_length=40)),
                ('person_id', models.UUIDField(null=True)),
                ('email', models.CharField(default='', max_length=254)),
                ('given_at', models.DateTimeField()),
                ('place', models.CharField(max_length=120)),
                ('address', models.CharField(default='', max_length=45)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_place', models.CharField(default='', max_length=120)),
                ('text', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='consents.text')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('withdrawn_at', None)), fields=['owner_id', 'purpose', 'person_id'], name='consents_consent_held')],
            },
        ),
        enable_rls("consents_text"),
        enable_rls("consents_consent"),
    ]
