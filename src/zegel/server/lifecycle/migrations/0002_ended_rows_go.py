# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations

# Who belonged where, and whom somebody served: such a row goes when its term is over (lifecycle.endings). The database
# lets a party delete its own only, and none that still runs.
ENDED = """
CREATE POLICY people_membership_end ON people_membership FOR DELETE
  USING (party_id = (SELECT zegel_party()) AND valid_to <= zegel_now());
CREATE POLICY people_servicerelation_end ON people_servicerelation FOR DELETE
  USING (owner_id = (SELECT zegel_party()) AND valid_to <= zegel_now());
"""
BACK = """
DROP POLICY people_membership_end ON people_membership;
DROP POLICY people_servicerelation_end ON people_servicerelation;
"""


class Migration(migrations.Migration):

    dependencies = [("lifecycle", "0001_first"), ("people", "0003_remove_party")]

    operations = [migrations.RunSQL(ENDED, BACK)]
