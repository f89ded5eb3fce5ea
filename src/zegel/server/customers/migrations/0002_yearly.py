# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    dependencies = [
        ('customers', '0001_first'),
    ]

    operations = [
        migrations.AddField(
            model_name='customer',
            name='merged_into',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='merged', to='customers.customer'),
        ),
        migrations.AlterField(
            model_name='change',
            name='what',
            field=models.CharField(choices=[('added', 'ADDED'), ('corrected', 'CORRECTED'), ('suggested', 'SUGGESTED'), ('refused', 'REFUSED'), ('contact_added', 'CONTACT_ADDED'), ('contact_changed', 'CONTACT_CHANGED'), ('contact_ended', 'CONTACT_ENDED'), ('restricted', 'RESTRICTED'), ('lifted', 'LIFTED'), ('confirmed', 'CONFIRMED'), ('became_customer', 'BECAME_CUSTOMER'), ('left', 'LEFT'), ('consent_renewed', 'CONSENT_RENEWED'), ('consent_ended', 'CONSENT_ENDED'), ('kept', 'KEPT'), ('anonymised', 'ANONYMISED'), ('merged', 'MERGED')], max_length=16),
        ),
        migrations.AlterField(
            model_name='review',
            name='decision',
            field=models.CharField(choices=[('keep', 'KEEP'), ('confirm', 'CONFIRM'), ('end', 'END'), ('anonymise', 'ANONYMISE'), ('merge', 'MERGE'), ('gone', 'GONE')], max_length=10),
        ),
        migrations.CreateModel(
            name='YearlyList',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('drawn_at', models.DateTimeField()),
                ('drawn_by', models.UUIDField(null=True)),
                ('quiet_days', models.IntegerField()),
                ('claim_days', models.IntegerField()),
                ('looked_at', models.IntegerField()),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_by', models.UUIDField(null=True)),
                ('proof', models.BinaryField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', '-drawn_at'], name='customers_lists')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('closed_at__isnull', True)), fields=('owner_id',), name='customers_one_open_list')],
            },
        ),
        migrations.CreateModel(
            name='YearlyLine',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('reason', models.CharField(choices=[('consent_over', 'CONSENT_OVER'), ('quiet', 'QUIET'), ('claims_over', 'CLAIMS_OVER'), ('restricted_long', 'RESTRICTED_LONG'), ('double', 'DOUBLE')], max_length=16)),
                ('since', models.DateField()),
                ('decision', models.CharField(choices=[('keep', 'KEEP'), ('confirm', 'CONFIRM'), ('end', 'END'), ('anonymise', 'ANONYMISE'), ('merge', 'MERGE'), ('gone', 'GONE')], default='', max_length=10)),
                ('words', models.CharField(default='', max_length=500)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.UUIDField(null=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='yearly_lines', to='customers.customer')),
                ('of', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='customers.yearlylist')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('decided_at__isnull', True)), fields=['customer'], name='customers_line_open')],
                'constraints': [models.UniqueConstraint(fields=('of', 'customer', 'reason'), name='customers_line_once')],
            },
        ),
        enable_rls("customers_yearlylist"),
        enable_rls("customers_yearlyline"),
    ]
