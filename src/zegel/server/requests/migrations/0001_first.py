# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls

# Of whom something was asked: for the worker that acts for each in turn. Identifiers only.
CONTROLLERS = """
CREATE FUNCTION requests_controllers() RETURNS uuid[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT owner_id), '{}') FROM requests_case $$;
"""


class Migration(migrations.Migration):

    initial = True

    dependencies = [("kernel", "0001_initial"), ("people", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name='CaseLink',
            fields=[
                ('token_hash', models.BinaryField(max_length=32, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('confirm', 'Confirm'), ('answer', 'Answer')], max_length=8)),
                ('case_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('answer_id', models.UUIDField(null=True)),
                ('browser_hash', models.BinaryField(null=True)),
                ('tries', models.SmallIntegerField(default=0)),
                ('opened_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('number', models.CharField(max_length=16)),
                ('about', models.CharField(choices=[('footage', 'FOOTAGE'), ('records', 'RECORDS')], max_length=8)),
                ('rights', models.JSONField()),
                ('channel', models.CharField(choices=[('form', 'FORM'), ('portal', 'PORTAL'), ('letter', 'LETTER'), ('phone', 'PHONE'), ('email', 'EMAIL'), ('counter', 'COUNTER')], max_length=8)),
                ('language', models.CharField(max_length=2)),
                ('name', models.CharField(default='', max_length=200)),
                ('email', models.CharField(default='', max_length=254)),
                ('phone', models.CharField(default='', max_length=40)),
                ('postal', models.CharField(default='', max_length=300)),
                ('text', models.CharField(default='', max_length=4000)),
                ('site_id', models.UUIDField(null=True)),
                ('from_at', models.DateTimeField(null=True)),
                ('to_at', models.DateTimeField(null=True)),
                ('look', models.CharField(default='', max_length=500)),
                ('person_id', models.UUIDField(null=True)),
                ('received_at', models.DateTimeField()),
                ('received_by', models.UUIDField(null=True)),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('due_at', models.DateTimeField()),
                ('extended_at', models.DateTimeField(null=True)),
                ('extension_words', models.CharField(default='', max_length=1000)),
                ('reminded', models.SmallIntegerField(null=True)),
                ('state', models.CharField(choices=[('unconfirmed', 'UNCONFIRMED'), ('open', 'OPEN'), ('answered', 'ANSWERED'), ('refused', 'REFUSED'), ('withdrawn', 'WITHDRAWN')], max_length=12)),
                ('identity', models.CharField(choices=[('unknown', 'UNKNOWN'), ('asked', 'ASKED'), ('established', 'ESTABLISHED'), ('failed', 'FAILED')], default='unknown', max_length=12)),
                ('identity_how', models.CharField(choices=[('signed_in', 'SIGNED_IN'), ('email_confirmed', 'EMAIL_CONFIRMED'), ('called_back', 'CALLED_BACK'), ('letter_code', 'LETTER_CODE'), ('known_details', 'KNOWN_DETAILS'), ('recognised', 'RECOGNISED'), ('document_seen', 'DOCUMENT_SEEN')], default='', max_length=16)),
                ('identity_seen', models.CharField(default='', max_length=200)),
                ('identity_by', models.UUIDField(null=True)),
                ('identity_at', models.DateTimeField(null=True)),
                ('code_mac', models.BinaryField(null=True)),
                ('subjects', models.JSONField(default=list)),
                ('searched_at', models.DateTimeField(null=True)),
                ('approval', models.CharField(choices=[('not_needed', 'NOT_NEEDED'), ('wanted', 'WANTED'), ('asked', 'ASKED'), ('given', 'GIVEN'), ('sent_back', 'SENT_BACK')], max_length=12)),
                ('approval_words', models.CharField(default='', max_length=1000)),
                ('approval_by', models.UUIDField(null=True)),
                ('approval_at', models.DateTimeField(null=True)),
                ('outcome', models.CharField(choices=[('fulfilled', 'FULFILLED'), ('partly', 'PARTLY'), ('nothing_held', 'NOTHING_HELD'), ('refused', 'REFUSED'), ('withdrawn', 'WITHDRAWN')], default='', max_length=12)),
                ('ground', models.CharField(choices=[('identity_unknown', 'IDENTITY_UNKNOWN'), ('unfounded', 'UNFOUNDED'), ('excessive', 'EXCESSIVE'), ('others_rights', 'OTHERS_RIGHTS'), ('investigation', 'INVESTIGATION'), ('accurate', 'ACCURATE'), ('legal_duty', 'LEGAL_DUTY'), ('legal_claims', 'LEGAL_CLAIMS'), ('not_restrictable', 'NOT_RESTRICTABLE'), ('not_portable', 'NOT_PORTABLE'), ('compelling', 'COMPELLING'), ('no_consent', 'NO_CONSENT')], default='', max_length=20)),
                ('erase_how', models.CharField(choices=[('erase', 'ERASE'), ('anonymise', 'ANONYMISE')], default='', max_length=10)),
                ('outcome_words', models.CharField(default='', max_length=1000)),
                ('outcome_counts', models.JSONField(default=dict)),
                ('ended_at', models.DateTimeField(null=True)),
                ('ended_by', models.UUIDField(null=True)),
                ('forgotten_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'due_at'], name='requests_case_due')],
                'constraints': [models.UniqueConstraint(fields=('provider_id', 'number'), name='requests_case_number')],
            },
        ),
        migrations.CreateModel(
            name='Answer',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('shred', models.BigIntegerField(null=True)),
                ('wrapped', models.BinaryField(null=True)),
                ('hash', models.BinaryField()),
                ('size', models.IntegerField()),
                ('index', models.BigIntegerField()),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('fetched_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='answers', to='requests.case')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Done',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('deed', models.CharField(choices=[('rectified', 'RECTIFIED'), ('erased', 'ERASED'), ('anonymised', 'ANONYMISED'), ('restricted', 'RESTRICTED'), ('objection_heeded', 'OBJECTION_HEEDED'), ('consent_withdrawn', 'CONSENT_WITHDRAWN'), ('film_handed', 'FILM_HANDED')], max_length=20)),
                ('count', models.IntegerField(default=0)),
                ('words', models.CharField(default='', max_length=1000)),
                ('proof', models.BinaryField(null=True)),
                ('by', models.UUIDField(null=True)),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deeds', to='requests.case')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Line',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('model', models.CharField(max_length=80)),
                ('key', models.CharField(max_length=64)),
                ('field', models.CharField(max_length=60)),
                ('hash', models.BinaryField()),
                ('verdict', models.CharField(choices=[('give', 'GIVE'), ('edited', 'EDITED'), ('withhold', 'WITHHOLD')], max_length=8)),
                ('text', models.CharField(default='', max_length=4000)),
                ('by', models.UUIDField()),
                ('at', models.DateTimeField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='lines', to='requests.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'model', 'key', 'field'), name='requests_line_once')],
            },
        ),
        migrations.CreateModel(
            name='Step',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('by', models.UUIDField(null=True)),
                ('what', models.CharField(max_length=24)),
                ('words', models.CharField(default='', max_length=1000)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='steps', to='requests.case')),
            ],
            options={
                'indexes': [models.Index(fields=['case', 'at'], name='requests_step_case')],
            },
        ),
        enable_rls("requests_case"),
        enable_rls("requests_answer"),
        enable_rls("requests_done"),
        enable_rls("requests_line"),
        enable_rls("requests_step"),
        migrations.RunSQL(CONTROLLERS, "DROP FUNCTION requests_controllers()"),
    ]
