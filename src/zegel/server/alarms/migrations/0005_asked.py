# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("alarms", "0004_words")]

    operations = [
        migrations.AddField(model_name="alarm", name="asked_at", field=models.DateTimeField(null=True)),
        migrations.AddIndex(
            model_name="alarm",
            index=models.Index(
                condition=models.Q(("asked_at__isnull", False)), fields=["asked_at"], name="alarms_question"
            ),
        ),
    ]
