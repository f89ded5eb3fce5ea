# SPDX-License-Identifier: EUPL-1.2

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sites', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='appearance',
            name='claims',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='technicalevent',
            name='alarm_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddConstraint(
            model_name='unitobject',
            constraint=models.UniqueConstraint(condition=models.Q(('kind__in', ['keyset', 'policy'])), fields=('unit', 'pairing_id', 'kind', 'counter'), name='sites_unitobject_counter'),
        ),
    ]
