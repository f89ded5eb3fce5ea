# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='Absence',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'ends_at'], name='orders_absence_until')],
            },
        ),
        migrations.CreateModel(
            name='Availability',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('weekday', models.SmallIntegerField()),
                ('from_min', models.SmallIntegerField()),
                ('until_min', models.SmallIntegerField()),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'person_id'], name='orders_availability_of')],
            },
        ),
        migrations.CreateModel(
            name='Counter',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('year', models.SmallIntegerField()),
                ('last', models.IntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'year'), name='orders_counter_once')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=16)),
                ('type', models.CharField(choices=[('request', 'REQUEST'), ('repair', 'REPAIR'), ('measure_install', 'MEASURE_INSTALL'), ('exchange', 'EXCHANGE'), ('return', 'RETURN'), ('complaint', 'COMPLAINT'), ('question', 'QUESTION')], max_length=16)),
                ('state', models.CharField(choices=[('new', 'NEW'), ('assessed', 'ASSESSED'), ('waiting_customer', 'WAITING_CUSTOMER'), ('waiting_parts', 'WAITING_PARTS'), ('planned', 'PLANNED'), ('in_work', 'IN_WORK'), ('done', 'DONE'), ('cancelled', 'CANCELLED')], max_length=20)),
                ('customer_id', models.UUIDField(null=True)),
                ('item_id', models.UUIDField(null=True)),
                ('model_id', models.UUIDField(null=True)),
                ('subject', models.CharField(max_length=160)),
                ('description', models.CharField(default='', max_length=4000)),
                ('source', models.CharField(choices=[('desk', 'DESK'), ('form', 'FORM'), ('import', 'IMPORT'), ('api', 'API')], max_length=8)),
                ('opened_at', models.DateTimeField()),
                ('opened_by', models.UUIDField(null=True)),
                ('reply_by', models.DateTimeField()),
                ('replied_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField()),
                ('stopped_at', models.DateTimeField(null=True)),
                ('planned_from', models.DateTimeField(null=True)),
                ('planned_until', models.DateTimeField(null=True)),
                ('assignee_id', models.UUIDField(null=True)),
                ('visits', models.SmallIntegerField(default=0)),
                ('again_of', models.UUIDField(null=True)),
                ('first_time', models.BooleanField(null=True)),
                ('outcome', models.CharField(choices=[('answered', 'ANSWERED'), ('order_made', 'ORDER_MADE'), ('repaired', 'REPAIRED'), ('replaced', 'REPLACED'), ('not_found', 'NOT_FOUND'), ('not_worth_it', 'NOT_WORTH_IT'), ('installed', 'INSTALLED'), ('measured_only', 'MEASURED_ONLY'), ('exchanged', 'EXCHANGED'), ('credited', 'CREDITED'), ('refunded', 'REFUNDED'), ('sent_back', 'SENT_BACK'), ('made_good', 'MADE_GOOD'), ('explained', 'EXPLAINED'), ('rejected', 'REJECTED'), ('declined', 'DECLINED'), ('withdrawn', 'WITHDRAWN')], default='', max_length=16)),
                ('cause', models.CharField(choices=[('defect', 'DEFECT'), ('wear', 'WEAR'), ('transport', 'TRANSPORT'), ('installation', 'INSTALLATION'), ('use', 'USE'), ('wrong_product', 'WRONG_PRODUCT'), ('not_as_expected', 'NOT_AS_EXPECTED'), ('incomplete', 'INCOMPLETE'), ('service', 'SERVICE'), ('unknown', 'UNKNOWN')], default='', max_length=16)),
                ('changed_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-opened_at', '-id'], name='orders_newest'), models.Index(fields=['owner_id', 'state', '-opened_at', '-id'], name='orders_by_state'), models.Index(fields=['owner_id', 'type', '-opened_at', '-id'], name='orders_by_type'), models.Index(condition=models.Q(('closed_at', None)), fields=['owner_id', 'due_at', 'id'], include=('state', 'type', 'stopped_at', 'reply_by', 'replied_at'), name='orders_open_due'), models.Index(condition=models.Q(('closed_at', None)), fields=['owner_id', 'assignee_id', 'due_at', 'id'], name='orders_open_mine'), models.Index(fields=['owner_id', 'customer_id', '-opened_at'], name='orders_of_customer'), models.Index(fields=['owner_id', 'item_id', '-opened_at'], name='orders_of_item'), models.Index(condition=models.Q(('closed_at__isnull', False)), fields=['owner_id', 'closed_at'], include=('type', 'opened_at', 'model_id', 'cause', 'outcome', 'first_time', 'visits', 'due_at'), name='orders_closed')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'number'), name='orders_order_number')],
            },
        ),
        migrations.CreateModel(
            name='ServiceLevel',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('type', models.CharField(choices=[('request', 'REQUEST'), ('repair', 'REPAIR'), ('measure_install', 'MEASURE_INSTALL'), ('exchange', 'EXCHANGE'), ('return', 'RETURN'), ('complaint', 'COMPLAINT'), ('question', 'QUESTION')], max_length=16)),
                ('reply_days', models.SmallIntegerField()),
                ('done_days', models.SmallIntegerField()),
                ('changed_at', models.DateTimeField()),
                ('changed_by', models.UUIDField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'type'), name='orders_level_once')],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('by', models.UUIDField(null=True)),
                ('source', models.CharField(choices=[('desk', 'DESK'), ('customer', 'CUSTOMER'), ('partner', 'PARTNER')], max_length=8)),
                ('shown', models.BooleanField(default=False)),
                ('text', models.CharField(max_length=4000)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='notes', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(fields=['order', 'at'], name='orders_note_at')],
            },
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('by', models.UUIDField(null=True)),
                ('kind', models.CharField(choices=[('part', 'PART'), ('labour', 'LABOUR'), ('travel', 'TRAVEL'), ('transport', 'TRANSPORT'), ('other', 'OTHER')], max_length=10)),
                ('name', models.CharField(max_length=160)),
                ('article', models.CharField(default='', max_length=60)),
                ('quantity_milli', models.IntegerField(default=1000)),
                ('price_cents', models.BigIntegerField(default=0)),
                ('covered', models.BooleanField(default=False)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(fields=['order', 'at'], name='orders_line_at')],
            },
        ),
        migrations.CreateModel(
            name='Happening',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('by', models.UUIDField(null=True)),
                ('what', models.CharField(choices=[('opened', 'OPENED'), ('moved', 'MOVED'), ('changed', 'CHANGED'), ('assigned', 'ASSIGNED'), ('planned', 'PLANNED'), ('visit_changed', 'VISIT_CHANGED'), ('noted', 'NOTED'), ('line_added', 'LINE_ADDED'), ('line_removed', 'LINE_REMOVED'), ('customer_corrected', 'CUSTOMER_CORRECTED'), ('handed_out', 'HANDED_OUT'), ('taken_back', 'TAKEN_BACK'), ('reopened', 'REOPENED')], max_length=20)),
                ('said', models.JSONField(default=dict)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='history', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(fields=['order', 'id'], name='orders_happening_of')],
            },
        ),
        migrations.CreateModel(
            name='Visit',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('visit', 'VISIT'), ('measure', 'MEASURE'), ('install', 'INSTALL'), ('collect', 'COLLECT'), ('deliver', 'DELIVER'), ('call', 'CALL')], max_length=8)),
                ('state', models.CharField(choices=[('planned', 'PLANNED'), ('confirmed', 'CONFIRMED'), ('done', 'DONE'), ('missed', 'MISSED'), ('cancelled', 'CANCELLED')], max_length=10)),
                ('starts_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
                ('assignee_id', models.UUIDField(null=True)),
                ('made_at', models.DateTimeField()),
                ('made_by', models.UUIDField(null=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='planned', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'starts_at'], name='orders_visit_day'), models.Index(fields=['owner_id', 'assignee_id', 'starts_at'], name='orders_visit_who')],
            },
        ),
        migrations.CreateModel(
            name='Word',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('owner_id', models.UUIDField()),
                ('word', models.CharField(max_length=40)),
                ('opened_at', models.DateTimeField()),
                ('order', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='words', to='orders.order')),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'word', '-opened_at'], include=('order',), name='orders_word_by'), models.Index(fields=['order', 'word'], include=('owner_id',), name='orders_word_of')],
            },
        ),
        enable_rls("orders_order", index=False),
        enable_rls("orders_visit", index=False),
        enable_rls("orders_note"),
        enable_rls("orders_line"),
        enable_rls("orders_happening"),
        enable_rls("orders_availability"),
        enable_rls("orders_absence"),
        enable_rls("orders_servicelevel"),
        enable_rls("orders_counter"),
        enable_rls("orders_word", index=False),
    ]
