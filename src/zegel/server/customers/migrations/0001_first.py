# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


# Firms that have customers: for the worker that acts for each in turn. Identifiers only.
FIRMS = """
CREATE FUNCTION customers_firms() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT owner_id), '{}') FROM customers_customer $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('number', models.IntegerField()),
                ('kind', models.CharField(choices=[('person', 'PERSON'), ('company', 'COMPANY')], max_length=8)),
                ('name', models.CharField(default='', max_length=200)),
                ('street', models.CharField(default='', max_length=120)),
                ('house_number', models.CharField(default='', max_length=20)),
                ('postcode', models.CharField(default='', max_length=12)),
                ('city', models.CharField(default='', max_length=100)),
                ('country', models.CharField(default='', max_length=2)),
                ('email', models.CharField(default='', max_length=254)),
                ('phone', models.CharField(default='', max_length=40)),
                ('language', models.CharField(default='nl', max_length=2)),
                ('registration_no', models.CharField(default='', max_length=40)),
                ('vat_no', models.CharField(default='', max_length=20)),
                ('name_key', models.CharField(default='', max_length=200)),
                ('place_key', models.CharField(default='', max_length=40)),
                ('standing', models.CharField(choices=[('prospect', 'PROSPECT'), ('customer', 'CUSTOMER'), ('former', 'FORMER')], max_length=8)),
                ('source', models.CharField(choices=[('desk', 'DESK'), ('form', 'FORM'), ('import', 'IMPORT'), ('api', 'API'), ('link', 'LINK')], max_length=8)),
                ('since', models.DateTimeField()),
                ('active_at', models.DateTimeField()),
                ('consent_until', models.DateField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('restricted_at', models.DateTimeField(null=True)),
                ('restricted_why', models.CharField(choices=[('disputed', 'DISPUTED'), ('unlawful', 'UNLAWFUL'), ('claims', 'CLAIMS'), ('objection', 'OBJECTION'), ('request', 'REQUEST')], default='', max_length=10)),
                ('restricted_by', models.UUIDField(null=True)),
                ('anonymised_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('email', ''), _negated=True), fields=['owner_id', 'email'], name='customers_email'), models.Index(fields=['owner_id', 'name_key'], name='customers_name'), models.Index(condition=models.Q(('place_key', ''), _negated=True), fields=['owner_id', 'place_key'], name='customers_place'), models.Index(fields=['owner_id', 'standing', 'active_at'], name='customers_standing'), models.Index(condition=models.Q(('restricted_at__isnull', False)), fields=['owner_id', 'restricted_at'], name='customers_restricted')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'number'), name='customers_number')],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=200)),
                ('function', models.CharField(choices=[('owner', 'OWNER'), ('director', 'DIRECTOR'), ('employee', 'EMPLOYEE')], max_length=8)),
                ('email', models.CharField(default='', max_length=254)),
                ('phone', models.CharField(default='', max_length=40)),
                ('made_at', models.DateTimeField()),
                ('left_at', models.DateTimeField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='customers.customer')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Forgotten',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('proof', models.BinaryField()),
                ('counts', models.JSONField(default=list)),
                ('why', models.CharField(max_length=16)),
                ('at', models.DateTimeField()),
                ('by', models.UUIDField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='forgotten', to='customers.customer')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('by', models.UUIDField(null=True)),
                ('what', models.CharField(choices=[('added', 'ADDED'), ('corrected', 'CORRECTED'), ('suggested', 'SUGGESTED'), ('refused', 'REFUSED'), ('contact_added', 'CONTACT_ADDED'), ('contact_changed', 'CONTACT_CHANGED'), ('contact_ended', 'CONTACT_ENDED'), ('restricted', 'RESTRICTED'), ('lifted', 'LIFTED'), ('confirmed', 'CONFIRMED'), ('became_customer', 'BECAME_CUSTOMER'), ('left', 'LEFT'), ('consent_renewed', 'CONSENT_RENEWED'), ('consent_ended', 'CONSENT_ENDED'), ('kept', 'KEPT'), ('anonymised', 'ANONYMISED')], max_length=16)),
                ('fields', models.JSONField(default=list)),
                ('source', models.CharField(choices=[('desk', 'DESK'), ('form', 'FORM'), ('import', 'IMPORT'), ('api', 'API'), ('link', 'LINK')], default='desk', max_length=8)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='customers.customer')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', 'at'], name='customers_change_of')],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('consent_over', 'CONSENT_OVER'), ('quiet', 'QUIET'), ('claims_over', 'CLAIMS_OVER'), ('restricted_long', 'RESTRICTED_LONG'), ('double', 'DOUBLE')], max_length=16)),
                ('decision', models.CharField(choices=[('keep', 'KEEP'), ('end', 'END'), ('anonymise', 'ANONYMISE')], max_length=10)),
                ('words', models.CharField(default='', max_length=500)),
                ('until', models.DateField(null=True)),
                ('at', models.DateTimeField()),
                ('by', models.UUIDField()),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reviews', to='customers.customer')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', 'reason', 'at'], name='customers_review_of')],
            },
        ),
        migrations.CreateModel(
            name='Suggestion',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('source', models.CharField(choices=[('desk', 'DESK'), ('form', 'FORM'), ('import', 'IMPORT'), ('api', 'API'), ('link', 'LINK')], max_length=8)),
                ('values', models.JSONField(default=dict)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.UUIDField(null=True)),
                ('taken', models.BooleanField(default=False)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='suggestions', to='customers.customer')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('decided_at__isnull', True)), fields=['owner_id', 'at'], name='customers_suggested')],
            },
        ),
        enable_rls("customers_customer"),
        enable_rls("customers_contact"),
        enable_rls("customers_change"),
        enable_rls("customers_suggestion"),
        enable_rls("customers_review"),
        enable_rls("customers_forgotten"),
        migrations.RunSQL(FIRMS, migrations.RunSQL.noop),
    ]
