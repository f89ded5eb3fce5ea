# SPDX-License-Identifier: EUPL-1.2
"""A room above brings words of its own for what there is to do: the columns hold more than this room's list."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tasks", "0001_first")]
    operations = [
        migrations.AlterField("task", "kind", models.CharField(max_length=30)),
        migrations.AlterField("task", "about", models.CharField(max_length=20)),
    ]
