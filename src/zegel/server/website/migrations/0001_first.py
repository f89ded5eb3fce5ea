# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# Whose sites there are: for the worker that acts for each in turn. Identifiers only.
OWNERS = """
CREATE FUNCTION website_owners() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(owner_id), '{}') FROM website_website $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Address',
            fields=[
                ('slug', models.CharField(max_length=40, primary_key=True, serialize=False)),
                ('owner_id', models.UUIDField(unique=True)),
            ],
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120)),
                ('email', models.CharField(max_length=254)),
                ('phone', models.CharField(default='', max_length=40)),
                ('text', models.CharField(max_length=4000)),
                ('language', models.CharField(max_length=2)),
                ('received_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('new', 'NEW'), ('answered', 'ANSWERED'), ('closed', 'CLOSED')], max_length=8)),
                ('answer', models.CharField(default='', max_length=4000)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answered_by', models.UUIDField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-received_at'], name='website_message_newest')],
            },
        ),
        migrations.CreateModel(
            name='Newsletter',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('texts', models.JSONField()),
                ('state', models.CharField(choices=[('draft', 'DRAFT'), ('sending', 'SENDING'), ('sent', 'SENT'), ('stopped', 'STOPPED')], max_length=8)),
                ('made_at', models.DateTimeField()),
                ('changed_by', models.UUIDField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('sent_by', models.UUIDField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-made_at'], name='website_newsletter_newest')],
            },
        ),
        migrations.CreateModel(
            name='Page',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('slug', models.CharField(max_length=60)),
                ('position', models.SmallIntegerField()),
                ('in_menu', models.BooleanField(default=True)),
                ('draft', models.JSONField()),
                ('live', models.JSONField(null=True)),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.UUIDField(null=True)),
                ('published_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'position'], name='website_page_menu')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'slug'), name='website_page_once')],
            },
        ),
        migrations.CreateModel(
            name='PageCount',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('day', models.DateField()),
                ('page', models.CharField(max_length=60)),
                ('language', models.CharField(max_length=2)),
                ('views', models.IntegerField(default=0)),
                ('visits', models.IntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'day', 'page', 'language'), name='website_pagecount_once')],
            },
        ),
        migrations.CreateModel(
            name='Subscriber',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('email', models.CharField(max_length=254)),
                ('language', models.CharField(max_length=2)),
                ('state', models.CharField(choices=[('asked', 'ASKED'), ('confirmed', 'CONFIRMED'), ('bounced', 'BOUNCED')], max_length=10)),
                ('source', models.CharField(choices=[('newsletter', 'NEWSLETTER'), ('contact', 'CONTACT')], max_length=10)),
                ('words_hash', models.BinaryField()),
                ('asked_at', models.DateTimeField()),
                ('letter_at', models.DateTimeField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('consent_id', models.UUIDField(null=True)),
                ('failures', models.SmallIntegerField(default=0)),
                ('withdrawn_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'state', 'asked_at'], name='website_subscriber_state')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'email'), name='website_subscriber_once')],
            },
        ),
        migrations.CreateModel(
            name='Website',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('slug', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=120)),
                ('languages', models.JSONField()),
                ('imprint', models.CharField(default='', max_length=1000)),
                ('told', models.CharField(default='', max_length=254)),
                ('security', models.CharField(default='', max_length=254)),
                ('has_form', models.BooleanField(default=True)),
                ('has_newsletter', models.BooleanField(default=True)),
                ('counts', models.BooleanField(default=True)),
                ('published_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id',), name='website_website_once')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('state', models.CharField(choices=[('waiting', 'WAITING'), ('sent', 'SENT'), ('refused', 'REFUSED'), ('bounced', 'BOUNCED'), ('skipped', 'SKIPPED')], max_length=8)),
                ('attempts', models.SmallIntegerField(default=0)),
                ('next_at', models.DateTimeField()),
                ('sent_at', models.DateTimeField(null=True)),
                ('fault', models.CharField(default='', max_length=24)),
                ('newsletter', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='website.newsletter')),
                ('subscriber', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='deliveries', to='website.subscriber')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['owner_id', 'next_at'], name='website_delivery_due')],
                'constraints': [models.UniqueConstraint(fields=('newsletter', 'subscriber'), name='website_delivery_once')],
            },
        ),
        enable_rls("website_website"),
        enable_rls("website_page"),
        enable_rls("website_message"),
        enable_rls("website_subscriber"),
        enable_rls("website_newsletter"),
        enable_rls("website_delivery"),
        enable_rls("website_pagecount"),
        migrations.RunSQL(OWNERS, "DROP FUNCTION website_owners()"),
    ]
