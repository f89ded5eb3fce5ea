# SPDX-License-Identifier: EUPL-1.2
import django.db.models.deletion
import zegel.server.kernel.ids
from django.db import migrations, models

from zegel.server.kernel.tenancy import enable_rls


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ("people", "0002_invitation_signedin_secondfactor"),
    ]

    operations = [
        migrations.CreateModel(
            name='Brand',
            fields=[
                ('owner_id', models.UUIDField(primary_key=True, serialize=False)),
                ('slug', models.CharField(max_length=32, unique=True)),
                ('active', models.BooleanField(default=True)),
                ('name', models.CharField(max_length=200)),
                ('colour', models.CharField(default='#1f4b6e', max_length=7)),
                ('accent', models.CharField(default='#b3541e', max_length=7)),
                ('logo', models.BinaryField(null=True)),
                ('logo_type', models.CharField(default='', max_length=20)),
                ('logo_alt', models.CharField(default='', max_length=100)),
                ('languages', models.JSONField(default=list)),
                ('privacy_url', models.CharField(default='', max_length=500)),
                ('privacy_text', models.JSONField(default=dict)),
                ('legal_name', models.CharField(default='', max_length=200)),
                ('street', models.CharField(default='', max_length=200)),
                ('postcode', models.CharField(default='', max_length=16)),
                ('city', models.CharField(default='', max_length=100)),
                ('country', models.CharField(default='', max_length=2)),
                ('registration', models.CharField(default='', max_length=40)),
                ('vat', models.CharField(default='', max_length=20)),
                ('iban', models.CharField(default='', max_length=34)),
                ('bic', models.CharField(default='', max_length=11)),
                ('email', models.CharField(default='', max_length=254)),
                ('phone', models.CharField(default='', max_length=40)),
                ('changed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Function',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=80)),
                ('tasks', models.JSONField(default=list)),
                ('role', models.CharField(choices=[('owner', 'OWNER'), ('member', 'MEMBER'), ('operator', 'OPERATOR'), ('supervisor', 'SUPERVISOR'), ('planner', 'PLANNER'), ('technician', 'TECHNICIAN'), ('privacy_officer', 'PRIVACY_OFFICER'), ('admin', 'ADMIN'), ('auditor', 'AUDITOR'), ('desk', 'DESK'), ('bookkeeper', 'BOOKKEEPER'), ('accountant', 'ACCOUNTANT'), ('mechanic', 'MECHANIC'), ('repairer', 'REPAIRER'), ('carrier', 'CARRIER')], max_length=20)),
                ('made_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('owner_id', 'name'), name='tenants_function_once')],
            },
        ),
        migrations.CreateModel(
            name='LessonTaken',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('version', models.IntegerField()),
                ('right', models.IntegerField()),
                ('asked', models.IntegerField()),
                ('passed', models.BooleanField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'person_id', 'at'], name='tenants_lesson_of')],
            },
        ),
        migrations.CreateModel(
            name='Removal',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('tenant_id', models.UUIDField()),
                ('asked_at', models.DateTimeField()),
                ('asked_by', models.UUIDField(null=True)),
                ('due_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('done_at', models.DateTimeField(null=True)),
                ('counts', models.JSONField(default=dict)),
                ('left', models.JSONField(default=dict)),
                ('taken_out', models.BinaryField(null=True)),
                ('proof', models.BinaryField(null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('done_at', None), ('withdrawn_at', None)), fields=('tenant_id',), name='tenants_removal_open')],
            },
        ),
        migrations.CreateModel(
            name='RightOfUse',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('plan', models.CharField(max_length=40)),
                ('users', models.IntegerField()),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField(null=True)),
                ('billing', models.CharField(choices=[('monthly', 'Monthly'), ('yearly', 'Yearly')], max_length=8)),
                ('price_cents', models.IntegerField()),
                ('reference', models.CharField(default='', max_length=120)),
                ('exit_at', models.DateTimeField(null=True)),
                ('ended_why', models.CharField(default='', max_length=500)),
                ('recorded_by', models.UUIDField(null=True)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'valid_from'], name='tenants_right_of')],
            },
        ),
        migrations.CreateModel(
            name='ServiceContract',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField()),
                ('organisation', models.CharField(max_length=200)),
                ('reference', models.CharField(max_length=120)),
                ('valid_from', models.DateTimeField()),
                ('valid_to', models.DateTimeField()),
                ('document_hash', models.BinaryField(null=True)),
                ('ended_at', models.DateTimeField(null=True)),
                ('recorded_by', models.UUIDField(null=True)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'person_id', 'valid_to'], name='tenants_contract_of')],
            },
        ),
        migrations.CreateModel(
            name='TakenOut',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField()),
                ('by', models.UUIDField(null=True)),
                ('hash', models.BinaryField()),
                ('size', models.BigIntegerField()),
                ('counts', models.JSONField()),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'at'], name='tenants_takenout_at')],
            },
        ),
        migrations.CreateModel(
            name='Tenant',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('profile', models.CharField(choices=[('service', 'Service'), ('office', 'Office')], max_length=8)),
                ('sign_in', models.CharField(choices=[('email', 'Email'), ('code', 'Code')], default='email', max_length=8)),
                ('since', models.DateTimeField()),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('owner_id',), name='tenants_tenant_once')],
            },
        ),
        migrations.CreateModel(
            name='Employee',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('person_id', models.UUIDField(null=True)),
                ('invitation_id', models.UUIDField(null=True)),
                ('name', models.CharField(max_length=200)),
                ('since', models.DateTimeField()),
                ('left_at', models.DateTimeField(null=True)),
                ('left_why', models.CharField(default='', max_length=300)),
                ('recorded_by', models.UUIDField(null=True)),
                ('function', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='employees', to='tenants.function')),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'left_at'], name='tenants_employee_left')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('left_at', None)), fields=('owner_id', 'person_id'), name='tenants_employee_once')],
            },
        ),
        enable_rls("tenants_tenant"),
        enable_rls("tenants_rightofuse"),
        enable_rls("tenants_function"),
        enable_rls("tenants_employee"),
        enable_rls("tenants_lessontaken"),
        enable_rls("tenants_servicecontract"),
        enable_rls("tenants_takenout"),
        enable_rls("tenants_removal"),
    ]
