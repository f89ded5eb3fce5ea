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
            name='ProductModel',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('appliance', 'APPLIANCE'), ('vehicle', 'VEHICLE'), ('camera_unit', 'CAMERA_UNIT'), ('furnishing', 'FURNISHING'), ('other', 'OTHER')], max_length=12)),
                ('brand', models.CharField(max_length=80)),
                ('name', models.CharField(max_length=120)),
                ('type_number', models.CharField(default='', max_length=60)),
                ('warranty_months', models.SmallIntegerField(default=24)),
                ('life_months', models.SmallIntegerField(default=120)),
                ('made_at', models.DateTimeField()),
                ('retired_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'brand', 'name'], name='products_model_list')],
                'constraints': [models.UniqueConstraint(fields=('owner_id', 'brand', 'name', 'type_number'), name='products_model_once')],
            },
        ),
        migrations.CreateModel(
            name='Item',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('serial', models.CharField(default='', max_length=60)),
                ('customer_id', models.UUIDField(null=True)),
                ('purchased_on', models.DateField(null=True)),
                ('shop', models.CharField(default='', max_length=120)),
                ('warranty_until', models.DateField(null=True)),
                ('life_until', models.DateField(null=True)),
                ('unit_id', models.UUIDField(null=True)),
                ('plate', models.CharField(default='', max_length=12)),
                ('vin', models.CharField(default='', max_length=17)),
                ('mileage', models.IntegerField(null=True)),
                ('inspection_on', models.DateField(null=True)),
                ('source', models.CharField(choices=[('form', 'FORM'), ('desk', 'DESK'), ('import', 'IMPORT'), ('api', 'API')], max_length=8)),
                ('registered_at', models.DateTimeField()),
                ('scrapped_at', models.DateTimeField(null=True)),
                ('anonymised_at', models.DateTimeField(null=True)),
                ('doubt', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='doubted', to='products.item')),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='products.productmodel')),
            ],
        ),
        migrations.CreateModel(
            name='Ownership',
            fields=[
                ('provider_id', models.UUIDField()),
                ('owner_id', models.UUIDField()),
                ('id', models.UUIDField(default=zegel.server.kernel.ids.new, editable=False, primary_key=True, serialize=False)),
                ('customer_id', models.UUIDField(null=True)),
                ('since', models.DateField()),
                ('until', models.DateField(null=True)),
                ('item', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='ownerships', to='products.item')),
            ],
            options={
                'indexes': [models.Index(fields=['owner_id', 'customer_id'], name='products_ownership_customer')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('item',), name='products_ownership_one')],
            },
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['owner_id', '-registered_at'], name='products_item_newest'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['owner_id', 'customer_id'], name='products_item_customer'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['owner_id', 'serial'], name='products_item_serial_like'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(condition=models.Q(('plate', ''), _negated=True), fields=['owner_id', 'plate'], name='products_item_plate'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(condition=models.Q(('inspection_on__isnull', False)), fields=['owner_id', 'inspection_on'], name='products_item_inspection'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(condition=models.Q(('anonymised_at', None)), fields=['life_until'], name='products_item_life'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(condition=models.Q(models.Q(('serial', ''), _negated=True), ('doubt', None)), fields=('owner_id', 'model', 'serial'), name='products_item_serial'),
        ),
        migrations.AddConstraint(
            model_name='item',
            constraint=models.UniqueConstraint(condition=models.Q(('unit_id__isnull', False)), fields=('owner_id', 'unit_id'), name='products_item_unit'),
        ),
        enable_rls("products_productmodel"),
        enable_rls("products_item"),
        enable_rls("products_ownership"),
    ]
