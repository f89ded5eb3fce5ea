# SPDX-License-Identifier: EUPL-1.2
"""Which slots a manifest names, so that what a unit keeps itself is found without opening every list."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("footage", "0007_deleted_envelope")]

    operations = [
        migrations.AddField("manifest", "named", models.BigIntegerField(default=0)),
    ]
