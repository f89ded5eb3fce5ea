# SPDX-License-Identifier: EUPL-1.2
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import policy_sql

# Nobody's but the party's own: who serves it (provider, alarm centre) sees none of its people's phones and hours.
OWN = "owner_id = (SELECT zegel_party())"


def own(table):
    return migrations.RunSQL(policy_sql(table, OWN), migrations.RunSQL.noop)


def key():
    return ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False))


class Migration(migrations.Migration):

    dependencies = [("notify", "0001_initial")]

    operations = [
        migrations.AddField("preference", "by_push", models.BooleanField(default=True)),
        migrations.AddField("preference", "at_once", models.BooleanField(default=False)),
        migrations.RunSQL(  # processes of the release before add preferences without these columns meanwhile
            "ALTER TABLE notify_preference ALTER COLUMN by_push SET DEFAULT true, ALTER COLUMN at_once SET DEFAULT false",
            migrations.RunSQL.noop,
        ),
        migrations.CreateModel(
            name='Hours',
            fields=[
                key(),
                ('owner_id', models.UUIDField()),
                ('person_id', models.UUIDField()),
                ('zone', models.CharField(max_length=64)),
                ('quiet', models.JSONField(default=list)),
                ('digest_at', models.SmallIntegerField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'person_id'), name='notify_hours_once')],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                key(),
                ('owner_id', models.UUIDField()),
                ('person_id', models.UUIDField()),
                ('endpoint', models.CharField(max_length=1000)),
                ('p256dh', models.BinaryField(max_length=65)),
                ('auth', models.BinaryField(max_length=16)),
                ('name', models.CharField(max_length=80)),
                ('service', models.CharField(max_length=80)),
                ('made_at', models.DateTimeField()),
                ('told_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(default='', max_length=12)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'person_id', 'endpoint'), name='notify_device_once')],
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                key(),
                ('owner_id', models.UUIDField()),
                ('person_id', models.UUIDField()),
                ('kind', models.CharField(max_length=12)),
                ('occasion', models.CharField(max_length=20)),
                ('what', models.CharField(default='', max_length=40)),
                ('place', models.CharField(default='', max_length=100)),
                ('site_id', models.UUIDField(null=True)),
                ('camera_id', models.UUIDField(null=True)),
                ('alarm_id', models.UUIDField(null=True)),
                ('source', models.CharField(max_length=120)),
                ('key', models.CharField(max_length=120)),
                ('more', models.IntegerField(default=0)),
                ('by_push', models.BooleanField()),
                ('by_mail', models.BooleanField()),
                ('at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('pushed_to', models.JSONField(default=list)),
                ('pushed_at', models.DateTimeField(null=True)),
                ('mailed_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [
                    models.Index(fields=['owner_id', 'person_id', '-at'], name='notify_notice_newest'),
                    models.Index(fields=['at'], name='notify_notice_old'),
                ],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'person_id', 'key'), name='notify_notice_once')],
            },
        ),
        migrations.CreateModel(
            name='Due',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('digest', 'Digest'), ('forget', 'Forget')], max_length=8)),
                ('owner_id', models.UUIDField()),
                ('person_id', models.UUIDField()),
                ('at', models.DateTimeField(db_index=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'owner_id', 'person_id'), name='notify_due_once')],
            },
        ),
        own("notify_hours"),
        own("notify_device"),
        own("notify_notice"),
    ]
