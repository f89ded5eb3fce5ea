# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
from django.db import migrations, models

# What the acting party sees. Here: itself. The people room adds the owners it has a service relation with.
VISIBLE_OWNERS = """
CREATE FUNCTION zegel_party() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('zegel.party', true), '')::uuid $$;
CREATE FUNCTION zegel_person() RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('zegel.person', true), '')::uuid $$;
CREATE FUNCTION zegel_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT nullif(current_setting('zegel.now', true), '')::timestamptz $$;
CREATE FUNCTION zegel_visible_owners() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
  $$ SELECT array_remove(ARRAY[zegel_party()], NULL) $$;
"""

SHRED_NUMBERS = "\n".join(
    f"CREATE SEQUENCE kernel_shred_{purpose} MINVALUE 0 MAXVALUE 4294967295;"
    for purpose in ("epoch", "release", "grant", "account", "ledger", "hold")
)


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.RunSQL(VISIBLE_OWNERS),
        migrations.RunSQL(SHRED_NUMBERS),
        migrations.CreateModel(
            name="OutboxEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("topic", models.CharField(max_length=60)),
                ("owner_id", models.UUIDField(null=True)),
                ("payload", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["at"], name="kernel_outbox_at")]},
        ),
        migrations.CreateModel(
            name="OutboxDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to="kernel.outboxevent")),
                ("subscriber", models.CharField(max_length=80)),
                ("done", models.BooleanField()),
                ("attempts", models.IntegerField()),
                ("next_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("done", False)), fields=["next_at"], name="kernel_outbox_due")],
                "constraints": [models.UniqueConstraint(fields=("event", "subscriber"), name="kernel_outbox_once")],
            },
        ),
    ]
