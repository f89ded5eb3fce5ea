# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

import zegel.server.kernel.ids
from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):
    dependencies = [("footage", "0005_grant")]

    operations = [
        migrations.CreateModel(
            name="Remainder",
            fields=[
                ("provider_id", models.UUIDField()),
                ("owner_id", models.UUIDField()),
                (
                    "epoch",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="remainder",
                        serialize=False,
                        to="footage.epoch",
                    ),
                ),
                ("envelope", models.BinaryField()),
                ("ranges", models.JSONField(default=list)),
                (
                    "grant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="footage.grant"
                    ),
                ),
            ],
            options={"abstract": False},
        ),
        enable_rls("footage_remainder"),
        migrations.CreateModel(
            name="Deleted",
            fields=[
                ("provider_id", models.UUIDField()),
                ("owner_id", models.UUIDField()),
                (
                    "id",
                    models.UUIDField(
                        default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("deletion_id", models.UUIDField(db_index=True)),
                ("camera_id", models.UUIDField()),
                ("track", models.SmallIntegerField()),
                ("from_slot", models.SmallIntegerField()),
                ("to_slot", models.SmallIntegerField()),
                ("whole", models.BooleanField()),
                ("superseded_id", models.UUIDField(null=True)),
                ("stale", models.JSONField(default=list)),
                ("asked_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "epoch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="deleted", to="footage.epoch"
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["camera_id", "track"], name="footage_deleted_camera")]},
        ),
        enable_rls("footage_deleted"),
    ]
