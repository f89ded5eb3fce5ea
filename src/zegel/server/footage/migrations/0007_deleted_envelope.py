# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("footage", "0006_remainder_deleted")]

    operations = [
        migrations.AddField(model_name="deleted", name="envelope", field=models.BinaryField(null=True)),
    ]
