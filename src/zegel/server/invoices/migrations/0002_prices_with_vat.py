# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations, models

# Of an issued invoice may move: what became of it, and which record its customer has (two records can become one). No
# word or figure of it.
MOVING = """
CREATE OR REPLACE FUNCTION invoices_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving constant text[] := ARRAY['paid_cents', 'settled_at', 'sent_at', 'sent_to', 'fault', 'reminded', 'customer_id'];
BEGIN
  IF OLD.state = 'issued' AND (to_jsonb(OLD) - moving) IS DISTINCT FROM (to_jsonb(NEW) - moving) THEN
    RAISE EXCEPTION 'an issued invoice is never changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('invoices', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='invoice',
            name='prices_with_vat',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='invoice',
            name='rounding_cents',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='offer',
            name='prices_with_vat',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='offer',
            name='rounding_cents',
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='settings',
            name='prices_with_vat',
            field=models.BooleanField(default=False),
        ),
        migrations.RunSQL(MOVING, migrations.RunSQL.noop),
    ]
