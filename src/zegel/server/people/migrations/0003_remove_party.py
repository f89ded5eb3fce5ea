# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations

# A party whose data is removed whole (tenants.leaving). The application's role may end rows of these tables but not
# delete them; this deletes those of the acting party and of no other.
REMOVE = """
CREATE FUNCTION people_remove_party() RETURNS bigint
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE gone bigint; party uuid := zegel_party();
BEGIN
  IF party IS NULL THEN RETURN 0; END IF;
  DELETE FROM people_membership WHERE party_id = party;
  GET DIAGNOSTICS gone = ROW_COUNT;
  DELETE FROM people_tenantkey WHERE party_id = party;
  DELETE FROM people_arckey WHERE party_id = party;
  DELETE FROM people_servicerelation WHERE owner_id = party OR party_id = party;
  DELETE FROM people_party WHERE id = party;
  RETURN gone;
END $$;
"""


class Migration(migrations.Migration):

    dependencies = [("people", "0002_invitation_signedin_secondfactor")]

    operations = [migrations.RunSQL(REMOVE, "DROP FUNCTION people_remove_party();")]
