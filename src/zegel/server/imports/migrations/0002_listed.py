# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations

# Row-level security holds for the tables' owner, too, and so for the function that tells the worker whose turn it is:
# without this it tells of nobody.
LISTED = "CREATE POLICY imports_import_owner ON imports_import FOR SELECT TO CURRENT_USER USING (true);"


class Migration(migrations.Migration):

    dependencies = [("imports", "0001_first")]

    operations = [migrations.RunSQL(LISTED, "DROP POLICY imports_import_owner ON imports_import;")]
