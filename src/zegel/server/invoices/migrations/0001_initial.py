# SPDX-License-Identifier: EUPL-1.2

import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# What is issued is never changed: the database itself refuses it. What moves on is what became of it: sent, paid,
# reminded. (A row goes whole when the term of the books is over.)
FIXED = """
CREATE FUNCTION invoices_stays() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  moving constant text[] := ARRAY['paid_cents', 'settled_at', 'sent_at', 'sent_to', 'fault', 'reminded'];
BEGIN
  IF OLD.state = 'issued' AND (to_jsonb(OLD) - moving) IS DISTINCT FROM (to_jsonb(NEW) - moving) THEN
    RAISE EXCEPTION 'an issued invoice is never changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoices_invoice_stays BEFORE UPDATE ON invoices_invoice
  FOR EACH ROW EXECUTE FUNCTION invoices_stays();
CREATE FUNCTION invoices_line_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM invoices_invoice i WHERE i.id = NEW.invoice_id AND i.state = 'issued') THEN
    RAISE EXCEPTION 'a line of an issued invoice is never changed' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER invoices_line_stays BEFORE UPDATE ON invoices_invoiceline
  FOR EACH ROW EXECUTE FUNCTION invoices_line_stays();
CREATE FUNCTION invoices_paper_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the paper of an invoice is never changed' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER invoices_paper_stays BEFORE UPDATE ON invoices_paper
  FOR EACH ROW EXECUTE FUNCTION invoices_paper_stays();
"""

TABLES = ("booksagreement", "payment", "invoice", "invoiceline", "offer", "offerline", "paper", "reminder", "series", "settings",
          "settlement", "statement")


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='BooksAgreement',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('firm', models.CharField(max_length=200)),
                ('reference', models.CharField(max_length=120)),
                ('signed_on', models.DateField()),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField()),
                ('document_hash', models.BinaryField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('recorded_at', models.DateTimeField()),
                ('recorded_by', models.UUIDField(null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Payment',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('way', models.CharField(choices=[('bank', 'BANK'), ('cash', 'CASH'), ('card', 'CARD')], max_length=8)),
                ('mark', models.BinaryField()),
                ('amount_cents', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('booked_on', models.DateField()),
                ('value_on', models.DateField(null=True)),
                ('name', models.CharField(default='', max_length=200)),
                ('iban', models.CharField(default='', max_length=34)),
                ('reference', models.CharField(default='', max_length=35)),
                ('end_to_end', models.CharField(default='', max_length=35)),
                ('text', models.CharField(default='', max_length=2000)),
                ('bank_reference', models.CharField(default='', max_length=35)),
                ('reversal', models.BooleanField(default=False)),
                ('settled_cents', models.BigIntegerField(default=0)),
                ('set_aside', models.CharField(default='', max_length=200)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.UUIDField(null=True)),
                ('year_ended_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Invoice',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField(null=True)),
                ('order_id', models.UUIDField(null=True)),
                ('buyer_name', models.CharField(max_length=200)),
                ('buyer_attention', models.CharField(default='', max_length=200)),
                ('buyer_street', models.CharField(default='', max_length=200)),
                ('buyer_postcode', models.CharField(default='', max_length=20)),
                ('buyer_city', models.CharField(default='', max_length=100)),
                ('buyer_country', models.CharField(max_length=2)),
                ('buyer_email', models.CharField(default='', max_length=254)),
                ('buyer_vat_id', models.CharField(default='', max_length=20)),
                ('buyer_registration', models.CharField(default='', max_length=40)),
                ('language', models.CharField(max_length=2)),
                ('currency', models.CharField(max_length=3)),
                ('subject', models.CharField(default='', max_length=200)),
                ('note', models.CharField(default='', max_length=1000)),
                ('net_cents', models.BigIntegerField(default=0)),
                ('vat_cents', models.BigIntegerField(default=0)),
                ('total_cents', models.BigIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.UUIDField(null=True)),
                ('kind', models.CharField(choices=[('invoice', 'INVOICE'), ('credit', 'CREDIT')], max_length=8)),
                ('state', models.CharField(choices=[('draft', 'DRAFT'), ('issued', 'ISSUED')], max_length=8)),
                ('year', models.SmallIntegerField(null=True)),
                ('sequence', models.IntegerField(null=True)),
                ('number', models.CharField(default='', max_length=20)),
                ('reference', models.CharField(default='', max_length=25)),
                ('corrects_why', models.CharField(default='', max_length=300)),
                ('offer_id', models.UUIDField(null=True)),
                ('buyer_reference', models.CharField(default='', max_length=100)),
                ('purchase_order', models.CharField(default='', max_length=100)),
                ('delivered_on', models.DateField(null=True)),
                ('issued_on', models.DateField(null=True)),
                ('due_on', models.DateField(null=True)),
                ('payment_days', models.SmallIntegerField(default=30)),
                ('seller', models.JSONField(null=True)),
                ('issued_at', models.DateTimeField(null=True)),
                ('issued_by', models.UUIDField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('sent_to', models.CharField(default='', max_length=254)),
                ('fault', models.CharField(default='', max_length=200)),
                ('paid_cents', models.BigIntegerField(default=0)),
                ('settled_at', models.DateTimeField(null=True)),
                ('reminded', models.SmallIntegerField(default=0)),
                ('year_ended_at', models.DateTimeField(null=True)),
                ('corrects', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='corrections', to='invoices.invoice')),
            ],
        ),
        migrations.CreateModel(
            name='InvoiceLine',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('position', models.SmallIntegerField()),
                ('text', models.CharField(max_length=500)),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=14)),
                ('unit', models.CharField(max_length=3)),
                ('price', models.DecimalField(decimal_places=4, max_digits=14)),
                ('discount', models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ('category', models.CharField(choices=[('S', 'STANDARD'), ('Z', 'ZERO'), ('E', 'EXEMPT'), ('AE', 'REVERSE'), ('K', 'INTRA'), ('G', 'EXPORT'), ('O', 'OUTSIDE')], max_length=2)),
                ('rate', models.DecimalField(decimal_places=2, max_digits=5)),
                ('reason', models.CharField(default='', max_length=300)),
                ('net_cents', models.BigIntegerField()),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='invoices.invoice')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField(null=True)),
                ('order_id', models.UUIDField(null=True)),
                ('buyer_name', models.CharField(max_length=200)),
                ('buyer_attention', models.CharField(default='', max_length=200)),
                ('buyer_street', models.CharField(default='', max_length=200)),
                ('buyer_postcode', models.CharField(default='', max_length=20)),
                ('buyer_city', models.CharField(default='', max_length=100)),
                ('buyer_country', models.CharField(max_length=2)),
                ('buyer_email', models.CharField(default='', max_length=254)),
                ('buyer_vat_id', models.CharField(default='', max_length=20)),
                ('buyer_registration', models.CharField(default='', max_length=40)),
                ('language', models.CharField(max_length=2)),
                ('currency', models.CharField(max_length=3)),
                ('subject', models.CharField(default='', max_length=200)),
                ('note', models.CharField(default='', max_length=1000)),
                ('net_cents', models.BigIntegerField(default=0)),
                ('vat_cents', models.BigIntegerField(default=0)),
                ('total_cents', models.BigIntegerField(default=0)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.UUIDField(null=True)),
                ('number', models.CharField(max_length=20)),
                ('state', models.CharField(choices=[('open', 'OPEN'), ('sent', 'SENT'), ('accepted', 'ACCEPTED'), ('declined', 'DECLINED')], max_length=10)),
                ('valid_until', models.DateField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('invoice_id', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-made_at'], name='invoices_offer_list'), models.Index(fields=['owner_id', 'customer_id'], name='invoices_offer_customer')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'number'), name='invoices_offer_number')],
            },
        ),
        migrations.CreateModel(
            name='OfferLine',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('position', models.SmallIntegerField()),
                ('text', models.CharField(max_length=500)),
                ('quantity', models.DecimalField(decimal_places=4, max_digits=14)),
                ('unit', models.CharField(max_length=3)),
                ('price', models.DecimalField(decimal_places=4, max_digits=14)),
                ('discount', models.DecimalField(decimal_places=2, default=0, max_digits=5)),
                ('category', models.CharField(choices=[('S', 'STANDARD'), ('Z', 'ZERO'), ('E', 'EXEMPT'), ('AE', 'REVERSE'), ('K', 'INTRA'), ('G', 'EXPORT'), ('O', 'OUTSIDE')], max_length=2)),
                ('rate', models.DecimalField(decimal_places=2, max_digits=5)),
                ('reason', models.CharField(default='', max_length=300)),
                ('net_cents', models.BigIntegerField()),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='invoices.offer')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Paper',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('pdf', models.BinaryField()),
                ('xml', models.BinaryField()),
                ('pdf_sha256', models.BinaryField()),
                ('xml_sha256', models.BinaryField()),
                ('invoice', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='paper', to='invoices.invoice')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('level', models.SmallIntegerField()),
                ('open_cents', models.BigIntegerField()),
                ('pay_by', models.DateField()),
                ('to', models.CharField(max_length=254)),
                ('subject', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('made_at', models.DateTimeField()),
                ('made_by', models.UUIDField(null=True)),
                ('told_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(default='', max_length=200)),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reminders', to='invoices.invoice')),
            ],
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=8)),
                ('year', models.SmallIntegerField()),
                ('last', models.IntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'kind', 'year'), name='invoices_series_once')],
            },
        ),
        migrations.CreateModel(
            name='Settings',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('payment_days', models.SmallIntegerField(default=30)),
                ('offer_days', models.SmallIntegerField(default=30)),
                ('reminder_days', models.SmallIntegerField(default=14)),
                ('small_firm', models.BooleanField(default=False)),
                ('footer', models.CharField(default='', max_length=500)),
                ('tax_number', models.CharField(default='', max_length=30)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.UUIDField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id',), name='invoices_settings_once')],
            },
        ),
        migrations.CreateModel(
            name='Settlement',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('cents', models.BigIntegerField()),
                ('how', models.CharField(max_length=10)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.UUIDField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.UUIDField(null=True)),
                ('credit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='used_for', to='invoices.invoice')),
                ('invoice', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='settlements', to='invoices.invoice')),
                ('payment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='settlements', to='invoices.payment')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Statement',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('account', models.CharField(max_length=34)),
                ('identification', models.CharField(max_length=70)),
                ('currency', models.CharField(max_length=3)),
                ('from_on', models.DateField(null=True)),
                ('to_on', models.DateField(null=True)),
                ('opening_cents', models.BigIntegerField(null=True)),
                ('closing_cents', models.BigIntegerField(null=True)),
                ('sha256', models.BinaryField()),
                ('entries', models.IntegerField()),
                ('taken', models.IntegerField()),
                ('imported_at', models.DateTimeField()),
                ('imported_by', models.UUIDField(null=True)),
                ('year_ended_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-imported_at'], name='invoices_statements')],
            },
        ),
        migrations.AddField(
            model_name='payment',
            name='statement',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='payments', to='invoices.statement'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['owner_id', '-made_at'], name='invoices_list'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['owner_id', 'issued_on'], name='invoices_by_day'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['owner_id', 'number'], name='invoices_by_number'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['owner_id', 'reference'], name='invoices_by_reference'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(condition=models.Q(('settled_at', None), ('state', 'issued')), fields=['owner_id', 'due_on'], name='invoices_open'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['owner_id', 'customer_id'], name='invoices_customer'),
        ),
        migrations.AddIndex(
            model_name='invoice',
            index=models.Index(fields=['owner_id', 'order_id'], name='invoices_order'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'issued')), fields=('owner_id', 'kind', 'year', 'sequence'), name='invoices_number_once'),
        ),
        migrations.AddConstraint(
            model_name='invoice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('sequence__isnull', True), ('state', 'draft')), models.Q(('sequence__gte', 1), ('state', 'issued')), _connector='OR'), name='invoices_numbered_when_issued'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(fields=('invoice', 'level'), name='invoices_reminder_once'),
        ),
        migrations.AddIndex(
            model_name='payment',
            index=models.Index(fields=['owner_id', '-booked_on'], name='invoices_payments'),
        ),
        migrations.AddConstraint(
            model_name='payment',
            constraint=models.UniqueConstraint(fields=('owner_id', 'mark'), name='invoices_payment_once'),
        ),
        *(enable_rls(f"invoices_{table}") for table in TABLES),
        migrations.RunSQL(FIXED, migrations.RunSQL.noop),
    ]
