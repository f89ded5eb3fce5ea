# SPDX-License-Identifier: EUPL-1.2
from django.db import migrations

# Row-level security holds for the tables' owner, too, and so for the function that tells the worker whose turn it is:
# without this it tells of nobody.
LISTED = "CREATE POLICY customers_customer_owner ON customers_customer FOR SELECT TO CURRENT_USER USING (true);"


class Migration(migrations.Migration):

    dependencies = [("customers", "0002_yearly")]

    operations = [migrations.RunSQL(LISTED, "DROP POLICY customers_customer_owner ON customers_customer;")]
