# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):
    dependencies = [("footage", "0009_defaults")]

    operations = [
        migrations.AddIndex(
            "epoch", models.Index(fields=["owner_id", "track", "start_ms"], name="footage_epoch_owner"),
        ),
        migrations.CreateModel(
            name="Cover",
            fields=[
                ("provider_id", models.UUIDField()),
                ("owner_id", models.UUIDField()),
                (
                    "epoch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="cover",
                        serialize=False, to="footage.epoch",
                    ),
                ),
                ("envelope", models.BinaryField()),
                ("ranges", models.JSONField(default=list)),
                ("made_at", models.DateTimeField()),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="footage.grant"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        enable_rls("footage_cover"),
        migrations.CreateModel(
            name="Expired",
            fields=[
                ("provider_id", models.UUIDField()),
                ("owner_id", models.UUIDField()),
                ("epoch_id", models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["at"], name="footage_expired_at")]},
        ),
        enable_rls("footage_expired"),
    ]
