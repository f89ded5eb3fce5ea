# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations

# With whom a provider's customers work: for one of them who chooses another alarm centre. It crosses tenants, so it
# runs as the tables' owner, and tells identifiers of centres only, never whose they are.
BESIDE = """
CREATE FUNCTION people_centres_beside(provider uuid, moment timestamptz) RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT centre.party_id), '{}')
  FROM people_servicerelation AS customer JOIN people_servicerelation AS centre ON centre.owner_id = customer.owner_id
  WHERE customer.party_id = provider AND customer.kind = 'provider'
    AND customer.valid_from <= moment AND (customer.valid_to IS NULL OR customer.valid_to > moment)
    AND centre.kind IN ('arc', 'arc_second')
    AND centre.valid_from <= moment AND (centre.valid_to IS NULL OR centre.valid_to > moment) $$;
"""


class Migration(migrations.Migration):

    dependencies = [("people", "0003_remove_party")]

    operations = [migrations.RunSQL(BESIDE, "DROP FUNCTION people_centres_beside(uuid, timestamptz)")]
