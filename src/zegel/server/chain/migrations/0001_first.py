# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls, policy_sql

# A partner's own rows are seen by that party alone: no service relation opens them to anybody.
OWN = "owner_id = (SELECT zegel_party())"


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='FollowLink',
            fields=[
                ('token_hash', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField(db_index=True)),
                ('owner_id', models.UUIDField()),
                ('browser_hash', models.BinaryField(max_length=32, null=True)),
                ('opened_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField(db_index=True)),
            ],
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('step_id', models.UUIDField()),
                ('tenant_id', models.UUIDField()),
                ('tenant_name', models.CharField(max_length=200)),
                ('partner_id', models.UUIDField()),
                ('kind', models.CharField(choices=[('visit', 'VISIT'), ('workshop', 'WORKSHOP'), ('collect', 'COLLECT'), ('deliver', 'DELIVER')], max_length=10)),
                ('order_type', models.CharField(max_length=20)),
                ('product_kind', models.CharField(default='', max_length=20)),
                ('area', models.CharField(max_length=120)),
                ('window_from', models.DateTimeField(null=True)),
                ('window_until', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('open', 'OPEN'), ('mine', 'MINE'), ('declined', 'DECLINED'), ('taken', 'TAKEN'), ('withdrawn', 'WITHDRAWN')], max_length=10)),
                ('made_at', models.DateTimeField()),
                ('answered_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'state', '-made_at'], name='chain_offer_list')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'step_id'), name='chain_offer_once')],
            },
        ),
        migrations.CreateModel(
            name='Partner',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('party_id', models.UUIDField()),
                ('kind', models.CharField(choices=[('mechanic', 'MECHANIC'), ('repair_centre', 'REPAIR_CENTRE'), ('carrier', 'CARRIER')], max_length=14)),
                ('name', models.CharField(max_length=120)),
                ('address', models.CharField(default='', max_length=200)),
                ('agreed_on', models.DateField()),
                ('agreed_until', models.DateField(null=True)),
                ('sheet_days', models.SmallIntegerField(default=14)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'kind', 'name'], name='chain_partner_list')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('owner_id', 'party_id', 'kind'), name='chain_partner_once')],
            },
        ),
        migrations.CreateModel(
            name='Sheet',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('step_id', models.UUIDField()),
                ('tenant_id', models.UUIDField()),
                ('tenant_name', models.CharField(max_length=200)),
                ('customer_id', models.UUIDField(null=True)),
                ('kind', models.CharField(choices=[('visit', 'VISIT'), ('workshop', 'WORKSHOP'), ('collect', 'COLLECT'), ('deliver', 'DELIVER')], max_length=10)),
                ('fields', models.JSONField(default=dict)),
                ('seal_to', models.JSONField(null=True)),
                ('said', models.JSONField(default=dict)),
                ('accepted_by', models.UUIDField()),
                ('made_at', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
                ('withdrawn', models.BooleanField(default=False)),
                ('ended_at', models.DateTimeField(null=True)),
                ('gone_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'ended_at', 'made_at'], name='chain_sheet_list'), models.Index(condition=models.Q(('gone_at__isnull', False)), fields=['gone_at'], name='chain_sheet_gone')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'step_id'), name='chain_sheet_once')],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('order_id', models.UUIDField()),
                ('order_type', models.CharField(max_length=20)),
                ('customer_id', models.UUIDField(null=True)),
                ('place', models.SmallIntegerField()),
                ('kind', models.CharField(choices=[('visit', 'VISIT'), ('workshop', 'WORKSHOP'), ('collect', 'COLLECT'), ('deliver', 'DELIVER')], max_length=10)),
                ('state', models.CharField(choices=[('offered', 'OFFERED'), ('accepted', 'ACCEPTED'), ('done', 'DONE'), ('given_back', 'GIVEN_BACK'), ('withdrawn', 'WITHDRAWN')], max_length=10)),
                ('country', models.CharField(max_length=2)),
                ('postcode', models.CharField(max_length=12)),
                ('instructions', models.CharField(default='', max_length=2000)),
                ('other_end', models.CharField(default='', max_length=400)),
                ('window_from', models.DateTimeField(null=True)),
                ('window_until', models.DateTimeField(null=True)),
                ('offered_by', models.UUIDField(null=True)),
                ('offered_at', models.DateTimeField()),
                ('accepted_by', models.UUIDField(null=True)),
                ('accepted_at', models.DateTimeField(null=True)),
                ('arrived_at', models.DateTimeField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(choices=[('solved', 'SOLVED'), ('not_solved', 'NOT_SOLVED'), ('nobody_home', 'NOBODY_HOME'), ('refused', 'REFUSED'), ('moved', 'MOVED')], default='', max_length=12)),
                ('found', models.TextField(default='')),
                ('parts', models.JSONField(default=list)),
                ('signed_by', models.CharField(default='', max_length=120)),
                ('closed_at', models.DateTimeField(null=True)),
                ('partner', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='steps', to='chain.partner')),
            ],
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField(null=True)),
                ('kind', models.CharField(choices=[('photo', 'PHOTO'), ('signature', 'SIGNATURE')], max_length=10)),
                ('made_at', models.DateTimeField()),
                ('header', models.BinaryField(max_length=2048)),
                ('ciphertext', models.BinaryField(max_length=720000)),
                ('size', models.IntegerField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='documents', to='chain.step')),
            ],
        ),
        migrations.CreateModel(
            name='Authorisation',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('order_type', models.CharField(max_length=20)),
                ('country', models.CharField(max_length=2)),
                ('postcode_from', models.CharField(default='', max_length=10)),
                ('postcode_until', models.CharField(default='', max_length=10)),
                ('valid_from', models.DateField()),
                ('valid_until', models.DateField(null=True)),
                ('partner', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='authorisations', to='chain.partner')),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'order_type'], name='chain_authorisation_type')],
            },
        ),
        migrations.CreateModel(
            name='Act',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('arrived', 'ARRIVED'), ('note', 'NOTE'), ('parts', 'PARTS'), ('document', 'DOCUMENT'), ('signed', 'SIGNED'), ('done', 'DONE')], max_length=10)),
                ('at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('sheet', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='acts', to='chain.sheet')),
            ],
            options={
                'indexes': [models.Index(fields=['sheet', 'at'], name='chain_act_sheet')],
            },
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['owner_id', 'order_id', 'place'], name='chain_step_order'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['owner_id', 'state', '-offered_at'], name='chain_step_state'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['owner_id', 'customer_id'], name='chain_step_customer'),
        ),
        migrations.AddIndex(
            model_name='step',
            index=models.Index(fields=['partner', '-ended_at'], name='chain_step_partner'),
        ),
        migrations.AddIndex(
            model_name='document',
            index=models.Index(fields=['step', 'made_at'], name='chain_document_step'),
        ),
        *(enable_rls(f"chain_{table}") for table in ("partner", "authorisation", "step", "document")),
        *(migrations.RunSQL(policy_sql(f"chain_{table}", OWN), migrations.RunSQL.noop) for table in ("offer", "sheet", "act")),
    ]
