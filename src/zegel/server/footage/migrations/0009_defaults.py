# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations


class Migration(migrations.Migration):
    """Processes of the release before add windows and manifests without these columns meanwhile."""

    dependencies = [("footage", "0008_manifest_named")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE footage_manifest ALTER COLUMN named SET DEFAULT 0;
            ALTER TABLE footage_window ALTER COLUMN cameras SET DEFAULT '[]', ALTER COLUMN max_viewers SET DEFAULT 3;
            """,
            migrations.RunSQL.noop,
        ),
    ]
