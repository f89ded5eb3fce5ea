# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations


class Migration(migrations.Migration):
    """Processes of the release before add alarms and steps without these columns meanwhile."""

    dependencies = [("alarms", "0005_asked")]

    operations = [
        migrations.RunSQL(
            """
            ALTER TABLE alarms_alarm ALTER COLUMN area SET DEFAULT '', ALTER COLUMN avs_reasons SET DEFAULT '[]',
              ALTER COLUMN cancelled_potential SET DEFAULT false, ALTER COLUMN confirmed SET DEFAULT '',
              ALTER COLUMN duress SET DEFAULT false, ALTER COLUMN folded SET DEFAULT 0,
              ALTER COLUMN signal_class SET DEFAULT '', ALTER COLUMN source SET DEFAULT 'unit';
            ALTER TABLE alarms_alarmstep ALTER COLUMN outcome SET DEFAULT '';
            """,
            migrations.RunSQL.noop,
        ),
    ]
