# SPDX-License-Identifier: EUPL-1.2
"""Closing codes become those of the field, and alarms of before get the class that the rules go by.

The owner of the schema is under row-level security like everybody: for these statements it is lifted from the owner
alone, within the migration's own transaction.
"""

from django.db import migrations

CODES = {
    "real": "genuine", "false_person": "false_user", "false_animal": "false_environment",
    "false_technical": "false_equipment", "customer_error": "false_user",
}  # fmt: skip

_WHEN = " ".join(f"WHEN '{old}' THEN '{new}'" for old, new in CODES.items())

WORDS = f"""
ALTER TABLE alarms_alarm NO FORCE ROW LEVEL SECURITY;
UPDATE alarms_alarm SET closed_code = CASE closed_code {_WHEN} ELSE closed_code END WHERE closed_code <> '';
UPDATE alarms_alarm SET
  source = CASE WHEN number IS NULL THEN 'server' ELSE 'unit' END,
  last_signal_ms = received_ms,
  signal_class = CASE
    WHEN cause = 'technical' THEN 'technical'
    WHEN alarm_class = 'fire' THEN 'fire'
    WHEN alarm_class IN ('hold_up', 'panic') THEN 'holdup_duress'
    WHEN cause = 'tamper' OR alarm_class = 'tamper' THEN 'tamper'
    ELSE 'burglary' END;
UPDATE alarms_alarm SET priority = CASE
    WHEN signal_class = 'fire' THEN 1 WHEN signal_class = 'holdup_duress' THEN 2
    WHEN signal_class = 'tamper' THEN 7 WHEN signal_class = 'technical' THEN 8
    WHEN alarm_class IN ('vehicle', 'motion') THEN 6 WHEN alarm_class = 'animal' THEN 8 ELSE 5 END;
ALTER TABLE alarms_alarm FORCE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):

    dependencies = [
        ("alarms", "0003_alarm_centre"),
    ]

    operations = [
        migrations.RunSQL(WORDS, migrations.RunSQL.noop),
    ]
